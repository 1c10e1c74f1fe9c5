"""Releases made for tests: of any length, with hidden cells where chance wants them, and words meant to do harm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from random import Random

from indicators.disclosure import Audience
from indicators.measures import Period, State
from indicators.releases import HIDDEN, Defined, Release, ReleasedCell, ReleasedTable, sealed

NASTY = (
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "<script>alert(1)</script>",
    "</svg><img src=x onerror=alert(1)>",
    "]]>&amp;<!--",
    '*bold* _it_ #image("/etc/passwd") $x$ `raw` @ref <label> \\ // /* [',
    "\"quoted\", 'and'; commas",
    "two\nlines",
    "\x1b]52;c;x\x07\u202egnp.exe",
    "{{7*7}} {0} %s",
    "",
)
"""Texts that spreadsheets, browsers, Typst or terminals could act on."""

SHARES = (
    ("B03", ""), ("B04", ""), ("B11", "turns_presence"), ("B11", "turns_speaking"), ("B12", "turns_presence"),
    ("B12", "turns_speaking"), ("B14", ""), ("B15", ""), ("B16", ""), ("B16", "youth"), ("B17", ""),
    ("B17", "youth"), ("B20", ""), ("B23", ""), ("B26", "A"), ("B26", "B"), ("B29", "m1"), ("B29", "m3"),
    ("B29", "m6"), ("B29", "m12"), ("B32", ""), ("B33", "completion"),
    ("B34", "m1"), ("B34", "m3"), ("B34", "m6"), ("B34", "m12"), ("Q01", ""), ("Q02", ""), ("Q03", ""), ("Q04", ""),
)  # fmt: skip
COUNTS = (("B01", ""), ("B25", ""), ("B28", ""), ("Q07", ""), ("Q08", ""))
SKILLS = ("open", "listen", "reframe", "balance", "neutral", "emotion", "options", "close")
SEVERITIES = ("1", "2", "3", "4", "unknown")
CATEGORIES = ("land", "resource", "service", "security", "discrim", "company")


def a_release(
    months: int = 6,
    *,
    seed: int = 1,
    hide: float = 0.2,
    audience: Audience = Audience.LEAVING,
    words: str = "",
    marked: bool = False,
) -> Release:
    """A release of so many months whose cells are hidden by chance.

    `words` stands wherever a text may come from data. With `marked`, every number has five digits, ends in 7 and
    stands once, so that it can be found in any file.
    """
    random = Random(seed)
    made = _Cells(random, hide, marked=marked)
    places = [f"{2016 + month // 12}-{month % 12 + 1:02d}" for month in range(months)]
    tables = [
        made.table("B01", "", ("month",), [(place,) for place in places]),
        made.table("B02", "", ("month", "gender"), [(place, code) for place in places for code in "fmx"]),
        made.table("B02", "", ("adm1",), [("MMR003",), ("MMR014",), (words or "MMR001",)]),
        made.table("B09", "", ("measure",), [("access",), ("child",)]),
        made.table("B21", "", ("category", "severity"), [(c, s) for c in CATEGORIES for s in SEVERITIES]),
        *(made.table(indicator, part, (), []) for indicator, part in COUNTS),
        *(made.table(indicator, part, (), [], share=True) for indicator, part in SHARES),
        *(made.table("B33", part, ("gender",), [("f",), ("m",)], points=18) for part in ("pre", "post")),
        *(made.table("B33", f"item_{skill}", (), [], points=4) for skill in SKILLS),
    ]  # fmt: skip
    end = date(2016 + (months - 1) // 12, (months - 1) % 12 + 1, 28)
    named = sorted({table.indicator for table in tables})
    release = Release(
        id="",
        hash="",
        project=words or "Bridges",
        period=Period(date(2016, 1, 1), end, end),
        audience=audience,
        threshold=10,
        rounded=1,
        forms=(("dialogue_session", "2026.1"), ("mediation_case", words or "2026.1")),
        catalogue="0" * 64,
        definitions=tuple(_defined(indicator, words) for indicator in named),
        tables=tuple(tables),
        told=sum(cell.state is State.VALUE for table in tables for cell in table.cells),
        suppressed=sum(cell.state is State.SUPPRESSED for table in tables for cell in table.cells),
        notes=(words or "Device 3f9a was last heard from on 2016-03-02.",),
    )
    return sealed(release)


def with_cells(release: Release, table: str, cells: Sequence[ReleasedCell]) -> Release:
    """The same release with other cells in one table."""
    tables = (replace(each, cells=tuple(cells)) if each.id == table else each for each in release.tables)
    return sealed(replace(release, tables=tuple(tables)))


def _defined(indicator: str, words: str) -> Defined:
    title: Mapping[str, str] = {"en": words or f"Figure {indicator}", "my": "ညွှန်းကိန်း"}
    return Defined(
        indicator, 2, title, {"en": words or "How it is counted."}, {"": title, "A": {"en": "Settled, A"}}
    )


class _Cells:
    """Cells by chance; a hidden one has no number, as `indicators.releases` promises."""

    def __init__(self, random: Random, hide: float, *, marked: bool) -> None:
        self._random = random
        self._hide = hide
        self._numbers = iter(random.sample(range(10_007, 90_000, 10), 2_000)) if marked else None

    def _number(self, least: int, most: int) -> int:
        return self._random.randint(least, most) if self._numbers is None else next(self._numbers)

    def table(
        self,
        indicator: str,
        part: str,
        by: tuple[str, ...],
        codes: Sequence[tuple[str, ...]],
        *,
        share: bool = False,
        points: int = 0,
    ) -> ReleasedTable:
        """One table with its total first."""
        keys: list[Mapping[str, str]] = [{}, *(dict(zip(by, code, strict=True)) for code in codes)]
        cells = tuple(self._cell(key, share=share, points=points) for key in keys)
        name = ".".join(text for text in (indicator, part, *by) if text)
        return ReleasedTable(name, indicator, part, by, cells, {})

    def _cell(self, by: Mapping[str, str], *, share: bool, points: int) -> ReleasedCell:
        random = self._random
        if random.random() < self._hide:
            return ReleasedCell(by, State.SUPPRESSED, HIDDEN)
        if random.random() < 0.05:
            return ReleasedCell(by, State.NO_DATA, "no data")
        if points:
            number = self._number(31, 31)
            value = Fraction(random.randint(100, 100 * points), 100)
            return ReleasedCell(by, State.VALUE, f"{float(value):.2f} (of {number})", None, number, value)
        if not share:
            count = self._number(10, 60)
            return ReleasedCell(by, State.VALUE, str(count), count, None, Fraction(count), excluded={})
        above, below = sorted((self._number(10, 40), self._number(41, 90)))
        value = Fraction(above, below)
        display = f"{round(100 * above / below)}% ({above} of {below})"
        low, high = Fraction(above, below + 8), Fraction(above + 8, below + 8)
        return ReleasedCell(by, State.VALUE, display, above, below, value, low, high, {"not known": 12})
