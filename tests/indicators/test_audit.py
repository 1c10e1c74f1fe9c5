"""The attack finds what a reader can work out.

1. A number is found from a total and the other parts, from a rounded percentage, from another table.
2. Ranges are those of whole numbers, not of fractions.
3. A number that nothing bounds stays open; what was told is a range of one.
4. Ranges agree with trying every table, on tables small enough for that.
5. A solver that can't tell is a problem, never an "it is safe".
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators import programs
from indicators.audit import Range, narrow, ranges
from indicators.problems import IndicatorProblem
from indicators.programs import Program, Row
from indicators.statements import Constraint, Key, adds_up, at_most, exactly, percentage, rounded

WOMEN, MEN, OTHERS, ALL = ("women",), ("men",), ("others",), ("all",)
TRUTH: dict[Key, int] = {WOMEN: 27, MEN: 37, OTHERS: 1, ALL: 65}
SUM = adds_up(ALL, [WOMEN, MEN, OTHERS])


def test_one_hidden_part_beside_a_total_is_known() -> None:
    told = [SUM, exactly(ALL, 65), exactly(WOMEN, 27), exactly(MEN, 37)]
    assert ranges(TRUTH, [OTHERS], told) == {OTHERS: Range(1, 1)}


def test_two_hidden_parts_stay_open_up_to_their_sum() -> None:
    told = [SUM, exactly(ALL, 65), exactly(WOMEN, 27)]
    assert ranges(TRUTH, [MEN, OTHERS], told) == {MEN: Range(0, 38), OTHERS: Range(0, 38)}


def test_a_percentage_of_whole_percents_beside_them_leaves_none_or_one() -> None:
    share = percentage({WOMEN: 1}, {WOMEN: 1, MEN: 1}, 100, 42)
    told = [SUM, exactly(ALL, 65), exactly(WOMEN, 27), *share]
    assert ranges(TRUTH, [OTHERS], told) == {OTHERS: Range(0, 1)}


def test_a_percentage_and_the_total_alone_tell_little() -> None:
    share = percentage({WOMEN: 1}, {WOMEN: 1, MEN: 1}, 100, 42)
    assert ranges(TRUTH, [OTHERS], [SUM, exactly(ALL, 65), *share])[OTHERS].width >= 20


def test_a_rounded_number_is_a_range() -> None:
    told = [SUM, exactly(ALL, 65), rounded(WOMEN, 27, 5), rounded(MEN, 37, 5)]
    assert ranges(TRUTH, [OTHERS], told) == {OTHERS: Range(1, 9)}


def test_whole_numbers_are_narrower_than_fractions() -> None:
    one, other = ("one",), ("other",)
    told = [Constraint(((one, 2), (other, 3)), 6, 6)]
    assert ranges({one: 3, other: 0}, [one], told) == {one: Range(0, 3)}
    assert ranges({one: 3, other: 0}, [one], [*told, Constraint(((one, 1),), 1, None)]) == {one: Range(3, 3)}


def test_a_second_table_tells_what_the_first_hides() -> None:
    women_here, women_there = ("women", "here"), ("women", "there")
    truth = {WOMEN: 27, women_here: 2, women_there: 25}
    by_place = adds_up(WOMEN, [women_here, women_there])
    assert narrow(truth, {women_here: 5}, [by_place, exactly(WOMEN, 27)]) == {}
    told = [by_place, exactly(WOMEN, 27), exactly(women_there, 25)]
    assert narrow(truth, {women_here: 5}, told) == {women_here: Range(2, 2)}


def test_a_part_is_no_larger_than_its_whole() -> None:
    told = [at_most([OTHERS], [MEN]), exactly(MEN, 3)]
    assert narrow({MEN: 3, OTHERS: 1}, {OTHERS: 5}, told) == {OTHERS: Range(0, 3)}


def test_a_number_that_nothing_was_told_of_is_safe() -> None:
    assert narrow(TRUTH, {OTHERS: 20}, []) == {}


def test_a_number_that_was_told_is_a_range_of_one() -> None:
    assert narrow(TRUTH, {OTHERS: 5}, [exactly(OTHERS, 1)]) == {OTHERS: Range(1, 1)}


@settings(max_examples=40, deadline=None)
@given(
    cells=st.tuples(*[st.integers(0, 3)] * 4),
    told=st.sets(st.sampled_from(["a", "b", "c", "d", "top", "bottom", "left", "right"])),
)
def test_ranges_are_those_of_all_tables_that_fit(cells: tuple[int, ...], told: set[str]) -> None:
    sums = {"top": "ab", "bottom": "cd", "left": "ac", "right": "bd", "all": "abcd"}

    def filled(table: Sequence[int]) -> dict[Key, int]:
        numbers = dict(zip("abcd", table, strict=True))
        return {(name,): sum(numbers[part] for part in sums.get(name, name)) for name in (*numbers, *sums)}

    truth = filled(cells)
    constraints = [adds_up((name,), [(part,) for part in parts]) for name, parts in sums.items()]
    constraints += [exactly((name,), truth[(name,)]) for name in sorted({*told, "all"})]
    fitting = [
        table
        for table in map(filled, product(range(truth[("all",)] + 1), repeat=4))
        if all(table[(name,)] == truth[(name,)] for name in {*told, "all"})
    ]
    for key, found in ranges(truth, truth, constraints).items():
        assert found == Range(min(table[key] for table in fitting), max(table[key] for table in fitting))


def test_a_solver_that_may_do_no_more_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "OPTIONS", {**programs.OPTIONS, "mip_max_nodes": 0})
    cells = range(40)
    rows = [Row(cells, [float(7 * cell + 3) for cell in cells], 501.0, 501.0)]
    program = Program([9.0] * 40, rows, whole=cells)
    with pytest.raises(IndicatorProblem, match="could not be proven"):
        program.most({cell: float(cell % 7) for cell in cells})


def test_what_fits_nothing_is_a_problem_and_not_safe() -> None:
    told = [adds_up(ALL, [WOMEN, MEN]), exactly(ALL, 65), at_most([ALL], [OTHERS]), at_most([OTHERS], [MEN])]
    contradiction = [*told, Constraint(((MEN, 1), (OTHERS, 1)), None, 60)]
    with pytest.raises(IndicatorProblem) as raised:
        ranges(TRUTH, [WOMEN], contradiction)
    assert raised.value.code == "IND-007"
