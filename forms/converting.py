"""Workbook to XForm XML, by pyxform, with all that it has to say at once.

Owns the calls of pyxform, which is imported when the first workbook is converted, and the shape in which it gets the
cells; it never gets the file. pyxform stops at its first fault. So that an author hears of every one, the place of each
fault is made harmless in a copy, which is converted again: a form is never made of such a copy, only its further faults
are looked for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from forms import survey, workbooks
from forms.faults import Fault, Severity
from forms.rewording import Reworded, reworded
from forms.survey import RowKind, Survey, SurveyRow
from forms.workbooks import Row, Sheet, Workbook

MOST_TRIALS = 20
"""Copies converted of one workbook: a large form takes seconds each time, and so many faults keep an author busy."""
_ROW = re.compile(
    r"^\s*\[row : (\d+)\]\s*"
    r"(?:On the '([^']+)' sheet, the (?:'([^']+)' value(?: '[^']*')?|entity declaration) is invalid\.\s*)?"
)
_UNLABELLED = re.compile(r"The survey element named '([^']+)' has no label or hint\.")


@dataclass(frozen=True, slots=True)
class Conversion:
    """What pyxform made of a workbook."""

    xml: str | None
    """The XForm, or None where pyxform converts neither the workbook nor a copy."""
    is_of_copy: bool
    """Whether the XForm is of a copy in which faulty cells were made harmless."""
    rows: Survey
    """The survey that the XForm was made of."""
    messages: tuple[Fault, ...]


def convert(workbook: Workbook, rows: Survey, stem: str) -> Conversion:
    """The XForm of a workbook as it is, and what pyxform says; its first fault alone."""
    xml, messages = _converted(workbook, rows, stem)
    return Conversion(xml, False, rows, tuple(messages))


def convert_through(workbook: Workbook, rows: Survey, stem: str, known: Sequence[Fault]) -> Conversion:
    """The XForm of a workbook, or else of the first copy that pyxform takes, and every fault met on the way.

    Args:
        known: the faults found in the cells already; their places are harmless from the first copy on.
    """
    copy = _nested(workbook, rows)
    for fault in known:
        copy = _without(copy, rows, fault) or copy
    found: list[Fault] = []
    for _ in range(MOST_TRIALS):
        xml, messages = _converted(copy, rows, stem)
        found += [message for message in messages if message not in found]
        if xml is not None:
            return Conversion(xml, copy is not workbook, survey.of(copy) or rows, tuple(found))
        narrowed = _without(copy, rows, messages[-1])
        if narrowed is None or narrowed == copy:
            break
        copy = narrowed
    return Conversion(None, True, rows, tuple(found))


def _converted(workbook: Workbook, rows: Survey, stem: str) -> tuple[str | None, list[Fault]]:
    """The XForm XML, or None where pyxform refuses; and what pyxform says, its fault last."""
    from pyxform import xls2xform
    from pyxform.errors import PyXFormError

    warnings: list[str] = []
    try:
        result = xls2xform.convert(_for_pyxform(workbook, stem), warnings=warnings, form_name=rows.root)
    except PyXFormError as error:
        return None, [_refused(str(error), rows)]
    except (KeyError, ValueError, TypeError, AttributeError, IndexError, RecursionError) as error:
        # pyxform has not foreseen every malformed workbook; what it stumbles over here is a fault of the form.
        kind = type(error).__name__
        return None, [
            Fault(f"The form can't be converted ({kind}); look for unusual cells in survey and choices.")
        ]
    xml: str = result.xform
    return xml, [_told(message, Severity.WARNING, rows) for message in warnings]


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


def _refused(message: str, rows: Survey) -> Fault:
    """The fault for which pyxform refuses; a question that it names instead of a row is looked for."""
    match = _UNLABELLED.match(message)
    if match is None:
        return _told(message, Severity.FAULT, rows)
    asked = next((row for row in rows.rows if row.name == match.group(1)), None)
    words = "The question has no label; write what people read."
    place = None if asked is None else asked.number
    return Fault(words, sheet="survey", row=place, column="label", name=match.group(1))


def _told(message: str, severity: Severity, rows: Survey) -> Fault:
    """A fault of what pyxform says: ``[row : 6] On the 'choices' sheet, the 'name' value is invalid. …``."""
    match, own = _ROW.match(message), reworded(message)
    if own is not None and own.is_of_header:
        return Fault(own.sentence, severity, own.sheet, 1, own.column)
    if match is None:
        return Fault(message.strip(), severity) if own is None else _with_row(own, severity, rows)
    words = own.sentence if own is not None else message[match.end() :].strip() or "The value is invalid."
    column = match.group(3) or ("" if own is None else own.column)
    return Fault(words, severity, match.group(2) or "survey", int(match.group(1)), column)


def _with_row(own: Reworded, severity: Severity, rows: Survey) -> Fault:
    """A fault of which pyxform names no row: the first row is meant whose cell holds what it speaks of."""
    column = survey.column(own.column)
    row = next((row for row in rows.rows if own.cell and own.cell in row.cells.get(column, "")), None)
    if row is None:
        return Fault(own.sentence, severity)
    header = row.headers.get(column, own.column)
    return Fault(own.sentence, severity, "survey", row.number, header, row.name)


def _nested(workbook: Workbook, rows: Survey) -> Workbook:
    """The workbook, or a copy in which every group and repeat is ended, and nothing else is."""
    questions = survey.sheet_of(workbook)
    if questions is None or not (rows.unclosed or rows.unopened):
        return workbook
    header = survey.headers_of(questions).get("type", "type")
    stray = {row.number for row in rows.unopened}
    kept = [replace(row, cells={}) if row.number in stray else row for row in questions.rows]
    last = questions.rows[-1].number
    ends = [
        Row(last + place, {header: "end_group" if row.kind is RowKind.GROUP else "end_repeat"})
        for place, row in enumerate(reversed(rows.unclosed), 1)
    ]
    return _with(workbook, questions, (*kept, *ends))


def _without(workbook: Workbook, rows: Survey, fault: Fault) -> Workbook | None:
    """A copy without the cause of a fault; None where nobody can tell its place, or it can't be taken out."""
    named = survey.sheet_of(workbook) if fault.sheet == "survey" else workbook.sheet(fault.sheet.lower())
    if named is None or fault.row is None or fault.severity is not Severity.FAULT:
        return None
    if named is not survey.sheet_of(workbook):
        kept = tuple(replace(row, cells={}) if row.number == fault.row else row for row in named.rows)
        return _with(workbook, named, kept)
    asked = next((row for row in rows.rows if row.number == fault.row), None)
    lines = [
        _harmless(row, asked, survey.column(fault.column), survey.headers_of(named))
        if row.number == fault.row
        else row
        for row in named.rows
    ]
    return _with(workbook, named, lines)


def _harmless(row: Row, asked: SurveyRow | None, column: str, headers: Mapping[str, str]) -> Row:
    """A row of the survey whose fault in a column is gone: the cell goes, or else the question becomes a plain one."""
    if asked is None or asked.kind is RowKind.END:
        return row
    header = headers.get(column, "")
    if column == "name":
        return replace(row, cells={**row.cells, headers.get("name", "name"): f"row_{row.number}"})
    if column != "type" and header in row.cells:
        cells = {title: text for title, text in row.cells.items() if title != header}
        return replace(row, cells={**cells, header: "1"} if column == "calculation" else cells)
    if asked.kind in (RowKind.GROUP, RowKind.REPEAT):
        return row
    name = asked.name or f"row_{row.number}"
    return replace(row, cells={headers.get("type", "type"): "hidden", headers.get("name", "name"): name})


def _with(workbook: Workbook, sheet: Sheet, rows: Sequence[Row]) -> Workbook:
    changed = replace(sheet, rows=tuple(rows))
    return Workbook(tuple(changed if each is sheet else each for each in workbook.sheets))
