"""Six kinds of charts as SVG, drawn by Vega-Lite (Altair describes, vl-convert draws).

Owns which marks make which chart, and where their numbers stand; how marks look is `marks`', what is drawn is
`pictures`'. The same marks give the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fieldkit.reports.extras import library
from fieldkit.reports.marks import (
    DASHES,
    FEW,
    INK,
    NARROWEST,
    ROW_WIDTH,
    SHADES,
    STEPS,
    UNORDERED,
    WIDTH,
    Axes,
    Mark,
    daggers,
    data_of,
    drawn,
    highest,
    legend,
    names_axis,
    numbers_inside,
    shaded,
    spaced,
    symbols,
    whole_axis,
)


def stacked_columns(marks: Sequence[Mark], axes: Axes) -> str:
    """Columns over time, one segment a series; numbers inside where there is room."""
    altair = library("altair")
    few = len(axes.places) <= FEW
    x = altair.X(
        "place:N",
        sort=None,
        scale=altair.Scale(domain=list(axes.places), paddingInner=0.25 if few else 0.05),
        axis=altair.Axis(
            title=axes.along, values=spaced(axes.places), labelAngle=0 if len(axes.places) <= 8 else -45
        ),
    )
    y = altair.Y("value:Q", stack="zero", title=axes.title, axis=whole_axis(altair, marks))
    colour = shaded(altair, axes.series, SHADES)
    chart = altair.Chart(data_of(altair, marks, axes)).transform_filter("datum.value !== null")
    order = altair.Order("number:Q")
    layers = [
        chart.mark_bar(stroke=INK, strokeWidth=0.7 if few else 0.2).encode(
            x=x, y=y, color=colour, order=order
        )
    ]
    if few:
        high = highest(marks)
        chart = chart.transform_filter(f"datum.value >= {high / 18}")
        layers.append(numbers_inside(altair, chart, {"x": x, "order": order}, "y", axes.series, SHADES))
    layers.append(daggers(altair, marks, x=x))
    width = min(WIDTH, max(NARROWEST, 80 * len(axes.places)))
    return drawn(altair, altair.layer(*layers), axes.faces, height=260, width=width)


def stacked_rows(marks: Sequence[Mark], axes: Axes, *, ordered: int) -> str:
    """Lying bars, one segment a series: the first `ordered` from light to dark, what stands outside the order after."""
    altair = library("altair")
    outside = len(axes.series) - ordered
    shades = (*STEPS[len(STEPS) - ordered :], *UNORDERED[:outside]) if ordered else (STEPS[1],)
    y = altair.Y("place:N", sort=None, scale=altair.Scale(domain=list(axes.places)), axis=names_axis(altair))
    x = altair.X(
        "value:Q",
        stack="zero",
        title=axes.title,
        axis=whole_axis(altair, marks),
        scale=_with_edge(altair, marks),
    )
    chart = altair.Chart(data_of(altair, marks, axes)).transform_filter("datum.value !== null")
    order = altair.Order("number:Q")
    bars = chart.mark_bar(stroke=INK, strokeWidth=0.7).encode(
        y=y, x=x, color=shaded(altair, axes.series, shades), order=order
    )
    inside = chart.transform_filter(f"datum.value >= {highest(marks) / 30}")
    numbers = numbers_inside(altair, inside, {"y": y, "order": order}, "x", axes.series, shades)
    hidden = daggers(altair, marks, y=y)
    return drawn(
        altair,
        altair.layer(bars, numbers, hidden),
        axes.faces,
        height=24 * len(axes.places) + 10,
        width=ROW_WIDTH,
    )


def ratings(marks: Sequence[Mark], axes: Axes) -> str:
    """Lying bars from 0 to the best rating of 4, the last series dark; the number behind each."""
    altair = library("altair")
    y = altair.Y("place:N", sort=None, scale=altair.Scale(domain=list(axes.places)), axis=names_axis(altair))
    x = altair.X(
        "value:Q",
        title=axes.title,
        scale=altair.Scale(domain=[0, 4.4]),
        axis=altair.Axis(values=[0, 1, 2, 3, 4]),
    )
    chart = altair.Chart(data_of(altair, marks, axes)).transform_filter("datum.value !== null")
    bars = chart.mark_bar(stroke=INK, strokeWidth=0.7).encode(
        y=y, x=x, color=shaded(altair, axes.series, (SHADES[3], SHADES[0]))
    )
    numbers = chart.mark_text(align="left", dx=5, fontSize=11, color=INK).encode(y=y, x=x, text="label:N")
    layers = altair.layer(bars, numbers, daggers(altair, marks, y=y))
    return drawn(altair, layers, axes.faces, height=26 * len(axes.places), width=ROW_WIDTH)


def dumbbells(marks: Sequence[Mark], axes: Axes) -> str:
    """Two points on one line for each place: how far apart two shares lie. Values in percent."""
    altair = library("altair")
    y = altair.Y(
        "place:N",
        sort=None,
        scale=altair.Scale(domain=list(axes.places), padding=0.6),
        axis=names_axis(altair),
    )
    chart = altair.Chart(data_of(altair, marks, axes)).transform_filter("datum.value !== null")
    x = altair.X("value:Q", title=axes.title, scale=altair.Scale(domain=[0, 100]))
    line = chart.mark_line(color=INK, strokeWidth=2).encode(y=y, x=x, detail="place:N")
    points = chart.mark_point(size=170, strokeWidth=1.5, opacity=1).encode(
        y=y,
        x=x,
        **symbols(altair, axes.series, ("#ffffff", SHADES[0])),
    )
    texts = [
        chart.transform_filter(altair.datum.number == number)
        .mark_text(dy=dy, fontSize=11, color=INK)
        .encode(y=y, x=x, text="label:N")
        for number, dy in ((0, -16), (1, 17))
    ]
    hidden = daggers(altair, marks, y=y)
    return drawn(
        altair,
        altair.layer(line, points, *texts, hidden),
        axes.faces,
        height=85 * len(axes.places),
        width=ROW_WIDTH,
    )


def lines(marks: Sequence[Mark], axes: Axes, *, top: float | None = None, width: int = WIDTH) -> str:
    """A line for each series over a few steps, told apart by dash and shape; a hidden value leaves a gap.

    Args:
        top: where the scale of values ends; the scale always begins at zero.
    """
    altair = library("altair")
    top = top or 1.15 * max((mark.value for mark in marks if mark.value is not None), default=1)
    x = altair.X(
        "place:N",
        sort=None,
        scale=altair.Scale(domain=list(axes.places), padding=0.5),
        axis=altair.Axis(title=axes.along, labelAngle=0, labelLimit=0),
    )
    y = altair.Y("value:Q", title=axes.title, scale=altair.Scale(domain=[0, top], nice=True))
    chart = altair.Chart(data_of(altair, marks, axes, _beside(marks, axes, top)))
    known = chart.transform_filter("datum.value !== null")
    dashes = altair.Scale(domain=list(axes.series), range=list(DASHES[: len(axes.series)]))
    joined = chart.mark_line(color=INK, strokeWidth=1.8, invalid="break-paths-show-path-domains").encode(
        x=x,
        y=y,
        strokeDash=altair.StrokeDash("series:N", scale=dashes, legend=legend(altair, axes.series)),
        detail="series:N",
        order=altair.Order("at:Q"),
    )
    points = known.mark_point(size=110, strokeWidth=1.4, opacity=1).encode(
        x=x, y=y, **symbols(altair, axes.series, SHADES)
    )
    texts = [
        known.transform_filter(altair.datum.side == side)
        .mark_text(dx=dx, dy=dy, align=align, fontSize=11, color=INK)
        .encode(x=x, y=altair.Y("label_at:Q", title=axes.title), text="label:N")
        for side, align, dx, dy in _SIDES
    ]
    layers = altair.layer(joined, points, *texts, daggers(altair, marks, x=x))
    return drawn(altair, layers, axes.faces, height=270, width=width)


_SIDES = (
    ("left", "right", -11, 0),
    ("right", "left", 11, 0),
    ("above", "center", 0, -14),
    ("below", "center", 0, 15),
)
"""Where a label stands, its alignment, and pixels from its point."""


def _beside(marks: Sequence[Mark], axes: Axes, top: float) -> dict[tuple[str, str], tuple[str, float]]:
    """On which side of its point and at which height each label stands, so that none lies on a line or on another."""
    beside: dict[tuple[str, str], tuple[str, float]] = {}
    for place in axes.places:
        known = sorted(
            (mark.value, mark.series) for mark in marks if mark.place == place and mark.value is not None
        )
        outer = {axes.places[0]: "left", axes.places[-1]: "right"}.get(place)
        height = -top
        for number, (value, series) in enumerate(known):
            height = max(value, height + top / 18) if outer else value
            beside[place, series] = (outer or ("above" if number == len(known) - 1 else "below"), height)
    return beside


def funnel(counts: Sequence[Mark], above: Axes, kept: Sequence[Mark], below: Axes) -> str:
    """Counts that narrow from bar to bar, and below them shares in percent with the line of their bounds.

    A part in which nothing has a value is left out.
    """
    altair = library("altair")
    names = {"axis": names_axis(altair), "sort": None}
    y = altair.Y("place:N", scale=altair.Scale(domain=list(above.places)), **names)
    chart = altair.Chart(data_of(altair, counts, above)).transform_filter("datum.value !== null")
    x = altair.X(
        "value:Q", title=above.title, axis=whole_axis(altair, counts), scale=_with_edge(altair, counts)
    )
    bars = chart.mark_bar(color=SHADES[3], stroke=INK, strokeWidth=0.7).encode(y=y, x=x)
    numbers = chart.mark_text(align="left", dx=5, fontSize=11, color=INK).encode(y=y, x=x, text="label:N")
    first = altair.layer(bars, numbers, daggers(altair, counts, y=y)).properties(
        width=ROW_WIDTH, height=30 * len(above.places)
    )
    y = altair.Y("place:N", scale=altair.Scale(domain=list(below.places)), **names)
    chart = altair.Chart(data_of(altair, kept, below)).transform_filter("datum.value !== null")
    x = altair.X("value:Q", title=below.title, scale=altair.Scale(domain=[0, 100]))
    spans = (
        chart.transform_filter("datum.low !== null")
        .mark_rule(color=INK, strokeWidth=2)
        .encode(y=y, x=altair.X("low:Q", title=below.title, scale=altair.Scale(domain=[0, 100])), x2="high:Q")
    )
    points = chart.mark_point(size=110, fill=SHADES[0], stroke=INK, opacity=1).encode(y=y, x=x)
    texts = chart.mark_text(dy=-13, fontSize=11, color=INK).encode(y=y, x=x, text="label:N")
    second = altair.layer(spans, points, texts, daggers(altair, kept, y=y)).properties(
        width=ROW_WIDTH, height=40 * len(below.places)
    )
    parts = ((first, counts), (second, kept))
    shown = [chart for chart, marks in parts if any(mark.value is not None for mark in marks)]
    return drawn(altair, altair.vconcat(*shown, spacing=24), above.faces)


def _with_edge(altair: Any, marks: Sequence[Mark]) -> Any:
    """A scale of counts that leaves the edge free, where ‡ stands: on a bar it could not be seen."""
    return altair.Scale(domain=[0, 1.12 * highest(marks)], nice=True)
