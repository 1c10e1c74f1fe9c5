"""What charts are made of: marks, scales of names, shades and shapes, and the way to SVG.

Owns how marks look in black and white: shades that differ in lightness, outlines, shapes and dashes. Which of them make
a chart is `charts`'. A hidden value is a ‡ at the edge and has no place on the scale; nothing is fetched.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from fieldkit.reports.extras import library
from fieldkit.reports.fonts import LATIN
from indicators.releases import HIDDEN

WIDTH = 520
"""Pixels of a plot whose places stand below it; with its axis at most 680, which `pdf` fits to its page."""
ROW_WIDTH = 390
"""Pixels of a plot whose places stand beside it, with room for their names."""
NARROWEST = 240

SHADES = ("#1f3b57", "#8fa9c0", "#ffffff", "#c9d3dd")
"""Dark, middle, white, light: apart from each other in grey too."""
STEPS = ("#ffffff", "#c9d5e1", "#7f9ab3", "#1f3b57")
"""From light to dark, for what has an order."""
UNORDERED = ("#e6e0d0", "#b3a88a")
"""What stands outside that order: not rated, unknown."""

INK = "#1a1a1a"
DASHES: tuple[list[int], ...] = ([1, 0], [6, 3], [2, 2], [8, 2, 2, 2])
SHAPES = ("circle", "square", "triangle-up", "diamond")

FEW = 24
"""So many columns leave room for a number in each."""
LABELS = 12
"""So many labels stand side by side below an axis."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One value of a chart."""

    place: str
    """Where it stands on the axis of names."""
    series: str
    value: float | None
    """None: hidden or without data; then `label` says which."""
    label: str
    low: float | None = None
    high: float | None = None
    told: str = ""
    """For words and tables: the label with what it is taken of; empty where the label says it all."""

    @property
    def words(self) -> str:
        """What is told of it outside the drawing."""
        return self.told or self.label


@dataclass(frozen=True, slots=True)
class Axes:
    """Names in their order, and the titles of the scales."""

    places: Sequence[str]
    series: Sequence[str]
    title: str
    """What the numbers are."""
    along: str = ""
    """What the places are."""
    faces: str = LATIN
    """Font families in which words are drawn, the first first."""


