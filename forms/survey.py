"""The survey sheet of a workbook: its rows with the reference that each will have, and its columns by their ODK name.

Owns how rows nest and how columns may be spelt; conversion is pyxform's. ``${name}`` is understood here for the columns
that pyxform leaves out (`forms.extras`) and for pointing at a character in `forms.linting`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from forms.workbooks import Sheet, Workbook

_ALIASES = {
    "relevance": "relevant",
    "calculate": "calculation",
    "read_only": "readonly",
    "caption": "label",
    "tag": "name",
    "value": "name",
    "command": "type",
    "count": "repeat_count",
    "jr:count": "repeat_count",
    "constraining_message": "constraint_message",
    "jr:constraintmsg": "constraint_message",
    "requiredmsg": "required_message",
    "jr:requiredmsg": "required_message",
    "list name": "list_name",
    "id_string": "form_id",
    "set form id": "form_id",
}
_PREFIXES = ("bind::", "bind:", "control::", "control:", "body::", "body:")
_CONTAINER = re.compile(r"(begin|end)[\s_]+(group|lgroup|repeat|loop|looped[\s_]group)\b", re.IGNORECASE)
REFERENCE = re.compile(r"\$\{\s*((?:last-saved#)?)([^}\s]+)\s*\}")
"""``${name}`` and ``${last-saved#name}``: the second group is the name."""
_STRAIGHT_QUOTES = str.maketrans("‘’“”", "''\"\"")
_CALCULATIONS = frozenset(("calculate", "add calculate prompt", "q calculate", "hidden"))
_NOTES = frozenset(("note", "add note prompt", "q note"))
METADATA = frozenset(
    (
        "start", "end", "today", "deviceid", "device id", "imei", "subscriberid", "simserial", "phonenumber",
        "username", "email", "audit", "start-geopoint", "background-geopoint", "background-audio", "start time",
        "end time", "get start time", "get end time", "get today", "get device id", "get phone number", "get sim id",
        "get subscriber id", "sim id", "subscriber id", "phone number",
    )
)  # fmt: skip
"""Types that record without asking."""
_NOT_NODES = frozenset(("csv-external", "xml-external"))
ROOT = "data"
"""Name of the root; pyxform's own default, always given."""
OTHER_ROOT = "record"
"""The root where a rule or a text reads a question called ``data``: it could not be told from the root else."""

_OF_ROOT = re.compile(rf"\$\{{\s*(?:last-saved#)?{ROOT}\s*\}}")


class RowKind(StrEnum):
    """What a row of the survey sheet is."""

    QUESTION = "question"
    CALCULATION = "calculation"
    NOTE = "note"
    METADATA = "metadata"
    GROUP = "group"
    REPEAT = "repeat"
    END = "end"
    NOTHING = "nothing"
    """An empty row, or one that only declares a file."""


@dataclass(frozen=True, slots=True)
class SurveyRow:
    """One row of the survey sheet."""

    number: int
    kind: RowKind
    written_type: str
    name: str
    ref: str
    """The reference that its node will have; empty where it has no node."""
    cells: Mapping[str, str]
    """Column by its ODK name (``relevant``, ``label::English (en)``) to text."""
    headers: Mapping[str, str]
    """The same columns to the header as written, for faults."""


@dataclass(frozen=True, slots=True)
class Survey:
    """The rows in their order."""

    rows: tuple[SurveyRow, ...]
    named: Mapping[str, tuple[str, ...]]
    """Name to the references of all rows of that name."""
    columns: frozenset[str]
    root: str
    unclosed: tuple[SurveyRow, ...]
    """Groups and repeats that nothing ends."""
    unopened: tuple[SurveyRow, ...]
    """Ends of what nothing began."""

    @property
    def repeats(self) -> frozenset[str]:
        """The references of the repeats."""
        return frozenset(row.ref for row in self.rows if row.kind is RowKind.REPEAT)

    def by_ref(self) -> dict[str, SurveyRow]:
        """The rows with a node; where two would have the same, the first."""
        found: dict[str, SurveyRow] = {}
        for row in self.rows:
            if row.ref:
                found.setdefault(row.ref, row)
        return found

    def refs_named(self, name: str) -> tuple[str, ...]:
        """The references of all rows of that name; none where there is none."""
        return self.named.get(name, ())


def column(header: str) -> str:
    """The ODK name of a column as an author spells it.

    >>> column("Bind::Relevance"), column("label::English (en)"), column("Constraint Message")
    ('relevant', 'label::English (en)', 'constraint_message')
    """
    name, mark, language = header.partition("::")
    if name.strip().lower() in ("bind", "control", "body"):
        return column(language) if language else name
    name = name.strip().lower()
    for prefix in _PREFIXES:
        name = name.removeprefix(prefix)
    name = _ALIASES.get(name, name).replace(" ", "_")
    return f"{_ALIASES.get(name, name)}{mark}{language.strip()}"


def headers_of(sheet: Sheet) -> dict[str, str]:
    """The columns of a sheet by their ODK names; of two that mean the same, the first."""
    return {column(header): header for header in reversed(sheet.header)}


def of(workbook: Workbook) -> Survey | None:
    """The survey of a workbook: its sheet ``survey``, or its only sheet; None where it has neither."""
    sheet = sheet_of(workbook)
    if sheet is None:
        return None
    texts = (text for each in workbook.sheets for row in each.rows for text in row.cells.values())
    return _survey(sheet, OTHER_ROOT if _asks_for_root(sheet) and any(map(_OF_ROOT.search, texts)) else ROOT)


def sheet_of(workbook: Workbook) -> Sheet | None:
    """The sheet that is the survey, or None."""
    found = workbook.sheet("survey")
    return workbook.sheets[0] if found is None and len(workbook.sheets) == 1 else found


def _asks_for_root(sheet: Sheet) -> bool:
    """Whether a question is called like the root."""
    header = headers_of(sheet).get("name", "")
    return any(row.cells.get(header, "").strip() == ROOT for row in sheet.rows)


def _survey(sheet: Sheet, root: str) -> Survey:
    headers: dict[str, str] = {}
    for header in sheet.header:
        headers.setdefault(column(header), header)
    spelt = {header: name for name, header in headers.items()}
    rows: list[SurveyRow] = []
    open_rows: list[SurveyRow] = []
    unopened: list[SurveyRow] = []
    for source in sheet.rows:
        cells = {spelt[header]: text for header, text in source.cells.items() if header in spelt}
        kind = _kind(cells.get("type", ""))
        name = cells.get("name", "").strip()
        parent = open_rows[-1].ref if open_rows else f"/{root}"
        has_node = bool(name) and kind not in (RowKind.END, RowKind.NOTHING)
        ref = f"{parent}/{name}" if has_node else parent if kind in (RowKind.GROUP, RowKind.REPEAT) else ""
        row = SurveyRow(source.number, kind, cells.get("type", "").strip(), name, ref, cells, headers)
        rows.append(row)
        if kind in (RowKind.GROUP, RowKind.REPEAT):
            open_rows.append(row)
        elif kind is RowKind.END and open_rows and _ends(row, open_rows[-1]):
            open_rows.pop()
        elif kind is RowKind.END:
            unopened.append(row)
    named: dict[str, tuple[str, ...]] = {}
    for row in rows:
        if row.ref and row.name:
            named[row.name] = (*named.get(row.name, ()), row.ref)
    return Survey(tuple(rows), named, frozenset(headers), root, tuple(open_rows), tuple(unopened))


def _kind(written: str) -> RowKind:
    lowered = " ".join(written.lower().split())
    container = _CONTAINER.match(written.strip())
    if container is not None:
        if container.group(1).lower() == "end":
            return RowKind.END
        return RowKind.GROUP if container.group(2).lower() == "group" else RowKind.REPEAT
    if not lowered or lowered in _NOT_NODES:
        return RowKind.NOTHING
    if lowered in METADATA or lowered.startswith("uri:"):
        return RowKind.METADATA
    if lowered in _NOTES:
        return RowKind.NOTE
    return RowKind.CALCULATION if lowered in _CALCULATIONS else RowKind.QUESTION


def _ends(end: SurveyRow, begin: SurveyRow) -> bool:
    """Whether an end row ends this begin row: both of a group, or both of a repeat."""
    ended = _CONTAINER.match(end.written_type)
    return ended is not None and (ended.group(2).lower() == "group") == (begin.kind is RowKind.GROUP)


def parsable(source: str) -> str:
    """An expression with each ``${name}`` made a plain name of the same length, so that offsets stay.

    Curly quotes, which word processors make, become straight ones, as pyxform has it.

    >>> parsable("${age} > 5")
    '__age_ > 5'
    """

    def plain(match: re.Match[str]) -> str:
        inside = re.sub(r"[^\w.-]", "-", match.group(0)[2:-1])
        return f"__{inside}_"

    return REFERENCE.sub(plain, source).translate(_STRAIGHT_QUOTES)


def placed(source: str, ref: str, survey: Survey) -> str:
    """An expression at a reference with each ``${name}`` made a path; unknown names are left as they are.

    A question of the same repeat is reached by a relative path, as pyxform writes it: an absolute one would read all
    rows. At the repeat itself the expression is read in each of its rows.
    """

    def reference(match: re.Match[str]) -> str:
        refs = survey.refs_named(match.group(2))
        return f" {_path(ref, refs[0], survey)} " if refs and not match.group(1) else match.group(0)

    return REFERENCE.sub(reference, source).translate(_STRAIGHT_QUOTES)


def _path(start: str, target: str, survey: Survey) -> str:
    """The path from one reference to another: relative within the innermost repeat that holds both, else absolute."""
    repeats = {row.ref for row in survey.rows if row.kind is RowKind.REPEAT}
    shared = [
        each for each in repeats if f"{start}/".startswith(f"{each}/") and target.startswith(f"{each}/")
    ]
    if not shared:
        return target
    repeat = max(shared, key=len)
    above = start.count("/") - repeat.count("/")
    return "/".join([*([".."] * above or ["."]), target.removeprefix(f"{repeat}/")])


def names_read(source: str) -> Iterator[tuple[str, int]]:
    """Each name in ``${…}`` with the offset at which it stands; last-saved ones included."""
    for match in REFERENCE.finditer(source):
        yield match.group(2), match.start()
