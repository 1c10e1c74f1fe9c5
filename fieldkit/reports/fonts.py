"""A font for Burmese: given by path, or found where systems keep fonts, and read to know what it can show.

Owns the search and the look into the font's character map; how the font is used is `pdf`'s and `html`'s.
A font that lacks a character of the report is refused, so that no page shows boxes.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fieldkit.reports.problems import ReportProblem
from forms.cleaning import one_line

LATIN = "Libertinus Serif"
"""Comes with Typst, hence is the same on every computer."""

NAMES = (
    "NotoSansMyanmar-Regular",
    "NotoSansMyanmar[wdth,wght]",
    "NotoSerifMyanmar-Regular",
    "Padauk-Regular",
    "Pyidaungsu-2.5.3_Regular",
    "Pyidaungsu",
    "mmrtext",
    "Myanmar3",
)
"""Files of well-kept Unicode fonts, the best first; `mmrtext` is Windows' Myanmar Text."""

LARGEST = 16 * 1024 * 1024
"""Bytes of a font file that is read; fonts of one script have some hundred thousand."""

MYANMAR = ((0x1000, 0x109F), (0xA9E0, 0xA9FF), (0xAA60, 0xAA7F))
"""The Myanmar blocks of Unicode, with what Shan, Karen and others need."""

_PLAIN = ((0x20, 0x17F), (0x2010, 0x2027), (0x200B, 0x200D), (0x0A, 0x0A), (0x2030, 0x2030))
_SIGNS = frozenset("‡◊~≥≤−×→€")
"""Beside these, only the Myanmar font is relied upon."""


@dataclass(frozen=True, slots=True)
class Font:
    """One font file and the characters that it can show."""

    path: Path
    family: str
    content: bytes = field(repr=False)
    bold: bytes | None = field(repr=False)
    """The bold face that lies beside it; None where there is none."""
    characters: frozenset[int] = field(repr=False)

    def lacks(self, text: str) -> str:
        """The characters of the text that neither this font nor any Latin one shows, each once, in order."""
        missing = (one for one in text if not is_plain(one) and ord(one) not in self.characters)
        return "".join(dict.fromkeys(missing))


def is_plain(character: str) -> bool:
    """Whether every font for European languages shows the character."""
    return character in _SIGNS or any(first <= ord(character) <= last for first, last in _PLAIN)


def needs_myanmar(text: str) -> bool:
    """Whether the text has a character of the Myanmar blocks.

    >>> needs_myanmar("Kayin"), needs_myanmar("ကရင်")
    (False, True)
    """
    return any(first <= ord(character) <= last for character in text for first, last in MYANMAR)


def folders(environment: Mapping[str, str] = os.environ, home: Path | None = None) -> tuple[Path, ...]:
    """Where Linux, Windows and macOS keep fonts, the person's own first."""
    own = home or Path.home()
    windows = environment.get("WINDIR", "")
    local = environment.get("LOCALAPPDATA", "")
    places = [
        own / ".local/share/fonts",
        own / ".fonts",
        own / "Library/Fonts",
        *([Path(local) / "Microsoft/Windows/Fonts"] if local else []),
        *([Path(windows) / "Fonts"] if windows else []),
        Path("/usr/local/share/fonts"),
        Path("/usr/share/fonts"),
        Path("/Library/Fonts"),
        Path("/System/Library/Fonts"),
    ]
    return tuple(places)


def font_for(text: str, given: Path | None = None, places: Sequence[Path] | None = None) -> Font | None:
    """A font that shows every character of the text: the one given, else the first found.

    None where the text needs none. Raises ReportProblem REP-002 where there is none, or the one given lacks a
    character.
    """
    if given is None and all(is_plain(character) for character in text):
        return None
    lacking = ""
    for path in [given] if given is not None else found(folders() if places is None else places):
        font = read(path)
        lacking = font.lacks(text) if font else ""
        if font is not None and not lacking:
            return font
    raise ReportProblem(
        "REP-002",
        _without(given, lacking),
        remedy="Name a Unicode font for Myanmar (a .ttf or .otf file such as Noto Sans Myanmar or Padauk) with --font. "
        "Debian and Ubuntu have it as fonts-noto-core, Windows as Myanmar Text.",
        where="" if given is None else given.name,
    )


