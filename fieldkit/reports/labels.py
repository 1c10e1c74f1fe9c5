"""The words of a drawing, lifted out of its SVG so that they can be set as text.

Owns where each word stands. Typst shapes Burmese right in its own text, but not in the text of an SVG image: there
vowels fall off their consonants. So a page carries the picture without words, and the words above it.
"""

from __future__ import annotations

import re
from cmath import exp, phase
from collections.abc import Iterator
from dataclasses import dataclass
from math import degrees, radians
from xml.etree import ElementTree as Tree

from defusedxml.ElementTree import fromstring

_SVG = "http://www.w3.org/2000/svg"
_MOVE = re.compile(r"(translate|rotate)\(([^)]*)\)")
_ANCHORS = {"start": 0.0, "middle": 0.5, "end": 1.0}


@dataclass(frozen=True, slots=True)
class Label:
    """One text of a drawing. Lengths are pixels of the drawing."""

    text: str
    x: float
    y: float
    """The baseline."""
    angle: float
    """Degrees, clockwise."""
    anchor: float
    """Which part of its width lies left of `x`: 0 begins there, 0.5 is centred, 1 ends there."""
    size: float
    fill: str


@dataclass(frozen=True, slots=True)
class Lifted:
    """A drawing without words, and its words."""

    svg: str
    width: float
    height: float
    labels: tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class _Frame:
    """A system of coordinates that was moved and turned: complex numbers, since nothing is stretched."""

    origin: complex = 0j
    turn: complex = 1 + 0j

    def moved(self, transform: str) -> _Frame:
        """After an SVG `transform` of translations and rotations."""
        frame = self
        for kind, inside in _MOVE.findall(transform):
            numbers = [float(number) for number in re.split(r"[ ,]+", inside.strip())]
            if kind == "translate":
                by = complex(numbers[0], numbers[1] if len(numbers) > 1 else 0)
                frame = _Frame(frame.origin + frame.turn * by, frame.turn)
            else:
                frame = _Frame(frame.origin, frame.turn * exp(1j * radians(numbers[0])))
        return frame


def lifted(svg: str) -> Lifted:
    """The drawing and its words apart. The SVG is one that `charts` drew."""
    root = fromstring(svg)
    labels = tuple(_taken_from(root, _Frame()))
    Tree.register_namespace("", _SVG)
    return Lifted(
        Tree.tostring(root, encoding="unicode"),
        float(root.get("width", "0")),
        float(root.get("height", "0")),
        labels,
    )


def _taken_from(element: Tree.Element, frame: _Frame) -> Iterator[Label]:
    """Removes the texts below an element and gives them, in the order of the drawing."""
    for child in list(element):
        inner = frame.moved(child.get("transform", ""))
        if child.tag != f"{{{_SVG}}}text":
            yield from _taken_from(child, inner)
            continue
        element.remove(child)
        words = "".join(child.itertext())
        if words.strip() and child.get("opacity") != "0":
            yield Label(
                text=words,
                x=round(inner.origin.real, 3),
                y=round(inner.origin.imag, 3),
                angle=round(degrees(phase(inner.turn)), 3),
                anchor=_ANCHORS[child.get("text-anchor", "start")],
                size=float(child.get("font-size", "11px").removesuffix("px")),
                fill=child.get("fill", "#000000"),
            )
