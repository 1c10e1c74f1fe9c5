"""That the comparison with ODK's engine sees what it is meant to see.

1. Reports that are alike have no difference, whatever their random identifiers.
2. Each thing that differs is told with its place.
3. A walk depends on its seed alone, and answers most of what is asked.
"""

from __future__ import annotations

from copy import deepcopy
from random import Random
from typing import Any

from forms import shipped
from forms.running import Job, run
from tests.conformance.__main__ import NOW
from tests.conformance.comparing import answered_share, differences
from tests.conformance.walks import steps_of
from tests.forms.running_interviews import shipped_lists

FORM = shipped.load("mediation_case")
EMPTY = Job("form", [], NOW, shipped_lists(), None, choices=True)


def report(seed: str = "a") -> Any:
    return run(
        FORM, Job("form", steps_of(FORM, EMPTY, Random(seed)), NOW, shipped_lists(), None, choices=True)
    )


def test_two_runs_of_the_same_steps_do_not_differ() -> None:
    assert list(differences(report(), report())) == []


def test_every_change_is_seen() -> None:
    ours = report()
    theirs = deepcopy(ours)
    theirs["state"][3]["relevant"] = not ours["state"][3]["relevant"]
    theirs["submission"]["xml"] += "<more/>"
    del theirs["state"][-1]
    found = {(each.what, each.ref) for each in differences(ours, theirs)}
    assert {("relevant", ours["state"][3]["ref"]), ("xml", ""), ("extra", ours["state"][-1]["ref"])} == found


def test_a_walk_depends_on_its_seed_alone() -> None:
    assert steps_of(FORM, EMPTY, Random("a")) == steps_of(FORM, EMPTY, Random("a"))
    assert steps_of(FORM, EMPTY, Random("a")) != steps_of(FORM, EMPTY, Random("b"))


def test_most_questions_are_answered() -> None:
    shares = [answered_share(report(str(seed))) or 1 for seed in range(10)]
    assert min(shares) >= 0.6
