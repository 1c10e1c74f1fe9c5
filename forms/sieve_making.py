"""Making the sieve of a form version: what each question takes, and which rules stand on what.

Owns the translation of a definition into sections, slots and closures; leaves resolving to `forms.slots`, compiling to
`forms.slot_rules`. Invariant: whatever can't be translated makes a sieve that lets less through, never more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import cast

from forms import codecs
from forms.definition import PROFILES, Control, Definition, Expression, Node
from forms.documents import FormIndex
from forms.instances import ItemList
from forms.parts import ROW_ID, LeavesAs, has_open, leaves_as
from forms.sieve import Question, Required, Scope, Section, Sieve, Take
from forms.slot_rules import Always, Truth, Words, truth, words
from forms.slots import UNREAD, UNTOLD, Held, Holds, Layout, Slots, Unfit, holds
from forms.structure import LISTS, is_canonical, is_month
from forms.xpath.trees import Tree, kind_of, links, operand, steps
from forms.xpath.values import NAN


def sieve_of(index: FormIndex) -> Sieve:
    """The sieve of a form with its lists, to be made once."""
    maker = _Maker(index)
    return Sieve(maker.scope(index.definition.root, ()), maker.layout.size)


class _Maker:
    def __init__(self, index: FormIndex) -> None:
        self.layout = Layout(index.definition)
        self._index = index
        self._definition: Definition = index.definition
        self._compiled: dict[Tree, Truth] = {}

    def scope(self, node: Node, above: tuple[Truth, ...]) -> Scope:
        """What is judged at once from a node on.

        Args:
            above: what must be true for anything in it to be asked.
        """
        inside = [slot for leaf in _questions(node) if (slot := self.layout.slot(leaf)) != UNTOLD]
        first = min(inside, default=self.layout.size)
        told = self._blanks(node)
        required: list[Required] = []
        section = self._section(node, above, required)
        return Scope(
            section, first, [told.get(first + place) for place in range(len(inside))], tuple(required)
        )

    def _section(
        self,
        node: Node,
        above: tuple[Truth, ...],
        required: list[Required],
        blanks: Mapping[int, Held] = MappingProxyType({}),
    ) -> Section:
        section = Section(
            _standing(self._truth(node.relevant, node), self._truth(node.open_when, node)), blanks
        )
        surely = (*above, self._truth(node.relevant, node, unfit=True))
        if node.is_repeat:
            section.questions[ROW_ID] = Question(UNREAD, _row_id, frozenset())
        for child in node.children:
            if child.is_repeat:
                if has_open(self._definition, child):
                    section.repeats[child.name] = self.scope(child, surely)
            elif child.is_group and child.children:
                told = {} if child.open_when is None else self._blanks(child)
                section.groups[child.name] = self._section(child, surely, required, told)
            elif not child.is_group and not child.children:
                self._add_question(section, child)
                self._add_required(required, child, surely)
        return section

    def _add_question(self, section: Section, node: Node) -> None:
        asked = self._truth(node.relevant, node), self._truth(node.open_when, node)
        match leaves_as(self._definition, node):
            case LeavesAs.MONTH:
                section.questions[node.name] = Question(UNREAD, _month, _standing(*asked))
            case LeavesAs.OPEN:
                rules = _standing(*asked, self._truth(node.constraint, node), self._offers(node))
                take = _taking(node, self._offered(node))
                section.questions[node.name] = Question(self.layout.slot(node), take, rules)

    def _add_required(self, required: list[Required], node: Node, above: tuple[Truth, ...]) -> None:
        slot = self.layout.slot(node)
        if slot == UNTOLD or node.required is None or node.profile != PROFILES[0]:
            return
        own = (self._truth(rule, node, unfit=True) for rule in (node.relevant, node.required))
        conditions = (*above, *own)
        if all(each.value is True for each in conditions if isinstance(each, Always)):
            varying = tuple(each for each in conditions if not isinstance(each, Always))
            required.append(Required(slot, varying))

    def _truth(self, expression: Expression | None, at: Node, *, unfit: bool = False) -> Truth:
        """The closure of a rule; the same one for rules that resolve to the same.

        Args:
            unfit: what it is taken for where slots can't tell.
        """
        if expression is None:
            return Always(True)
        try:
            resolved = self.layout.resolve(expression.tree, at)
            if resolved not in self._compiled:
                self._compiled[resolved] = truth(resolved)
        except Unfit:
            return Always(unfit)
        return self._compiled[resolved]

    def _blanks(self, node: Node) -> dict[int, Held]:
        """What is known to be blank where a section holds nothing: all but what an `open_when` may have sealed."""
        blanks: dict[int, Held] = {}
        for child in node.children:
            if child.is_repeat or child.open_when is not None:
                continue
            if child.children:
                blanks |= self._blanks(child)
            elif (slot := self.layout.slot(child)) != UNTOLD:
                blanks[slot] = "" if holds(child) is Holds.TEXT else NAN
        return blanks

    def _items(self, node: Node) -> ItemList | None:
        """The list that a question's choices come from, where that is known."""
        source = node.choices
        return None if source is None or source.nodeset is not None else self._index.items(source.list_id)

    def _offered(self, node: Node) -> frozenset[str] | None:
        """The values that a question may offer; None where that can't be known."""
        items = self._items(node)
        if node.choices is None or items is None:
            return None
        values = (item.columns.get(node.choices.value_column, "") for item in items.items)
        return frozenset(value for value in values if node.control in LISTS or is_canonical(node, value))

    def _offers(self, node: Node) -> Truth:
        """Whether the choice filter may keep the answer."""
        source, items = node.choices, self._items(node)
        if source is None or items is None or source.filter is None:
            return Always(True)
        if node.control in LISTS:
            return Always(False)
        try:
            column, wanted = self._filter(source.filter, node)
        except Unfit:
            return Always(False)
        value_column, own = source.value_column, self.layout.slot(node)

        def offers(slots: Slots) -> bool | None:
            text, value = wanted(slots), slots[own]
            if text is None:
                return None
            found = items.having(value_column, cast(str, value))
            return any(item.columns.get(column) == text for item in found)

        return offers

    def _filter(self, predicate: Tree, at: Node) -> tuple[str, Words]:
        """The column of the items, and the answer that it must equal: ``[adm1 = /data/adm1]``. Raises Unfit."""
        if kind_of(predicate) != "chain" or [word for word, _ in links(predicate)] != ["="]:
            raise Unfit
        column, wanted = operand(predicate), links(predicate)[0][1]
        if (
            kind_of(column) != "path"
            or column[1] != "here"
            or kind_of(wanted) != "path"
            or wanted[1] == "here"
        ):
            raise Unfit
        match steps(column):
            case [("child", str(name), ())]:
                return name, words(self.layout.resolve(wanted, at))
        raise Unfit


