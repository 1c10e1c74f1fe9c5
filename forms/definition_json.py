"""A definition as JSON text, and back, quickly.

Owns the format: nodes in one flat list with their depth, fields at their default left out, and each expression and each
text written once and named by its place, since constraints and messages repeat. Reading `dump(d)` gives a definition
equal to `d`. A change of the format raises `FORMAT`; a newer file is refused, never guessed at.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import MISSING, fields
from typing import Any

from forms.definition import (
    Action,
    ChoiceSource,
    Control,
    Definition,
    Expression,
    Grid,
    ListItem,
    Node,
    OpenAs,
    RowContent,
    Safety,
    Sensitivity,
    SoftRule,
    Text,
    Tree,
)
from forms.problems import FormProblem

FORMAT = 1
WRITES_LISTS = '"dataset":'
"""Stands in the text of every form that declares entities, and hardly in another: for looking without reading."""
_EXPRESSIONS = ("relevant", "constraint", "required", "readonly", "calculation", "count", "open_when")
_TEXTS = ("label", "hint", "constraint_message", "required_message")
_PLAIN = (
    "ref", "name", "is_repeat", "is_group", "value_type", "appearance", "parameters", "default", "fixed_count",
    "attributes", "profile", "hxl",
)  # fmt: skip


def dump(definition: Definition) -> str:
    """The definition as one JSON object; equal definitions give equal text."""
    writer = _Writer()
    document = writer.definition(definition)
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def load(text: str) -> Definition:
    """The definition that `dump` wrote.

    Raises:
        FormProblem: FORM-005 when the text is damaged or of a newer format.
    """
    try:
        document = json.loads(text)
        written = document["format"]
        if written != FORMAT:
            raise _unreadable("The compiled form is of another format than this program reads.")
        return _Reader(document).definition()
    except (ValueError, KeyError, TypeError, IndexError, RecursionError) as error:
        raise _unreadable("The compiled form is damaged.") from error


class _Writer:
    """Writes one definition; expressions and texts are gathered on the way."""

    def __init__(self) -> None:
        self._expressions: dict[Expression, int] = {}
        self._texts: dict[str, int] = {}
        self._text_records: list[dict[str, list[object]]] = []

    def definition(self, form: Definition) -> dict[str, object]:
        """The whole document."""
        body: dict[str, object] = {
            "nodes": [self._node(node, depth) for node, depth in _flat(form.root)],
            "lists": {name: [self._item(item) for item in items] for name, items in form.lists.items()},
            "actions": [
                [
                    *(each.event, each.target, self._expression(each.value), each.literal, each.trigger),
                    *([self._expression(each.where)] if each.where else []),
                ]
                for each in form.actions
            ],
            "grids": [self._grid(grid) for grid in form.grids],
            "instance_name": self._expression(form.instance_name),
        }
        if form.allowed:
            body["allowed"] = form.allowed
        if form.withdraws:
            body["withdraws"] = form.withdraws
        if form.documents:
            body["documents"] = dict(form.documents)
        if form.texts:
            body["named_texts"] = {text_id: self._text(text) for text_id, text in form.texts.items()}
        return {
            "format": FORMAT,
            "form_id": form.form_id,
            "version": form.version,
            "title": form.title,
            "languages": form.languages,
            "default_language": form.default_language,
            "external_lists": dict(form.external_lists),
            "order": form.order,
            "gate": form.safety.gate,
            "clearing": form.safety.clearing,
            "classified": form.classified,
            "xml_digest": form.xml_digest,
            "source_digest": form.source_digest,
            "namespaces": dict(form.namespaces),
            "expressions": [[each.source, each.tree, each.reads] for each in self._expressions],
            "texts": self._text_records,
            **body,
        }

    def _expression(self, expression: Expression | None) -> int | None:
        if expression is None:
            return None
        return self._expressions.setdefault(expression, len(self._expressions))

    def _text(self, text: Text | None) -> int | None:
        if text is None:
            return None
        record: dict[str, list[object]] = {
            language: [part if isinstance(part, str) else self._expression(part) for part in parts]
            for language, parts in text.languages.items()
        }
        key = json.dumps(record)
        if key not in self._texts:
            self._texts[key] = len(self._text_records)
            self._text_records.append(record)
        return self._texts[key]

    def _node(self, node: Node, depth: int) -> list[object]:
        record: dict[str, object] = {}
        for name in _PLAIN:
            value = getattr(node, name)
            if value != _DEFAULTS.get(name):
                record[name] = dict(value) if isinstance(value, Mapping) else value
        for name in _EXPRESSIONS:
            record[name] = self._expression(getattr(node, name))
        for name in _TEXTS:
            record[name] = self._text(getattr(node, name))
        if node.first_rows != (None,):
            record["first_rows"] = [_content(row) for row in node.first_rows]
        record["new_row"] = _content(node.new_row)
        record["control"] = None if node.control is Control.NONE else node.control
        record["sensitivity"] = node.sensitivity
        record["open_as"] = node.open_as
        record["preload"] = node.preload
        record["choices"] = self._choices(node.choices)
        record["soft"] = [self._expression(node.soft.expression), node.soft.message] if node.soft else None
        return [depth, {name: value for name, value in record.items() if value is not None}]

    def _choices(self, choices: ChoiceSource | None) -> list[object] | None:
        if choices is None:
            return None
        return [
            choices.list_id,
            choices.filter,
            choices.filter_source,
            choices.reads,
            choices.value_column,
            choices.label_column,
            self._expression(choices.nodeset),
            *([True] if choices.label_is_id else []),
        ]

    def _item(self, item: ListItem) -> list[object]:
        return [dict(item.columns), self._text(item.label)]

    def _grid(self, grid: Grid) -> list[object]:
        rows = [[code, self._text(text)] for code, text in grid.rows]
        columns = [[code, self._text(text)] for code, text in grid.columns]
        return [grid.ref, rows, columns, grid.cells]


class _Reader:
    """Reads one document; the tables of expressions and texts first."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._expressions = [
            Expression(source, _frozen(tree), tuple(reads)) for source, tree, reads in document["expressions"]
        ]
        self._texts = [self._text(record) for record in document["texts"]]
        expression, text = self._expressions.__getitem__, self._texts.__getitem__
        self._readers: dict[str, Callable[[Any], object]] = {
            **dict.fromkeys(_EXPRESSIONS, expression),
            **dict.fromkeys(_TEXTS, text),
            "control": Control,
            "sensitivity": Sensitivity,
            "open_as": OpenAs,
            "preload": tuple,
            "first_rows": lambda rows: tuple([_row_content(row) for row in rows]),
            "new_row": _row_content,
            "choices": self._choices,
            "soft": lambda soft: SoftRule(expression(soft[0]), soft[1]),
        }

    def _text(self, record: Mapping[str, Sequence[Any]]) -> Text:
        known = self._expressions
        return Text(
            {
                language: tuple([part if isinstance(part, str) else known[part] for part in parts])
                for language, parts in record.items()
            }
        )

    def definition(self) -> Definition:
        """The whole definition."""
        document = self._document
        name = document["instance_name"]
        return Definition(
            form_id=document["form_id"],
            version=document["version"],
            title=document["title"],
            root=self._root(),
            languages=tuple(document["languages"]),
            default_language=document["default_language"],
            lists={name: tuple(self._items(items)) for name, items in document["lists"].items()},
            external_lists=document["external_lists"],
            order=tuple(document["order"]),
            actions=tuple(self._action(*record) for record in document["actions"]),
            grids=tuple(self._grid(*record) for record in document["grids"]),
            safety=Safety(document["gate"], tuple(document["clearing"])),
            classified=document["classified"],
            instance_name=None if name is None else self._expressions[name],
            xml_digest=document["xml_digest"],
            source_digest=document["source_digest"],
            namespaces=document["namespaces"],
            allowed=tuple(document.get("allowed", ())),
            withdraws=tuple(document.get("withdraws", ())),
            documents=document.get("documents", {}),
            texts={key: self._texts[text] for key, text in document.get("named_texts", {}).items()},
        )

    def _root(self) -> Node:
        """The tree of nodes, from the last in the list to the first: a node follows directly those around it."""
        below: dict[int, list[Node]] = {}
        readers = self._readers
        node: Node | None = None
        for depth, record in reversed(self._document["nodes"]):
            given: dict[str, Any] = {
                name: readers[name](value) if name in readers else value for name, value in record.items()
            }
            children = below.pop(depth + 1, None)
            node = Node(children=tuple(reversed(children)), **given) if children else Node(**given)
            below.setdefault(depth, []).append(node)
        if node is None or below != {0: [node]}:
            raise ValueError("nodes of a form have one root")
        return node

    def _items(self, items: Sequence[Any]) -> Iterator[ListItem]:
        for columns, text in items:
            yield ListItem(columns, None if text is None else self._texts[text])

    def _choices(self, record: Sequence[Any]) -> ChoiceSource:
        list_id, tree, source, reads, value, label, nodeset, *by_id = record
        filtering = None if tree is None else _frozen(tree)
        whole = None if nodeset is None else self._expressions[nodeset]
        return ChoiceSource(list_id, filtering, source, tuple(reads), value, label, bool(by_id), whole)

    def _action(
        self,
        event: str,
        target: str,
        value: int | None,
        literal: str,
        trigger: str | None,
        where: int | None = None,
    ) -> Action:
        written, picked = (None if each is None else self._expressions[each] for each in (value, where))
        return Action(event, target, written, literal, trigger, picked)

    def _grid(self, ref: str, rows: Sequence[Any], columns: Sequence[Any], cells: Sequence[Any]) -> Grid:
        row_texts = tuple((code, self._texts[text]) for code, text in rows)
        column_texts = tuple((code, self._texts[text]) for code, text in columns)
        return Grid(ref, row_texts, column_texts, tuple(tuple(row) for row in cells))


