"""What follows from a change: relevance, calculations, counted rows, choices, triggers and verdicts.

Owns what each rule of the form does to the tree of answers and the account of what changed; leaves the turn of a rule
to `forms.recalculation` and all address and storage questions to `forms.interview`. ODK's semantics: a calculation
runs only while relevant; an answer that is no longer offered reads as blank, and what reads it follows.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from forms import codecs, ordering
from forms.answers import Answer, Answers, Part, Rows, Section, answers_below, spread_relevance, walk
from forms.choices import Choice, Choices
from forms.definition import Action, Definition
from forms.evaluation import Evaluation
from forms.findings import Verdict, judge
from forms.recalculation import Role, Rule, Schedule
from forms.rows import RowMaker

MOST_ROWS = 1000
"""A repeat grows no further by its count: a slip of the finger must not fill the memory."""
FIRST_LOAD = "odk-instance-first-load"
LOAD = "odk-instance-load"
"""Of a new submission and of each draft that is opened again."""
NEW_ROW = "odk-new-repeat"
VALUE_CHANGED = "xforms-value-changed"


@dataclass(slots=True)
class Changes:
    """What changed since it was last taken; dictionaries serve as ordered sets."""

    texts: dict[Part, None] = field(default_factory=dict)
    """Parts whose answer, words, choices or rights changed."""
    relevance: dict[Part, None] = field(default_factory=dict)
    rows: dict[Rows, None] = field(default_factory=dict)
    verdicts: dict[Part, None] = field(default_factory=dict)
    stored: dict[Part, None] = field(default_factory=dict)
    """Answers and rows whose stored form may have changed."""
    removed: dict[str, None] = field(default_factory=dict)
    """Keys that are gone."""

    def add(self, later: Changes) -> None:
        """Take in what changed after this."""
        for part in later.removed:
            self.removed[part] = None
        self.texts |= later.texts
        self.relevance |= later.relevance
        self.rows |= later.rows
        self.verdicts |= later.verdicts
        self.stored |= later.stored


class Consequences:
    """Keeps the tree of answers true to the rules of the form."""

    def __init__(
        self,
        definition: Definition,
        answers: Answers,
        evaluation: Evaluation,
        choices: Choices,
        *,
        as_odk: bool,
    ) -> None:
        self._as_odk = as_odk
        self.answers = answers
        self.evaluation = evaluation
        self.choices = choices
        self.changes = Changes()
        self.rows = RowMaker(answers, self.write, begins_empty=not as_odk)
        self._actions: dict[tuple[str, str], list[Action]] = {}
        for action in definition.actions:
            for event in action.event.split():
                self._actions.setdefault((event, action.target), []).append(action)
        self.holding: set[Answer] = set()
        """Answers whose calculation keeps the text that was stored, until the changes are taken."""
        self.started = False
        """Whether the first load is over; from then on a counted row is a new row."""
        self._self_reading = {node.ref for node in definition.nodes() if ordering.decides_on_itself(node)}
        self._triggered = {ref for event, ref in self._actions if event == VALUE_CHANGED}
        working = {
            Role.RELEVANT: self._work_out_relevance,
            Role.COUNT: self._count,
            Role.CHOICES: self._choose,
            Role.CALCULATE: self._calculate,
            Role.TRIGGER: self._trigger,
            Role.READONLY: self._work_out_right,
            Role.REQUIRED: self._work_out_right,
            Role.VERDICTS: self._judge,
        }
        self.schedule = Schedule(
            definition, answers.tracker, lambda rule: working[rule.role](rule), self._lapse
        )

    def adopt(self, part: Part, holding: Sequence[Answer] = ()) -> None:
        """Take up a part; calculations of the answers in `holding` keep the stored text this once."""
        self.holding.update(holding)
        self.schedule.adopt(part, lambda found: _roles(found, self._triggered))
        self._hide_what_decides_on_itself(part)
        for answer in answers_below(part):
            choices = self.schedule.rule(answer, Role.CHOICES)
            if choices is not None and answer.raw:
                self.schedule.enqueue(choices)

    def _hide_what_decides_on_itself(self, part: Part) -> None:
        """Begin what reads itself, or what is below it, as not relevant, as ODK's engine does: it reads blanks."""
        for found in walk(part) if self._self_reading else ():
            if found.definition.ref in self._self_reading and self.schedule.rule(found, Role.RELEVANT):
                found.own_relevance = False
                for hidden in spread_relevance(found):
                    if isinstance(hidden, Answer):
                        self._show(hidden)

    def take_changes(self) -> Changes:
        """Work out everything stale, and begin a new account of changes."""
        self.schedule.settle()
        self.holding.clear()
        taken, self.changes = self.changes, Changes()
        return taken

    def put(self, answer: Answer, text: str, invalid: str = "") -> None:
        """Give an answer its canonical text, and what could not be read of what was typed."""
        if (answer.raw, answer.invalid) == (text, invalid):
            return
        answer.raw, answer.invalid = text, invalid
        self.changes.stored[answer] = None
        self.changes.texts[answer] = None
        self._show(answer)
        self.schedule.again(answer, Role.VERDICTS)

    def write(self, answer: Answer, text: str) -> None:
        """Give an answer a computed text: canonical for its type, blank where it can't be read."""
        asked = answer.definition
        self.put(answer, codecs.computed(asked.value_type, asked.control, text, as_odk=self._as_odk))

    def add_row(self, rows: Rows, row_id: str | None = None, *, new: bool = True) -> Section:
        """A new row as the form makes it; `new`: what the form does on a new row happens.

        Args:
            row_id: of a row that was stored, which gets defaults alone; what was stored goes over them.
        """
        row = self.answers.add_row(rows, row_id)
        self.changes.rows[rows] = None
        self.changes.stored[row] = None
        if row_id is None:
            self.rows.fill(row)
        else:
            self.rows.fill_defaults(row)
        self.adopt(row)
        if new:
            self.happens(NEW_ROW, row)
        return row

    def remove_row(self, rows: Rows, row: Section) -> None:
        """Take a row out with all of its answers."""
        for part in walk(row):
            if isinstance(part, (Answer, Section)):
                self.changes.removed[part.key] = None
                self.changes.stored.pop(part, None)
        self.schedule.drop(row)
        self.answers.remove_row(rows, row)
        self.changes.rows[rows] = None
        self.changes.stored.update(dict.fromkeys(rows))

    def happens(self, event: str, part: Part) -> None:
        """Carry out the form's actions on an event, in document order, each seeing what those before it did."""
        for answer in tuple(answers_below(part)):
            for action in self._actions.get((event, answer.definition.ref), ()):
                self.schedule.settle()
                if answer.relevant:
                    self._act(action, answer)

    def offered(self, answer: Answer) -> tuple[Choice, ...]:
        """The choices of a question, worked out when first asked for."""
        rule = self.schedule.rule(answer, Role.CHOICES)
        if rule is None:
            return ()
        if rule.value is None:
            rule.value = self.answers.tracker.run(rule, lambda: self.choices.offered(answer))
            assert isinstance(rule.value, tuple)
            answer.offered = {choice.value: None for choice in rule.value}
        assert isinstance(rule.value, tuple)
        return rule.value

    def _lapse(self, rule: Rule) -> None:
        """Choices or words are stale; an answer that may no longer be on offer is looked at now."""
        self.changes.texts[rule.node] = None
        if rule.role is Role.CHOICES:
            assert isinstance(rule.node, Answer)
            if rule.node.raw:
                self.schedule.enqueue(rule)
            else:
                rule.node.offered = None

    def _work_out_relevance(self, rule: Rule) -> None:
        part, expression = rule.node, rule.node.definition.relevant
        assert expression is not None
        holds = self.answers.tracker.run(rule, lambda: self.evaluation.holds(expression, part))
        if holds == part.own_relevance:
            return
        part.own_relevance = holds
        for found in spread_relevance(part):
            self.changes.relevance[found] = None
            if isinstance(found, Answer):
                self._show(found)
                self.schedule.again(found, Role.VERDICTS)
                if found.relevant:
                    self.schedule.again(found, Role.CALCULATE)

    def _show(self, answer: Answer) -> None:
        if answer.raw and answer.offered is None:
            self.offered(answer)
        if answer.refresh():
            self.changes.texts[answer] = None

    def _choose(self, rule: Rule) -> None:
        assert isinstance(rule.node, Answer)
        self.offered(rule.node)
        self._show(rule.node)

    def _calculate(self, rule: Rule) -> None:
        answer = rule.node
        assert isinstance(answer, Answer)
        expression = answer.definition.calculation
        assert expression is not None
        if not answer.relevant:
            rule.value = None
            return
        before = rule.value
        text = rule.value = self.answers.tracker.run(rule, lambda: self.evaluation.text(expression, answer))
        if answer in self.holding:
            self.holding.discard(answer)
        elif text != before:
            # A result that is as before leaves what somebody typed over it.
            self.write(answer, text)

    def _count(self, rule: Rule) -> None:
        rows = rule.node
        assert isinstance(rows, Rows)
        expression = rows.definition.count
        assert expression is not None
        wanted = self.answers.tracker.run(rule, lambda: self.evaluation.number(expression, rows))
        if wanted != wanted:
            return
        target = int(min(max(wanted, 0), MOST_ROWS))
        while len(rows) < target:
            self.add_row(rows, new=self.started)
        while len(rows) > target:
            self.remove_row(rows, tuple(rows)[-1])

    def _trigger(self, rule: Rule) -> None:
        answer = rule.node
        assert isinstance(answer, Answer)
        actions = self._actions[VALUE_CHANGED, answer.definition.ref]
        before = rule.value
        seen = self.answers.tracker.run(
            rule, lambda: tuple(_seen(self.answers, action, answer) for action in actions)
        )
        rule.value = seen
        if isinstance(before, tuple):
            for action, then, now in zip(actions, before, seen, strict=True):
                if _is_changed(then, now):
                    self._act(action, answer)

    def _act(self, action: Action, target: Answer) -> None:
        untracked, expression = self.answers.tracker.untracked, action.value
        if action.where is not None and not untracked(lambda: _is_picked(target, action, self.evaluation)):
            return
        if expression is None:
            self.write(target, action.literal)
        else:
            self.write(target, untracked(lambda: self.evaluation.text(expression, target)))

    def _work_out_right(self, rule: Rule) -> None:
        part = rule.node
        expression = part.definition.readonly if rule.role is Role.READONLY else part.definition.required
        assert expression is not None
        holds = self.answers.tracker.run(rule, lambda: self.evaluation.holds(expression, part))
        if holds is not rule.value:
            rule.value = holds
            self.changes.texts[part] = None
            self.schedule.again(part, Role.VERDICTS)

    def _judge(self, rule: Rule) -> None:
        answer = rule.node
        assert isinstance(answer, Answer)
        verdicts: tuple[Verdict, ...] = ()
        if answer.relevant:
            asked = self.schedule.rule(answer, Role.REQUIRED)
            required = asked is not None and asked.value is True
            verdicts = self.answers.tracker.run(rule, lambda: judge(answer, self.evaluation, required))
        if verdicts != (rule.value or ()):
            self.changes.verdicts[answer] = None
        rule.value = verdicts


