"""Merging two versions of a submission.

1. An answer that one side changed is taken; one that both changed differently is a conflict, never a guess.
2. A tally grid and a choice of several are one answer; codes are values; free text can keep both.
3. Rows merge by id: added is kept, removed is removed unless the other side changed it.
4. Without a common ancestor, or over several that disagree, whatever differs is a conflict.
5. A sealed part that is not held is never a deletion, and never merged into a revision.
6. Merging is deterministic, symmetric and idempotent; nothing that only one side changed is lost.
7. The id of a merge depends on its parents and on what the server reads, and not on their order.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms import shipped
from forms.parts import split
from sync.merging import (
    BOTH,
    Conflict,
    ConflictKind,
    Merged,
    Version,
    both,
    can_hold,
    is_free_text,
    merge,
    revision_id,
)
from tests.sync.meeting_form import CELLS, form, question, version

FORM = form()
BASE = {
    "people": dict.fromkeys(CELLS, 1),
    "topics": ["land"],
    "code": "AB",
    "note": "dry",
    "concern": [{"@id": "r1", "what": "well", "grave": 2}],
}


def merged(one: dict[str, object], other: dict[str, object], *bases: dict[str, object]) -> Merged:
    """Two trees over one ancestor, or over those given."""
    ancestors = [version(f"base{place}", tree) for place, tree in enumerate(bases or (BASE,))]
    return merge(FORM, ancestors, (version("aaa", one), version("bbb", other)))


def without(name: str) -> dict[str, object]:
    return {key: value for key, value in BASE.items() if key != name}


@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize(
    "changed",
    [
        {"note": "wet"},
        {"code": "CD"},
        {"topics": ["land", "water"]},
        {"chief": 3},
        {"people": {**dict.fromkeys(CELLS, 1), "p_f_old": 7}},
        {"concern": [{"@id": "r1", "what": "well", "grave": 4}]},
        {"concern": [*BASE["concern"], {"@id": "r2", "what": "fence"}]},  # type: ignore[misc]
    ],
)
def test_what_only_one_side_changed_is_taken(changed: dict[str, object], side: int) -> None:
    trees = [BASE, BASE | changed]
    result = merged(trees[side], trees[1 - side])
    assert (result.tree, result.conflicts) == (BASE | changed, ())


@pytest.mark.parametrize("name", ["note", "topics", "code", "concern", "people"])
def test_what_only_one_side_took_back_is_gone(name: str) -> None:
    result = merged(BASE, without(name))
    assert (result.tree, result.conflicts) == (without(name), ())


@pytest.mark.parametrize(
    ("name", "one", "other", "kind"),
    [
        ("note", "wet", "flood", ConflictKind.TEXT),
        ("code", "CD", "EF", ConflictKind.ANSWER),
        ("chief", 1, 2, ConflictKind.ANSWER),
        ("topics", ["land", "water"], ["land", "tax"], ConflictKind.ANSWER),
    ],
)
def test_what_both_changed_differently_is_a_conflict(
    name: str, one: object, other: object, kind: ConflictKind
) -> None:
    result = merged(BASE | {name: one}, BASE | {name: other})
    assert result.conflicts == (Conflict(f"/data/{name}", kind, one, other),)
    assert result.tree[name] == other, "until it is decided the head with the highest id counts"


def test_both_sides_that_agree_are_no_conflict() -> None:
    assert merged(BASE | {"note": "wet"}, BASE | {"note": "wet"}).is_clean


def test_a_grid_is_one_answer() -> None:
    left = {**dict.fromkeys(CELLS, 1), "p_f_old": 2}
    right = {**dict.fromkeys(CELLS, 1), "p_m_old": 9}
    result = merged(BASE | {"people": left}, BASE | {"people": right})
    assert result.conflicts == (Conflict("grid:/data/people/p", ConflictKind.GRID, left, right),)


def test_a_row_that_one_removed_and_the_other_changed_is_a_conflict() -> None:
    changed = {"@id": "r1", "what": "well", "grave": 4}
    result = merged(without("concern"), BASE | {"concern": [changed]})
    assert result.conflicts == (Conflict("/data/concern[@r1]", ConflictKind.ROW, None, changed),)


def test_rows_that_both_added_stand_side_by_side() -> None:
    rows = [{"@id": "r2", "what": "fence"}, {"@id": "r3", "what": "tax"}]
    result = merged(*(BASE | {"concern": [*BASE["concern"], row]} for row in rows))  # type: ignore[misc]
    assert (result.tree["concern"], result.conflicts) == ([*BASE["concern"], *rows], ())  # type: ignore[misc]


def test_a_calculation_is_no_conflict() -> None:
    assert merged(BASE | {"total": 4}, BASE | {"total": 5}, BASE | {"total": 3}).is_clean


def test_without_an_ancestor_whatever_differs_is_a_conflict() -> None:
    one, other = version("aaa", BASE), version("bbb", BASE | {"note": "wet", "chief": 1})
    result = merge(FORM, (), (one, other))
    assert [conflict.place for conflict in result.conflicts] == ["/data/note", "/data/chief"]


def test_an_ancestor_whose_sealed_part_is_gone_is_none() -> None:
    base = version("base", BASE, sealed=False)
    result = merge(FORM, [base], (version("aaa", BASE), version("bbb", BASE | {"note": "wet"})))
    assert [conflict.place for conflict in result.conflicts] == ["/data/note"]


def test_ancestors_that_disagree_leave_only_their_common_answers() -> None:
    bases = (BASE, BASE | {"note": "wet"})
    result = merged(BASE | {"chief": 1}, BASE | {"note": "wet"}, *bases)
    assert [conflict.place for conflict in result.conflicts] == ["/data/note"]
    assert result.tree["chief"] == 1


@pytest.mark.parametrize("held", [(True, False), (False, True)])
def test_a_sealed_part_that_is_not_held_is_no_deletion(held: tuple[bool, bool]) -> None:
    versions = version("aaa", BASE, sealed=held[0]), version("bbb", BASE, sealed=held[1])
    result = merge(FORM, [version("base", BASE)], versions)
    assert (result.tree, result.withheld, result.is_clean) == (BASE, True, False)


@pytest.mark.parametrize(("choice", "kept"), [("aaa", "wet"), ("bbb", "flood"), (BOTH, "flood / wet")])
def test_a_person_may_take_either_text_or_both(choice: str, kept: str) -> None:
    versions = version("aaa", BASE | {"note": "wet"}), version("bbb", BASE | {"note": "flood"})
    result = merge(FORM, [version("base", BASE)], versions, decided={"/data/note": choice})
    assert (result.tree["note"], result.is_clean) == (kept, True)


def test_both_can_be_kept_of_texts_alone() -> None:
    versions = version("aaa", BASE | {"code": "CD"}), version("bbb", BASE | {"code": "EF"})
    assert merge(FORM, [version("base", BASE)], versions, decided={"/data/code": BOTH}).conflicts


@pytest.mark.parametrize(
    ("form", "question", "is_text"),
    [
        ("dialogue_session", "/data/g_out/learning", True),
        ("dialogue_session", "/data/g_activity/series_code", False),
        ("mediation_case", "/data/g_in/case_code", False),
    ],
)
def test_a_text_whose_length_alone_is_limited_can_be_kept_of_both(
    form: str, question: str, is_text: bool
) -> None:
    """No code, of which the rule says how it is written."""
    node = next(each for each in shipped.load(form).nodes() if each.ref == question)
    assert is_free_text(node) is is_text


def test_a_row_can_be_taken_from_either_side() -> None:
    changed = BASE | {"concern": [{"@id": "r1", "what": "well", "grave": 4}]}
    versions = version("aaa", without("concern")), version("bbb", changed)
    for choice, tree in (("aaa", without("concern")), ("bbb", changed)):
        result = merge(FORM, [version("base", BASE)], versions, decided={"/data/concern[@r1]": choice})
        assert (result.tree, result.is_clean) == (tree, True)


def test_an_older_form_cannot_hold_what_only_a_newer_one_asks() -> None:
    newer = form("2", question("rain"))
    assert can_hold(newer, BASE | {"rain": "some"})
    assert not can_hold(FORM, BASE | {"rain": "some"})
    assert not can_hold(FORM, BASE | {"concern": "many"})


def test_the_id_of_a_merge_ignores_the_order_of_its_parents() -> None:
    assert revision_id(["a", "b"], ("f", "1"), {"n": 1}) == revision_id(["b", "a"], ("f", "1"), {"n": 1})


@pytest.mark.parametrize(
    ("parents", "version_of_form", "open_part"),
    [(["a", "c"], "1", {"n": 1}), (["a", "b"], "2", {"n": 1}), (["a", "b"], "1", {"n": 2})],
)
def test_the_id_of_a_merge_depends_on_everything_else(
    parents: list[str], version_of_form: str, open_part: dict[str, object]
) -> None:
    ours = revision_id(["a", "b"], ("f", "1"), {"n": 1})
    assert revision_id(parents, ("f", version_of_form), open_part) != ours


words = st.sampled_from(["dry", "wet", "flood"])
rows = st.dictionaries(
    st.sampled_from(["r1", "r2", "r3"]),
    st.fixed_dictionaries({"what": words}, optional={"grave": st.integers(1, 3)}),
    min_size=1,
).map(lambda kept: [{"@id": row_id, **row} for row_id, row in sorted(kept.items())])
trees = st.fixed_dictionaries(
    {},
    optional={
        "people": st.fixed_dictionaries({name: st.integers(0, 2) for name in CELLS}),
        "topics": st.lists(st.sampled_from(["land", "water"]), min_size=1, unique=True),
        "code": st.sampled_from(["AB", "CD"]),
        "note": words,
        "concern": rows,
    },
)


@given(trees, trees, trees)
def test_merging_is_symmetric(
    base: dict[str, object], left: dict[str, object], right: dict[str, object]
) -> None:
    one, other, before = version("aaa", left), version("bbb", right), [version("base", base)]
    assert merge(FORM, before, (one, other)) == merge(FORM, before, (other, one))


@given(trees, trees)
def test_merging_is_idempotent(base: dict[str, object], tree: dict[str, object]) -> None:
    before = [version("base", base)]
    result = merge(FORM, before, (version("aaa", tree), version("bbb", tree)))
    assert (result.tree, result.conflicts) == (split_and_joined(tree), ())


@given(trees, trees)
def test_an_unchanged_side_changes_nothing(base: dict[str, object], tree: dict[str, object]) -> None:
    result = merge(FORM, [version("base", base)], (version("aaa", base), version("bbb", tree)))
    assert (sorted_rows(result.tree), result.conflicts) == (sorted_rows(split_and_joined(tree)), ())


@given(trees, trees, trees)
def test_a_clean_merge_holds_every_change_of_either_side(
    base: dict[str, object], left: dict[str, object], right: dict[str, object]
) -> None:
    result = merge(FORM, [version("base", base)], (version("aaa", left), version("bbb", right)))
    in_conflict = {conflict.place for conflict in result.conflicts}
    for name in ("topics", "code", "note"):
        changed = [tree.get(name) for tree in (left, right) if tree.get(name) != base.get(name)]
        if changed and f"/data/{name}" not in in_conflict:
            assert result.tree.get(name) == changed[0]


@given(trees, trees, trees)
@settings(max_examples=50)
def test_deciding_everything_leaves_no_conflict_and_takes_that_side(
    base: dict[str, object], left: dict[str, object], right: dict[str, object]
) -> None:
    versions = version("aaa", left), version("bbb", right)
    open_ones = merge(FORM, (), versions).conflicts
    for side, tree in (("aaa", left), ("bbb", right)):
        decided = {conflict.place: side for conflict in open_ones}
        result = merge(FORM, [version("base", base)], versions, decided=decided)
        assert (sorted_rows(result.tree), result.conflicts) == (sorted_rows(split_and_joined(tree)), ())


@given(trees, trees, trees)
def test_the_parts_of_a_merge_are_its_tree(
    base: dict[str, object], left: dict[str, object], right: dict[str, object]
) -> None:
    result = merge(FORM, [version("base", base)], (version("aaa", left), version("bbb", right)))
    parts = split(FORM, result.tree)
    assert Version("ccc", "meeting", "1", parts.open, parts.sealed).tree() == split_and_joined(result.tree)


@given(st.text(), st.text())
def test_both_texts_are_kept_whichever_comes_first(one: str, other: str) -> None:
    kept = both(one, other)
    assert kept == both(other, one)
    assert one in kept
    assert other in kept


def split_and_joined(tree: dict[str, object]) -> dict[str, object]:
    """The tree as a store gives it back."""
    parts = split(FORM, tree)
    return Version("any", "meeting", "1", parts.open, parts.sealed).tree()


def sorted_rows(tree: dict[str, object]) -> dict[str, object]:
    """The tree without the order of its rows, which a removed and an added row may change."""
    concern = tree.get("concern")
    rows_by_id = sorted(concern, key=lambda row: str(row["@id"])) if isinstance(concern, list) else None
    return {**tree, "concern": rows_by_id}
