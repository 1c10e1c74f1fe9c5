"""A form published: workbook to XForm XML to definition, or all of its faults at once.

pyxform makes the XML, which is kept word for word for other clients; `forms.xform` reads it; `forms.extras` adds what
pyxform leaves out; `forms.linting` looks for faults. The workbook is read once, within bounds, and pyxform gets its
cells, never the file. pyxform is imported only here, and only when a workbook is converted.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

from forms import extras, linting, policy, survey, workbooks, xform
from forms.definition import Definition
from forms.faults import Fault, InvalidForm, Severity
from forms.problems import FormProblem
from forms.survey import Survey, SurveyRow
from forms.workbooks import Row, Sheet, Workbook

_ROW = re.compile(r"^\s*\[row : (\d+)\]\s*(?:On the '([^']+)' sheet, the '([^']+)' value is invalid\.\s*)?")
_SHEETS = ("", "settings", "survey", "choices")
_OF_META = {"instanceName": ("settings", "instance_name"), "label": ("entities", "label")}
"""Nodes below ``meta`` that come of no row of the survey: the sheet and column that they come of."""


@dataclass(frozen=True, slots=True)
class Published:
    """A form that may be recorded with."""

    definition: Definition
    xml: str
    """The XForm, word for word as other clients get it."""
    warnings: tuple[Fault, ...]


def publish_file(path: Path, *, allowed: Collection[str] = ()) -> Published:
    """`publish` for a file.

    Raises:
        FormProblem: FORM-001 when it can't be read; FORM-003 (`InvalidForm`) when it has faults.
    """
    return publish(content_of(path), path.name, allowed=allowed)


def publish(content: bytes, name: str, *, allowed: Collection[str] = ()) -> Published:
    """The definition of a form.

    Args:
        content: an XLSForm workbook (xlsx, xls, CSV, Markdown) or XForm XML.
        name: the file's name; its ending tells the format, its beginning the form id where the form gives none.
        allowed: what the form may record without asking, by the names of `forms.policy.RECORDED`.

    Raises:
        FormProblem: FORM-001 when it is no form; FORM-003 (`InvalidForm`) with every fault.
    """
    published = _faultless(_examined(content, name, allowed), name)
    used = {policy.recorded(node) for node in published.definition.nodes()} & set(allowed)
    return replace(
        published, definition=replace(published.definition, allowed=tuple(sorted(filter(None, used))))
    )


def publish_workbook(workbook: Workbook, name: str) -> Published:
    """`publish` for a workbook that was read already; `name` without an ending."""
    return _faultless(_examined_workbook(workbook, name, ()), name)


def convert_file(path: Path) -> Published:
    """A form as it is, for trying it out: refused only where it can't be converted or an expression can't be read.

    Raises:
        FormProblem: FORM-001 when it can't be read; FORM-003 (`InvalidForm`) when it can't be converted.
    """
    content = content_of(path)
    if path.suffix.lower() == ".xml":
        xml = _decoded(content, path.name)
        return Published(xform.read(xml), xml, ())
    workbook = workbooks.read(content, path.name)
    rows = survey.of(workbook)
    converted, messages = _converted(workbook, rows, path.stem) if rows else (None, [_no_survey()])
    if rows is None or converted is None:
        raise InvalidForm([fault for fault in messages if fault.severity is Severity.FAULT], where=path.name)
    definition = extras.applied(xform.read(converted), rows, extras.read(rows)[0], _digest(workbook))
    return Published(definition, converted, tuple(messages))


def check(path: Path, *, allowed: Collection[str] = ()) -> tuple[Fault, ...]:
    """Everything that an author should look at, in the order of the workbook, warnings included.

    Raises:
        FormProblem: FORM-001 when the file is no form at all.
    """
    return check_content(content_of(path), path.name, allowed=allowed)


def check_content(content: bytes, name: str, *, allowed: Collection[str] = ()) -> tuple[Fault, ...]:
    """`check` for content; the name's ending tells the format."""
    return _examined(content, name, allowed)[1]


def _faultless(examined: tuple[Published | None, tuple[Fault, ...]], name: str) -> Published:
    published, faults = examined
    fatal = [fault for fault in faults if fault.severity is Severity.FAULT]
    if published is None or fatal:
        raise InvalidForm(fatal, where=name)
    return replace(published, warnings=faults)


def content_of(path: Path) -> bytes:
    """A file's content, no more of it than a form may have. Raises FormProblem FORM-001."""
    try:
        with path.open("rb") as file:
            return file.read(workbooks.MAX_BYTES + 1)
    except OSError as error:
        reason = error.strerror or "it can't be read"
        raise FormProblem(
            "FORM-001",
            f"The file can't be read: {reason}.",
            remedy="Look at its name and place.",
            where=path.name,
        ) from error


def _examined(
    content: bytes, name: str, allowed: Collection[str]
) -> tuple[Published | None, tuple[Fault, ...]]:
    """The published form, or None where it can't be converted; and its faults, in order, each once."""
    if PurePath(name).suffix.lower() == ".xml":
        return _examined_xform(content, name, allowed)
    return _examined_workbook(workbooks.read(content, name), PurePath(name).stem, allowed)