def spaced(places: Sequence[str]) -> list[str]:
    """The names that are written below an axis: all of a few, the Januaries of many months, else every n-th.

    >>> spaced(["2026-01", "2026-02"])
    ['2026-01', '2026-02']
    """
    if len(places) <= LABELS:
        return list(places)
    januaries = [place for place in places if place.endswith("-01")]
    if len(places) > FEW and 2 <= len(januaries) <= LABELS:
        return januaries
    return list(places)[:: -(-len(places) // LABELS)]


def data_of(
    altair: Any,
    marks: Sequence[Mark],
    axes: Axes,
    beside: Mapping[tuple[str, str], tuple[str, float]] = MappingProxyType({}),
) -> Any:
    """The visible part of the marks: what is hidden has no value to hand on."""
    at = {place: number for number, place in enumerate(axes.places)}
    number = {series: index for index, series in enumerate(axes.series)}
    return altair.Data(
        values=[
            {
                "place": mark.place,
                "series": mark.series,
                "value": mark.value,
                "label": mark.label,
                "low": mark.low,
                "high": mark.high,
                "side": beside.get((mark.place, mark.series), ("", 0.0))[0],
                "label_at": beside.get((mark.place, mark.series), ("", 0.0))[1],
                "at": at[mark.place],
                "number": number[mark.series],
            }
            for mark in marks
        ]
    )


def daggers(altair: Any, marks: Sequence[Mark], **place: Any) -> Any:
    """One word at the edge of each place where something has no value: never at a height that tells anything."""
    words: dict[str, str] = {}
    for mark in marks:
        if mark.value is None and (mark.label == HIDDEN or "y" in place):
            words[mark.place] = HIDDEN if HIDDEN in (mark.label, words.get(mark.place)) else mark.label
    data = altair.Data(values=[{"place": name, "label": label} for name, label in words.items()])
    edge = {"y": altair.value(-6)} if "x" in place else {"x": altair.value(ROW_WIDTH - 4)}
    align = "center" if "x" in place else "right"
    return (
        altair.Chart(data)
        .mark_text(fontSize=11 if len(words) <= FEW else 6, align=align, color=INK)
        .encode(text="label:N", **place, **edge)
    )


def numbers_inside(
    altair: Any, chart: Any, shared: dict[str, Any], along: str, series: Sequence[str], shades: Sequence[str]
) -> Any:
    """Numbers in the middle of the segments, white on dark shades."""
    middle = {"x": altair.X, "y": altair.Y}[along]("value:Q", stack="zero", bandPosition=0.5)
    dark = [name for name, shade in zip(series, shades, strict=False) if shade == SHADES[0]]
    colour = altair.condition(
        altair.FieldOneOfPredicate(field="series", oneOf=dark), altair.value("#ffffff"), altair.value(INK)
    )
    return chart.mark_text(fontSize=10).encode(
        text="label:N", color=colour, detail="series:N", **{along: middle}, **shared
    )


def shaded(altair: Any, series: Sequence[str], shades: Sequence[str]) -> Any:
    """The shade of each series, and a legend where there is more than one."""
    scale = altair.Scale(domain=list(series), range=list(shades[: len(series)]))
    key = altair.Legend(title=None, symbolStrokeColor=INK, symbolStrokeWidth=0.7, symbolType="square")
    return altair.Color("series:N", scale=scale, legend=key if len(series) > 1 else None)


def symbols(altair: Any, series: Sequence[str], shades: Sequence[str]) -> dict[str, Any]:
    """Shape, fill and outline of the points of each series, in one legend."""

    def scaled(values: Sequence[str]) -> dict[str, Any]:
        scale = altair.Scale(domain=list(series), range=list(values[: len(series)]))
        return {"shorthand": "series:N", "scale": scale, "legend": legend(altair, series)}

    return {
        "shape": altair.Shape(**scaled(SHAPES)),
        "fill": altair.Fill(**scaled(shades)),
        "stroke": altair.Stroke(**scaled([INK] * len(series))),
    }


def legend(altair: Any, series: Sequence[str]) -> Any:
    """One legend for shape and fill together."""
    return (
        altair.Legend(title=None, symbolStrokeColor=INK, symbolStrokeWidth=1.4, symbolSize=110)
        if len(series) > 1
        else None
    )


def names_axis(altair: Any) -> Any:
    """An axis of names beside the plot; none is cut short."""
    return altair.Axis(title=None, labelLimit=0, labelFontSize=11)


def whole_axis(altair: Any, marks: Sequence[Mark]) -> Any:
    """An axis of counts: no half people on it."""
    return altair.Axis(format="d", tickMinStep=1, tickCount=min(6, int(highest(marks)) + 1))


def highest(marks: Sequence[Mark]) -> float:
    """The highest sum of one place that is drawn."""
    sums: dict[str, float] = {}
    for mark in marks:
        sums[mark.place] = sums.get(mark.place, 0) + (mark.value or 0)
    return max(sums.values(), default=0) or 1


def drawn(altair: Any, chart: Any, faces: str, height: int = 0, width: int = WIDTH) -> str:
    """The SVG text of the chart."""
    if height:
        chart = chart.properties(width=width, height=height)
    # The width of Burmese is reckoned too small by a fifth: its words get more room.
    wide = 0 if faces == LATIN else 35
    chart = (
        chart.configure(
            font=faces,
            background="#ffffff",
            padding={"left": 5 + wide, "right": 20, "top": 14, "bottom": 5},
        )
        .configure_view(stroke=None)
        .configure_axis(
            labelFontSize=11, titleFontSize=11, titleFontWeight="normal", gridColor="#dddddd", domainColor=INK
        )
        .configure_axisX(grid=False)
        .configure_legend(orient="bottom", labelFontSize=11, labelLimit=0, columns=4, columnPadding=10 + wide)
    )
    svg: str = library("vl_convert").vegalite_to_svg(chart.to_json(indent=None), allowed_base_urls=[])
    return svg
