"""What a dictionary is made of: records of the shipped forms, invented from their questions and codes.

Owns the invention. Invariant: nothing comes from a person; the same forms give the same samples.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from pydantic import JsonValue

from forms import shipped
from forms.definition import Control, Definition, Node
from forms.submission import split
from sync.blocks import open_text
from sync.wire import ChangeKind, OpenChange

RECORDS = 120
"""Of each form, each alone; besides, as many together in groups."""
TOGETHER = 12
_ANSWERED = 0.7
_ROWS = (0, 1, 1, 2, 3)
_LARGE = 40
"""Counts are mostly small: squares of a share of this."""


def samples() -> list[bytes | bytearray | memoryview]:
    """Texts of open blocks, as one change alone and several together make them."""
    made: list[bytes | bytearray | memoryview] = []
    for form_id in shipped.definitions():
        chance = random.Random(form_id)  # noqa: S311 - invention, not secrecy
        definition = shipped.load(form_id)
        changes = [_change(definition, chance) for _ in range(RECORDS)]
        made += [open_text([change]) for change in changes]
        made += [open_text(changes[at : at + TOGETHER]) for at in range(0, RECORDS, TOGETHER)]
    return made


def _change(definition: Definition, chance: random.Random) -> OpenChange:
    identity = chance.randbytes(16).hex()
    tree = dict(_answers(definition, definition.root, chance))
    return OpenChange.model_validate(
        {
            "change_id": identity,
            "kind": ChangeKind.REVISION,
            "submission": identity,
            "revision": identity,
            "form_id": definition.form_id,
            "version": definition.version,
            "open_part": split(definition, tree).open,
        }
    )


def _answers(definition: Definition, group: Node, chance: random.Random) -> Iterator[tuple[str, JsonValue]]:
    for node in group.children:
        if node.is_repeat:
            rows: list[JsonValue] = [
                {"@id": _row_id(chance), **dict(_answers(definition, node, chance))}
                for _ in range(chance.choice(_ROWS))
            ]
            if rows:
                yield node.name, rows
        elif node.is_group:
            inner = dict(_answers(definition, node, chance))
            if inner:
                yield node.name, inner
        elif node.required or chance.random() < _ANSWERED:
            answer = _answer(definition, node, chance)
            if answer is not None:
                yield node.name, answer


def _answer(definition: Definition, node: Node, chance: random.Random) -> JsonValue:
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
            return f"2026-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
        case _ if node.control is Control.TRIGGER:
            return "OK"
        case _ if node.control is Control.NONE:
            return str(int(_LARGE * chance.random() ** 3))
    return None


def _row_id(chance: random.Random) -> str:
    return "".join(chance.choices("23456789abcdefghjkmnpqrstvwxyz", k=6))
