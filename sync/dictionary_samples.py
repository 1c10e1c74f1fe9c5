"""What a dictionary is made of: records of the shipped forms, invented from their questions, codes and labels.

Owns the invention. Invariant: nothing comes from a person; the same forms give the same samples.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from pydantic import JsonValue

from forms import shipped
from forms.definition import Control, Definition, Node
from forms.submission import split
from sync.blocks import open_text, sealed_text
from sync.wire import Change, ChangeKind

RECORDS = 120
"""Of each form, each alone: of many together the columns say what repeats, and a dictionary little more."""
_ANSWERED = 0.7
_ROWS = (0, 1, 1, 2, 3)
_LARGE = 40
"""Counts are mostly small: squares of a share of this."""
_NO_PROJECT = "0" * 32
_PHRASES = 25
"""Labels in one sample: as long as a note."""


def samples() -> list[bytes | bytearray | memoryview]:
    """Texts of open and sealed blocks, as one change alone makes them, and the forms' own words."""
    made: list[bytes | bytearray | memoryview] = []
    for form_id in shipped.definitions():
        chance = random.Random(form_id)  # noqa: S311 - invention, not secrecy
        definition = shipped.load(form_id)
        phrases = _phrases(definition)
        changes = [_change(definition, phrases, chance) for _ in range(RECORDS)]
        made += [open_text([change]) for change in changes]
        made += [sealed_text([change], _NO_PROJECT) for change in changes]
        made += ["\n".join(phrases[at : at + _PHRASES]).encode() for at in range(0, len(phrases), _PHRASES)]
    return made


def _phrases(definition: Definition) -> list[str]:
    """The labels of questions and choices in every language, by language."""
    labels = [node.label for node in definition.nodes()]
    labels += [item.label for items in definition.lists.values() for item in items]
    return [
        part
        for language in definition.languages
        for label in labels
        if label is not None
        for part in label.languages.get(language, ())
        if isinstance(part, str) and part.strip()
    ]


def _change(definition: Definition, phrases: Sequence[str], chance: random.Random) -> Change:
    identity = chance.randbytes(16).hex()
    tree = dict(_answers(definition, definition.root, phrases, chance))
    parts = split(definition, tree)
    return Change.model_validate(
        {
            "change_id": identity,
            "kind": ChangeKind.REVISION,
            "submission": identity,
            "revision": identity,
            "form_id": definition.form_id,
            "version": definition.version,
            "open_part": parts.open,
            "sealed_part": parts.sealed,
            "name": f"{_date(chance)} · {chance.choice(phrases)}",
            "recorded_at": f"{_date(chance)}T{chance.randint(6, 20):02}:{chance.randint(0, 59):02}:00+06:30",
        }
    )


def _answers(
    definition: Definition, group: Node, phrases: Sequence[str], chance: random.Random
) -> Iterator[tuple[str, JsonValue]]:
    for node in group.children:
        if node.is_repeat:
            rows: list[JsonValue] = [
                {"@id": _row_id(chance), **dict(_answers(definition, node, phrases, chance))}
                for _ in range(chance.choice(_ROWS))
            ]
            if rows:
                yield node.name, rows
        elif node.is_group:
            inner = dict(_answers(definition, node, phrases, chance))
            if inner:
                yield node.name, inner
        elif node.required or chance.random() < _ANSWERED:
            answer = _answer(definition, node, phrases, chance)
            if answer is not None:
                yield node.name, answer


def _answer(definition: Definition, node: Node, phrases: Sequence[str], chance: random.Random) -> JsonValue:
    if node.choices is not None:
        codes = [
            item.columns[node.choices.value_column] for item in definition.lists.get(node.choices.list_id, ())
        ]
        chosen: list[JsonValue] = list(chance.sample(codes, min(2, len(codes))))
        if node.control is Control.SELECT_MULTIPLE or not chosen:
            return chosen or None
        return chosen[0]
    match node.value_type:
        case "int":
            return int(_LARGE * chance.random() ** 3)
        case "date":
            return _date(chance)
        case _ if node.control is Control.TRIGGER:
            return "OK"
        case _ if node.control is Control.NONE:
            return str(int(_LARGE * chance.random() ** 3))
        case "string" if phrases:
            return chance.choice(phrases)
    return None


def _date(chance: random.Random) -> str:
    return f"2026-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"


def _row_id(chance: random.Random) -> str:
    return "".join(chance.choices("23456789abcdefghjkmnpqrstvwxyz", k=6))
