"""The live answers of one interview: the primary instance as a tree of sections, rows and answers.

Owns structure, addresses (references with positions, keys with row ids) and the text that each node shows to
expressions; leaves to `forms.recalculation` when anything is computed. What an expression reads is noted in the
tracker. A node that is not relevant shows blank text and keeps its answer (ODK XForms).

The parts are nodes for `forms.xpath`: they have a name, a parent, text, children and a position.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from random import Random

from forms.definition import Control, Definition, Node
from forms.tracking import Source, Tracker

ROW_ID_ALPHABET = "23456789abcdefghjkmnpqrstvwxyz"
ROW_ID_LENGTH = 6
"""30^6: two rows of one submission never meet in practice, and a second draw settles it when they do."""

_STEP = re.compile(r"([^/\[\]]+)(?:\[(?:(\d+)|@(\w+))\])?")
_LIST_CONTROLS = (Control.SELECT_MULTIPLE, Control.RANK)


class Part(Source):
    """A node of the primary instance, or the place of a repeat."""

    __slots__ = ("definition", "name", "own_relevance", "parent", "relevant", "tracker")

    def __init__(self, definition: Node, parent: Section | None, tracker: Tracker) -> None:
        super().__init__()
        self.definition = definition
        self.name = definition.name
        self.parent = parent
        self.tracker = tracker
        self.own_relevance = True
        """What the node's own expression says; `relevant` takes in everything above."""
        self.relevant: bool = parent is None or parent.relevant

    @property
    def ref(self) -> str:
        """The reference with positions: ``/data/trip[2]/dest``."""
        return f"{self.parent.ref if self.parent else ''}/{self.name}"

    @property
    def key(self) -> str:
        """The address that survives other rows: ``/data/trip[@r7k2qm]/dest``."""
        return f"{self.parent.key if self.parent else ''}/{self.name}"

    @property
    def is_attribute(self) -> bool:
        """Whether it is an attribute of the node above that the form sets or calculates (ODK Entities)."""
        return self.name.startswith("@")

    @property
    def position(self) -> int:
        """Place among its kind, from 1; always 1 outside a repeat."""
        return 1

    def children(self) -> Sequence[Section | Answer]:
        """The node's children in document order."""
        return ()

    def named(self, name: str) -> Sequence[Section | Answer]:
        """The children of that name; of a repeat all of its rows, in order."""
        return ()

    def parts(self) -> Sequence[Part]:
        """What is directly below, repeats as one part each."""
        return ()

    def attribute(self, name: str) -> str | None:
        """The text of an attribute of the node in the primary instance, None where there is none."""
        return self.definition.attributes.get(name)

    def text(self) -> str:
        """The XPath string value."""
        return ""


class Answer(Part):
    """A leaf: the answer to a question, a calculation, or metadata."""

    __slots__ = ("invalid", "offered", "raw", "shown", "worded")

    def __init__(self, definition: Node, parent: Section, tracker: Tracker) -> None:
        super().__init__(definition, parent, tracker)
        self.raw = ""
        """Canonical text, kept while not relevant."""
        self.invalid = ""
        """What was typed, where it can't be read as the type; `raw` then holds what could be read, or nothing."""
        self.offered: dict[str, None] | None = None
        """The values on offer in order; None: not a choice question, or not yet computed."""
        self.worded: tuple[object, str, object] | None = None
        """The choices as they were last put into words: which were offered, in which language, the words."""
        self.shown = ""
        """What expressions read: blank while not relevant, only what is on offer."""

    def text(self) -> str:
        self.tracker.read(self)
        return self.shown

    @property
    def given(self) -> str:
        """The answer as it is to be shown and stored, right or wrong."""
        return self.invalid or self.raw

    def refresh(self) -> bool:
        """Work out the text shown again; True when it changed, and then its readers are stale."""
        shown = self._effective() if self.relevant and self.raw else ""
        if shown == self.shown:
            return False
        self.shown = shown
        self.tracker.changed(self)
        return True

    def _effective(self) -> str:
        if self.offered is None:
            return self.raw
        control = self.definition.control
        if control not in _LIST_CONTROLS:
            return self.raw if self.raw in self.offered else ""
        kept = [word for word in self.raw.split() if word in self.offered]
        if control is Control.RANK:
            kept += [value for value in self.offered if value not in kept]
        return " ".join(kept)


