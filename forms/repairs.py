"""Repairs of a workbook that an older tool took, made when its author asks for leniency.

Owns the two that change nothing of what is asked: types in the spelling of older tools, and choices that stand twice in
a list. Every repair is a warning with its place, since the workbook is still to be mended. Nothing else is guessed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from forms import question_types, survey
from forms.faults import Fault, Severity
from forms.workbooks import Row, Sheet, Workbook

_ALLOWING = "allow_choice_duplicates"


def repaired(workbook: Workbook) -> tuple[Workbook, tuple[Fault, ...]]:
    """The workbook with old types and doubled choices mended, and a warning for each repair."""
    told: list[Fault] = []
    questions, choices = survey.sheet_of(workbook), workbook.sheet("choices")
    mended = workbook
    if questions is not None:
        mended = _with(mended, questions, _types_of_today(questions, told))
    if choices is not None:
        mended = _with(mended, choices, _without_copies(choices, told))
    return (_allowing_duplicates(mended) if any(doubled_choices(mended)) else mended), tuple(told)


def doubled_choices(workbook: Workbook) -> Iterator[tuple[Row, str, Row]]:
    """Each choice whose name its list has before: its row, the header of the name, and the earlier row.

    None where the form says that it means them (setting ``allow_choice_duplicates``).
    """
    choices = workbook.sheet("choices")
    if choices is not None and not _allows_duplicates(workbook):
        yield from _doubled(choices)


def _types_of_today(sheet: Sheet, told: list[Fault]) -> Sheet:
    header = next((each for each in sheet.header if survey.column(each) == "type"), "type")
    rows: list[Row] = []
    for row in sheet.rows:
        written = row.cells.get(header, "").strip()
        meant = "" if not written or question_types.is_known(written) else question_types.today(written)
        if meant:
            told.append(_warning(f"“{written}” is read as “{meant}”; write it so.", sheet, row, header))
            row = replace(row, cells={**row.cells, header: meant})
        rows.append(row)
    return replace(sheet, rows=tuple(rows))


def _without_copies(sheet: Sheet, told: list[Fault]) -> Sheet:
    """The list without choices that say the same as an earlier one; others of one name stay and are told."""
    copies: set[int] = set()
    for row, header, earlier in _doubled(sheet):
        if row.cells == earlier.cells:
            copies.add(row.number)
            message = f"This choice is that of row {earlier.number} again; it is left out."
        else:
            name = row.cells[header]
            message = f"The choice “{name}” is in row {earlier.number} too; both are offered, as one answer."
        told.append(_warning(message, sheet, row, header))
    return replace(
        sheet, rows=tuple(replace(row, cells={}) if row.number in copies else row for row in sheet.rows)
    )


def _doubled(sheet: Sheet) -> Iterator[tuple[Row, str, Row]]:
    headers = survey.headers_of(sheet)
    listed, named = headers.get("list_name", ""), headers.get("name", "")
    first: dict[tuple[str, str], Row] = {}
    for row in sheet.rows:
        key = (row.cells.get(listed, ""), row.cells.get(named, ""))
        if all(key) and first.setdefault(key, row) is not row:
            yield row, named, first[key]


def _allows_duplicates(workbook: Workbook) -> bool:
    settings = workbook.sheet("settings")
    said = settings.rows[0].cells.get(_ALLOWING, "") if settings and settings.rows else ""
    return said.strip().lower() in ("yes", "true", "true()")


def _allowing_duplicates(workbook: Workbook) -> Workbook:
    settings = workbook.sheet("settings")
    if settings is None:
        added = Sheet("settings", (_ALLOWING,), (Row(2, {_ALLOWING: "yes"}),))
        return Workbook((*workbook.sheets, added))
    first, *others = settings.rows or (Row(2, {}),)
    header = tuple(dict.fromkeys((*settings.header, _ALLOWING)))
    rows = (replace(first, cells={**first.cells, _ALLOWING: "yes"}), *others)
    return _with(workbook, settings, replace(settings, header=header, rows=rows))


def _with(workbook: Workbook, old: Sheet, new: Sheet) -> Workbook:
    return Workbook(tuple(new if sheet is old else sheet for sheet in workbook.sheets))


def _warning(message: str, sheet: Sheet, row: Row, column: str) -> Fault:
    return Fault(message, Severity.WARNING, sheet=sheet.name, row=row.number, column=column)
