"""Two versions as one under the form.

1. Calculations are made again from the merged answers; those that read clock, chance or lists are taken as they were.
2. A merge that the form speaks against is a conflict on every answer that differs, and says why.
3. What the form held against a version before is not held against the merge.
4. Versions of two form versions merge under the newer one where it can hold both, else one is taken whole.
5. What is not held here, answers or form, is left to whoever holds it.
6. The shipped form's own submissions merge; any order of the two gives the same.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from fieldkit.made_up import dialogue_sessions
from forms import list_files, shipped
from forms.definition import Definition
from forms.interview import Interview
from forms.submission import fill, smallest_profile
from sync.fitting import Form, Reconciled, reconcile
from sync.merging import ConflictKind, Version
from tests.sync.meeting_form import CELLS, expression, form, question, version

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
BASE = {"people": dict.fromkeys(CELLS, 1), "total": 4, "note": "dry", "chief": 9, "guests": 4}


def reconciled(
    one: dict[str, object],
    other: dict[str, object],
    definition: Definition | None = None,
    **decided: str,
) -> Reconciled:
    """Two trees over the base."""
    definition = definition or form()
    versions = version("aaa", one, definition), version("bbb", other, definition)
    forms = {("meeting", definition.version): Form(definition)}
    places = {f"/data/{name}": choice for name, choice in decided.items()}
    return reconcile(forms, [version("base", BASE, definition)], versions, now=NOW, decided=places)


def whole(result: Reconciled) -> dict[str, object]:
    assert result.parts is not None
    return Version("x", "meeting", "1", result.parts.open, result.parts.sealed).tree()


def test_a_total_is_calculated_again() -> None:
    more = {**BASE, "people": {**dict.fromkeys(CELLS, 1), "p_f_old": 9}, "total": 12}
    assert whole(reconciled(more, BASE | {"note": "wet"}))["total"] == 12


def test_a_total_that_both_sides_share_is_calculated_again_too() -> None:
    one = BASE | {"fac_f": 2, "fac_m": 1, "fac": 3}
    other = BASE | {"fac_f": 1, "fac_m": 2, "fac": 3}
    base = BASE | {"fac_f": 1, "fac_m": 1, "fac": 2}
    definition = _with_sum()
    versions = version("aaa", one, definition), version("bbb", other, definition)
    forms = {("meeting", "1"): Form(definition)}
    result = reconcile(forms, [version("base", base, definition)], versions, now=NOW)
    assert whole(result)["fac"] == 4


def test_a_calculation_that_reads_the_clock_stays_as_one_side_had_it() -> None:
    dated = question("day", calculation=expression("string(today())"))
    result = reconciled(
        BASE | {"day": "2026-02-01", "note": "wet"},
        BASE | {"day": "2026-02-03", "chief": 8},
        form("1", dated),
    )
    assert whole(result)["day"] == "2026-02-03"


def test_answers_that_fit_apart_but_not_together_are_conflicts_with_the_reason() -> None:
    result = reconciled(BASE | {"chief": 4}, BASE | {"guests": 9})
    assert [conflict.place for conflict in result.conflicts] == ["/data/chief", "/data/guests"]
    assert (result.parts, [misfit.ref for misfit in result.misfits]) == (None, ["/data/guests"])


def test_taking_one_side_of_such_answers_stands() -> None:
    result = reconciled(BASE | {"chief": 4}, BASE | {"guests": 9}, chief="bbb", guests="bbb")
    assert whole(result) == BASE | {"guests": 9}


def test_a_choice_that_cannot_stand_is_asked_again() -> None:
    result = reconciled(BASE | {"chief": 4}, BASE | {"guests": 9}, chief="aaa", guests="bbb")
    assert (result.parts, len(result.conflicts), len(result.misfits)) == (None, 2, 1)


def test_what_was_wrong_before_is_not_held_against_the_merge() -> None:
    wrong = BASE | {"guests": 20}
    versions = version("aaa", wrong | {"note": "wet"}), version("bbb", wrong | {"code": "AB"})
    result = reconcile({("meeting", "1"): Form(form())}, [version("base", wrong)], versions, now=NOW)
    assert whole(result) == wrong | {"note": "wet", "code": "AB"}


def test_two_form_versions_merge_under_the_newer_one() -> None:
    old, new = form("9"), form("10", question("rain"))
    versions = version("bbb", BASE | {"note": "wet"}, old), version("aaa", BASE | {"rain": "some"}, new)
    forms = {("meeting", each.version): Form(each) for each in (old, new)}
    result = reconcile(forms, [version("base", BASE, old)], versions, now=NOW)
    assert (result.form, whole(result)) == (("meeting", "10"), BASE | {"note": "wet", "rain": "some"})


@pytest.mark.parametrize("choice", ["aaa", "bbb"])
def test_what_neither_form_version_can_hold_is_taken_whole(choice: str) -> None:
    old, new = form("1", question("snow")), form("2", question("rain"))
    trees = {"aaa": BASE | {"snow": "deep"}, "bbb": BASE | {"rain": "some"}}
    versions = version("aaa", trees["aaa"], old), version("bbb", trees["bbb"], new)
    forms = {("meeting", each.version): Form(each) for each in (old, new)}
    undecided = reconcile(forms, [version("base", BASE, old)], versions, now=NOW)
    assert [conflict.kind for conflict in undecided.conflicts] == [ConflictKind.WHOLE]
    result = reconcile(forms, [], versions, now=NOW, decided={"": choice})
    assert whole(result) == trees[choice]


def test_without_the_form_or_a_sealed_part_somebody_else_must_merge() -> None:
    versions = version("aaa", BASE), version("bbb", BASE | {"note": "wet"})
    assert reconcile({}, [], versions, now=NOW).withheld
    closed = version("aaa", BASE), version("bbb", BASE, sealed=False)
    assert reconcile({("meeting", "1"): Form(form())}, [], closed, now=NOW).withheld


def test_submissions_of_the_shipped_form_merge_in_any_order() -> None:
    base, one, other = (_session(**more) for more in ({}, {"fac_f": 5}, {"track": "t2"}))
    forms = {(SHIPPED.form_id, SHIPPED.version): Form(SHIPPED, LISTS)}
    before, left, right = (version(f"r{n}", tree, SHIPPED) for n, tree in enumerate((base, one, other)))
    results = [reconcile(forms, [before], pair, now=NOW) for pair in ((left, right), (right, left))]
    assert (results[0], results[0].conflicts) == (results[1], ())
    assert whole(results[0]) == _session(fac_f=5, track="t2")


SHIPPED = shipped.load("dialogue_session")
LISTS = {
    list_id: list_files.read(name, shipped.lists()[name].encode())
    for list_id, name in SHIPPED.external_lists.items()
}


def _session(**more: object) -> dict[str, object]:
    """One made-up session as it is finalised, its rows with ids that stay."""
    (invented,) = dialogue_sessions(1, last_day=NOW.date())
    answers = {**invented, **more}
    answers["grievance"] = [{"@id": "r1", "gr_cat": "land"}]
    interview = Interview(SHIPPED, now=lambda: NOW, lists=LISTS, profile=smallest_profile(SHIPPED, answers))
    fill(interview, answers)
    return interview.tree()


def _with_sum() -> Definition:
    total = expression("/data/fac_f + /data/fac_m", "/data/fac_f", "/data/fac_m")
    parts = (question(name, kind="int") for name in ("fac_f", "fac_m"))
    made = form("1", *parts, question("fac", kind="int", calculation=total))
    return replace(made, order=(*made.order, "/data/fac"))
