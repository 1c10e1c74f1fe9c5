"""Functions over nodes: counting, positions, lists, order by chance.

Owns nothing but what they compute. Invariant: see `signatures`.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable

from forms.instances import ItemList
from forms.xpath.contexts import Context
from forms.xpath.library.signatures import function
from forms.xpath.nodes import XNode
from forms.xpath.values import NAN, NodeSet, Value, text_of, to_number, to_text

_LARGEST_SEED = 2_147_483_647
_MULTIPLIER = 16_807


@function("count", "nodes")
def _count(_: Context, nodes: NodeSet) -> float:
    return float(len(nodes))


@function("count-non-empty", "nodes")
def _count_non_empty(_: Context, nodes: NodeSet) -> float:
    return float(sum(1 for node in nodes if text_of(node) != ""))


@function("position", "nodes?")
def _position(context: Context, *given: NodeSet) -> float:
    """The position in the predicate, or of a given node among those of its name below its parent."""
    if not given:
        return float(context.position)
    return float(given[0][0].position) if given[0] else NAN


@function("last")
def _last(context: Context) -> float:
    return float(context.size)


@function("current")
def _current(context: Context) -> NodeSet:
    return NodeSet((context.current,))


@function("instance", "text")
def _instance(context: Context, list_id: str) -> NodeSet:
    found = context.world.instance(list_id)
    return NodeSet(() if found is None else (found,))


@function("pulldata", "text text text text")
def _pulldata(context: Context, list_id: str, wanted: str, column: str, value: str) -> str:
    """The column `wanted` of the first item whose `column` has the value; blank where there is none."""
    found = context.world.instance(list_id.removesuffix(".csv"))
    if isinstance(found, ItemList):
        items = found.having(column, value)
        return items[0].columns.get(wanted, "") if items else ""
    roots = found.named("root") if found is not None else ()
    nodes = (item for root in roots for item in root.named("item"))
    return next((_cell(item, wanted) or "" for item in nodes if _cell(item, column) == value), "")


def _cell(item: XNode, column: str) -> str | None:
    """The text of a column, or of an attribute (``@location``), of an item; None where it has none."""
    if column.startswith("@"):
        return item.attribute(column[1:])
    cells = item.named(column)
    return text_of(cells[0]) if cells else None


@function("name", "nodes?")
@function("local-name", "nodes?")
def _name(context: Context, *given: NodeSet) -> str:
    nodes = given[0] if given else (context.node,)
    return nodes[0].name if nodes else ""


@function("indexed-repeat", "nodes nodes number any*")
def _indexed_repeat(context: Context, wanted: NodeSet, *pairs: Value) -> NodeSet:
    """The wanted nodes that lie in the rows with the given numbers: repeat, number, inner repeat, number."""
    rows: list[NodeSet] = [repeat for repeat in pairs[::2] if isinstance(repeat, NodeSet)]
    places = [to_number(number, context.world.zone) for number in pairs[1::2]]
    inside: XNode | None = None
    for candidates, place in sorted(zip(rows, places, strict=False), key=lambda pair: _depth(pair[0])):
        within = [row for row in candidates if inside is None or _is_inside(row, inside)]
        if not (1 <= place <= len(within) and place == int(place)):
            return NodeSet()
        inside = within[int(place) - 1]
    return NodeSet(node for node in wanted if inside is not None and _is_inside(node, inside))


def _depth(nodes: NodeSet) -> int:
    depth, node = 0, nodes[0] if nodes else None
    while node is not None:
        depth, node = depth + 1, node.parent
    return depth


def _is_inside(node: XNode, row: XNode) -> bool:
    above: XNode | None = node
    while above is not None and above is not row:
        above = above.parent
    return above is row


@function("randomize", "nodes any?")
def _randomize(context: Context, nodes: NodeSet, *seed: Value) -> NodeSet:
    """The nodes shuffled, for one interview and question always alike; with a seed alike everywhere.

    ODK XForms, ``randomize``; the generator of Park and Miller.
    """
    chance = _seeded(seed[0], context) if seed else context.world.order(context.current).random
    order: list[XNode] = []
    for place, node in enumerate(nodes):
        chosen = int(chance() * (place + 1))
        order.append(node)
        order[place], order[chosen] = order[chosen], node
    return NodeSet(order)


def _seeded(seed: Value, context: Context) -> Callable[[], float]:
    """Numbers of at least 0 and below 1 that follow from a seed."""
    state = _first_state(seed, context)

    def chance() -> float:
        nonlocal state
        state = state * _MULTIPLIER % _LARGEST_SEED
        return (state - 1) / (_LARGEST_SEED - 1)

    return chance


def _first_state(seed: Value, context: Context) -> int:
    number = to_number(seed, context.world.zone)
    if math.isnan(number):
        text = to_text(seed)
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
        whole = int.from_bytes(digest[:8], "big", signed=True) if text else 0
    elif math.isinf(number):
        whole = 2**63 - 1 if number > 0 else -(2**63)
    else:
        whole = math.trunc(number)
    state = _remainder(whole)
    return state + _LARGEST_SEED - 1 if state <= 0 else state


def _remainder(whole: int) -> int:
    """The remainder with the sign of the dividend, as Java and JavaScript give it."""
    return abs(whole) % _LARGEST_SEED * (1 if whole > 0 else -1)
