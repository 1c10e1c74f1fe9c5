"""Stores that merge on their own and exchange revisions in any order.

1. Once everybody has everything, all hold the same revisions and the same heads, whoever merged what and when, and
   though each merges alone what the others merge, too.
2. No revision ever leaves a store.
"""

from __future__ import annotations

from itertools import chain

from hypothesis import given, settings
from hypothesis import strategies as st

from forms.parts import split
from sync.ancestry import ancestry
from sync.merging import Version, merge, revision_id
from tests.sync.meeting_form import form, version
from tests.sync.test_ancestry import heads

FORM = form()
DEVICES = 3
ROUNDS = 3
"""Of everybody merging alone; a merge whose id or content depends on who makes it never comes to an end."""
Store = dict[str, tuple[tuple[str, ...], Version]]

trees = st.fixed_dictionaries(
    {},
    optional={
        "note": st.sampled_from(["dry", "wet"]),
        "chief": st.integers(0, 1),
        "concern": st.sampled_from(["r1", "r2"]).map(lambda row: [{"@id": row, "what": "well"}]),
    },
)
transfers = st.lists(st.tuples(st.integers(0, DEVICES - 1), st.integers(0, DEVICES - 1)), max_size=8)


def merge_what_can(store: Store, *, turned: bool) -> None:
    """Merge heads two by two, as a vault does after a pull.

    Args:
        turned: which of two comes first, which must not matter.
    """
    while len(found := heads({each: parents for each, (parents, _) in store.items()})) > 1:
        one, other = found[1::-1] if turned else found[:2]
        bases = ancestry({each: parents for each, (parents, _) in store.items()}, one, other).bases
        merged = merge(FORM, [store[base][1] for base in bases], (store[one][1], store[other][1]))
        if not merged.is_clean:
            return
        parts = split(FORM, merged.tree)
        made = revision_id([one, other], ("meeting", "1"), parts.open)
        store[made] = (
            (min(one, other), max(one, other)),
            Version(made, "meeting", "1", parts.open, parts.sealed),
        )


def together(stores: list[Store]) -> None:
    """Everybody gets all that anybody has, each in another order, and then merges alone: nobody waits for a merge."""
    known = [list(store.items()) for store in stores]
    for number, store in enumerate(stores):
        for revision, content in chain.from_iterable(known[number:] + known[:number]):
            assert store.setdefault(revision, content) == content
        merge_what_can(store, turned=number == 1)


@given(trees, st.lists(trees, min_size=DEVICES, max_size=DEVICES), transfers)
@settings(max_examples=60, deadline=None)
def test_stores_converge_whatever_the_order(
    base: dict[str, object], edits: list[dict[str, object]], order: list[tuple[int, int]]
) -> None:
    stores: list[Store] = []
    for number, tree in enumerate(edits):
        edit = f"e{number}"
        stores.append({"v": ((), version("v", base)), edit: (("v",), version(edit, tree))})
    held: list[set[str]] = [set(store) for store in stores]
    for here, there in order:
        stores[there].update(stores[here])
        merge_what_can(stores[there], turned=there == 1)
        assert held[there] <= stores[there].keys()
        held[there] = set(stores[there])
    for _ in range(ROUNDS):
        together(stores)
    assert stores[0] == stores[1] == stores[2]
