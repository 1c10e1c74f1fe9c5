"""A filled form on its way out and in: as ODK's submission XML, as a tree in two parts, in words for a last look.

Owns the XML and the plain list of what leaves; gathers what else concerns a submission: `forms.parts` (open and
sealed), `forms.filling` (answers from a file) and `forms.checking` (the server's check).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from forms.answers import Answer, Part, Rows, Section, answers_below
from forms.checking import OpenCheck, check_open
from forms.definition import Definition, Node, Text
from forms.entities import LABEL, entity_of
from forms.evaluation import Lists, said_in
from forms.filling import Refusal, fill, smallest_profile
from forms.instances import ItemList
from forms.interview import Interview
from forms.parts import ENTITY, META, ROW_ID, LeavesAs, Parts, flat, join, rows_of, split, text_of
from forms.preloads import is_end
from forms.xpath import Moment, to_text

__all__ = [
    "LeavesAs",
    "Leaving",
    "OpenCheck",
    "Parts",
    "Refusal",
    "check_open",
    "fill",
    "flat",
    "in_words",
    "join",
    "label_of",
    "leaving",
    "smallest_profile",
    "split",
    "to_xml",
]

_INSTANCE_ID = "instanceID"


@dataclass(frozen=True, slots=True)
class Leaving:
    """One answer in words, with the part in which it leaves."""

    label: str
    shown: str = field(repr=False)
    part: LeavesAs
    """`OPEN` or `SEALED`; a sealed date whose month is open appears in both."""
    ref: str


def leaving(
    definition: Definition, tree: Mapping[str, object], language: str, lists: Lists | None = None
) -> tuple[Leaving, ...]:
    """What would leave the device, open and sealed, in form order.

    Args:
        lists: external lists by id, for the words of their choices; a choice of a missing one is its code.
    """
    parts = split(definition, tree)
    root, teller = definition.root, _Teller(definition, language, lists or {}, _places_of_rows(tree))
    return (
        *teller.section(root, parts.open, root.ref, LeavesAs.OPEN),
        *teller.section(root, parts.sealed, root.ref, LeavesAs.SEALED),
    )


def to_xml(interview: Interview, instance_id: str = "") -> str:
    """The submission as ODK XForms XML: relevant nodes only, times of the end filled in.

    Args:
        instance_id: the value of ``instanceID``; blank keeps the one that the interview began with.
    """
    state = interview.state
    for answer in answers_below(state.answers.root):
        if is_end(answer.definition):
            state.live.write(answer, to_text(Moment.of(state.evaluation.now())))
        elif answer.name.rpartition(":")[2] == _INSTANCE_ID and instance_id:
            state.live.write(answer, instance_id)
    state.live.take_changes()
    namespaces = "".join(f' xmlns:{prefix}="{_escape(uri)}"' for prefix, uri in _used(interview))
    return _element(state.answers.root, namespaces)


def _used(interview: Interview) -> Iterator[tuple[str, str]]:
    """The namespaces of prefixes that names or attributes of the instance use."""
    names: set[str] = set()
    waiting = [interview.definition.root]
    while waiting:
        node = waiting.pop()
        names.update(name.partition(":")[0] for name in (node.name, *node.attributes) if ":" in name)
        waiting.extend(node.children)
    return ((prefix, uri) for prefix, uri in interview.definition.namespaces.items() if prefix in names)


def _element(part: Part, declarations: str = "") -> str:
    """A relevant part as XML; the rows of a repeat one after the other."""
    if isinstance(part, Rows):
        return "".join(_element(row) for row in part)
    if not part.relevant:
        return ""
    if isinstance(part, Answer):
        content = _escape(part.shown)
    else:
        assert isinstance(part, Section)
        content = "".join(_element(below) for below in part.parts() if not below.is_attribute)
    attributes = "".join(f' {name}="{_escape(text, quoted=True)}"' for name, text in _attributes(part))
    start = f"<{part.name}{declarations}{attributes}"
    return f"{start}>{content}</{part.name}>" if content else f"{start}/>"


def _attributes(part: Part) -> Iterator[tuple[str, str]]:
    """The attributes of an element: those of the form, then those that are set or calculated."""
    yield from part.definition.attributes.items()
    for below in part.parts():
        if isinstance(below, Answer) and below.is_attribute and below.relevant:
            yield below.name.removeprefix("@"), below.shown


def _escape(text: str, *, quoted: bool = False) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return unicodedata.normalize("NFC", escaped.replace('"', "&quot;") if quoted else escaped)


def _places_of_rows(tree: Mapping[str, object]) -> dict[object, int]:
    """The position of each row, by its id, among all rows of its repeat: a part need not hold those before it."""
    places: dict[object, int] = {}
    waiting = [tree]
    while waiting:
        for value in waiting.pop().values():
            rows = rows_of(value)
            places.update((row[ROW_ID], position) for position, row in enumerate(rows, 1))
            waiting.extend([value] if isinstance(value, Mapping) else rows)
    return places


@dataclass(frozen=True, slots=True)
class _Teller:
    """Tells one tree in words."""

    definition: Definition
    language: str
    lists: Lists
    places: Mapping[object, int]
    """Row id to its position in its repeat."""

    def section(self, node: Node, tree: Mapping[str, object], ref: str, part: LeavesAs) -> Iterator[Leaving]:
        """Every answer below a group or row, in form order."""
        for child in node.children:
            value = tree.get(child.name)
            below = f"{ref}/{child.name}"
            if child.name == META and isinstance(value, Mapping):
                yield from _leaving_for_lists(node, value, part, below)
            elif isinstance(value, Mapping):
                yield from self.section(child, value, below, part)
            elif child.is_repeat:
                for row in rows_of(value):
                    yield from self.section(child, row, f"{below}[{self.places[row[ROW_ID]]}]", part)
            elif value is not None:
                label = label_of(self.definition, child, self.language)
                words = in_words(self.definition, child, value, self.language, self.lists)
                yield Leaving(label, words, part, below)


def _leaving_for_lists(node: Node, meta: Mapping[str, object], part: LeavesAs, ref: str) -> Iterator[Leaving]:
    """What is said of an entity, as one line; its id says nothing to a person."""
    entity, said = entity_of(node), meta.get(ENTITY)
    if entity is not None and isinstance(said, Mapping):
        label = f"List {entity.attributes['dataset']}"
        yield Leaving(label, str(said.get(LABEL) or "a change to one of its rows"), part, ref)


def label_of(definition: Definition, node: Node, language: str) -> str:
    """A question in words, without an interview: its label with what is computed left out, else its name."""
    return _plain(definition, node.label, language) or _named(node)


def in_words(
    definition: Definition, node: Node, value: object, language: str, lists: Lists | None = None
) -> str:
    """An answer in words, without an interview: the labels of its list, of the form or external, else the value."""
    source = node.choices
    values = [text_of(each) for each in (value if isinstance(value, list) else [value])]
    if source is None:
        return ", ".join(values)
    items = definition.lists.get(source.list_id, ())
    labels = {item.columns.get("name", ""): _plain(definition, item.label, language) for item in items}
    outside = (lists or {}).get(source.list_id)
    if isinstance(outside, ItemList):
        found = (item for each in values for item in outside.having(source.value_column, each)[:1])
        labels = {
            item.columns[source.value_column]: item.columns.get(source.label_column, "") for item in found
        }
    return ", ".join(labels.get(each) or each for each in values)


def _named(node: Node) -> str:
    """What stands for a question without words: its name, and where its value comes from."""
    return node.name if node.calculation is None else f"{node.name} (calculated)"


def _plain(definition: Definition, text: Text | None, language: str) -> str:
    """A text in a language, what is computed in it left out."""
    if text is None:
        return ""
    parts = said_in(text, language, definition.default_language)
    return "".join(part for part in parts if isinstance(part, str)).strip()