class Section(Part):
    """A group, the root, or one row of a repeat."""

    __slots__ = ("_named", "_parts", "row_id", "rows")

    def __init__(
        self,
        definition: Node,
        parent: Section | None,
        tracker: Tracker,
        *,
        rows: Rows | None = None,
        row_id: str = "",
    ) -> None:
        super().__init__(definition, parent, tracker)
        self.rows = rows
        self.row_id = row_id
        parts: list[Part] = []
        for child in definition.children:
            if child.is_repeat:
                parts.append(Rows(child, self, tracker))
            elif child.is_group or child.children:
                parts.append(Section(child, self, tracker))
            else:
                parts.append(Answer(child, self, tracker))
        self._parts = tuple(parts)
        self._named = {part.name: part for part in parts}

    @property
    def ref(self) -> str:
        above = f"{self.parent.ref if self.parent else ''}/{self.name}"
        return above if self.rows is None else f"{above}[{self.rows.index(self) + 1}]"

    @property
    def key(self) -> str:
        above = f"{self.parent.key if self.parent else ''}/{self.name}"
        return above if self.rows is None else f"{above}[@{self.row_id}]"

    @property
    def position(self) -> int:
        if self.rows is None:
            return 1
        self.tracker.read(self.rows)
        return self.rows.index(self) + 1

    def parts(self) -> Sequence[Part]:
        return self._parts

    def part(self, name: str) -> Part | None:
        """The part of that name, a repeat as a whole; None when there is none."""
        return self._named.get(name)

    def children(self) -> Sequence[Section | Answer]:
        found: list[Section | Answer] = []
        for part in self._parts:
            if isinstance(part, Rows):
                found.extend(part.each())
            elif not part.is_attribute:
                assert isinstance(part, (Section, Answer))
                found.append(part)
        return found

    def named(self, name: str) -> Sequence[Section | Answer]:
        part = self._named.get(name)
        if part is None:
            return ()
        if isinstance(part, Rows):
            return part.each()
        assert isinstance(part, (Section, Answer))
        return (part,)

    def attribute(self, name: str) -> str | None:
        part = self._named.get(f"@{name}")
        return super().attribute(name) if part is None else part.text()

    def text(self) -> str:
        return "".join(child.text() for child in self.children())


class Rows(Part):
    """The place of a repeat: its rows in order. As a source it changes when a row comes or goes."""

    __slots__ = ("_rows", "first")

    def __init__(self, definition: Node, parent: Section, tracker: Tracker) -> None:
        super().__init__(definition, parent, tracker)
        self._rows: list[Section] = []
        self.first = definition.first_rows
        """What its first rows hold; a row that is made with content of its own says otherwise."""

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Section]:
        return iter(tuple(self._rows))

    def each(self) -> Sequence[Section]:
        """The rows in order, noted as read."""
        self.tracker.read(self)
        return self._rows

    def index(self, row: Section) -> int:
        """Place of a row, from 0. Raises ValueError when it is not among them."""
        return self._rows.index(row)

    def parts(self) -> Sequence[Part]:
        return tuple(self._rows)

    def append(self, row_id: str) -> Section:
        """A new, empty row at the end."""
        row = Section(self.definition, self.parent, self.tracker, rows=self, row_id=row_id)
        self._rows.append(row)
        self.tracker.changed(self)
        return row

    def remove(self, row: Section) -> None:
        """Take a row out; those after it move up."""
        self._rows.remove(row)
        self.tracker.changed(self)

    def move(self, row: Section, place: int) -> None:
        """Put a row at another place, counted from 0; beyond the last it is the last."""
        self._rows.remove(row)
        self._rows.insert(place, row)
        self.tracker.changed(self)


