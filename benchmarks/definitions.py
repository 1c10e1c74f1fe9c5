"""Compiled forms: how long it takes to read one, and to publish one again."""

from __future__ import annotations

from statistics import median
from time import perf_counter

from benchmarks import Row
from forms import definition_json, shipped
from forms.publish import publish_workbook

NAME = "definitions"

_ROUNDS = 41


def run() -> list[Row]:
    """Milliseconds for the shipped forms; the first publishing, which imports pyxform, is left out."""
    texts = {form_id: shipped.compiled_text(form_id) for form_id in shipped.definitions()}
    loading = {form_id: _milliseconds_to_load(text) for form_id, text in texts.items()}
    largest = max(texts, key=lambda form_id: len(texts[form_id]))
    workbook = shipped.workbook(largest)
    publish_workbook(workbook, largest)
    start = perf_counter()
    publish_workbook(workbook, largest)
    publishing = (perf_counter() - start) * 1_000
    return [
        Row("read a compiled form, median of the shipped ones", f"{median(loading.values()):.1f} ms", "2 ms"),
        Row(f"read the largest, {largest}", f"{loading[largest]:.1f} ms", "40 ms"),
        Row(f"publish {largest} again", f"{publishing:.0f} ms"),
    ]


def _milliseconds_to_load(text: str) -> float:
    taken = []
    for _ in range(_ROUNDS):
        start = perf_counter()
        definition_json.load(text)
        taken.append(perf_counter() - start)
    return median(taken) * 1_000
