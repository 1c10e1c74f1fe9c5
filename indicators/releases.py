"""A release: a set of protected tables, frozen, that may leave the organisation.

Owns the values that a release consists of and its text; what of them may be shown was decided by
`indicators.disclosure`. Invariant: the same release is the same bytes, its hash covers all of them but itself, and a
suppressed cell carries no number at all, so that nothing that prints a release can tell it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from fractions import Fraction
from typing import Any

from indicators.cells import Period
from indicators.disclosure import Audience
from indicators.figures import State
from indicators.problems import IndicatorProblem

HIDDEN = "‡"
"""How a suppressed figure is shown: never blank, never 0, never "fewer than 5"."""


@dataclass(frozen=True, slots=True)
class ReleasedCell:
    """One figure as its readers see it."""

    by: Mapping[str, str]
    """Disaggregation to code; empty for the total."""
    state: State
    display: str
    numerator: int | None = None
    """As shown: rounded where the release rounds. None: not told."""
    denominator: int | None = None
    value: Fraction | None = None
    """As shown: a percentage of whole percents is a fraction of 100."""
    low: Fraction | None = None
    high: Fraction | None = None
    excluded: Mapping[str, int | None] = field(default_factory=dict)
    """Reason to count of what was left out; None: hidden, shown as ‡. Reasons that left nothing out are absent."""


@dataclass(frozen=True, slots=True)
class ReleasedTable:
    """The figures of one part of one indicator, broken down in one way."""

    id: str
    """Unique in the release: ``B03.adm1``, ``B11.presence.month``."""
    indicator: str
    part: str
    by: tuple[str, ...]
    """Empty: the total alone."""
    cells: tuple[ReleasedCell, ...]
    """The total first."""
    merged: Mapping[str, Mapping[str, str]]
    """Disaggregation to code to the code of the wider group that it was counted in; only the group where naming the
    codes would tell that they occurred."""


@dataclass(frozen=True, slots=True)
class Defined:
    """What an indicator was called and how it was counted when the release was frozen."""

    id: str
    version: int
    title: Mapping[str, str]
    """Language code to text; English is always there."""
    note: Mapping[str, str]
    parts: Mapping[str, Mapping[str, str]]
    """Part to its title."""


@dataclass(frozen=True, slots=True)
class Release:
    """Everything that one audience is told at once."""

    id: str
    """The beginning of the hash."""
    hash: str
    """SHA-256 of the canonical text without `id` and `hash`, in hex."""
    project: str
    """Its name."""
    period: Period
    audience: Audience
    threshold: int
    rounded: int
    """Counts are multiples of it; 1: they are exact."""
    forms: tuple[tuple[str, str], ...]
    """Form id and version of everything that was counted."""
    catalogue: str
    """Digest of the definitions."""
    definitions: tuple[Defined, ...]
    tables: tuple[ReleasedTable, ...]
    told: int
    """How many figures are told."""
    suppressed: int
    """How many are not: the loss."""
    notes: tuple[str, ...]
    """What the figures do not hold: devices not heard from, drafts, late submissions."""
    unsafe: int | None = None
    """How many of the suppressed are so by themselves, the others for their sake; None: frozen before it was kept."""


ID_LENGTH = 12
"""Digits of the hash that name a release: 48 bits, so that people can type it and no two of a project meet."""


def sealed(release: Release) -> Release:
    """The release with its hash and id."""
    digest = hashlib.sha256(_text(_body(release)).encode()).hexdigest()
    return replace(release, id=digest[:ID_LENGTH], hash=digest)


def dump(release: Release) -> str:
    """The release as JSON in its one form: sorted keys, no spaces, exact fractions as text, nothing of today."""
    return _text({**_body(release), "id": release.id, "hash": release.hash})


def load(text: str) -> Release:
    """The release of a text that `dump` gave. Raises IndicatorProblem IND-010 when it is not what was frozen."""
    try:
        release = _read(json.loads(text))
    except (ValueError, KeyError, TypeError):
        raise _changed() from None
    if sealed(release) != release:
        raise _changed()
    return release


def _body(release: Release) -> dict[str, Any]:
    fields = asdict(release)
    del fields["id"], fields["hash"]
    if release.unsafe is None:
        del fields["unsafe"]
    return fields


def _text(body: Mapping[str, Any]) -> str:
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


def _read(body: Mapping[str, Any]) -> Release:
    start, end, as_of = (date.fromisoformat(body["period"][name]) for name in ("start", "end", "as_of"))
    return Release(
        **{
            **body,
            "period": Period(start, end, as_of),
            "audience": Audience(body["audience"]),
            "forms": tuple((form_id, version) for form_id, version in body["forms"]),
            "definitions": tuple(Defined(**item) for item in body["definitions"]),
            "tables": tuple(_read_table(item) for item in body["tables"]),
            "notes": tuple(body["notes"]),
        }
    )


def _read_table(body: Mapping[str, Any]) -> ReleasedTable:
    cells = tuple(_read_cell(item) for item in body["cells"])
    return ReleasedTable(**{**body, "by": tuple(body["by"]), "cells": cells})


def _read_cell(body: Mapping[str, Any]) -> ReleasedCell:
    fractions = {
        name: None if body[name] is None else Fraction(body[name]) for name in ("value", "low", "high")
    }
    return ReleasedCell(**{**body, **fractions, "state": State(body["state"])})


def _changed() -> IndicatorProblem:
    return IndicatorProblem(
        "IND-010",
        "This release is not what was frozen: it was changed, or is no release.",
        remedy="Do not use it. Take the copy of another coordinator, or release the period again.",
    )
