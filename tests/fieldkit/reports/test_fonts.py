"""A font for Burmese is found, read and refused where it would show boxes.

1. The character map (formats 4 and 12) and the family's name are read from the file.
2. The font given wins; else the best known font of the usual folders; a text without Burmese needs none.
3. Without a font, or with one that lacks a character, a problem says what to do: neither a page nor a print
   is written with boxes. A page has its font inside, and says which it is.
"""

from __future__ import annotations

import re
import struct
from pathlib import Path

import pytest

from fieldkit.reports import fonts
from fieldkit.reports.exports import Format, Style, exported
from fieldkit.reports.extras import library
from fieldkit.reports.problems import ReportProblem
from fieldkit.reports.wording import Wording
from tests.fieldkit.reports.made_releases import a_release

BURMESE = "ကရင်ပြည်နယ်"


def mapped_by_segments(first: int, last: int) -> bytes:
    """A cmap subtable of format 4 with one range, and the closing one that the format asks for."""
    body = struct.pack(">4H", 4, 0, 0, 0) + struct.pack(">2H", last, 0xFFFF) + b"\0\0"
    return (
        struct.pack(">3H", 4, 0, 0)
        + body
        + struct.pack(">2H", first, 0xFFFF)
        + struct.pack(">4H", 0, 0, 0, 0)
    )


def mapped_by_groups(first: int, last: int) -> bytes:
    """A cmap subtable of format 12 with one range."""
    return struct.pack(">HHIIIIII", 12, 0, 28, 0, 1, first, last, 1)


def a_font(subtable: bytes, family: str = "Small Myanmar") -> bytes:
    """The least that is a font with a character map and a name."""
    words = family.encode("utf-16-be")
    cmap = struct.pack(">HHHHI", 0, 1, 3, 1, 12) + subtable
    name = struct.pack(">3H", 0, 1, 18) + struct.pack(">6H", 3, 1, 0x409, 1, len(words), 0) + words
    start = 12 + 2 * 16
    tables = struct.pack(">4sIII", b"cmap", 0, start, len(cmap))
    tables += struct.pack(">4sIII", b"name", 0, start + len(cmap), len(name))
    return b"\x00\x01\x00\x00" + struct.pack(">4H", 2, 0, 0, 0) + tables + cmap + name


def laid(
    folder: Path, name: str = "NotoSansMyanmar-Regular.ttf", first: int = 0x1000, last: int = 0x109F
) -> Path:
    path = folder / name
    path.write_bytes(a_font(mapped_by_segments(first, last)))
    return path


@pytest.mark.parametrize("subtable", [mapped_by_segments(0x1000, 0x1003), mapped_by_groups(0x1000, 0x1003)])
def test_the_characters_of_a_font_are_read(subtable: bytes) -> None:
    assert fonts.characters_of(a_font(subtable)) == {0x1000, 0x1001, 0x1002, 0x1003}


def test_the_family_of_a_font_is_read() -> None:
    assert fonts.family_of(a_font(mapped_by_groups(1, 2), "Padauk")) == "Padauk"


@pytest.mark.parametrize(
    "content", [b"", b"no font", b"\x00\x01\x00\x00", b"\x00\x01\x00\x00\xff\xff" + b"\0" * 9]
)
def test_what_is_no_font_has_no_characters_and_no_name(content: bytes) -> None:
    assert (fonts.characters_of(content), fonts.family_of(content)) == (frozenset(), "")


def test_a_text_without_burmese_needs_no_font() -> None:
    assert fonts.font_for("Women, 18-29 – ‡ é", places=[]) is None


def test_the_best_known_font_of_the_folders_is_taken(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    laid(tmp_path, "Padauk-Regular.ttf")
    best = laid(tmp_path / "deep")
    font = fonts.font_for(BURMESE, places=[tmp_path])
    assert font is not None
    assert font.path == best


def test_a_font_that_lacks_a_character_is_passed_over_for_the_next(tmp_path: Path) -> None:
    laid(tmp_path, last=0x1001)
    whole = laid(tmp_path, "mmrtext.ttf")
    font = fonts.font_for(BURMESE, places=[tmp_path])
    assert font is not None
    assert font.path == whole


def test_without_a_font_a_problem_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ReportProblem) as caught:
        fonts.font_for(BURMESE, places=[tmp_path])
    assert caught.value.code == "REP-002"
    assert "--font" in caught.value.remedy


@pytest.mark.parametrize("form", [Format.HTML, Format.PDF])
@pytest.mark.parametrize(("language", "words"), [("my", ""), ("en", BURMESE)])
def test_no_report_is_written_with_boxes(
    form: Format, language: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fonts, "folders", lambda: (tmp_path,))
    with pytest.raises(ReportProblem) as caught:
        exported(a_release(2, words=words), form, Style(Wording(language)))
    assert caught.value.code == "REP-002"
    assert "fonts-noto-core" in caught.value.remedy


def test_a_page_has_its_font_inside_names_others_and_says_which_it_is() -> None:
    if next(fonts.found(fonts.folders()), None) is None:
        pytest.skip("no font for Burmese on this computer")
    content = exported(a_release(2), Format.HTML, Style(Wording("my"))).decode("utf-8")
    assert re.search(
        r"font-family: [^;]*\"Report Myanmar\", \"Noto Sans Myanmar\", Padauk, \"Myanmar Text\"", content
    )
    assert "data:font/ttf;base64," in content
    assert re.search(r"Burmese is set in [\w ]+, which is inside this file", content)


def test_a_given_font_that_lacks_a_character_is_refused_by_the_character(tmp_path: Path) -> None:
    with pytest.raises(ReportProblem, match="U\\+1F600"):
        fonts.font_for(BURMESE + "\U0001f600", laid(tmp_path))


@pytest.mark.parametrize("name", ["absent.ttf", "text.ttf"])
def test_a_given_file_that_is_no_font_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "text.ttf").write_text("not a font", encoding="utf-8")
    with pytest.raises(ReportProblem, match="no TrueType or OpenType font"):
        fonts.font_for(BURMESE, tmp_path / name)


def test_the_bold_face_beside_a_font_is_taken_along(tmp_path: Path) -> None:
    laid(tmp_path, "NotoSansMyanmar-Bold.ttf")
    font = fonts.read(laid(tmp_path))
    assert font is not None
    assert font.bold is not None


def test_windows_folders_are_searched_where_windows_names_them() -> None:
    found = fonts.folders({"WINDIR": "C:\\Windows", "LOCALAPPDATA": "C:\\Local"}, Path("home"))
    assert Path("C:\\Windows") / "Fonts" in found
    assert Path("C:\\Local") / "Microsoft/Windows/Fonts" in found


def test_a_missing_library_is_told_with_what_to_install() -> None:
    with pytest.raises(ReportProblem) as caught:
        library("no_library_of_this_name")
    assert caught.value.code == "REP-001"
    assert "make reports" in caught.value.remedy
