"""What an import would record a second time: lines that say exactly what a submission or a draft here says already.

Owns when two say the same: the same form, whatever its version, and the same answers that were given; what the form
fills in by itself (calculations, times, ids of rows) says nothing. What becomes of the line is
`fieldkit.recorder.importing`'s. Invariant: only digests are held, of the forms that were asked for.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from fieldkit.ports import Desk, FormKey
from fieldkit.recorder.recording import Recording
from forms.definition import Definition
from forms.submission import join


class Repeats(Enum):
    """Where the same stands already; the value says it in words."""

    SUBMISSION = "a submission that is here already"
    DRAFT = "a draft that is here already"
    LINE = "a line before it"


@dataclass(slots=True)
class _Form:
    """What is known of one form; digests."""

    given: frozenset[str]
    """Names of the questions that people answer, in the version that is imported."""
    said: dict[bytes, Repeats] = field(default_factory=dict)
    drafted: dict[bytes, Repeats] = field(default_factory=dict)


class SaidBefore:
    """What the vault and the lines before say; a form is read when its first line comes."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._forms: dict[str, _Form] = {}

    def taken(self, recording: Recording, *, final: bool) -> Repeats | None:
        """Where the same answers stand already; None: nowhere, and from now on in this line.

        A final line repeats only what is final, a draft another draft as well.
        """
        form, digest = self._known(recording)
        found = form.said.get(digest) or (None if final else form.drafted.get(digest))
        if found is None:
            (form.said if final else form.drafted)[digest] = Repeats.LINE
        return found

    def _known(self, recording: Recording) -> tuple[_Form, bytes]:
        key = recording.form
        if key.form_id not in self._forms:
            self._forms[key.form_id] = self._read(key, recording.definition)
        form = self._forms[key.form_id]
        return form, _digest(recording.interview.tree(), form.given)

    def _read(self, key: FormKey, definition: Definition) -> _Form:
        given = _given(definition)
        said = self._desk.submissions.digests(
            key.form_id, lambda open_part, sealed_part: _digest(join(open_part, sealed_part), given)
        )
        drafts = (
            Recording.resume(self._desk, draft.draft).interview.tree()
            for draft in self._desk.drafts.summaries()
            if draft.form.form_id == key.form_id and draft.revises is None
        )
        return _Form(
            given,
            dict.fromkeys(said, Repeats.SUBMISSION),
            {_digest(tree, given): Repeats.DRAFT for tree in drafts},
        )


def _given(definition: Definition) -> frozenset[str]:
    """Names of what a person answers."""
    return frozenset(
        node.name
        for node in definition.nodes()
        if not (node.children or node.calculation or node.preload or node.name.startswith("@"))
    )


def _digest(tree: Mapping[str, object], given: frozenset[str]) -> bytes:
    """Of the answers that were given; rows keep their order."""
    said = json.dumps(_only(tree, given), sort_keys=True, default=str)
    return hashlib.sha256(said.encode()).digest()


def _only(answers: Mapping[str, object], given: frozenset[str]) -> dict[str, object]:
    """The tree with nothing else in it; groups and rows stay, what is empty then as well."""
    kept: dict[str, object] = {}
    for name, value in answers.items():
        if isinstance(value, Mapping):
            kept[name] = _only(value, given)
        elif isinstance(value, list) and any(isinstance(row, Mapping) for row in value):
            kept[name] = [_only(row, given) for row in value]
        elif name in given:
            kept[name] = value
    return kept