def _without(given: Path | None, lacking: str) -> str:
    if lacking:
        named = " ".join(f"{character} (U+{ord(character):04X})" for character in lacking[:8])
        return f"The font can't show every character of the report: {named}. Nothing was written."
    if given is not None:
        return "The file is no TrueType or OpenType font that can be read. Nothing was written."
    return "No font for Burmese was found on this computer, and none was given. Nothing was written."


def found(places: Iterable[Path]) -> Iterator[Path]:
    """Known fonts below these folders, the best name first; in one order on every run."""
    by_name: dict[str, Path] = {}
    for place in places:
        for folder, below, files in os.walk(place):
            below.sort()
            for file in sorted(files):
                path = Path(folder, file)
                if path.suffix.lower() in (".ttf", ".otf") and path.stem in NAMES:
                    by_name.setdefault(path.stem, path)
    return (by_name[name] for name in NAMES if name in by_name)


def read(path: Path) -> Font | None:
    """The font of that file; None where it is none, too large, or can't be read."""
    content = _content(path)
    characters = characters_of(content)
    if not characters:
        return None
    beside = path.with_name(path.name.replace("Regular", "Bold"))
    bold = _content(beside) if beside != path else b""
    return Font(path, family_of(content) or path.stem, content, bold or None, characters)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes() if path.stat().st_size <= LARGEST else b""
    except OSError:
        return b""


def characters_of(font: bytes) -> frozenset[int]:
    """The code points in the font's character map (OpenType `cmap`, formats 4 and 12); empty where there is none."""
    try:
        start = _table(font, b"cmap")
        count = struct.unpack_from(">H", font, start + 2)[0] if start else 0
        found: set[int] = set()
        for number in range(count):
            offset = struct.unpack_from(">I", font, start + 4 + 8 * number + 4)[0]
            found |= _mapped(font, start + offset)
    except struct.error:
        return frozenset()
    return frozenset(found)


def family_of(font: bytes) -> str:
    """The family's name (OpenType `name`, the Windows platform's entry 1); empty where there is none."""
    try:
        start = _table(font, b"name")
        count, strings = struct.unpack_from(">HH", font, start + 2) if start else (0, 0)
        for number in range(count):
            platform, _, _, name, size, offset = struct.unpack_from(">6H", font, start + 6 + 12 * number)
            if (platform, name) == (3, 1):
                place = start + strings + offset
                return one_line(font[place : place + size].decode("utf-16-be", "replace"))
    except struct.error:
        return ""
    return ""


def _table(font: bytes, tag: bytes) -> int:
    """Where a table begins; 0 where the file has none, or is no font."""
    if font[:4] not in (b"\x00\x01\x00\x00", b"OTTO", b"true"):
        return 0
    for number in range(struct.unpack_from(">H", font, 4)[0]):
        name, _, offset, _ = struct.unpack_from(">4sIII", font, 12 + 16 * number)
        if name == tag:
            return int(offset)
    return 0


def _mapped(font: bytes, start: int) -> set[int]:
    """Code points of one subtable; other formats than 4 and 12 give none."""
    form = struct.unpack_from(">H", font, start)[0]
    if form == 4:
        double = struct.unpack_from(">H", font, start + 6)[0]
        ends = struct.unpack_from(f">{double // 2}H", font, start + 14)
        starts = struct.unpack_from(f">{double // 2}H", font, start + 16 + double)
        pairs: Iterable[tuple[int, int]] = zip(starts, ends, strict=True)
    elif form == 12:
        groups = min(struct.unpack_from(">I", font, start + 12)[0], LARGEST // 12)
        pairs = (struct.unpack_from(">II", font, start + 16 + 12 * group) for group in range(groups))
    else:
        return set()
    return {code for first, last in pairs if last <= 0x10FFFF for code in range(first, last + 1)} - {0xFFFF}
