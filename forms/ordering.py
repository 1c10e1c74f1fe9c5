"""The order in which expressions of a form are computed, and the circles among them.

One static graph over references, as in JavaRosa: a value depends on what its calculation, its relevance and the count
of its repeat read, on the relevance of every group around it, and, for what it reads, on the groups around that.
Constraints, requirements and choice filters change no value and so close no circle. No recursion: forms can be long.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from heapq import heapify, heappop, heappush

from forms.definition import Node


def nodes_of(root: Node) -> Iterator[Node]:
    """Every node from the root down, in the order of the form."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(reversed(node.children))


def around(ref: str) -> Iterator[str]:
    """The references of the groups and repeats around one, innermost first.

    >>> list(around("/data/g/q"))
    ['/data/g', '/data']
    """
    while (cut := ref.rfind("/")) > 0:
        ref = ref[:cut]
        yield ref


def dependencies(root: Node) -> dict[str, set[str]]:
    """For every node with an expression, the nodes with a value-changing expression that it must come after."""
    by_ref = {node.ref: node for node in nodes_of(root)}
    computed = {ref for ref, node in by_ref.items() if node.calculation or node.relevant or node.count}
    graph: dict[str, set[str]] = {}
    for ref, node in by_ref.items():
        if not _has_expression(node):
            continue
        before: set[str] = set(around(ref))
        for expression in (node.calculation, node.relevant, node.count):
            for read in expression.reads if expression else ():
                before.update((read, *around(read)))
        own = {read for read in (node.relevant.reads if node.relevant else ()) if read == ref}
        graph[ref] = (before & computed) - {ref} | own
    return graph


def ordered(graph: Mapping[str, set[str]]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """References so that each comes after what it depends on, else as in the form; and those caught in circles.

    >>> ordered({"/d/a": {"/d/b"}, "/d/b": set()})
    (('/d/b', '/d/a'), ())
    """
    place = {ref: number for number, ref in enumerate(graph)}
    waits_for = {ref: len(before) for ref, before in graph.items()}
    after: dict[str, list[str]] = {ref: [] for ref in graph}
    for ref, before in graph.items():
        for earlier in before:
            after[earlier].append(ref)
    ready = [(place[ref], ref) for ref, count in waits_for.items() if count == 0]
    heapify(ready)
    order: list[str] = []
    while ready:
        _, ref = heappop(ready)
        order.append(ref)
        for later in after[ref]:
            waits_for[later] -= 1
            if waits_for[later] == 0:
                heappush(ready, (place[later], later))
    done = set(order)
    left = tuple(ref for ref in graph if ref not in done)
    return (*order, *left), left


def circle(graph: Mapping[str, set[str]], left: tuple[str, ...]) -> tuple[str, ...]:
    """One circle among the references that `ordered` could not place, each depending on the next.

    >>> circle({"/d/a": {"/d/b"}, "/d/b": {"/d/a"}, "/d/c": {"/d/a"}}, ("/d/a", "/d/b", "/d/c"))
    ('/d/a', '/d/b')
    """
    stuck = set(left)
    path: list[str] = []
    ref = left[0]
    while ref not in path:
        path.append(ref)
        ref = min(graph[ref] & stuck)
    return tuple(path[path.index(ref) :])


def decides_on_itself(node: Node) -> bool:
    """Whether the relevance of a node reads the node, or what is below it."""
    reads = node.relevant.reads if node.relevant else ()
    return any(read == node.ref or read.startswith(f"{node.ref}/") for read in reads)


def _has_expression(node: Node) -> bool:
    return any(
        (
            node.calculation,
            node.relevant,
            node.count,
            node.constraint,
            node.required,
            node.readonly,
            node.choices,
        )
    )
