"""Finding items of a list by ``[column = value]``.

1. The index finds what evaluating the predicate on each item would find, in the same order.
2. A choice filter is answered the same way.
3. A value is computed once, not for each item.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.instances import ItemList
from forms.xpath import Context, World, compile_filter, parse
from tests.forms.xpath.trees import NOW, Leaf, context, instance, text

ROWS = [
    {"name": f"n{n}", "adm": f"s{n % 3}", "size": str(n), **({"cap": "x"} if n % 2 else {})}
    for n in range(12)
]
CONTENT = {"adm": "s1", "none": "", "many": [{"adm": "s2"}, {"adm": "s0"}], "n": "4"}

PREDICATES = [
    "adm = /data/adm",
    "/data/adm = adm",
    "adm = current()/../adm",
    "adm = 's1' and size > 4",
    "size > 4 and adm = 's1'",
    "adm = 's1' and 1",
    "adm = /data/many/adm",
    "adm = ''",
    "cap = ''",
    "cap = /data/none",
    "size = 4",
    "size = /data/n",
    "size = /data/n + 1",
    "adm = true()",
    "adm = 's1' and position() = 2",
    "adm = 's1' or size = 3",
    "adm = string(adm)",
    "adm = name",
    "adm != 's1'",
    "other = 's1'",
    "selected('s1 s2', adm)",
    "name = concat('n', /data/n)",
    "3",
]


@pytest.mark.parametrize("predicate", PREDICATES)
def test_the_index_finds_what_a_scan_would(predicate: str) -> None:
    # A predicate that nothing narrows before can use the index; behind [1 = 1] it can't.
    indexed = text(f"join(',', instance('t')/root/item[{predicate}]/name)", CONTENT, "n", instance=lists)
    scanned = text(
        f"join(',', instance('t')/root/item[1 = 1][{predicate}]/name)", CONTENT, "n", instance=lists
    )
    assert indexed == scanned


@pytest.mark.parametrize("predicate", PREDICATES)
def test_a_choice_filter_finds_the_same(predicate: str) -> None:
    chosen = compile_filter(parse(predicate)).select(
        ItemList(ROWS), context(instance(CONTENT), "n", instance=lists)
    )
    found = text(f"join(',', instance('t')/root/item[{predicate}]/name)", CONTENT, "n", instance=lists)
    assert ",".join(item.columns["name"] for item in chosen) == found


def lists(list_id: str) -> ItemList | None:
    return ItemList(ROWS) if list_id == "t" else None


@given(st.lists(st.fixed_dictionaries({"a": st.sampled_from("xyz"), "b": st.sampled_from(["", "x", "1"])})))
def test_having_keeps_the_order_of_the_list(rows: list[dict[str, str]]) -> None:
    items = ItemList(rows)
    assert [item.position for item in items.having("a", "x")] == [
        n for n, row in enumerate(rows, 1) if row["a"] == "x"
    ]


def test_the_value_is_computed_once() -> None:
    class Counting(Leaf):
        asked = 0

        def text(self) -> str:
            Counting.asked += 1
            return "s1"

    root = instance({"adm": ""})
    root.below = [Counting("adm", "", root)]
    compile_filter(parse("adm = /data/adm")).select(ItemList(ROWS), Context(root, World(root, lambda: NOW)))
    assert Counting.asked == 1


def test_the_same_cell_is_the_same_node_each_time() -> None:
    item = ItemList(ROWS).items[0]
    cells: Sequence[object] = item.named("name")
    assert item.named("name")[0] is cells[0]
    assert (
        text("count(instance('t')/root/item/name | instance('t')/root/item/name)", instance={"t": ONE}.get)
        == "12"
    )


ONE = ItemList(ROWS)


def test_pulldata_looks_up_the_first_item() -> None:
    assert text("pulldata('t', 'name', 'adm', 's2')", instance=lists) == "n2"
    assert text("pulldata('t', 'zz', 'adm', 's2')", instance=lists) == ""
    assert text("pulldata('zz', 'name', 'adm', 's2')", instance=lists) == ""