def _content(row: RowContent | None) -> list[object] | None:
    if row is None:
        return None
    return [dict(row.texts), {path: [_content(each) for each in rows] for path, rows in row.rows.items()}]


def _row_content(record: Sequence[Any] | None) -> RowContent | None:
    if record is None:
        return None
    texts, rows = record
    return RowContent(texts, {path: tuple([_row_content(each) for each in rows[path]]) for path in rows})


def _flat(root: Node) -> Iterator[tuple[Node, int]]:
    waiting = [(root, 0)]
    while waiting:
        node, depth = waiting.pop()
        yield node, depth
        waiting.extend((child, depth + 1) for child in reversed(node.children))


def _frozen(tree: Sequence[Any]) -> Tree:
    """A tree as tuples, as the parser makes it; trees nest at most `forms.xpath.trees.DEEPEST` deep."""
    return tuple([_frozen(part) if isinstance(part, list) else part for part in tree])


def _defaults() -> dict[str, object]:
    """The default of every field of a node."""
    return {
        each.name: each.default_factory() if each.default_factory is not MISSING else each.default
        for each in fields(Node)
        if each.default is not MISSING or each.default_factory is not MISSING
    }


_DEFAULTS = _defaults()


def _unreadable(message: str) -> FormProblem:
    return FormProblem("FORM-005", message, remedy="Publish the form again, or update fieldkit.")
