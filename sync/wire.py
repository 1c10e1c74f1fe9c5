"""What travels: the words, sizes and strict JSON that devices and the server share.

Owns the models of changes, the canonical encoding, the limits and the strict reader; leaves the byte layout of
segments, receipts and feeds to their modules and the bodies of requests to `sync.messages`. Whatever comes in is
refused unless it is exactly what this protocol says.
"""

from __future__ import annotations

import json
import math
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, NoReturn, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    SkipValidation,
    StringConstraints,
    ValidationError,
)

from sync.problems import Fault, SyncProblem, problem

PROTOCOL = 1
"""The version of everything in this package that both sides must agree on."""

NO_DIGEST = "0" * 64
"""Stands where a SHA-256 digest would: no previous segment, no sealed block, no dictionary."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The largest things that are made or read. Bytes unless said otherwise."""

    changes: int = 200
    """Changes in one segment; more would make one lost segment cost too much on a bad line."""
    together: int = 256 * 1024
    """Changes travel together up to this size, keys not counted: 200 dialogue sessions with notes of a page. They
    compress best together, and a segment that is cut goes on where it was."""
    change: int = 1024 * 1024
    """One change, open and sealed part together, before compression; a larger one can't travel."""
    content: int = 1536 * 1024
    """One whole segment as it travels: the largest change, incompressible, with padding and envelopes."""
    inflated: int = 1280 * 1024
    """One block after inflation; more is a bomb."""
    document: int = 1280 * 1024
    """One JSON document."""
    depth: int = 32
    """Nesting of a JSON document; our deepest has 9."""
    number: int = 32
    """Characters of one number."""
    page: int = 8 * 1024 * 1024
    """One page of the feed."""
    entries: int = 20_000
    """Entries in one page, or one part of a bundle; reading so many takes a second."""
    statement: int = 4 * 1024 * 1024
    """One signed statement; a compiled form is the largest."""


LIMITS = Limits()


class ChangeKind(StrEnum):
    """What a change does."""

    REVISION = "revision"
    WITHDRAWAL = "withdrawal"
    OPENED = "opened"
    """A coordinator opened the sealed part of a revision into their own vault."""
    REVIEW = "review"
    """A coordinator accepts a revision or sends it back for correction; `ReviewPart` is its sealed part."""
    GRANT = "grant"
    """A coordinator hands a revision, with both of its parts, to a further device, which may revise it from then on."""
    ERASURE = "erasure"
    """A coordinator erases a submission: its answers leave the server and every vault that syncs."""


COORDINATORS_ONLY = frozenset({ChangeKind.OPENED, ChangeKind.REVIEW, ChangeKind.GRANT, ChangeKind.ERASURE})
"""What no other device may do; whoever receives such a change from another device passes it over."""
IN_THE_GRAPH = frozenset({ChangeKind.REVISION, ChangeKind.WITHDRAWAL, ChangeKind.ERASURE})
"""Changes that are revisions of their submission, with parents; the others say something about a revision."""


class Lifecycle(StrEnum):
    """Where the submission is after the change; a draft never travels."""

    FINALISED = "finalised"
    WITHDRAWN = "withdrawn"
    ERASED = "erased"


HexId = Annotated[str, StringConstraints(strict=True, pattern=r"^[0-9a-f]{32}$")]
"""A project or a device: 16 random bytes."""
Id = Annotated[str, StringConstraints(strict=True, pattern=r"^[A-Za-z0-9_-]{8,64}$")]
"""A change, a submission or a revision."""
Digest = Annotated[str, StringConstraints(strict=True, pattern=r"^[0-9a-f]{64}$")]
"""SHA-256 in hex."""
Short = Annotated[str, StringConstraints(strict=True, max_length=400)]
Document = dict[str, SkipValidation[JsonValue]]
"""A JSON object. Its values are not looked at again: whatever comes in was read by `loads`, and looking would cost more
than all the rest of reading a change."""


class Wire(BaseModel):
    """A model of the wire: nothing unknown, nothing coerced, never changed; its repr tells no content."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(...)"

    __str__ = __repr__


class OpenChange(Wire):
    """The part of a change that the server reads."""

    change_id: Id
    kind: Annotated[ChangeKind, Field(strict=False)]
    submission: Id
    revision: Id
    """The revision made; of a withdrawal and an erasure, too. Of an opened notice, a review and a grant: the one that
    was opened, reviewed or handed on."""
    parents: Annotated[tuple[Id, ...], Field(strict=False, max_length=16)] = ()
    form_id: Short = ""
    version: Short = ""
    lifecycle: Annotated[Lifecycle, Field(strict=False)] = Lifecycle.FINALISED
    open_part: Document = Field(default_factory=dict)
    body: Document = Field(default_factory=dict)
    """Of a grant: ``{"device": …}``, the device whose submission it is."""


class SealedChange(Wire):
    """The part of a change that only its recipients read."""

    name: Short = ""
    """The submission's name for lists; built from answers."""
    recorded_at: Short = ""
    """The device's clock when it was finalised, ISO 8601; empty: not told."""
    sealed_part: Document | None = None


