"""What the two blocks of a segment hold: the open and the sealed parts of its changes, as columns.

Owns which fields of a change go into which block, and the comparison of both; the transposition is `sync.columns`',
compression and sealing are `sync.segments`'. Invariant: a sealed block names, by a digest, the project and exactly the
submissions and revisions of the open block beside it, so that neither can be put beside another.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

from pydantic import JsonValue

from forms.parts import ROW_ID
from sync import columns
from sync.wire import (
    Change,
    HexId,
    Limits,
    OpenChange,
    SealedChange,
    Wire,
    canonical,
    damaged,
    loads,
    validate,
)

_OPEN_FIELDS = set(OpenChange.model_fields)
_SEALED_FIELDS = set(SealedChange.model_fields)


@dataclass(frozen=True, slots=True)
class SealedParts:
    """The sealed parts of a segment's changes."""

    of: str
    """`identity` of the changes that they belong to."""
    parts: tuple[SealedChange, ...] = field(repr=False)
    """One for each change, in the order of n; a change without any has one without content."""


class _SealedDocument(Wire):
    of: HexId
    parts: dict[str, Any]


def open_text(changes: Sequence[OpenChange]) -> bytes:
    """What the open block compresses."""
    return canonical(columns.write([_open_record(change) for change in changes]))


def sealed_text(changes: Sequence[Change], project: str) -> bytes:
    """What the sealed block compresses; empty when nothing of the changes is sealed."""
    if not any(change.has_sealed for change in changes):
        return b""
    parts = columns.write([_sealed_record(change) for change in changes])
    return canonical({"of": identity(project, changes), "parts": parts})


def size(change: Change) -> int:
    """Bytes that a change adds to both texts, by which segments are limited; keys are shared and not counted.

    Raises:
        SyncProblem: DAMAGED, when an answer is no Unicode and can't travel.
    """
    try:
        return columns.size(_open_record(change)) + columns.size(_sealed_record(change))
    except UnicodeEncodeError:
        raise damaged("text that is no Unicode") from None


def read_open(text: bytes, count: int, limits: Limits) -> list[OpenChange]:
    """The open parts, first n first. Raises SyncProblem DAMAGED, for a change twice, too."""
    records = columns.read(_document(text, limits), count)
    changes = [validate(OpenChange, _whole(record)) for record in records]
    if len({change.change_id for change in changes}) != count:
        raise damaged("a change twice")
    return changes


def read_sealed(text: bytes, count: int, limits: Limits) -> SealedParts:
    """The sealed parts. Raises SyncProblem DAMAGED."""
    document = validate(_SealedDocument, _document(text, limits))
    records = columns.read(document.parts, count)
    return SealedParts(document.of, tuple(validate(SealedChange, record) for record in records))


def match(project: str, opened: Sequence[OpenChange], sealed: SealedParts | None) -> list[Change]:
    """The whole changes of a segment; without their sealed parts where `sealed` is None.

    Raises:
        SyncProblem: DAMAGED, when the sealed parts belong to another project, submission or revision.
    """
    if sealed is None:
        return [Change(**change.model_dump(include=_OPEN_FIELDS)) for change in opened]
    if sealed.of != identity(project, opened) or len(sealed.parts) != len(opened):
        raise damaged("sealed parts of something else")
    return [
        Change(**change.model_dump(include=_OPEN_FIELDS), **_sealed_fields(part, change))
        for change, part in zip(opened, sealed.parts, strict=True)
    ]


def identity(project: str, changes: Sequence[OpenChange]) -> str:
    """The first half of SHA-256 over the project and each submission and revision in order, in hex.

    Nobody can make other ids that meet 128 given bits, and the other half would only be longer.
    """
    named = [project, [[change.submission, change.revision] for change in changes]]
    return hashlib.sha256(canonical(named)).hexdigest()[:32]


def _open_record(change: OpenChange) -> columns.Record:
    """The fields of the open block. The first revision of a submission may share its id, and the change theirs."""
    record: columns.Record = change.model_dump(mode="json", exclude_defaults=True, include=_OPEN_FIELDS)
    if change.submission == change.revision:
        del record["submission"]
    if change.revision == change.change_id:
        del record["revision"]
    return record


def _whole(record: columns.Record) -> columns.Record:
    revision = record.get("revision", record.get("change_id"))
    return {"submission": revision} | record | {"revision": revision}


def _sealed_record(change: Change) -> columns.Record:
    record: columns.Record = change.model_dump(mode="json", exclude_defaults=True, include=_SEALED_FIELDS)
    if isinstance(part := record.get("sealed_part"), dict):
        record["sealed_part"] = _without_row_ids(part, change.open_part)
    return record


def _sealed_fields(part: SealedChange, change: OpenChange) -> dict[str, Any]:
    return part.model_dump() | {"sealed_part": _with_row_ids(part.sealed_part, change.open_part)}


def _without_row_ids(sealed: JsonValue, opened: JsonValue) -> JsonValue:
    """A sealed part whose rows name the open part's by how many they pass over, and not by their id again.

    Rows are told apart by random letters, which nothing makes shorter, and nearly every row has both parts.
    """
    if isinstance(sealed, dict) and isinstance(opened, dict):
        return {key: _without_row_ids(value, opened.get(key)) for key, value in sealed.items()}
    if not (isinstance(sealed, list) and isinstance(opened, list)):
        return sealed
    places = {
        row[ROW_ID]: place for place, row in enumerate(opened) if isinstance(row, dict) and ROW_ID in row
    }
    shorter: list[JsonValue] = []
    following = 0
    for row in sealed:
        place = places.get(row.get(ROW_ID), -1) if isinstance(row, dict) else -1
        if place < following:
            shorter.append(row)
            continue
        named = _without_row_ids(row, opened[place])
        shorter.append({**cast(columns.Record, named), ROW_ID: place - following})
        following = place + 1
    return shorter


def _with_row_ids(sealed: JsonValue, opened: JsonValue) -> JsonValue:
    """The sealed part with the ids of all its rows. Raises SyncProblem DAMAGED where the open part has no such row."""
    if isinstance(sealed, dict):
        beside = opened if isinstance(opened, dict) else {}
        return {key: _with_row_ids(value, beside.get(key)) for key, value in sealed.items()}
    if not isinstance(sealed, list):
        return sealed
    rows = opened if isinstance(opened, list) else []
    whole: list[JsonValue] = []
    following = 0
    for row in sealed:
        if not isinstance(row, dict) or not isinstance(passed := row.get(ROW_ID), int):
            whole.append(row)
            continue
        place = following + passed
        if (
            passed < 0
            or place >= len(rows)
            or not isinstance(named := rows[place], dict)
            or ROW_ID not in named
        ):
            raise damaged("a sealed row of no open one")
        whole.append({**cast(columns.Record, _with_row_ids(row, named)), ROW_ID: named[ROW_ID]})
        following = place + 1
    return whole


def _document(text: bytes, limits: Limits) -> Any:
    # A column stands two levels deeper for each level of an answer.
    return loads(text, replace(limits, depth=2 * limits.depth + 4))