def _is_picked(target: Answer, action: Action, evaluation: Evaluation) -> bool:
    """Whether an action's own path leads to a target now."""
    assert action.where is not None
    found = evaluation.value(action.where, evaluation.answers.root)
    return isinstance(found, tuple) and any(node is target for node in found)


def _seen(answers: Answers, action: Action, target: Answer) -> dict[str, str]:
    """Key to text of the questions that fire an action: those in the target's own rows, and in all rows below them."""
    return {each.key: each.text() for each in answers.in_rows_of(action.trigger or "", target)}


def _is_changed(before: Mapping[str, str], after: Mapping[str, str]) -> bool:
    """Whether an answer changed; one that came or went with its row did not."""
    return any(after.get(key, text) != text for key, text in before.items())


def _roles(part: Part, triggered: Container[str]) -> Iterator[Role]:
    definition = part.definition
    yield Role.WORDS
    if definition.relevant is not None and part.own_relevance:
        yield Role.RELEVANT
    if definition.readonly is not None:
        yield Role.READONLY
    if definition.required is not None:
        yield Role.REQUIRED
    if isinstance(part, Rows) and definition.count is not None:
        yield Role.COUNT
    if isinstance(part, Answer):
        yield Role.VERDICTS
        if definition.calculation is not None:
            yield Role.CALCULATE
        if definition.choices is not None:
            yield Role.CHOICES
        if definition.ref in triggered:
            yield Role.TRIGGER
