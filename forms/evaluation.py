"""Expressions and words of one interview, evaluated where they stand.

Owns the world that expressions see (clock, lists, language) and the current language; leaves the language of
expressions to `forms.xpath` and what follows from a value to `forms.recalculation`. Evaluating changes no answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from random import Random

from forms.answers import Answers, Part
from forms.definition import ChoiceSource, Expression, Text, TextPart
from forms.instances import Item, ItemList
from forms.list_files import Element
from forms.tracking import Source
from forms.xpath import Compiled, Context, World, XNode, compile_filter
from forms.xpath import compile as compile_tree

_GAP = ("-",)
"""What pyxform writes where a translation is missing."""

Describe = Callable[[str], str]
Lists = Mapping[str, ItemList | Element]
"""External lists by the id under which the form reads them; XML that is no plain list is read by paths alone."""


def said_in(text: Text, language: str, default: str) -> tuple[TextPart, ...]:
    """A text in a language; where it is not translated, in the form's default, else in the first that it has."""
    for parts in (text.languages.get(language), text.languages.get(default), *text.languages.values()):
        if parts is not None and parts != _GAP:
            return parts
    return ()


class Evaluation:
    """Evaluates expressions of one form over one tree of answers.

    Args:
        now: the clock; aware.
        lists: external lists by the id under which the form reads them.
        describe: what ``property(name)`` says; a device says nothing about itself unless told to.
        as_odk: as ODK's web engine, say ``-`` where a translation is missing, and draw the order of choices anew each
            time.
    """

    def __init__(
        self,
        answers: Answers,
        *,
        now: Callable[[], datetime],
        lists: Lists,
        random: Random,
        language: str,
        describe: Describe,
        as_odk: bool = False,
    ) -> None:
        self.answers = answers
        self.now = now
        self.random = random
        self.choice_label: Callable[[str, Part], str] = lambda _value, _question: ""
        """The label of a value of a choice question; set by whoever knows the choices."""
        self.describe = describe
        self._language = language
        self._as_odk = as_odk
        self._spoken = Source()
        self._clock = now
        self._lists = dict(lists)
        self._compiled: dict[int, Compiled] = {}
        self._filters: dict[int, Callable[[ItemList, Context], Sequence[Item]]] = {}
        self._world = World(
            answers.root,
            lambda: self._clock(),
            instance=self._lists.get,
            random=random,
            order=self._order_at,
            choice_label=self._label_asked_for,
            translate=self._translated,
            describe=self._property,
        )

    @property
    def language(self) -> str:
        """The language of words; whoever reads it in a rule depends on it."""
        self.answers.tracker.read(self._spoken)
        return self._language

    def speak(self, language: str) -> None:
        """Change the language; what shows words becomes stale."""
        if language != self._language:
            self._language = language
            self.answers.tracker.changed(self._spoken)

    def value(self, expression: Expression, node: Part) -> object:
        """The value of an expression at a node."""
        return self._compile(expression).evaluate(Context(node, self._world))

    def text(self, expression: Expression, node: Part) -> str:
        """The value as text; NaN is blank."""
        return self._compile(expression).text(Context(node, self._world))

    def number(self, expression: Expression, node: Part) -> float:
        """The value as a number."""
        return self._compile(expression).number(Context(node, self._world))

    def holds(self, expression: Expression, node: Part) -> bool:
        """The value as true or false."""
        return self._compile(expression).truth(Context(node, self._world))

    def select(self, source: ChoiceSource, node: Part) -> Sequence[Item]:
        """The items of a question's list for which its filter holds, asked at a node; none where there is no list."""
        items = self._lists.get(source.list_id)
        if not isinstance(items, ItemList) or source.filter is None:
            return self.items(source.list_id)
        select = self._filters.get(id(source))
        if select is None:
            select = self._filters[id(source)] = compile_filter(source.filter).select
        return select(items, Context(node, self._world))

    def words(self, text: Text | None, node: Part) -> str:
        """A text in the current language, its expressions computed at the node; blank where there is none.

        A language that the text does not have falls back to the form's default, then to the first that it has.
        """
        if text is None:
            return ""
        if self._as_odk:
            parts = text.languages.get(self.language, text.languages.get("", ()))
        else:
            parts = said_in(text, self.language, self.answers.definition.default_language)
        return "".join(part if isinstance(part, str) else self.text(part, node) for part in parts)

    @contextmanager
    def clock_at(self, moment: datetime) -> Iterator[None]:
        """Evaluate as if it were another time."""
        before, self._clock = self._clock, lambda: moment
        try:
            yield
        finally:
            self._clock = before

    def items(self, list_id: str) -> Sequence[Item]:
        """All items of a list; none where its file is missing."""
        items = self._lists.get(list_id)
        return items.items if isinstance(items, ItemList) else ()

    def _compile(self, expression: Expression) -> Compiled:
        """Compiled once for each interview; expressions live as long as their definition, so `id` names them."""
        compiled = self._compiled.get(id(expression))
        if compiled is None:
            compiled = self._compiled[id(expression)] = compile_tree(expression.tree)
        return compiled

    def _order_at(self, node: XNode) -> Random:
        """Chance that gives choices the same order each time: it follows from what is stored of the interview."""
        identity = self.answers.tracker.untracked(self.answers.identity)
        if self._as_odk or not identity or not isinstance(node, Part):
            return self.random
        return Random(f"{identity} {node.key}")  # noqa: S311 - an order of choices, no secret

    def _property(self, name: str) -> str:
        return self.answers.definition.version if name == "version" else self.describe(name)

    def _translated(self, text_id: str, asking: XNode) -> str:
        """A text by its id; a change of language alone does not make a calculation again, as in ODK's engine."""
        text = self.answers.definition.texts.get(text_id)
        assert isinstance(asking, Part)
        return self.answers.tracker.untracked(lambda: self.words(text, asking))

    def _label_asked_for(self, value: str, question: str, asking: XNode) -> str:
        assert isinstance(asking, Part)
        found = self.answers.nearest(question, asking)
        return "" if found is None else self.choice_label(value, found)
