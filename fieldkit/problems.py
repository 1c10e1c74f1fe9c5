"""Problems of the field program itself: what is asked for on the command line, and what was found there."""

from __future__ import annotations

from typing import ClassVar

from forms.problems import ExitCode, Problem


class CommandProblem(Problem):
    """A command that can't be carried out as it was given."""

    exit_code = ExitCode.USAGE
    catalogue: ClassVar[dict[str, str]] = {
        "CMD-001": "A file that was named can't be read, or is not what the command needs.",
        "CMD-002": "A passphrase is needed and there is no terminal to ask on.",
        "CMD-004": "There is a vault already, or none where one is needed.",
        "CMD-005": "The answers were refused; nothing was kept.",
        "CMD-006": "The practice server did not start.",
        "CMD-007": "An identifier fits nothing, or more than one thing.",
        "CMD-008": "The folder for the practice project holds something else.",
        "CMD-009": "A roster was asked for without a reason.",
        "CMD-010": "A comment, a submission, or the word that confirms what can't be undone, was not given.",
        "CMD-011": "The six words that were given are not the device's.",
    }


def no_vault() -> CommandProblem:
    """What is said where a vault is needed and there is none."""
    return CommandProblem(
        "CMD-004",
        "There is no vault here yet.",
        remedy="Make one with `fieldkit init`, or name its folder with --vault.",
    )
