"""The pictures of a report: which cells of a release each shows, in which words.

Owns what is drawn and told beside it; how marks look is `charts`'. Marks, words for those who can't see, and the table
below a picture come from the same cells, and from nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from fieldkit.reports import charts
from fieldkit.reports.contents import Contents, beginning, is_hidden, number_of
from fieldkit.reports.documents import Grid, Picture
from fieldkit.reports.marks import FEW, NARROWEST, Axes, Mark
from fieldkit.reports.telling import behind, bounds, brief, told
from fieldkit.reports.wording import Wording
from indicators.catalogue import PERIODS
from indicators.measures import State
from indicators.projection import CODE_UNKNOWN
from indicators.releases import HIDDEN, ReleasedCell

GENDERS = ("f", "m", "x")
WINDOWS = ("m1", "m3", "m6", "m12")

LADDER = (
    ("present", ("B03", ""), ("B04", "")),
    ("spoke", ("B11", "turns_speaking"), ("B12", "turns_speaking")),
    ("topic", ("B14", ""), ("B15", "")),
    ("decision", ("B16", ""), ("B16", "youth")),
    ("role", ("B17", ""), ("B17", "youth")),
)
"""Step to the figure of women and of those aged 18-29."""

TOLD = 48
"""So many values are read out in the words for a picture; more are in its table only."""


def attendance(contents: Contents, wording: Wording) -> Picture:
    """Women, men and others by month, or by the finest time whose columns leave room for numbers."""
    time, codes = _finest(contents)
    found = {(cell.by[time], cell.by["gender"]): cell for cell in contents.cells("B02", "", (time, "gender"))}
    series = [code for code in GENDERS if any(gender == code for _, gender in found)]
    series += sorted({gender for _, gender in found} - set(GENDERS))
    if not found:
        found = {(cell.by[time], "all"): cell for cell in contents.cells("B02", "", (time,))}
        series = ["all"] if found else []
    names = {code: wording.code("gender", code) for code in series}
    marks = [
        _mark(place, names[code], found[place, code], wording)
        for place in codes
        for code in series
        if (place, code) in found
    ]
    along = wording.column(time)
    axes = Axes(codes, list(names.values()), wording.say("column.attendances"), along, wording.faces)
    title = wording.say("chart.attendance", time=along.lower())
    picture = _picture("attendance", title, marks, axes, charts.stacked_columns, wording, "contacts")
    if time == "month" and not all(_is_month(code) for code in codes):
        return replace(picture, notes=(*picture.notes, wording.say("note.together")))
    return picture


def _finest(contents: Contents) -> tuple[str, list[str]]:
    """The time by which attendances are drawn, and its codes in order."""
    finest: tuple[str, list[str]] | None = None
    for time in PERIODS:
        cells = contents.cells("B02", "", (time, "gender")) or contents.cells("B02", "", (time,))
        codes = {cell.by[time] for cell in cells}
        if not codes:
            continue
        if time == "month" and all(_is_month(code) for code in codes):
            codes |= set(contents.times("month"))
        places = sorted(codes, key=beginning)
        if len(places) <= FEW:
            return time, places
        finest = finest or (time, places)
    return finest or ("month", [])


def _is_month(code: str) -> bool:
    """Whether a code names one month: a quarter or a year stands where months alone were too small to tell."""
    return code[5:].isdigit()


def voice(contents: Contents, wording: Wording) -> Picture:
    """How far the share of speaking lies from the share of presence, for women and for those aged 18-29."""
    kinds = {"presence": wording.say("column.presence"), "speaking": wording.say("column.speaking")}
    groups = (("B11", wording.say("series.f")), ("B12", wording.say("series.youth")))
    marks = [
        _mark(group, name, cell, wording, scale=100)
        for indicator, group in groups
        for kind, name in kinds.items()
        if (cell := contents.total(indicator, f"turns_{kind}")) is not None
    ]
    axes = _axes(marks, list(kinds.values()), wording.say("column.share"), wording)
    return _picture("voice", wording.say("chart.voice"), marks, axes, charts.dumbbells, wording, "voice")


def ladder(contents: Contents, wording: Wording) -> Picture:
    """From being present to holding a role, for women and for those aged 18-29."""
    groups = (wording.say("series.f"), wording.say("series.youth"))
    marks = [
        _mark(wording.say(f"series.{step}"), group, cell, wording, scale=100)
        for step, *figures in LADDER
        for group, figure in zip(groups, figures, strict=True)
        if (cell := contents.total(*figure)) is not None
    ]

    def draw(marks: Sequence[Mark], axes: Axes) -> str:
        return charts.lines(marks, axes, top=100)

    axes = _axes(marks, groups, wording.say("column.share"), wording)
    return _picture("ladder", wording.say("chart.ladder"), marks, axes, draw, wording, "ladder")


def concerns(contents: Contents, wording: Wording) -> Picture:
    """Mentions by category, shaded by severity where the release tells both together."""
    cells = contents.cells("B21", "", ("category", "severity"))
    rated = bool(cells)
    cells = cells or contents.cells("B21", "", ("category",))
    levels = sorted(
        {cell.by["severity"] for cell in cells if rated},
        key=lambda code: (code == CODE_UNKNOWN, not code.isdigit(), code),
    )
    # The form explains each level after a colon; a key has room for its name only.
    names = {code: wording.code("severity", code).partition(":")[0] for code in levels} or {
        "": wording.say("column.mentions")
    }
    marks = [
        _mark(
            wording.code("category", cell.by["category"]), names[cell.by.get("severity", "")], cell, wording
        )
        for cell in cells
    ]
    axes = _axes(marks, list(names.values()), wording.say("column.mentions"), wording)
    draw = partial(charts.stacked_rows, ordered=sum(level.isdigit() for level in levels))
    picture = _picture("concerns", wording.say("chart.concerns"), marks, axes, draw, wording, "protection")
    split = [each for each in contents.release.tables if each.indicator == "B21" and "category" in each.by]
    if cells or not split:
        return picture
    if number_of(contents.total("B21")) == 0:
        return replace(picture, alt=wording.say("all_zero"))
    return replace(picture, alt=wording.say("text.total_only", column=wording.column("category")))


def flow(contents: Contents, wording: Wording) -> Picture:
    """Cases recorded, admitted, closed and agreed, and agreements kept at each window with bounds."""
    counts = [
        _mark(wording.say(f"series.{step}"), "", cell, wording)
        for step, figure in (("recorded", ("Q07", "")), ("admitted", ("B25", "")))
        if (cell := contents.total(*figure)) is not None
    ]
    if (closed := contents.total("B26", "A")) is not None:
        counts.append(_counted(wording.say("series.closed"), closed, closed.denominator, wording))
        counts.append(_counted(wording.say("series.agreement"), closed, closed.numerator, wording))
    kept = [
        (wording.say(f"series.{window}"), cell)
        for window in WINDOWS
        if (cell := contents.total("B29", window)) is not None
    ]
    return _narrowing("flow", "cases", "kept", counts, kept, wording)


def applied(contents: Contents, wording: Wording) -> Picture:
    """From registration for a training to disputes mediated afterwards, of those reached at each window."""
    counts, later = [], []
    if (completed := contents.total("B33", "completion")) is not None:
        counts.append(_counted(wording.say("series.registered"), completed, completed.denominator, wording))
        counts.append(_counted(wording.say("series.completed"), completed, completed.numerator, wording))
    for window in WINDOWS:
        if (cell := contents.total("B34", window)) is None:
            continue
        when = wording.say(f"series.{window}")
        later.append((when, cell))
        if cell.state is not State.NO_DATA:
            counts.append(_counted(wording.say("series.reached", when=when), cell, cell.denominator, wording))
            counts.append(_counted(wording.say("series.mediated", when=when), cell, cell.numerator, wording))
    return _narrowing("applied", "trainees", "applied", counts, later, wording)


def _narrowing(
    name: str,
    what: str,
    note: str,
    counts: Sequence[Mark],
    shares: Sequence[tuple[str, ReleasedCell]],
    wording: Wording,
) -> Picture:
    """Counts from many to few, and below them shares with their bounds."""
    marks = [_mark(place, "", cell, wording, scale=100) for place, cell in shares]
    above = _axes(counts, ("",), wording.say(f"column.{what}"), wording)
    below = _axes(marks, ("",), wording.say(f"chart.{note}") + " (%)", wording)

    def draw(drawn: Sequence[Mark], axes: Axes) -> str:
        return charts.funnel(counts, above, marks, below)

    picture = _picture(name, wording.say(f"chart.{name}"), [*counts, *marks], above, draw, wording, note)
    rows = [(mark.place, mark.words, "") for mark in counts]
    rows += [(place, told(cell, wording), bounds(cell)) for place, cell in shares]
    headings = (wording.say("column.step"), wording.say("column.value"), wording.say("column.bounds"))
    empty = [
        wording.say("part_hidden", part=axes.title)
        for part, axes in ((counts, above), (marks, below))
        if picture.svg and part and all(mark.value is None for mark in part)
    ]
    data = Grid("", headings, tuple(rows), frozenset({1, 2}))
    return replace(picture, data=data, notes=(*picture.notes, *empty))


RUBRIC = {
    skill: ("B33", f"item_{skill}")
    for skill in ("open", "listen", "reframe", "balance", "neutral", "emotion", "options", "close")
}
"""Skill of the role-play to its indicator and part, in the order of the role-play."""


def rubric(contents: Contents, wording: Wording) -> Picture:
    """The mean rating of each skill, in the order of the role-play, the weakest of those that are told marked."""
    cells = {
        skill: cell
        for skill, figure in RUBRIC.items()
        if (cell := contents.total(*figure)) is not None and cell.state is not State.NO_DATA
    }
    lowest = min((value for cell in cells.values() if (value := number_of(cell)) is not None), default=None)
    others, weakest = wording.say("series.skill"), wording.say("series.weakest")
    marks = [
        _mark(wording.code("skill", skill), weakest if is_lowest else others, cell, wording)
        for skill, cell in cells.items()
        for is_lowest in [lowest is not None and number_of(cell) == lowest]
    ]
    axes = _axes(marks, (others, weakest), wording.say("column.rating"), wording)
    picture = _picture("rubric", wording.say("chart.rubric"), marks, axes, charts.ratings, wording, "rubric")
    rows = [
        (mark.place, mark.label, behind(cell), weakest if mark.series == weakest else "")
        for mark, cell in zip(marks, cells.values(), strict=True)
    ]
    headings = tuple(wording.say(f"column.{name}") for name in ("skill", "rating", "n"))
    return replace(picture, data=Grid("", (*headings, ""), tuple(rows), frozenset({1, 2})))


def scores(contents: Contents, wording: Wording) -> Picture:
    """Mean points before and after a training, for all and by gender."""
    steps = (("pre", wording.say("column.before")), ("post", wording.say("column.after")))
    marks, series = [], []
    for code in ("all", *GENDERS):
        cells = [_score(contents, part, code) for part, _ in steps]
        if all(cell is None for cell in cells):
            continue
        series.append(wording.say(f"series.{code}"))
        marks += [
            _mark(place, series[-1], cell, wording)
            for (_, place), cell in zip(steps, cells, strict=True)
            if cell is not None
        ]

    def draw(marks: Sequence[Mark], axes: Axes) -> str:
        return charts.lines(marks, axes, width=NARROWEST + 80)

    axes = _axes(marks, series, wording.say("column.points"), wording)
    return _picture("scores", wording.say("chart.scores"), marks, axes, draw, wording, "pairs")


def _score(contents: Contents, part: str, gender: str) -> ReleasedCell | None:
    if gender == "all":
        return contents.total("B33", part)
    cells = contents.cells("B33", part, ("gender",))
    return next((cell for cell in cells if cell.by["gender"] == gender), None)


def _mark(place: str, series: str, cell: ReleasedCell, wording: Wording, scale: int = 1) -> Mark:
    """A cell as a mark; shares are drawn in percent."""
    low, high = (None if bound is None else float(bound) * scale for bound in (cell.low, cell.high))
    value = number_of(cell)
    if value is None:
        return Mark(place, series, None, brief(cell, wording))
    return Mark(place, series, value * scale, brief(cell, wording), low, high, told(cell, wording))


def _counted(place: str, cell: ReleasedCell, count: int | None, wording: Wording) -> Mark:
    """The numerator or denominator of a share as a mark of its own; hidden where the release does not tell it."""
    if number_of(cell) is None:
        return Mark(place, "", None, HIDDEN if is_hidden(cell) else brief(cell, wording))
    if count is None:
        return Mark(place, "", None, HIDDEN)
    return Mark(place, "", float(count), str(count))


def _axes(marks: Sequence[Mark], series: Sequence[str], title: str, wording: Wording) -> Axes:
    """Places in the order in which the marks name them."""
    return Axes(list(dict.fromkeys(mark.place for mark in marks)), list(series), title, faces=wording.faces)


def _picture(
    name: str,
    title: str,
    marks: Sequence[Mark],
    axes: Axes,
    draw: Callable[[Sequence[Mark], Axes], str],
    wording: Wording,
    note: str,
) -> Picture:
    """The picture with its words and its table; without a drawing where no value is told."""
    if not marks:
        return Picture(name, title, wording.say("absent"), "", Grid("", (), ()))
    drawn = any(mark.value for mark in marks)
    blank = "all_zero" if any(mark.value is not None for mark in marks) else "all_hidden"
    hidden = any(mark.label == HIDDEN for mark in marks)
    notes = [wording.say(f"note.{note}")] + ([wording.say("hidden")] if hidden else [])
    return Picture(
        name=name,
        title=title,
        alt=_alt(title, marks, axes, wording) if drawn else wording.say(blank),
        svg=draw(marks, axes) if drawn else "",
        data=_table(marks, axes),
        notes=tuple(notes),
    )


def _alt(title: str, marks: Sequence[Mark], axes: Axes, wording: Wording) -> str:
    """The picture in words, for those who can't see it: every value of a small one, first and last of a large one."""
    parts = []
    for series in axes.series:
        own = [mark for mark in marks if mark.series == series]
        if len(marks) > TOLD and len(own) > 2:
            own = [own[0], own[-1]]
        values = ", ".join(f"{mark.place} {mark.words}" for mark in own)
        parts.append(f"{series}: {values}" if series else values)
    return f"{title}. {'; '.join(parts)}."


def _table(marks: Sequence[Mark], axes: Axes) -> Grid:
    """Places down, series across, each value with what it is taken of."""
    labels = {(mark.place, mark.series): mark.words for mark in marks}
    rows = [
        (place, *(labels.get((place, series), "") for series in axes.series))
        for place in axes.places
        if any((place, series) in labels for series in axes.series)
    ]
    return Grid(
        "", (axes.along, *(series or axes.title for series in axes.series)), tuple(rows), _right(axes)
    )


def _right(axes: Axes) -> frozenset[int]:
    return frozenset(range(1, len(axes.series) + 1))
