"""Likely duplicates: submissions that may record the same thing, for a person to decide.

Owns what makes two submissions alike; which of two with one code counts is `indicators.grouping`'s. Invariant: nothing
is left out of any figure for being alike, only for sharing a code.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations

from fieldkit.coordinator.attention_ports import LikelyDuplicate, Twin
from indicators.answers import text_of
from indicators.catalogue import Catalogue
from indicators.grouping import Submission, duplicates, keys

TOTALS = ("tot_f", "tot_m", "tot_x", "tot_all")


def likely(
    catalogue: Catalogue, submissions: Iterable[Submission], devices: Mapping[str, str], own: str
) -> list[LikelyDuplicate]:
    """Pairs with one code, then pairs of two devices with one month, place and totals.

    Args:
        devices: submission to the device that recorded it.
        own: this device.
    """
    known = {each.id: each for each in submissions}

    def twin(submission: str) -> Twin:
        device = devices.get(submission, "")
        return Twin(submission, device, device == own)

    joins = keys(catalogue)
    by_code = [
        LikelyDuplicate(
            "code",
            text_of(known[pair.counted].answers.get(joins[known[pair.counted].form_id][1])),
            twin(pair.left_out),
            twin(pair.counted),
        )
        for pair in duplicates(catalogue, known.values())
    ]
    by_totals = [
        LikelyDuplicate("totals", what, twin(first), twin(second))
        for what, alike in _alike(known.values())
        for first, second in combinations(alike, 2)
        if devices.get(first) != devices.get(second)
    ]
    return [*by_code, *by_totals]


def repeated_codes(catalogue: Catalogue, submissions: Iterable[Submission]) -> Iterator[tuple[str, int]]:
    """Repeat and number of the rows whose code stands again below them in the same submission: the last one counts."""
    repeats = {
        (unit.form_id, repeat): question
        for unit in catalogue.units.values()
        for repeat, question in unit.distinct.items()
    }
    found: dict[str, int] = {}
    for each in submissions:
        for (form_id, repeat), question in repeats.items():
            rows = each.answers.get(repeat) if each.form_id == form_id else None
            if isinstance(rows, list):
                codes = [code for row in rows if (code := text_of(row.get(question)))]
                if more := len(codes) - len(set(codes)):
                    found[repeat] = found.get(repeat, 0) + more
    return iter(found.items())


def _alike(submissions: Iterable[Submission]) -> Iterator[tuple[str, Sequence[str]]]:
    """Sessions with the same month, place and totals, and what these are; those with nobody are alike in nothing."""
    found: dict[tuple[str, ...], list[str]] = {}
    for each in sorted(submissions, key=lambda each: each.order):
        if each.form_id == "dialogue_session" and text_of(each.answers.get("tot_all")) not in ("", "0"):
            totals = (text_of(each.answers.get(name)) for name in TOTALS)
            month = text_of(each.answers.get("session_date"))[: len("2026-01")]
            found.setdefault((month, text_of(each.answers.get("adm1")), *totals), []).append(each.id)
    return ((f"{key[0]} {key[1]} {key[-1]}", alike) for key, alike in found.items() if len(alike) > 1)