def _questions(node: Node) -> Iterator[Node]:
    for child in node.children:
        if child.children:
            yield from _questions(child)
        else:
            yield child


def _standing(*rules: Truth) -> frozenset[Truth]:
    """The rules that can be false."""
    return frozenset(each for each in rules if not isinstance(each, Always) or each.value is False)


def _taking(node: Node, offered: frozenset[str] | None) -> Take:
    """How the value of an open question is taken."""
    if node.control in LISTS:
        return _taking_list(node, offered)
    match holds(node):
        case Holds.WHOLE:
            return _whole
        case Holds.DECIMAL:
            return _decimal
    if offered is not None:
        return lambda value: value if isinstance(value, str) and value in offered else None
    is_text = node.value_type == "string" and node.control is not Control.TRIGGER

    def take(value: object) -> Held:
        if not isinstance(value, str):
            return None
        # Letters and digits alone: nothing in such a text can be made canonical.
        return value if (is_text and value.isalnum()) or is_canonical(node, value) else None

    return take


def _taking_list(node: Node, offered: frozenset[str] | None) -> Take:
    def take(value: object) -> Held:
        if not is_canonical(node, value):
            return None
        words = cast(list[str], value)
        return " ".join(words) if offered is None or offered.issuperset(words) else None

    return take


def _whole(value: object) -> Held:
    return float(value) if type(value) is int and abs(value) <= codecs.LARGEST_INT else None


def _decimal(value: object) -> Held:
    return float(value) if type(value) is int or type(value) is float else None


def _month(value: object) -> Held:
    return cast(str, value) if is_month(value) else None


def _row_id(value: object) -> Held:
    return value if isinstance(value, str) else None
