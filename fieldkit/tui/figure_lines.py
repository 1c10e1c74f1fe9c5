"""How figures, bars and the quality line are said in characters.

Owns widths and words; what a figure is was decided before. Invariant: a bar says nothing that the number beside it does
not say, what is hidden or not known has none, and a reader without colour loses nothing. Words that may be Burmese
stand last on their line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from textual.content import Content

from fieldkit.coordinator.figure_ports import Figure, Quality
from fieldkit.tui.speech import many, say, spoken
from fieldkit.tui.text import one_line, plain

BAR_CELLS = 10
_DISPLAY_CELLS = 21
"""``42.2% (1,234 of 2,924)`` fits."""
_STEPS = " ▁▂▃▄▅▆▇█"
HIDDEN = "‡"

_STATES = {
    "no data": "no data",
    "not comparable": "not comparable",
    "needs sealed answers": "needs sealed answers",
}
FIXED = tuple(_STATES)
"""The words above, for the catalogues."""


def bar(figure: Figure, most: Fraction) -> str:
    """Ten cells of a bar: a share's part of the whole, else the part of the greatest; blank where there is none."""
    value = _measurable(figure)
    whole = Fraction(1) if figure.kind == "share" else most
    if value is None or whole <= 0:
        return " " * BAR_CELLS
    full = min(BAR_CELLS, int(value / whole * BAR_CELLS + Fraction(1, 2)))
    # What is more than nothing is seen.
    full = max(full, 1) if value else 0
    return "█" * full + "·" * (BAR_CELLS - full)


def greatest(figures: Sequence[Figure]) -> Fraction:
    """What the longest bar of a table stands for; its total is told beside it and would dwarf the others."""
    values = [value for figure in figures if figure.by and (value := _measurable(figure)) is not None]
    return max(values, default=Fraction(0))


def trend(figures: Sequence[Figure]) -> str:
    """One character for each figure, from the least to the greatest height; ``‡`` hidden, ``·`` no data."""
    most = Fraction(1) if all(figure.kind == "share" for figure in figures) else greatest(figures)
    return "".join(_height(figure, most) for figure in figures)


def _height(figure: Figure, most: Fraction) -> str:
    value = _measurable(figure)
    if figure.state == "suppressed":
        return HIDDEN
    if value is None or most <= 0:
        return "·"
    return _STEPS[max(1, int(value / most * (len(_STEPS) - 1) + Fraction(1, 2)))] if value else "_"


def _measurable(figure: Figure) -> Fraction | None:
    """The value, where a length can stand for it: a gap may be less than nothing."""
    if figure.value is None or figure.kind == "gap":
        return None
    return Fraction(figure.value)


def shown(figure: Figure) -> str:
    """The figure in words: its value and what it is made of, or why there is none."""
    return say(_STATES[figure.state]) if figure.state in _STATES else one_line(figure.display)


def indicator_line(figure: Figure) -> Content:
    """A figure in the table of its group."""
    words = f"{title_of(figure)}{_bounds(figure)}"
    return plain(f"{figure.indicator:4} {bar(figure, Fraction(0))} {_short(figure):{_DISPLAY_CELLS}} {words}")


def part_line(figure: Figure, most: Fraction) -> Content:
    """A figure in the table of its breakdown, the total without a bar."""
    words = ", ".join(one_line(figure.words.get(name, code)) for name, code in figure.by.items())
    drawn = bar(figure, most) if figure.by or figure.kind == "share" else " " * BAR_CELLS
    return plain(f"{drawn} {_short(figure):{_DISPLAY_CELLS}} {words or say('all')}{_bounds(figure)}")


def _short(figure: Figure) -> str:
    return shown(figure).partition(", bounds ")[0]


def _bounds(figure: Figure) -> str:
    bounds = shown(figure).partition(", bounds ")[2]
    return f"  ({say('between {bounds}', bounds=bounds)})" if bounds else ""


def left_out(figure: Figure) -> str:
    """What the figure left out, with counts; empty when nothing."""
    reasons = ", ".join(
        f"{one_line(reason)}: {HIDDEN if count is None else f'{count:,}'}"
        for reason, count in figure.excluded.items()
        if count != 0
    )
    return f"{say('left out')}: {reasons}" if reasons else ""


def title_of(figure: Figure) -> str:
    """The figure's title in the language of the screens, else in English."""
    return one_line(figure.titles.get(spoken(), figure.title))


def title_in(language: str, titles: Mapping[str, str]) -> str:
    """The words in a language, else in English."""
    return one_line(titles.get(language) or titles["en"])


def quality_lines(quality: Quality) -> Iterator[Content]:
    """The quality line; harm stands first and stands out."""
    if quality.harms:
        harmed = many(quality.harms, "follow-up")
        yield plain(say("HARM: {harmed} with someone put at risk: F12", harmed=harmed), "bold")
    told = (
        say("drafts left out {count}", count=f"{quality.drafts:,}"),
        say("final within 7 days {share}", share=_pair(quality.timely)),
        say("gender and age seen, not told {share}", share=_pair(quality.observed)),
        say("core answers missing {share}", share=_pair(quality.missing)),
        say("distress met with care {share}", share=_pair(quality.cared)),
        say("distress known {share}", share=_pair(quality.distress_known)),
        say("incidents {count}", count=f"{quality.incidents:,}"),
    )
    yield plain(f"{say('Quality')}: {'; '.join(told)}")


def _pair(pair: tuple[int, int]) -> str:
    some, of = pair
    return f"{some:,}/{of:,}" if of else say("no data")
