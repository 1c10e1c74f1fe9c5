"""Absolute paths inside repeats, read in the row in which they stand, as JavaRosa and so ODK Collect reads them.

Owns the rewriting of a tree; who reads a form decides whether it is done. What pyxform writes for ``${name}`` is
relative already. Invariant: a path to a repeat itself means all its rows, but for position(), and so do the paths that
indexed-repeat() is given.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import cast

from forms.xpath.trees import Step, Tree, arguments, kind_of, links, operand, steps

_CURRENT: Tree = ("call", "current", 0, ())
_UP: Step = ("parent", "node()", ())


def in_own_row(tree: Tree, context_ref: str, repeats: Collection[str]) -> Tree:
    """The tree with every absolute path into a repeat around the context going by way of the context's own row.

    >>> from forms.xpath.parser import parse
    >>> tree = in_own_row(parse("/data/visit/cost * 2"), "/data/visit/twice", {"/data/visit"})
    >>> tree == parse("../cost * 2"), in_own_row(parse("count(/data/visit)"), "/data/visit/n", {"/data/visit"})
    (True, ('call', 'count', 0, (('path', 'root', (('child', 'data', ()), ('child', 'visit', ()))),)))

    Args:
        context_ref: the node that the expression belongs to, ``/data/visit/twice``.
        repeats: the references of the form's repeats.
    """
    around = [ref for ref in repeats if context_ref.startswith(f"{ref}/")]
    return _Rewriting(context_ref, around).tree(tree) if around else tree


class _Rewriting:
    """Rewrites for one context; a tree is nested at most `trees.DEEPEST` deep, and so is this."""

    def __init__(self, context_ref: str, around: Collection[str]) -> None:
        self._depth = context_ref.count("/")
        self._around = around

    def tree(self, tree: Tree, start: object = "here") -> Tree:
        """The rewritten tree; `start`: what the context is called there."""
        match kind_of(tree):
            case "call":
                return (*tree[:3], self._given(tree, start))
            case "chain":
                rest = tuple((word, self.tree(right, start)) for word, right in links(tree))
                return "chain", self.tree(operand(tree), start), rest
            case "negate":
                return "negate", self.tree(operand(tree), start)
            case "path":
                return self._path(tree, start, whole_rows=True)
            case "filter":
                narrowing = cast(tuple[Tree, ...], tree[2])
                return "filter", self.tree(operand(tree), start), self._predicates(narrowing)
            case _:
                return tree

    def _given(self, call: Tree, start: object) -> tuple[Tree, ...]:
        given = arguments(call)
        if call[1] == "indexed-repeat":
            # A path, then pairs of a repeat and an index into it: it finds the rows itself.
            is_path = [place < 2 or place % 2 == 1 for place in range(len(given))]
            return tuple(
                each if left else self.tree(each, start) for each, left in zip(given, is_path, strict=True)
            )
        if call[1] == "position" and all(kind_of(each) == "path" for each in given):
            return tuple(self._path(each, start, whole_rows=False) for each in given)
        return tuple(self.tree(each, start) for each in given)

    def _predicates(self, predicates: Iterable[Tree]) -> tuple[Tree, ...]:
        return tuple(self.tree(predicate, _CURRENT) for predicate in predicates)

    def _path(self, path: Tree, start: object, *, whole_rows: bool) -> Tree:
        way = tuple((axis, test, self._predicates(predicates)) for axis, test, predicates in steps(path))
        shared = self._shared(way, whole_rows) if path[1] == "root" else 0
        if shared:
            return "path", start, (*[_UP] * (self._depth - shared), *way[shared:])
        return "path", path[1] if isinstance(path[1], str) else self.tree(operand(path), start), way

    def _shared(self, way: tuple[Step, ...], whole_rows: bool) -> int:
        """How many steps lead to the innermost row that the path and the context share; 0: none."""
        ref, shared = "", 0
        for place, (axis, test, predicates) in enumerate(way, 1):
            ref = f"{ref}/{test}"
            if axis != "child" or predicates:
                break
            if ref in self._around and not (whole_rows and place == len(way)):
                shared = place
        return shared