def _examined_workbook(
    workbook: Workbook, stem: str, allowed: Collection[str]
) -> tuple[Published | None, tuple[Fault, ...]]:
    rows = survey.of(workbook)
    if rows is None:
        return None, (_no_survey(),)
    own, faults = extras.read(rows)
    of_cells = [*linting.workbook_faults(workbook, rows), *faults]
    xml, of_form = _converted(workbook, rows, stem)
    published: Published | None = None
    try:
        if xml is not None:
            definition = extras.applied(xform.read(xml), rows, own, _digest(workbook))
            published = Published(definition, xml, ())
            of_form += _placed(linting.definition_faults(definition), rows)
            of_form += _placed(policy.faults(definition, xml, allowed), rows)
    except InvalidForm as problem:
        of_form += _placed(problem.faults, rows)
    return published, _in_order(of_cells, of_form)


def _examined_xform(
    content: bytes, name: str, allowed: Collection[str]
) -> tuple[Published | None, tuple[Fault, ...]]:
    xml = _decoded(content, name)
    try:
        definition = xform.read(xml)
    except InvalidForm as problem:
        return None, problem.faults
    faults = (*linting.definition_faults(definition), *policy.faults(definition, xml, allowed))
    return Published(definition, xml, ()), faults


def _decoded(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FormProblem(
            "FORM-001", "The file is not UTF-8 text.", remedy="Save it as UTF-8 and try again.", where=name
        ) from error


def _no_survey() -> Fault:
    return Fault("There is no sheet called survey; it lists the questions.", sheet="survey")


def _converted(workbook: Workbook, rows: Survey, stem: str) -> tuple[str | None, list[Fault]]:
    """The XForm XML, or None where pyxform refuses; and what pyxform says."""
    from pyxform.errors import PyXFormError
    from pyxform.xls2xform import convert

    warnings: list[str] = []
    try:
        result = convert(_for_pyxform(workbook, stem), warnings=warnings, form_name=rows.root)
    except PyXFormError as error:
        return None, [_told(str(error), Severity.FAULT)]
    except (KeyError, ValueError, TypeError, AttributeError, IndexError, RecursionError) as error:
        # pyxform has not foreseen every malformed workbook; what it stumbles over here is a fault of the form.
        kind = type(error).__name__
        return None, [
            Fault(f"The form can't be converted ({kind}); look for unusual cells in survey and choices.")
        ]
    xml: str = result.xform
    return xml, [_told(message, Severity.WARNING) for message in warnings]


def _for_pyxform(workbook: Workbook, stem: str) -> dict[str, object]:
    """The sheets in the shape that pyxform makes of a workbook itself; blank rows kept, so that row numbers hold."""
    given: dict[str, object] = {
        "sheet_names": [sheet.name for sheet in workbook.sheets],
        "fallback_form_name": stem,
    }
    questions = survey.sheet_of(workbook)
    for sheet in workbook.sheets:
        name = "survey" if sheet is questions else sheet.name.lower()
        if name in workbooks.FORM_SHEETS:
            given[name] = [dict(row.cells) for row in sheet.rows]
            given[f"{name}_header"] = [dict.fromkeys(sheet.header)]
    return given


def _told(message: str, severity: Severity) -> Fault:
    """A fault of what pyxform says: ``[row : 6] On the 'choices' sheet, the 'name' value is invalid. …``."""
    match = _ROW.match(message)
    if match is None:
        return Fault(message.strip(), severity)
    words = message[match.end() :].strip() or "The value is invalid."
    return Fault(words, severity, match.group(2) or "survey", int(match.group(1)), match.group(3) or "")


def _placed(faults: Iterable[Fault], rows: Survey) -> list[Fault]:
    """Faults found in the XForm with their place in the workbook: sheet, row and the column as its author spells it."""
    by_ref = rows.by_ref()
    return [_with_place(fault, by_ref.get(fault.name)) for fault in faults]


def _with_place(fault: Fault, row: SurveyRow | None) -> Fault:
    if row is not None:
        column = row.headers.get(fault.column, fault.column)
        return replace(fault, sheet="survey", row=row.number, column=column, name=row.name)
    sheet, column = _OF_META.get(fault.name.rpartition("/")[2], (fault.sheet, fault.column))
    return replace(fault, sheet=sheet, column=column)


def _in_order(of_cells: Sequence[Fault], of_form: Iterable[Fault]) -> tuple[Fault, ...]:
    """All faults by sheet and row, those before warnings.

    What was said of the cells is not said again of the form that they make: a fault of the form counts where its cell,
    or its row when it names no cell, was without fault.
    """
    faulty = [fault for fault in of_cells if fault.severity is Severity.FAULT]
    cells = {(fault.sheet, fault.row, fault.column) for fault in faulty}
    cells |= {(fault.sheet, fault.row, "") for fault in faulty}
    rest = [
        fault for fault in of_form if fault.row is None or (fault.sheet, fault.row, fault.column) not in cells
    ]
    return tuple(sorted(dict.fromkeys((*of_cells, *rest)), key=_rank))


def _rank(fault: Fault) -> tuple[int, int, bool]:
    """Where a fault stands among others: the form as a whole first, then sheet by sheet, row by row."""
    place = _SHEETS.index(fault.sheet) if fault.sheet in _SHEETS else len(_SHEETS)
    return place, fault.row or 0, fault.severity is Severity.WARNING


def _digest(workbook: Workbook) -> str:
    """SHA-256 of the workbook's cells as text, whatever the format they were stored in."""
    return hashlib.sha256(json.dumps([_sheet(sheet) for sheet in workbook.sheets]).encode()).hexdigest()


def _sheet(sheet: Sheet) -> list[object]:
    return [sheet.name.lower(), list(sheet.header), [_row(row, sheet) for row in sheet.rows]]


def _row(row: Row, sheet: Sheet) -> list[str]:
    return [row.cells.get(header, "") for header in sheet.header]
