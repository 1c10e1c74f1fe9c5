"""Functions over choices: lists of chosen values, labels, look-ups in lists.

Owns nothing but what they compute. Invariant: see `signatures`.
"""

from __future__ import annotations

import math

from forms.xpath.contexts import Context
from forms.xpath.library.signatures import function


@function("selected", "text text")
def _selected(_: Context, chosen: str, value: str) -> bool:
    """Whether a value is among the chosen; blank is, where nothing is chosen (forms test for no answer so)."""
    return value.strip() in (chosen.split() or [""])


@function("selected-at", "text number")
def _selected_at(_: Context, chosen: str, index: float) -> str:
    values = chosen.split()
    return values[int(index)] if not math.isnan(index) and 0 <= index < len(values) else ""


@function("count-selected", "text")
def _count_selected(_: Context, chosen: str) -> float:
    return float(len(chosen.split()))


@function("jr:choice-name", "text text")
def _choice_name(context: Context, value: str, question: str) -> str:
    return context.world.choice_label(value, question, context.node) if value else ""


@function("jr:itext", "text")
def _itext(context: Context, text_id: str) -> str:
    return context.world.translate(text_id, context.current)


@function("property", "text", is_certain=False)
def _property(context: Context, name: str) -> str:
    return context.world.describe(name)


@function("version")
def _version(context: Context) -> str:
    return context.world.describe("version")
