"""What is hidden is safe, is needed, and is little.

1. In random tables, linked tables, rounded ones and with percentages the attack finds no protected number narrower than
   its threshold.
2. Hiding only what is unsafe in itself fails on most of them (negative control: the attack is not blind).
3. Where nothing is unsafe nothing is hidden, and no statement is hidden that could be told.
4. At most one and a half times the cells of the smallest safe set.
5. The worked example of the rules: women and the total are told, others and men are hidden.
6. What readers already know may make a release impossible; that is said, not passed over.
7. A statement that speaks of a large table and of numbers beside it (a share against another) is weighed like others.
"""

from __future__ import annotations

import os
from random import Random

import pytest

from indicators.audit import narrow
from indicators.problems import IndicatorProblem
from indicators.statements import Key, Loss, Publication, Statement, adds_up, exactly
from indicators.suppression import hidden
from tests.indicators.random_tables import THRESHOLDS, any_publication, table
from tests.indicators.smallest import smallest_number_of_hidden_cells

SEEDS = 2_000 if os.environ.get("FIELDKIT_SOAK") else 40
SMALLEST_SEEDS = 300 if os.environ.get("FIELDKIT_SOAK") else 12


def unsafe(publication: Publication) -> frozenset[Key]:
    return frozenset(item.key for item in publication.statements if item.is_unsafe)


def attack(publication: Publication, unsaid: frozenset[Key]) -> set[Key]:
    return set(narrow(publication.quantities, publication.protected, publication.told(unsaid)))


@pytest.mark.parametrize("threshold", THRESHOLDS)
def test_no_protected_number_can_be_worked_out(threshold: int) -> None:
    exposed_before = with_unsafe = 0
    for seed in range(SEEDS):
        publication = any_publication(Random(seed), threshold)
        unsaid = hidden(publication)
        assert unsaid >= unsafe(publication)
        assert attack(publication, unsaid) == set(), seed
        if publication.protected:
            with_unsafe += 1
            exposed_before += bool(attack(publication, unsafe(publication)))
        else:
            assert unsaid == frozenset(), seed
    assert exposed_before > with_unsafe / 2


@pytest.mark.parametrize("seed", range(10))
def test_nothing_is_hidden_that_could_be_told(seed: int) -> None:
    publication = table(Random(seed), 5, 4, 5)
    unsaid = hidden(publication)
    for key in unsaid - unsafe(publication):
        assert attack(publication, unsaid - {key}) != set()


def test_little_more_is_hidden_than_in_the_smallest_safe_set() -> None:
    for seed in range(SMALLEST_SEEDS):
        random = Random(seed)
        publication = table(random, random.choice(THRESHOLDS), random.randint(2, 6), random.randint(2, 8))
        if publication.protected:
            assert len(hidden(publication)) <= 1.5 * smallest_number_of_hidden_cells(publication), seed


def test_the_smallest_set_is_found_for_a_table_that_a_person_can_check() -> None:
    values: dict[Key, int] = {("a", "x"): 1, ("a", "y"): 9, ("b", "x"): 8, ("b", "y"): 20}
    sums: dict[Key, int] = {
        ("a", "all"): 10,
        ("b", "all"): 28,
        ("all", "x"): 9,
        ("all", "y"): 29,
        ("all", "all"): 38,
    }
    known = [adds_up((row, "all"), [(row, "x"), (row, "y")]) for row in ("a", "b", "all")]
    known += [adds_up(("all", column), [("a", column), ("b", column)]) for column in ("x", "y", "all")]
    statements = tuple(
        Statement(key, (exactly(key, value),), size=value, is_unsafe=key == ("a", "x"))
        for key, value in {**values, **sums}.items()
    )
    publication = Publication({**values, **sums}, {("a", "x"): 5}, tuple(known), statements)
    assert smallest_number_of_hidden_cells(publication) == len(hidden(publication)) == 4


def test_women_and_the_total_are_told_where_one_other_is_hidden() -> None:
    truth: dict[Key, int] = {("women",): 27, ("men",): 37, ("others",): 1, ("all",): 65}
    losses: dict[Key, Loss] = {("women",): Loss.WANTED, ("all",): Loss.TOTAL}
    statements = tuple(
        Statement(key, (exactly(key, value),), losses.get(key, Loss.ORDINARY), value, value < 5)
        for key, value in truth.items()
    )
    known = (adds_up(("all",), [("women",), ("men",), ("others",)]),)
    assert hidden(Publication(truth, {("others",): 5}, known, statements)) == {("men",), ("others",)}


def test_what_readers_know_already_can_make_silence_useless() -> None:
    truth: dict[Key, int] = {("all",): 30, ("others",): 1}
    publication = Publication(truth, {("others",): 5}, (exactly(("others",), 1),), ())
    with pytest.raises(IndicatorProblem) as raised:
        hidden(publication)
    assert raised.value.code == "IND-008"


def test_a_statement_may_speak_of_a_large_table_and_of_a_number_beside_it() -> None:
    large = table(Random(1), 10, 12, 12)
    here, beside = next(iter(large.quantities)), ("beside",)
    both = (exactly(here, large.quantities[here]), exactly(beside, 80))
    publication = Publication(
        {**large.quantities, beside: 80},
        large.protected,
        large.known,
        (*large.statements, Statement(("both",), both)),
    )
    assert attack(publication, hidden(publication)) == set()


def test_the_same_publication_gives_the_same_answer() -> None:
    publication = table(Random(3), 10, 5, 6)
    assert hidden(publication) == hidden(publication)
