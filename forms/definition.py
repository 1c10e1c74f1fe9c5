"""The compiled form: frozen records, written to JSON and read back.

Made once by `forms.publish` (or `forms.xform` from XForm XML) and read at entry time by `forms.interview`, which
needs neither pyxform nor XML. A definition never changes; a new version is a new definition.

References are absolute paths over the primary instance without positions, as in ODK XForms: ``/data/trip/dest``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Tree = tuple[object, ...]


class Control(StrEnum):
    """How a node is asked (ODK XForms body elements); NONE for calculations and metadata."""

    INPUT = "input"
    SELECT_ONE = "select1"
    SELECT_MULTIPLE = "select"
    RANK = "rank"
    RANGE = "range"
    TRIGGER = "trigger"
    UPLOAD = "upload"
    NONE = "none"


CHOICE_CONTROLS = frozenset({Control.SELECT_ONE, Control.SELECT_MULTIPLE, Control.RANK})
"""Those whose answer is of a list of choices."""


class Sensitivity(StrEnum):
    """Who may read an answer; only TALLY is open (domain.md A)."""

    TALLY = "tally"
    DESCRIPTIVE = "descriptive"
    IDENTIFYING = "identifying"


class OpenAs(StrEnum):
    """What an answer leaves in the open part although it is sealed, or reads sealed answers."""

    MONTH = "month"
    """A sealed date leaves its month, ``2026-01``."""
    DERIVED = "derived"
    """An open calculation that is declared to read sealed answers."""


ROSTER = "roster"
"""The profile that asks for person rows; a project switches it on."""
PROFILES = ("core", "full", ROSTER)
"""Each contains the ones before it."""


@dataclass(frozen=True, slots=True)
class Expression:
    """One XPath expression: what the author wrote, its tree, and the references that it reads."""

    source: str
    tree: Tree
    reads: tuple[str, ...]
    """Absolute references without positions; a nodeset of a secondary instance is not among them."""

    @property
    def is_always_true(self) -> bool:
        """Whether it says yes without looking at anything: ``true()``, a number but 0, words."""
        match self.tree:
            case ("call", "true", *_):
                return True
            case ("number" | "text", value):
                return bool(value)
            case _:
                return False


TextPart = str | Expression


@dataclass(frozen=True, slots=True)
class Text:
    """Words in each language; a part that is an expression is computed when shown (``${name}`` in a label)."""

    languages: Mapping[str, tuple[TextPart, ...]]
    """Language name as in the workbook, ``English (en)``; ``""`` where the form has no translations."""


@dataclass(frozen=True, slots=True)
class ChoiceSource:
    """Where the choices of a question come from."""

    list_id: str
    """The key in `Definition.lists`, or the id of an external list."""
    filter: Tree | None
    """The predicate over the list's items, or None."""
    filter_source: str
    reads: tuple[str, ...]
    value_column: str = "name"
    label_column: str = "label"
    label_is_id: bool = False
    """Whether the label column holds the id of a text (``jr:itext(itextId)``); see `Definition.texts`."""
    nodeset: Expression | None = None
    """The whole nodeset where it is more than one filter over one list (randomize(), a nodeset of the form itself)."""


@dataclass(frozen=True, slots=True)
class SoftRule:
    """A rule that warns and never blocks (the workbook's column ``soft_constraint``)."""

    expression: Expression
    message: str


@dataclass(frozen=True, slots=True)
class Action:
    """A ``setvalue`` on an event: dynamic defaults and triggers (ODK XForms, Actions)."""

    event: str
    """``odk-instance-first-load``, ``odk-instance-load``, ``odk-new-repeat`` or ``xforms-value-changed``."""
    target: str
    value: Expression | None
    """None: the text in `literal`."""
    literal: str = ""
    trigger: str | None = None
    """The question whose change fires it."""
    where: Expression | None = None
    """The path of the target where it picks rows (``/data/trip[2]/to``); None: every row."""


@dataclass(frozen=True, slots=True)
class RowContent:
    """What one row of a repeat holds when the form itself makes it, where the author wrote something unusual."""

    texts: Mapping[str, str]
    """Path below the row, ``g/a``, to the text there; a question that is not among them begins blank."""
    rows: Mapping[str, tuple[RowContent | None, ...]]
    """Path of a repeat inside to its rows; one that is not among them begins without rows."""


