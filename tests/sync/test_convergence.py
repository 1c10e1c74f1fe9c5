"""Stores that merge on their own and exchange revisions in any order.

1. Once everybody has everything, all hold the same revisions and the same heads, whoever merged what and when.
2. No revision ever leaves a store.
"""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from forms.parts import split
from sync.ancestry import ancestry
from sync.merging import Version, merge, revision_id
from tests.sync.meeting_form import form, version
from tests.sync.test_ancestry import heads

FORM = form()
DEVICES = 3
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


def merge_what_can(store: Store) -> None:
    """Merge heads two by two, as a vault does after a pull."""
    while len(found := heads({each: parents for each, (parents, _) in store.items()})) > 1:
        one, other = found[:2]
        bases = ancestry({each: parents for each, (parents, _) in store.items()}, one, other).bases
        merged = merge(FORM, [store[base][1] for base in bases], (store[one][1], store[other][1]))
        if not merged.is_clean:
            return
        parts = split(FORM, merged.tree)
        made = revision_id([one, other], ("meeting", "1"), parts.open)
        store[made] = ((one, other), Version(made, "meeting", "1", parts.open, parts.sealed))


@given(trees, st.lists(trees, min_size=DEVICES, max_size=DEVICES), transfers)
@settings(max_examples=60, deadline=None)
def test_stores_converge_whatever_the_order(
    base: dict[str, object], edits: list[dict[str, object]], order: list[tuple[int, int]]
) -> None:
    stores: list[Store] = []
    for number, tree in enumerate(edits):
        edit = f"e{number}"
        stores.append({"v": ((), version("v", base)), edit: (("v",), version(edit, tree))})
    everybody = [(here, there) for here in range(DEVICES) for there in range(DEVICES)]
    held: list[set[str]] = [set(store) for store in stores]
    for here, there in (*order, *everybody * 4):
        stores[there].update(stores[here])
        merge_what_can(stores[there])
        assert held[there] <= stores[there].keys()
        held[there] = set(stores[there])
    assert stores[0] == stores[1] == stores[2]
