"""What the two blocks of a segment hold: the open and the sealed parts of its changes, as columns.

Owns which fields of a change go into which block, and the comparison of both; the transposition is `sync.columns`',
compression and sealing are `sync.segments`'. Invariant: a sealed block names, by a digest, the project and exactly the
submissions and revisions of the open block beside it, so that neither can be put beside another.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

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
        Change(**change.model_dump(include=_OPEN_FIELDS), **part.model_dump())
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
    return change.model_dump(mode="json", exclude_defaults=True, include=_SEALED_FIELDS)


def _document(text: bytes, limits: Limits) -> Any:
    # A column stands two levels deeper for each level of an answer.
    return loads(text, replace(limits, depth=2 * limits.depth + 4))
