"""A form published: workbook to XForm XML to definition, or all of its faults at once.

`forms.converting` makes the XML, which is kept word for word for other clients; `forms.xform` reads it; `forms.extras`
adds what pyxform leaves out; `forms.linting` looks for faults. The workbook is read once, within bounds.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

from forms import converting, extras, linting, policy, repairs, survey, workbooks, xform
from forms.definition import Definition
from forms.faults import Fault, InvalidForm, Severity
from forms.problems import FormProblem
from forms.survey import Survey, SurveyRow
from forms.workbooks import Row, Sheet, Workbook

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


def publish_file(path: Path, *, allowed: Collection[str] = (), lenient: bool = False) -> Published:
    """`publish` for a file.

    Raises:
        FormProblem: FORM-001 when it can't be read; FORM-003 (`InvalidForm`) when it has faults.
    """
    return publish(content_of(path), path.name, allowed=allowed, lenient=lenient)


def publish(content: bytes, name: str, *, allowed: Collection[str] = (), lenient: bool = False) -> Published:
    """The definition of a form.

    Args:
        content: an XLSForm workbook (xlsx, xls, CSV, Markdown) or XForm XML.
        name: the file's name; its ending tells the format, its beginning the form id where the form gives none.
        allowed: what the form may record without asking, by the names of `forms.policy.RECORDED`.
        lenient: repair what `forms.repairs` can, with a warning for each.

    Raises:
        FormProblem: FORM-001 when it is no form; FORM-003 (`InvalidForm`) with every fault.
    """
    published = _faultless(_examined(content, name, allowed, lenient), name)
    used = {policy.recorded(node) for node in published.definition.nodes()} & set(allowed)
    return replace(
        published, definition=replace(published.definition, allowed=tuple(sorted(filter(None, used))))
    )


def publish_workbook(workbook: Workbook, name: str) -> Published:
    """`publish` for a workbook that was read already; `name` without an ending."""
    return _faultless(_examined_workbook(workbook, name, ()), name)


def convert_file(path: Path, *, as_odk: bool = False) -> Published:
    """`convert` for a file. Raises FormProblem FORM-001 and FORM-003."""
    return convert(content_of(path), path.name, as_odk=as_odk)


def convert(content: bytes, name: str, *, as_odk: bool = False) -> Published:
    """A form as it is, for trying it out: refused only where it can't be converted or an expression can't be read.

    Args:
        name: the file's; its ending tells the format.
        as_odk: see `forms.xform.read`.

    Raises:
        FormProblem: FORM-001 when it can't be read; FORM-003 (`InvalidForm`) with every fault when it can't be
            converted.
    """
    stem, ending = PurePath(name).stem, PurePath(name).suffix.lower()
    if ending == ".xml":
        xml = _decoded(content, name)
        return Published(xform.read(xml, as_odk=as_odk), xml, ())
    workbook = workbooks.read(content, name)
    rows = survey.of(workbook)
    if rows is None:
        raise InvalidForm([_no_survey()], where=name)
    made = converting.convert(workbook, rows, stem)
    try:
        if made.xml is None:
            raise InvalidForm(_fatal(made.messages), where=name)
        read = xform.read(made.xml, as_odk=as_odk)
        definition = extras.applied(read, rows, extras.read(rows)[0], _digest(workbook))
    except InvalidForm as problem:
        # Whoever mends the form is told all that `check` finds, not only what stood in the way first.
        every = _fatal(_examined_workbook(workbook, stem, ())[1])
        raise InvalidForm(every or problem.faults, where=name) from None
    return Published(definition, made.xml, made.messages)


def check(path: Path, *, allowed: Collection[str] = (), lenient: bool = False) -> tuple[Fault, ...]:
    """Everything that an author should look at, in the order of the workbook, warnings included.

    Raises:
        FormProblem: FORM-001 when the file is no form at all.
    """
    return check_content(content_of(path), path.name, allowed=allowed, lenient=lenient)


def check_content(
    content: bytes, name: str, *, allowed: Collection[str] = (), lenient: bool = False
) -> tuple[Fault, ...]:
    """`check` for content; the name's ending tells the format."""
    return _examined(content, name, allowed, lenient)[1]


def _faultless(examined: tuple[Published | None, tuple[Fault, ...]], name: str) -> Published:
    published, faults = examined
    fatal = _fatal(faults)
    if published is None or fatal:
        raise InvalidForm(fatal, where=name)
    return replace(published, warnings=faults)


def _fatal(faults: Iterable[Fault]) -> list[Fault]:
    return [fault for fault in faults if fault.severity is Severity.FAULT]


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
    content: bytes, name: str, allowed: Collection[str], lenient: bool
) -> tuple[Published | None, tuple[Fault, ...]]:
    """The published form, or None where it can't be; and its faults, in order, each once."""
    if PurePath(name).suffix.lower() == ".xml":
        return _examined_xform(content, name, allowed)
    workbook = workbooks.read(content, name)
    mended, repaired = repairs.repaired(workbook) if lenient else (workbook, ())
    return _examined_workbook(mended, PurePath(name).stem, allowed, repaired)


def _examined_workbook(
    workbook: Workbook, stem: str, allowed: Collection[str], repaired: Sequence[Fault] = ()
) -> tuple[Published | None, tuple[Fault, ...]]:
    rows = survey.of(workbook)
    if rows is None:
        return None, (_no_survey(),)
    own, faults = extras.read(rows)
    of_cells = [*repaired, *linting.workbook_faults(workbook, rows), *faults]
    made = converting.convert_through(workbook, rows, stem, _fatal(of_cells))
    of_form = list(made.messages)
    published: Published | None = None
    try:
        if made.xml is not None:
            definition = extras.applied(xform.read(made.xml), rows, own, _digest(workbook))
            published = None if made.is_of_copy else Published(definition, made.xml, ())
            of_form += _placed(linting.definition_faults(definition), made.rows)
            of_form += _placed(policy.faults(definition, made.xml, allowed), made.rows)
    except InvalidForm as problem:
        of_form += _placed(problem.faults, made.rows)
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
    return Fault(
        "There is no sheet called survey, which lists the questions; add it, or give the sheet that does this name.",
        sheet="survey",
    )


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
