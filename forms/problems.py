"""Problems: what a person can act on, told in one shape everywhere.

A problem says what happened, where, and what to do. Its code is permanent, its wording is not; `docs/problems.md`
lists every code. Findings (a wrong answer, a conflict) are values and never problems; bugs are ordinary exceptions.
This module owns the shape and the family of `forms`; each package above owns its own family.
"""

from __future__ import annotations

from enum import IntEnum
from typing import ClassVar


class ExitCode(IntEnum):
    """How a command ends. Scripts may rely on these numbers."""

    DONE = 0
    FINDINGS = 1
    """The work was done, and something needs a person: refused lines, invalid answers, quarantined changes."""
    USAGE = 2
    FORM = 3
    VAULT = 4
    SYNC = 5
    SERVER = 6
    BUG = 70


class Problem(Exception):
    """Something a person can act on.

    Args:
        code: a permanent code of the family's catalogue, such as ``FORM-003``.
        message: what happened, and what became of the person's data.
        remedy: what to do; a sentence.
        where: file, sheet, row, question or address, as far as it may be told.
    """

    exit_code: ClassVar[ExitCode] = ExitCode.BUG
    catalogue: ClassVar[dict[str, str]] = {}
    """Code to one sentence on when it arises; `docs/problems.md` is compared with it."""

    def __init__(self, code: str, message: str, *, remedy: str = "", where: str = "") -> None:
        if code not in self.catalogue:
            raise ValueError(f"{code} is not in the catalogue of {type(self).__name__}")
        super().__init__(message)
        self.code = code
        self.message = message
        self.remedy = remedy
        self.where = where

    def __str__(self) -> str:
        place = f" ({self.where})" if self.where else ""
        remedy = f" {self.remedy}" if self.remedy else ""
        return f"{self.message}{place}{remedy}"

    def as_json(self) -> dict[str, str]:
        """The problem as a JSON object with the keys code, message, where, remedy."""
        return {"code": self.code, "message": self.message, "where": self.where, "remedy": self.remedy}

    def as_lines(self) -> list[str]:
        """The problem for people: what happened, where, what to do, and its code."""
        lines = [self.message]
        if self.where:
            lines.append(f"  Where: {self.where}")
        if self.remedy:
            lines.append(f"  What to do: {self.remedy}")
        return [*lines, f"  ({self.code})"]


class FormProblem(Problem):
    """A form that can't be read, published or run."""

    exit_code = ExitCode.FORM
    catalogue: ClassVar[dict[str, str]] = {
        "FORM-001": "The file can't be read as a form.",
        "FORM-002": "An expression can't be understood; the character is marked.",
        "FORM-003": "The form has faults; all of them are listed.",
        "FORM-004": "There is no form, or no form version, of that name.",
        "FORM-005": "The compiled definition can't be read, or is newer than this program.",
        "FORM-006": "An answer names a question that the form does not have, or that can't be answered.",
        "FORM-007": "A list that the form reads is missing or can't be read.",
        "FORM-008": "A calculation could not be finished: it needs too much time, depth or space.",
        "FORM-009": "Another form was published under this version before.",
        "FORM-010": "A list is made of sealed answers, and can't be published for every device.",
        "FORM-011": "A form or list is larger than what can be sent to devices.",
    }
