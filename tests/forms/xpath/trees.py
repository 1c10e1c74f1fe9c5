"""A small instance to evaluate expressions on, built from dictionaries: `instance({"data": {"age": "30"}})`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from random import Random

from forms.xpath import Context, Unknown, Value, World, XNode, parse
from forms.xpath import compile as compile_tree

Content = str | Unknown | Mapping[str, object] | Sequence[object]
NOW = datetime(2026, 1, 15, 10, tzinfo=UTC)


class Leaf:
    """A node of the instance; lists of dictionaries are rows of a repeat."""

    def __init__(self, name: str, content: object, parent: Leaf | None = None, position: int = 1) -> None:
        self.name = name
        self.parent: XNode | None = parent
        self.position = position
        self.content = content
        self.below: list[Leaf] = list(self._grow(content)) if isinstance(content, Mapping) else []

    def _grow(self, content: Mapping[str, object]) -> Iterator[Leaf]:
        for name, value in content.items():
            rows = value if isinstance(value, list) else [value]
            for position, row in enumerate(rows, 1):
                yield Leaf(name, row, self, position)

    def text(self) -> str | Unknown:
        if self.below:
            return "".join(str(each.text()) for each in self.below)
        return "" if isinstance(self.content, (Mapping, list)) else self.content  # type: ignore[return-value]

    def children(self) -> Sequence[Leaf]:
        return self.below

    def named(self, name: str) -> Sequence[Leaf]:
        return [each for each in self.below if each.name == name]

    def attribute(self, name: str) -> str | None:
        return "form-1" if name == "id" and self.parent is None else None

    def at(self, path: str) -> Leaf:
        """The node at `visit[2]/cost`, below this one."""
        here = self
        for step in path.split("/"):
            name, _, place = step.partition("[")
            here = here.named(name)[int(place.rstrip("]") or 1) - 1 if place else 0]
        return here


def instance(content: Mapping[str, object]) -> Leaf:
    """The root element ``/data`` of an instance."""
    return Leaf("data", content)


def context(root: Leaf, at: str = "", **world: object) -> Context:
    """The context of a node, by default the root element, at 10 o'clock on 15 January 2026 in UTC."""
    settings: dict[str, object] = {"random": Random(7), **world}
    clock: Callable[[], datetime] = settings.pop("now", lambda: NOW)  # type: ignore[assignment]
    return Context(root.at(at) if at else root, World(root, clock, **settings))  # type: ignore[arg-type]


def evaluate(
    source: str, content: Mapping[str, object] | None = None, at: str = "", **world: object
) -> Value:
    """The value of an expression over an instance."""
    return compile_tree(parse(source)).evaluate(context(instance(content or {}), at, **world))


def text(source: str, content: Mapping[str, object] | None = None, at: str = "", **world: object) -> str:
    """The value of an expression as a calculation stores it."""
    return compile_tree(parse(source)).text(context(instance(content or {}), at, **world))
