"""Faults of a form: what its author should mend, each with its place in the workbook and, for expressions, a caret.

Owns the shape of a fault and the problem that carries them all; `forms.linting` and `forms.publish` find them. A
fault is a value: checking never stops at the first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from forms.problems import FormProblem


class Severity(StrEnum):
    """Whether a fault keeps the form from being published."""

    FAULT = "fault"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that the author of a form should look at."""

    message: str
    severity: Severity = Severity.FAULT
    sheet: str = ""
    """Sheet of the workbook; empty where the form came as XForm XML or the whole file is meant."""
    row: int | None = None
    """Row as the spreadsheet program counts it, the header being 1; None: the sheet or the form as a whole."""
    column: str = ""
    """Header of the column; for XForm XML the attribute."""
    name: str = ""
    """Name or reference of the question."""
    expression: str = ""
    offset: int | None = None
    """Character of `expression` at which the fault lies, from 0."""

    @property
    def where(self) -> str:
        """The place in words: ``sheet survey, row 12, column relevant``; the question where there is no sheet."""
        places = [f"sheet {self.sheet}"] if self.sheet else []
        places += [f"row {self.row}"] if self.row is not None else []
        places += [f"column {self.column}"] if self.column else []
        places += [f"question {self.name}"] if self.name and not self.sheet else []
        return ", ".join(places)

    def lines(self) -> tuple[str, ...]:
        """The fault for a terminal: one line, and below it the expression with a caret under the character.

        >>> print("\\n".join(Fault("An operator is missing.", expression=". > 1 2", offset=6).lines()))
        An operator is missing.
            . > 1 2
                  ^
        """
        first = f"{self.where}: {self.message}" if self.where else self.message
        if not self.expression or self.offset is None:
            return (first,)
        line, column = _line_of(self.expression, self.offset)
        return (first, f"    {line}", f"    {' ' * column}^")

    def as_json(self) -> dict[str, object]:
        """The fault as a JSON object; `row` and `offset` are null where there is none."""
        return {
            "severity": self.severity.value,
            "message": self.message,
            "sheet": self.sheet,
            "row": self.row,
            "column": self.column,
            "name": self.name,
            "expression": self.expression,
            "offset": self.offset,
        }


def _line_of(expression: str, offset: int) -> tuple[str, int]:
    """The line of an expression that holds a character, and the character's place in it."""
    start = expression.rfind("\n", 0, offset) + 1
    end = expression.find("\n", offset)
    return expression[start : end if end >= 0 else len(expression)], offset - start


class InvalidForm(FormProblem):
    """The form has faults (FORM-003); all of them are in `faults`, warnings left out."""

    def __init__(self, faults: Sequence[Fault], *, where: str = "") -> None:
        count = len(faults)
        first = faults[0].lines()[0] if faults else "The form has no content."
        others = f" And {count - 1} more." if count > 1 else ""
        super().__init__(
            "FORM-003",
            f"The form can't be used as it is; nothing was changed. {first}{others}",
            remedy="Mend the form and try again; `fieldkit forms check` lists every fault.",
            where=where,
        )
        self.faults = tuple(faults)