class ReviewState(StrEnum):
    """What a coordinator decided on a revision."""

    RETURNED = "returned"
    """Sent back for correction; the submission counts as before until it is corrected."""
    ACCEPTED = "accepted"


class ReviewPart(Wire):
    """The sealed part of a review; the server learns only that there is one."""

    state: Annotated[ReviewState, Field(strict=False)]
    comment: Annotated[str, StringConstraints(strict=True, max_length=4000)] = ""
    """In plain words, for the person who recorded it."""
    questions: Annotated[tuple[Short, ...], Field(strict=False, max_length=100)] = ()
    """Names of the questions that the comment is about."""


class Change(OpenChange):
    """A whole change, as the device that made it or a coordinator who opened it holds it."""

    sealed_part: Document | None = None
    """None: it has none, or it could not be opened here."""
    name: Short = ""
    recorded_at: Short = ""

    @property
    def has_sealed(self) -> bool:
        """Whether anything of it must be sealed."""
        return self.sealed_part is not None or bool(self.name) or bool(self.recorded_at)


def new_id(random_bytes: Callable[[int], bytes] = secrets.token_bytes) -> str:
    """A random id of 16 bytes, in hex."""
    return random_bytes(16).hex()


def new_epoch(random_bytes: Callable[[int], bytes] = secrets.token_bytes) -> str:
    """A random name of a server's life, in hex; it stands in every receipt, and no server begins many lives."""
    return random_bytes(8).hex()


def canonical(value: object) -> bytes:
    """The one encoding that ids, proofs and statements are made over: sorted keys, no spaces, UTF-8.

    Raises:
        ValueError: NaN, an infinity, or text that is no Unicode (a lone surrogate); a bug of the caller.

    >>> canonical({"b": 1, "a": "က"}).decode()
    '{"a":"က","b":1}'
    """
    return _ENCODER.encode(value).encode("utf-8")


_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), sort_keys=True)


def loads(data: bytes, limits: Limits = LIMITS) -> Any:
    """Read one JSON document strictly.

    Refuses more than `limits.document` bytes, other encodings than UTF-8, duplicate keys, NaN and infinities
    (``1e999`` too), long numbers, deep nesting, and lone surrogates.

    Raises:
        SyncProblem: DAMAGED, for any of these.
    """
    if len(data) > limits.document:
        raise damaged("a document that is too long")
    try:
        text = data.decode("utf-8")
        value = _decoder(limits.number).decode(text)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        raise damaged("a document that is no JSON") from None
    if text.count("[") + text.count("{") > limits.depth and _depth(value) > limits.depth:
        raise damaged("a document nested too deeply")
    if "\\u" in text:
        _require_unicode(value)
    return value


Model = TypeVar("Model", bound=BaseModel)


def parse(model: type[Model], data: bytes, limits: Limits = LIMITS) -> Model:
    """Read one JSON document as a model of the wire. Raises SyncProblem DAMAGED."""
    return validate(model, loads(data, limits))


def validate(model: type[Model], value: object) -> Model:
    """Check an already parsed value as a model of the wire. Raises SyncProblem DAMAGED."""
    try:
        return model.model_validate(value)
    except ValidationError:
        # Not chained: pydantic's error quotes the input, which may be an answer.
        raise damaged(f"something that is no {model.__name__}") from None


def damaged(what: str) -> SyncProblem:
    """The problem of bytes that are not what they should be; `what` never quotes them."""
    return problem(Fault.DAMAGED, detail=f"It holds {what}.")


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise damaged("the same key twice")
    return made


def _refuse_constant(name: str) -> NoReturn:
    raise damaged("a number that is none")


@cache
def _decoder(longest: int) -> json.JSONDecoder:
    """The strict decoder that refuses numbers with more characters than the longest."""

    def whole(digits: str) -> int:
        if len(digits) > longest:
            raise damaged("a number that is too long")
        return int(digits)

    def decimal(digits: str) -> float:
        if len(digits) > longest:
            raise damaged("a number that is too long")
        number = float(digits)
        if not math.isfinite(number):
            raise damaged("a number that is too large")
        return number

    return json.JSONDecoder(
        object_pairs_hook=_object, parse_constant=_refuse_constant, parse_int=whole, parse_float=decimal
    )


def _depth(value: object) -> int:
    deepest, level = 0, [value]
    while level:
        deepest += 1
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
    return deepest


def _require_unicode(value: object) -> None:
    try:
        canonical(value)
    except UnicodeEncodeError:
        raise damaged("text that is no Unicode") from None
