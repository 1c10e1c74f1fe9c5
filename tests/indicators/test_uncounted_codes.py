"""What a figure does not count leaves no trace in a release.

1. A category of protection is named nowhere: neither as a cell of 0 nor among the codes told together.
"""

from __future__ import annotations

from datetime import date

import pytest

from indicators.disclosure import Audience
from indicators.freezing import Asked, freeze, read
from indicators.grouping import Submission
from indicators.measures import Period
from indicators.projection import Projector
from indicators.quantities import Ledger
from indicators.reading import shipped
from indicators.releases import dump

DAY = date(2026, 6, 30)
PROJECTOR = Projector(shipped())


def session(number: int, *categories: str) -> Submission:
    concerns = [{"@id": f"r{at}", "gr_cat": category} for at, category in enumerate(categories)]
    answers = {"consent_group": "yes", "session_date": "2026-02-03", "adm1": "MMR003", "grievance": concerns}
    return Submission(
        f"s{number}", "dialogue_session", PROJECTOR.catalogue.forms["dialogue_session"].versions[0], answers
    )


@pytest.mark.parametrize("table", ["B21.category", "B21.level", "B21.category.severity", "B23.level"])
def test_a_category_of_protection_is_named_nowhere(table: str) -> None:
    sessions = [session(number, "land", "land", "debt", "prot_gbv") for number in range(30)]
    ledger = Ledger(PROJECTOR, list(PROJECTOR.rows(sessions)), DAY)
    asked = Asked(
        "", Period(date(2026, 1, 1), DAY, DAY), Audience.INSIDE, (read(PROJECTOR.catalogue, table),)
    )
    assert "prot_" not in dump(freeze(ledger, asked, ()).release)
