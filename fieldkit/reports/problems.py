"""Problems of exports: what is missing for a format, and what a release may not become."""

from __future__ import annotations

from typing import ClassVar

from forms.problems import ExitCode, Problem


class ReportProblem(Problem):
    """An export that can't be made as it was asked for."""

    exit_code = ExitCode.USAGE
    catalogue: ClassVar[dict[str, str]] = {
        "REP-001": "The libraries that draw and set reports are not installed.",
        "REP-002": "There is no font that can show the words of the report.",
        "REP-003": "Sealed answers were asked for, without two coordinators' agreement.",
        "REP-004": "The format is not for a release of this audience.",
        "REP-005": "The file is no release written as JSON Lines.",
        "REP-006": "The file of the export can't be written, or a file beside it can't be read.",
        "REP-007": "A request for sealed answers can't be followed.",
    }
