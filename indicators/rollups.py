"""Wider groups for codes that are too small to be told alone, tried before anything is hidden.

Owns which code is counted in which wider group: months in quarters in years, townships in their State or Region, ages
in "18-29" and the rest, and any small codes of one question together. Invariant: a group is a set of codes of one
disaggregation, and every code is in exactly one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping

from indicators.catalogue import PERIODS

OTHERS = "others"
"""The code of small codes taken together."""
YOUTH = "18_29"
NOT_YOUTH = "other_or_unknown"
"""Everyone who is not known to be 18 to 29."""

Grouping = dict[str, str]
"""Code to the code of its group; a code that stands alone is its own group."""


def wider(name: str, code: str) -> str:
    """The next wider group of a code; `OTHERS` where there is none but "small ones together".

    >>> wider("month", "2026-05"), wider("month", "2026-Q2"), wider("adm3", "MMR003004"), wider("age", "60p")
    ('2026-Q2', '2026', 'MMR003', 'other_or_unknown')
    """
    if name in PERIODS:
        year, _, rest = code.partition("-")
        if rest.isdigit():
            return f"{year}-Q{(int(rest) + 2) // 3}"
        return year if rest else OTHERS
    if name == "adm3" and len(code) > len("MMR003"):
        return code[: len("MMR003")]
    if name == "age" and code != NOT_YOUTH:
        return YOUTH if code == YOUTH else NOT_YOUTH
    return OTHERS


def rolled_up(
    name: str, codes: Iterable[str], is_small: Callable[[frozenset[str]], bool], size: Callable[[str], int]
) -> Grouping | None:
    """Every code with its group, none of them small; None where only the total is left.

    Args:
        is_small: whether these codes, taken together, may not be told.
        size: what a code counts, to find the smallest neighbour for what is still small.
    """
    grouping = {code: code for code in codes}
    if name == "age" and any(is_small(frozenset({code})) for code in grouping):
        grouping = {code: wider(name, code) for code in grouping}
    while small := sorted(group for group, codes in members(grouping).items() if is_small(codes)):
        before = grouping
        steps = {wider(name, group) for group in small} - {OTHERS}
        if steps:
            grouping = {code: _group_in(name, code, steps, group) for code, group in grouping.items()}
        elif name not in ("age", *PERIODS):
            grouping = _pooled(grouping, small, size)
        if grouping == before or len(set(grouping.values())) < 2:
            return None
    return grouping


def _group_in(name: str, code: str, steps: Collection[str], group: str) -> str:
    """The widest of these groups that a code lies in, else the group that it has."""
    above = code
    while (above := wider(name, above)) != OTHERS:
        if above in steps:
            group = above
        if wider(name, above) == above:
            break
    return group


def members(grouping: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """Group to its codes."""
    found: dict[str, set[str]] = defaultdict(set)
    for code, group in grouping.items():
        found[group].add(code)
    return {group: frozenset(codes) for group, codes in found.items()}


def _pooled(grouping: Grouping, small: list[str], size: Callable[[str], int]) -> Grouping:
    """Small groups together; one that is small alone, or a pool that still is, takes the smallest neighbour in."""
    groups = members(grouping)
    chosen = set(small)
    if len(chosen | {OTHERS} & groups.keys()) < 2 or chosen == {OTHERS}:
        neighbours = sorted(
            (sum(size(code) for code in codes), group)
            for group, codes in groups.items()
            if group not in chosen and group != OTHERS
        )
        chosen |= {group for _, group in neighbours[:1]}
    return {code: OTHERS if group in chosen else group for code, group in grouping.items()}