@dataclass(frozen=True, slots=True)
class Node:
    """One node of the primary instance with its bind and its control. Leaves are questions."""

    ref: str
    name: str
    children: tuple[Node, ...] = ()
    is_repeat: bool = False
    is_group: bool = False
    control: Control = Control.NONE
    value_type: str = "string"
    """ODK data type: string, int, decimal, boolean, date, time, dateTime, geopoint, geotrace, geoshape, binary,
    barcode, odk:rank."""
    label: Text | None = None
    hint: Text | None = None
    appearance: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    """Attributes of the control: start, end, step of a range; mediatype of an upload."""
    default: str = ""
    """Static default of the template instance."""
    relevant: Expression | None = None
    constraint: Expression | None = None
    constraint_message: Text | None = None
    required: Expression | None = None
    required_message: Text | None = None
    readonly: Expression | None = None
    calculation: Expression | None = None
    choices: ChoiceSource | None = None
    preload: tuple[str, str] | None = None
    """jr:preload and jr:preloadParams of a metadata question."""
    count: Expression | None = None
    """jr:count of a repeat."""
    fixed_count: bool = False
    """jr:noAddRemove of a repeat."""
    first_rows: tuple[RowContent | None, ...] = (None,)
    """The rows with which a repeat begins in ODK; None: with all defaults, repeats inside with their first rows."""
    new_row: RowContent | None = None
    """Every other row of a repeat; None: with all defaults, repeats inside without rows."""
    attributes: Mapping[str, str] = field(default_factory=dict)
    """Attributes of the node in the primary instance (entities)."""
    sensitivity: Sensitivity | None = None
    """None where the workbook says nothing: sealed."""
    open_as: OpenAs | None = None
    open_when: Expression | None = None
    """On a group, repeat or question: where false, all of it is sealed. On a repeat it is read in each row."""
    soft: SoftRule | None = None
    profile: str = "core"
    hxl: str = ""

    @property
    def is_note(self) -> bool:
        """Whether the node only shows a text: a read-only input without a calculation."""
        return (
            self.control is Control.INPUT
            and self.value_type == "string"
            and self.calculation is None
            and self.readonly is not None
            and self.readonly.is_always_true
        )


@dataclass(frozen=True, slots=True)
class ListItem:
    """One choice: its columns as text, and its label in each language."""

    columns: Mapping[str, str]
    label: Text | None


@dataclass(frozen=True, slots=True)
class Grid:
    """Consecutive whole-number questions that make a full table; shown as one tally grid and confirmed once."""

    ref: str
    """Reference of the group with the common start of the names: ``/data/g_people/p``."""
    rows: tuple[tuple[str, Text], ...]
    """Code and words of each row (gender)."""
    columns: tuple[tuple[str, Text], ...]
    """Code and words of each column (age)."""
    cells: tuple[tuple[str, ...], ...]
    """References, row by row."""


@dataclass(frozen=True, slots=True)
class Safety:
    """Rules that act at once, after one confirmation, and not only at finalising (domain.md A and E)."""

    gate: str | None
    """The question ``safe_to_record``: nothing is kept unless it is ``yes``; ``no`` discards the whole interview."""
    clearing: tuple[str, ...]
    """Questions whose answer clears what it makes non-relevant: ``consent_group`` and all that an open_when reads."""


@dataclass(frozen=True, slots=True)
class Definition:
    """One version of a form."""

    form_id: str
    version: str
    title: str
    root: Node
    languages: tuple[str, ...]
    default_language: str
    lists: Mapping[str, tuple[ListItem, ...]]
    external_lists: Mapping[str, str]
    """List id to file name (``townships`` to ``townships.csv``)."""
    order: tuple[str, ...]
    """References with a calculation, relevance or other expression; each comes after what it reads."""
    actions: tuple[Action, ...]
    grids: tuple[Grid, ...]
    safety: Safety
    classified: bool
    """Whether the workbook has the column ``sensitivity``; without it everything is sealed."""
    instance_name: Expression | None
    xml_digest: str
    """SHA-256 of the XForm XML, hexadecimal."""
    source_digest: str
    """SHA-256 of the workbook's text form, hexadecimal; empty for XForm XML."""
    namespaces: Mapping[str, str] = field(default_factory=dict)

    allowed: tuple[str, ...] = ()
    """What it records without asking, allowed by name when it was published (`forms.policy`)."""
    withdraws: tuple[str, ...] = ()
    """Earlier versions that are unsafe: nothing more is finalised with them; submissions made with them count on."""
    documents: Mapping[str, str] = field(default_factory=dict)
    """List id to XML, for lists inside the form that are no plain ``root/item`` lists."""
    texts: Mapping[str, Text] = field(default_factory=dict)
    """Texts by id, where the form looks texts up by what it computes; else empty."""

    def nodes(self) -> Iterator[Node]:
        """Every node, in the order of the form."""
        waiting = [self.root]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(node.children))

    def words_for(self, question: str, language: str) -> dict[str, str]:
        """Code to words of a question's own choice list; empty where it has none, or no question has that name."""
        for node in self.nodes():
            if node.name == question and node.choices is not None:
                items = self.lists.get(node.choices.list_id, ())
                return {
                    item.columns[node.choices.value_column]: _plain_words(item, language) for item in items
                }
        return {}


def _plain_words(item: ListItem, language: str) -> str:
    """A choice's label where it is plain text; else its code."""
    languages = {} if item.label is None else item.label.languages
    parts = languages.get(language) or languages.get("") or ()
    return "".join(part for part in parts if isinstance(part, str)) or item.columns.get("name", "")
