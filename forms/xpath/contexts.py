"""What an expression is evaluated in: the nodes it may read, and the world around the form.

Owns `World` and `Context`; the nodes themselves are `nodes.XNode`. Invariant: evaluating changes nothing in here.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, tzinfo
from typing import Final

from forms.xpath.nodes import XNode


def _no_list(_: str) -> XNode | None:
    return None


def _no_label(_value: str, _question: str, _asking: XNode) -> str:
    return ""


def _nothing(_: str) -> str:
    return ""


def _no_text(_text_id: str, _asking: XNode) -> str:
    return ""


class World:
    """What all expressions of one form share.

    Args:
        root: the root element of the primary instance, ``/data``.
        now: the clock; aware datetimes, all of one time zone, which is the one that dates are read in.
        instance: the list of that id (`forms.instances.ItemList`) or None where there is none.
        random: for ``random()`` and ``uuid()``.
        order: for ``randomize()`` without a seed, by the node whose expression asks; `random` where nothing is said.
        choice_label: label of a choice: value, reference of its question as written, node that asks.
        translate: the text of ``jr:itext(id)`` in the current language, for the node that asks.
        describe: the value of ``property(name)`` and of ``version()`` (name ``version``).
    """

    __slots__ = (
        "choice_label",
        "describe",
        "instance",
        "now",
        "order",
        "random",
        "root",
        "translate",
        "zone",
    )

    def __init__(
        self,
        root: XNode,
        now: Callable[[], datetime],
        *,
        instance: Callable[[str], XNode | None] = _no_list,
        random: random.Random | None = None,
        order: Callable[[XNode], random.Random] | None = None,
        choice_label: Callable[[str, str, XNode], str] = _no_label,
        translate: Callable[[str, XNode], str] = _no_text,
        describe: Callable[[str], str] = _nothing,
    ) -> None:
        self.root: Final = root
        self.now: Final = now
        self.instance: Final = instance
        self.random: Final = random or _system_random
        self.order: Final = order or (lambda _: self.random)
        self.choice_label: Final = choice_label
        self.translate: Final = translate
        self.describe: Final = describe
        zone = now().tzinfo
        if zone is None:
            raise ValueError("the clock of an expression must tell its time zone")
        self.zone: Final[tzinfo] = zone


_system_random = random.SystemRandom()


class Context:
    """The place where one expression is evaluated.

    Args:
        node: the context node, ``.`` in the expression.
        world: what all expressions of the form share.
        position: of the node among those that a predicate looks at, from 1.
        size: how many of them there are.
        current: the node of the whole expression, which ``current()`` gives inside a predicate; the node itself
            where nothing else is said.
    """

    __slots__ = ("current", "node", "position", "size", "world")

    def __init__(
        self, node: XNode, world: World, position: int = 1, size: int = 1, current: XNode | None = None
    ) -> None:
        self.node = node
        self.world = world
        self.position = position
        self.size = size
        self.current = current or node
