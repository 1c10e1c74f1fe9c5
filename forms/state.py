"""Everything one running interview is made of, put together once.

Owns how an answer is given (read, put in order, kept when it can't be read) and what stands at a node (words, rights,
findings). Leaves what follows to `forms.consequences`, views to `forms.views`, and the rules of safety to
`forms.safety`. Invariant: content never raises; what can't be read is kept beside the answer, with a finding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from random import Random

from forms import codecs
from forms.answers import Answer, Answers, Part, Section, answers_below
from forms.choices import Choice, Choices, hidden_profiles, not_offered
from forms.consequences import FIRST_LOAD, LOAD, Consequences
from forms.definition import CHOICE_CONTROLS, Control, Definition, Node
from forms.evaluation import Describe, Evaluation, Lists
from forms.findings import Finding, FindingKind, Verdict
from forms.instances import ItemList
from forms.list_files import Element, read_xml
from forms.preloads import preload
from forms.recalculation import Role
from forms.sentences import Sentence
from forms.storing import bring_back
from forms.tallies import LiveGrid, Tallies

_UNCONFIRMED = Sentence("Nobody has confirmed this table: confirm it, and empty cells count as 0.")


class State:
    """One interview from the inside.

    Args:
        profile: the widest profile that is asked; None asks everything.
        as_odk: whether a repeat begins with a row, and texts and chance are as in ODK; see `Evaluation`.
        saved: what was stored, to go on from there; None begins anew.
    """

    def __init__(
        self,
        definition: Definition,
        *,
        now: Callable[[], datetime],
        lists: Lists,
        profile: str | None,
        language: str,
        as_odk: bool,
        random: Random,
        describe: Describe,
        saved: Mapping[str, str] | None,
    ) -> None:
        self.definition = definition
        self.hidden = hidden_profiles(profile)
        self.answers = Answers(definition, random, self.is_asked)
        self.evaluation = Evaluation(
            self.answers,
            now=now,
            lists={**_inside_lists(definition), **lists},
            random=random,
            language=language,
            describe=describe,
            as_odk=as_odk,
        )
        self.choices = Choices(definition, self.evaluation, not_offered(definition, self.hidden))
        self.live = Consequences(definition, self.answers, self.evaluation, self.choices, as_odk=as_odk)
        self.tallies = Tallies(definition, self.answers)
        self.live.rows.fill_defaults(self.answers.root)
        if saved is None:
            self._begin()
        else:
            filled = bring_back(saved, self.live, self.tallies, self.give_stored)
            self.live.adopt(self.answers.root, filled)
        self.live.happens(LOAD, self.answers.root)
        self.live.started = True
        self.live.take_changes()

    def is_asked(self, node: Node) -> bool:
        """Whether this interview's profile takes a node in."""
        return node.profile not in self.hidden

    def _begin(self) -> None:
        """The first load: fixed and first rows, rules, metadata, then what the form does on first load."""
        self.live.rows.begin(self.answers.root)
        self.live.adopt(self.answers.root)
        for answer in answers_below(self.answers.root):
            text = preload(answer.definition, self.evaluation)
            if text:
                self.live.write(answer, text)
        self.live.happens(FIRST_LOAD, self.answers.root)

    def give(self, answer: Answer, value: str | Sequence[str] | None) -> None:
        """Give an answer: canonical where it can be read, beside the answer where it can't."""
        words = value.split() if isinstance(value, str) else list(value or ())
        text = value if isinstance(value, str) else " ".join(words)
        control = answer.definition.control
        if control not in CHOICE_CONTROLS:
            read = codecs.canonical(answer.definition.value_type, control, text)
            if isinstance(read, str) and (
                control is not Control.RANGE or _is_in_range(answer.definition, read)
            ):
                self.live.put(answer, read)
            else:
                self.live.put(answer, "", text)
            return
        offered = [choice.value for choice in self.live.offered(answer)]
        if control is Control.SELECT_ONE:
            # Choices made of answers may begin or end with a space.
            words = [text if text in offered else text.strip()] if text.strip() else []
        kept = [word for word in words if word in offered]
        if control is Control.SELECT_MULTIPLE:
            kept = [value for value in dict.fromkeys(offered) if value in kept]
        unknown = any(word not in offered for word in words)
        self.live.put(answer, " ".join(kept), text if unknown else "")

    def give_stored(self, answer: Answer, text: str) -> None:
        """Give an answer as it was stored; a choice need not be on offer now, it may be again."""
        if answer.definition.control not in CHOICE_CONTROLS:
            self.give(answer, text)
            return
        control = answer.definition.control
        words = [text] if control is Control.SELECT_ONE else text.split()
        kept = self.choices.existing(answer, words)
        if control is not Control.SELECT_MULTIPLE:
            kept = [word for word in words if word in kept]
        self.live.put(answer, " ".join(kept), "" if all(word in kept for word in words) else text)

    def words(self, part: Part) -> tuple[str, str]:
        """Label and hint in the current language; kept until something in them changes."""
        rule = self.live.schedule.rule(part, Role.WORDS)
        assert rule is not None
        if not isinstance(rule.value, tuple):
            say, definition = self.evaluation.words, part.definition
            rule.value = self.answers.tracker.run(
                rule, lambda: (say(definition.label, part), say(definition.hint, part))
            )
        label, hint = rule.value
        return label, hint

    def can_answer(self, answer: Answer) -> bool:
        """Whether a person may answer: it has a control that takes answers, and is not read-only."""
        definition = answer.definition
        return (
            definition.control is not Control.NONE and not definition.is_note and not self.is_readonly(answer)
        )

    def is_required(self, part: Part) -> bool:
        """Whether the form asks for an answer here, relevant or not."""
        rule = self.live.schedule.rule(part, Role.REQUIRED)
        return rule is not None and rule.value is True

    def is_readonly(self, part: Part) -> bool:
        """Whether the node, or one above it, may only be read."""
        rules = (self.live.schedule.rule(above, Role.READONLY) for above in _upwards(part))
        return any(rule is not None and rule.value is True for rule in rules)

    def verdicts(self, answer: Answer) -> tuple[Verdict, ...]:
        """The verdicts on one answer; none while it is not relevant."""
        rule = self.live.schedule.rule(answer, Role.VERDICTS)
        return rule.value if rule is not None and isinstance(rule.value, tuple) else ()

    def findings(self, part: Part) -> Iterator[Finding]:
        """The findings of a part and everything below, in form order; of a grid before those of its cells."""
        unconfirmed = {grid.cells[0]: grid for grid in self.tallies.within(part) if self.is_unconfirmed(grid)}
        for answer in answers_below(part):
            if answer in unconfirmed:
                yield self.grid_finding(unconfirmed[answer])
            for verdict in self.verdicts(answer):
                label = self.words(answer)[0].strip() or answer.name
                yield Finding(answer.ref, verdict.kind, verdict.message, verdict.blocking, label, verdict.own)

    def is_unconfirmed(self, grid: LiveGrid) -> bool:
        """Whether a grid is asked and nothing was said of it as a whole."""
        return grid.relevant and self.tallies.said(grid) is None

    def grid_finding(self, grid: LiveGrid) -> Finding:
        """The finding of an unconfirmed grid."""
        label = self.words(grid.section)[0].strip() or grid.section.name
        return Finding(grid.ref, FindingKind.GRID, str(_UNCONFIRMED), True, label, _UNCONFIRMED)

    def choice_label(self, choice: Choice, asking: Part) -> str:
        """What a screen calls a choice: its label, or its value where the label has no words."""
        return self.choices.words(choice, asking).strip() or choice.value

    def shown(self, answer: Answer) -> str:
        """An answer in words: labels of choices, otherwise the text as given."""
        if answer.definition.control not in CHOICE_CONTROLS or answer.invalid:
            return answer.invalid or answer.shown
        single = answer.definition.control is Control.SELECT_ONE
        words = [answer.shown] if single else answer.shown.split()
        offered = self.live.offered(answer)
        labels = {choice.value: choice for choice in offered if choice.value in words}
        return ", ".join(
            self.choice_label(labels[word], answer) if word in labels else word for word in words if word
        )


def _inside_lists(definition: Definition) -> dict[str, ItemList | Element]:
    lists: dict[str, ItemList | Element] = {
        name: ItemList([item.columns for item in items]) for name, items in definition.lists.items()
    }
    return lists | {name: read_xml(text, name) for name, text in definition.documents.items()}


def _upwards(part: Part) -> Iterator[Part]:
    """The part and all above it; above a row comes its repeat."""
    above: Part | None = part
    while above is not None:
        yield above
        above = above.rows if isinstance(above, Section) and above.rows is not None else above.parent


def _is_in_range(definition: Node, text: str) -> bool:
    """Whether a number lies between the ends of a range question; blank does."""
    if not text:
        return True
    start, end = (float(definition.parameters.get(name, "nan")) for name in ("start", "end"))
    return not (float(text) < start or float(text) > end)
