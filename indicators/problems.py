"""Problems of the figures: what a coordinator or an author of indicators can act on."""

from __future__ import annotations

from typing import ClassVar

from forms.problems import ExitCode, Problem


class IndicatorProblem(Problem):
    """An indicator that can't be read or run."""

    exit_code = ExitCode.USAGE
    catalogue: ClassVar[dict[str, str]] = {
        "IND-001": "The catalogue of indicators has a fault.",
        "IND-002": "An indicator is not broken down by what was asked for.",
        "IND-003": "There is no indicator of that id.",
        "IND-004": "The period can't be read, or ends before it begins.",
        "IND-007": "It could not be proven that hidden figures stay hidden.",
        "IND-008": "What readers know already tells a number that must stay hidden.",
        "IND-009": "There is no release of that id.",
        "IND-010": "A release was changed after it was frozen.",
        "IND-011": "A figure that never leaves the organisation was asked for.",
        "IND-012": "A release was asked for of a period that is not over.",
    }
