"""What a choice question has on offer: its list, narrowed by its filter, in words.

Owns which choices are offered and how they are named; leaves what happens to an answer that is no longer offered to
`forms.consequences`. The order is that of the list (ODK stores several choices in this order).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from forms.answers import Answer, Part
from forms.definition import PROFILES, ROSTER, ChoiceSource, Definition, Text
from forms.evaluation import Evaluation
from forms.instances import Item
from forms.xpath import XNode


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice: its value, and its label as the form's text or as a column's."""

    value: str
    label: Text | str | None


class Choices:
    """The choices of all questions of one interview.

    Args:
        hidden: values that are not offered in this interview; see `not_offered`.
    """

    def __init__(self, definition: Definition, evaluation: Evaluation, hidden: frozenset[str]) -> None:
        self._definition = definition
        self._evaluation = evaluation
        self._hidden = hidden
        self._whole: dict[str, tuple[Choice, ...]] = {}
        evaluation.choice_label = self.label_of

    def offered(self, answer: Answer) -> tuple[Choice, ...]:
        """The choices of a question now; empty for a question without choices."""
        source = answer.definition.choices
        if source is None:
            return ()
        if source.nodeset is None and source.filter is None:
            whole = self._all(source)
            return tuple(choice for choice in whole if choice.value not in self._hidden)
        if source.nodeset is not None:
            value = self._evaluation.value(source.nodeset, answer)
            nodes = value if isinstance(value, tuple) else ()
            found = (self._of_node(node, source) for node in nodes)
        else:
            whole = self._all(source)
            found = (whole[item.position - 1] for item in self._evaluation.select(source, answer))
        return tuple(choice for choice in found if choice.value not in self._hidden)

    def words(self, choice: Choice, asking: Part) -> str:
        """A choice's label in the current language; blank where its list gives it none, as in ODK's engine."""
        label = choice.label
        if label is None:
            return ""
        return label if isinstance(label, str) else self._evaluation.words(label, asking)

    def label_of(self, value: str, question: Part) -> str:
        """The label of one value of a choice question; blank where it is not on offer."""
        if not isinstance(question, Answer):
            return ""
        for choice in self.offered(question):
            if choice.value == value:
                return self.words(choice, question)
        return ""

    def existing(self, answer: Answer, values: Sequence[str]) -> list[str]:
        """Those of some values that are in the question's list at all, on offer now or not, in its order.

        Where the choices are made of answers, nobody can tell what will be on offer: all values are.
        """
        source = answer.definition.choices
        if source is None or source.nodeset is not None:
            return [value for value in values if value]
        found = (choice.value for choice in self._all(source) if choice.value in values)
        return list(dict.fromkeys(found))

    def _of_node(self, node: XNode, source: ChoiceSource) -> Choice:
        """The choice that a node of a nodeset makes: that of its list, or one of its own columns."""
        if isinstance(node, Item) and source.list_id in self._definition.lists:
            return self._all(source)[node.position - 1]
        label = _column(node, source.label_column)
        named = self._definition.texts.get(label) if source.label_is_id else None
        return Choice(_column(node, source.value_column), named or label)

    def _all(self, source: ChoiceSource) -> tuple[Choice, ...]:
        """The whole list, in its order; empty where its file is missing."""
        known = self._whole.get(source.list_id)
        if known is None:
            inside = self._definition.lists.get(source.list_id)
            if inside is not None:
                worded = source.label_is_id or source.label_column == "label"
                known = tuple(
                    Choice(
                        item.columns.get(source.value_column, ""),
                        item.label if worded else item.columns.get(source.label_column),
                    )
                    for item in inside
                )
            else:
                known = tuple(
                    Choice(item.columns.get(source.value_column, ""), item.columns.get(source.label_column))
                    for item in self._evaluation.items(source.list_id)
                )
            self._whole[source.list_id] = known
        return known


def hidden_profiles(profile: str | None) -> frozenset[str]:
    """The profiles that an interview of this profile does not run."""
    return frozenset() if profile is None else frozenset(PROFILES[PROFILES.index(profile) + 1 :])


def _column(node: XNode, column: str) -> str:
    found = node.named(column)
    text = found[0].text() if found else ""
    assert isinstance(text, str)
    return text


def not_offered(definition: Definition, hidden: frozenset[str]) -> frozenset[str]:
    """The choice ``roster`` of a form with questions for a roster, where this interview does not run that profile.

    The other profiles' names are ordinary answers: ``full`` is how a mediation may end.
    """
    has_roster = any(node.profile == ROSTER for node in definition.nodes())
    return frozenset({ROSTER}) if has_roster and ROSTER in hidden else frozenset()
