"""What can be computed where sealed parts can't be read.

1. The figures that open parts allow are just these, by id.
2. A figure that needs sealed answers says so, and gives no number.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from forms import shipped as forms
from indicators.catalogue import Split
from indicators.measures import Period, State, measure
from indicators.openness import sealed_parts
from indicators.projection import Projector
from indicators.reading import shipped

DEFINITIONS = {form_id: forms.load(form_id) for form_id in forms.definitions()}
SEALED = sealed_parts(shipped(), DEFINITIONS)
NEEDS_SEALED = {"B08", "B09", "B24", "B28", "B29", "B30", "B31", "B34"}


def test_only_these_indicators_need_sealed_answers_in_every_part() -> None:
    allowed = {
        indicator.id
        for indicator in shipped().indicators
        for part in indicator.parts
        if (indicator.id, part.id) not in SEALED
    }
    assert allowed == {f"B{number:02}" for number in range(1, 36)} - NEEDS_SEALED


def test_of_some_indicators_only_parts_are_open() -> None:
    assert ("B25", "screened_out") in SEALED
    assert ("B25", "") not in SEALED
    assert ("B33", "completion") in SEALED
    assert ("B33", "reaction_useful") not in SEALED


def test_a_figure_that_needs_sealed_answers_says_so() -> None:
    year = Period(date(2026, 1, 1), date(2026, 12, 31), date(2026, 12, 31))
    found = measure(Projector(shipped(), SEALED), [], year)
    (bridging,) = (each for each in found if each.indicator.id == "B08")
    assert (bridging.state, bridging.value, bridging.display) == (State.SEALED, None, "needs sealed answers")


def test_rows_that_are_kept_get_no_wider_by_what_is_asked_of_them() -> None:
    projector = Projector(shipped(), SEALED)
    width, bridging = projector.width("session"), shipped().indicator("B08").part("")
    with pytest.raises(LookupError, match="two or more communities: it needs sealed answers"):
        projector.layouts.places(bridging, bridging.measure)
    with pytest.raises(LookupError, match="attendances"):
        projector.layouts.columns(shipped().tables["attendances"])
    assert projector.width("session") == width


def test_a_breakdown_that_reads_a_sealed_answer_makes_its_figure_a_sealed_one() -> None:
    bridging = shipped().indicator("B08").part("")
    women_led = shipped().indicator("B06")
    split = Split(("pair",), {("all",): bridging.measure})
    both = replace(women_led, parts=(replace(women_led.part(""), splits=(split,)),))
    catalogue = replace(shipped(), indicators=(both,))
    assert sealed_parts(catalogue, DEFINITIONS) == {("B06", "")}


def test_a_form_without_a_definition_is_taken_as_sealed() -> None:
    assert ("B01", "") in sealed_parts(shipped(), {})