class Answers:
    """The whole tree, with the ways to find and to walk it."""

    def __init__(self, definition: Definition, random: Random, is_asked: Callable[[Node], bool]) -> None:
        self.definition = definition
        self.tracker = Tracker()
        self.root = Section(definition.root, None, self.tracker)
        self._is_asked = is_asked
        _keep_asked(self.root, is_asked)
        self._random = random
        self._row_ids: set[str] = set()

    def find(self, address: str) -> Part | None:
        """The part at a reference or key; of a repeat without position its `Rows`; None when there is none."""
        part: Part | None = None
        for name, position, row_id in _STEP.findall(address):
            if part is None:
                part = self.root if name == self.root.name else None
            else:
                part = part.part(name) if isinstance(part, Section) else None
                if isinstance(part, Rows) and (position or row_id):
                    part = _row(part, position, row_id)
            if part is None:
                return None
        return part

    def identity(self) -> str:
        """What was drawn for this submission when it began, and is stored (``meta/instanceID``); blank before that."""
        of_meta = (child for child in self.root.children() if child.name.rpartition(":")[2] == "meta")
        for part in (below for meta in of_meta for below in meta.children()):
            if isinstance(part, Answer) and part.name.rpartition(":")[2] == "instanceID" and part.given:
                return part.given
        return ""

    def in_rows_of(self, ref: str, asking: Part) -> list[Answer]:
        """The answers at an absolute reference: of the rows that the asking part stands in, of all others elsewhere."""
        above = set(_upwards(asking))
        found: list[Part] = [self.root]
        for step in ref.strip("/").split("/")[1:]:
            below: list[Part] = []
            for part in (each.part(step) for each in found if isinstance(each, Section)):
                rows = part.each() if isinstance(part, Rows) else ()
                below += [row for row in rows if row in above] or rows or ([] if part is None else [part])
            found = below
        return [part for part in found if isinstance(part, Answer)]

    def nearest(self, ref: str, asking: Part) -> Part | None:
        """The part at a reference without positions, in the rows that the asking part stands in, else in the first.

        ``../`` counts from the asking part. None when there is none.
        """
        steps = [step for step in ref.strip().split("/") if step not in ("", ".", "current()")]
        part: Part | None = self.root if ref.strip().startswith("/") else asking
        above = set(_upwards(asking))
        for index, step in enumerate(steps):
            if part is self.root and index == 0 and step == self.root.name:
                continue
            if step == "..":
                part = part.parent if part else None
            else:
                part = part.part(step) if isinstance(part, Section) else None
                if isinstance(part, Rows) and (index < len(steps) - 1):
                    rows = part.parts()
                    part = next((row for row in rows if row in above), rows[0] if rows else None)
        return part

    def add_row(self, rows: Rows, row_id: str | None = None) -> Section:
        """A new row; without an id it gets a random one (a counter would betray that a sealed row exists)."""
        while row_id is None or (row_id in self._row_ids):
            row_id = "".join(self._random.choices(ROW_ID_ALPHABET, k=ROW_ID_LENGTH))
        self._row_ids.add(row_id)
        row = rows.append(row_id)
        _keep_asked(row, self._is_asked)
        return row

    def remove_row(self, rows: Rows, row: Section) -> None:
        """Take a row out; its id, and those of the rows inside, are free again: it may be put back."""
        self._row_ids -= {part.row_id for part in walk(row) if isinstance(part, Section)}
        rows.remove(row)


def _row(rows: Rows, position: str, row_id: str) -> Section | None:
    if row_id:
        return next((row for row in rows if row.row_id == row_id), None)
    index = int(position) - 1
    listed = tuple(rows)
    return listed[index] if 0 <= index < len(listed) else None


def _upwards(part: Part) -> Iterator[Part]:
    above: Part | None = part
    while above is not None:
        yield above
        above = above.parent


def walk(part: Part) -> Iterator[Part]:
    """The part and everything below, in document order."""
    waiting = [part]
    while waiting:
        part = waiting.pop()
        yield part
        waiting.extend(reversed(part.parts()))


def answers_below(part: Part) -> Iterator[Answer]:
    """All leaves of a part in document order."""
    return (found for found in walk(part) if isinstance(found, Answer))


def spread_relevance(part: Part) -> Iterator[Part]:
    """Work out relevance again from this part down; yields each part where it changed.

    A row inherits from what is above its repeat and has its own expression, as in ODK's engine.
    """
    waiting = [(part, part.parent is None or part.parent.relevant)]
    while waiting:
        part, above = waiting.pop()
        relevant = above and part.own_relevance
        changed = relevant != part.relevant
        part.relevant = relevant
        if changed:
            yield part
        if isinstance(part, Rows):
            waiting.extend((row, above) for row in reversed(part.parts()))
        elif changed:
            waiting.extend((child, relevant) for child in reversed(part.parts()))


def _keep_asked(part: Part, is_asked: Callable[[Node], bool]) -> None:
    """Whatever is not asked is not relevant for good."""
    for found in walk(part):
        if not is_asked(found.definition):
            found.own_relevance = False
            for below in walk(found):
                below.relevant = False
