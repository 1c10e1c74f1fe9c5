"""Lists that a form looks things up in: choice lists, CSV, XML and GeoJSON files.

Owns the items and the index on their columns. Leaves reading files to `list_files`, and to the interview which
items a question offers. Invariant: a list never changes once made, so one list may serve many interviews.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence


class Cell:
    """One column of an item, as a node that an expression can reach."""

    __slots__ = ("_text", "name", "parent")

    position = 1

    def __init__(self, parent: Item, name: str, text: str) -> None:
        self.parent: Item = parent
        self.name = name
        self._text = text

    def text(self) -> str:
        """The value of the column."""
        return self._text

    def children(self) -> Sequence[Cell]:
        """None."""
        return ()

    def named(self, name: str) -> Sequence[Cell]:
        """None."""
        return ()

    def attribute(self, name: str) -> None:
        """None."""


class Item:
    """One entry of a list: its columns as text, and its place in the list."""

    __slots__ = ("_cells", "columns", "name", "parent", "position")

    def __init__(self, parent: ItemRoot, name: str, position: int, columns: Mapping[str, str]) -> None:
        self.parent: ItemRoot = parent
        self.name = name
        self.position = position
        self.columns = columns
        """Column name to text; a column that is missing is not among them."""
        self._cells: dict[str, tuple[Cell, ...]] = {}

    def text(self) -> str:
        """The columns one after the other, as XML would give it."""
        return "".join(self.columns.values())

    def children(self) -> Sequence[Cell]:
        """One cell for each column."""
        return [cell for name in self.columns for cell in self.named(name)]

    def named(self, name: str) -> Sequence[Cell]:
        """The cell of a column, always the same object; empty where there is no such column."""
        cells = self._cells.get(name)
        if cells is None:
            text = self.columns.get(name)
            cells = self._cells[name] = () if text is None else (Cell(self, name, text),)
        return cells

    def attribute(self, name: str) -> None:
        """None."""


class ItemRoot:
    """The element that holds the items: ``root`` in ``instance('x')/root/item``."""

    __slots__ = ("items", "name", "parent")

    position = 1

    def __init__(self, parent: ItemList, name: str) -> None:
        self.parent: ItemList = parent
        self.name = name
        self.items: tuple[Item, ...] = ()

    def text(self) -> str:
        """The items one after the other."""
        return "".join(item.text() for item in self.items)

    def children(self) -> Sequence[Item]:
        """The items."""
        return self.items

    def named(self, name: str) -> Sequence[Item]:
        """The items, if that is what they are called."""
        return self.items if self.items and self.items[0].name == name else ()

    def attribute(self, name: str) -> None:
        """None."""


class ItemList:
    """A list of items with an index on each column that is asked for.

    >>> towns = ItemList([{"name": "a", "state": "x"}, {"name": "b", "state": "y"}])
    >>> [item.columns["name"] for item in towns.having("state", "y")]
    ['b']

    Args:
        rows: the columns of each item, in order.
        root_name: name of the element around the items, in a path.
        item_name: name of each item, in a path.
    """

    name = ""
    parent = None
    position = 1

    def __init__(
        self, rows: Iterable[Mapping[str, str]], *, root_name: str = "root", item_name: str = "item"
    ) -> None:
        self.root = ItemRoot(self, root_name)
        self.root.items = tuple(Item(self.root, item_name, place, row) for place, row in enumerate(rows, 1))
        self._indexes: dict[str, dict[str, tuple[Item, ...]]] = {}

    @property
    def items(self) -> tuple[Item, ...]:
        """All items, in order."""
        return self.root.items

    def having(self, column: str, value: str) -> tuple[Item, ...]:
        """The items whose column has the value, in order; an item without that column is never among them."""
        index = self._indexes.get(column)
        if index is None:
            index = self._indexes[column] = self._index(column)
        return index.get(value, ())

    def _index(self, column: str) -> dict[str, tuple[Item, ...]]:
        found: dict[str, list[Item]] = {}
        for item in self.items:
            text = item.columns.get(column)
            if text is not None:
                found.setdefault(text, []).append(item)
        return {value: tuple(items) for value, items in found.items()}

    def text(self) -> str:
        """The items one after the other."""
        return self.root.text()

    def children(self) -> Sequence[ItemRoot]:
        """The element around the items."""
        return (self.root,)

    def named(self, name: str) -> Sequence[ItemRoot]:
        """The element around the items, if that is its name."""
        return (self.root,) if self.root.name == name else ()

    def attribute(self, name: str) -> None:
        """None."""
