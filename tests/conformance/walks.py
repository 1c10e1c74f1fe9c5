"""Random walks through a form: the steps that both engines carry out.

Owns which answers are tried. A walk is made on our interview, so that it goes where the form leads; its seed fixes it.
Numbers and words that the form's own rules name are tried often, since that is where rules turn.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from random import Random

from forms.answers import Answer, Part, Rows, answers_below, walk
from forms.definition import Control, Definition
from forms.interview import Interview
from forms.ordering import nodes_of
from forms.running import ADD, REMOVE, SPEAK, Job, StepFault, carry_out, kind_of
from forms.state import State

Step = list[object]

ROUNDS = 3
"""Later rounds reach what earlier answers made relevant."""
MORE_ROUNDS = 6
"""Until enough is answered; a form may turn questions off as fast as they are answered."""
ENOUGH = 0.65
MOST_STEPS = 2_000
"""ODK's engine needs up to 4 ms for each: more steps find no more."""
MOST_ROWS = 4
_LITERAL = re.compile(r"""'([^'<>&]{1,24})'|"([^"<>&]{1,24})"|(?<![\w.])(\d{1,6}(?:\.\d{1,3})?)(?![\w.])""")
_USUAL = {
    "int": ("0", "1", "2", "3", "5", "9", "17", "18", "25", "60", "120", "-1"),
    "decimal": ("0", "1", "2.5", "37.2", "100", "-3.25", "0.1"),
    "date": ("2026-01-10", "2025-12-31", "1990-05-05", "2026-01-15", "2027-02-01", "2024-02-29"),
    "dateTime": ("2026-01-10T08:30:00.000+00:00", "2025-11-02T17:00:00.000Z"),
    "time": ("08:30:00.000Z", "17:45:00.000+02:00"),
    "geopoint": ("16.8 96.15 12 5", "-1.5 36.8 0 0"),
    "geotrace": ("16.8 96.15 0 0; 16.9 96.2 0 0",),
    "geoshape": ("16.8 96.15 0 0; 16.9 96.2 0 0; 16.7 96.3 0 0; 16.8 96.15 0 0",),
    "barcode": ("123",),
    "boolean": ("true", "false"),
}
_WORDS = ("x", "Rome", "yes", "1", "a b", 'Ünï <&> "q"', "မြန်မာ", "line\nbreak", "2026-01-10", " spaced ")


def steps_of(definition: Definition, job: Job, random: Random) -> list[Step]:
    """The steps of one walk; `job` gives the clock and the lists."""
    interview = Interview(
        definition, now=lambda: job.now, lists=job.lists, as_odk=True, random=Random(random.random())
    )
    walker = _Walker(interview, random)
    for turn in range(ROUNDS + MORE_ROUNDS):
        if turn < ROUNDS or walker.share() < ENOUGH:
            walker.go_round(first=turn == 0)
    if len(definition.languages) > 1 and random.random() < 0.6:
        walker.steps.append([SPEAK, random.choice(definition.languages)])
    return walker.steps


class _Walker:
    """Walks one interview and notes the steps."""

    def __init__(self, interview: Interview, random: Random) -> None:
        self.steps: list[Step] = []
        self._interview = interview
        self._random = random
        self._literals = _literals(interview.definition)

    def go_round(self, *, first: bool) -> None:
        """Once over the form from top to bottom."""
        state = self._interview.state
        for part in tuple(walk(state.answers.root)):
            if len(self.steps) >= MOST_STEPS:
                return
            if not state.live.schedule.knows(part):
                continue
            step = self._step(state, part, first)
            if step is not None:
                self.steps.append(step)
                self._carry_out(step)

    def share(self) -> float:
        """The share of relevant questions that are answered now."""
        state = self._interview.state
        asked = [
            answer
            for answer in answers_below(state.answers.root)
            if answer.relevant and state.can_answer(answer) and kind_of(answer) != "note"
        ]
        return sum(bool(answer.shown) for answer in asked) / len(asked) if asked else 1.0

    def _carry_out(self, step: Step) -> None:
        try:
            carry_out(self._interview, str(step[0]), step[1])
        except StepFault:
            # Both engines refuse it, or the comparison shows that one does not.
            return

    def _step(self, state: State, part: Part, first: bool) -> Step | None:
        random = self._random
        if isinstance(part, Rows):
            counted = part.definition.count or part.definition.fixed_count
            if counted or not part.relevant:
                return None
            if len(part) < MOST_ROWS and random.random() < 0.4:
                return [ADD, part.ref]
            if len(part) > 1 and random.random() < 0.2:
                return [REMOVE, f"{part.ref}[{random.randint(1, len(part))}]"]
            return None
        if (
            not isinstance(part, Answer)
            or kind_of(part) in ("note", "model-value")
            or state.is_readonly(part)
        ):
            return None
        if not part.relevant and random.random() > 0.02:
            return None
        if part.given and random.random() < (0.97 if first else 0.75):
            return None
        return [part.ref, self._value(state, part)]

    def _value(self, state: State, answer: Answer) -> object:
        random, control = self._random, answer.definition.control
        if random.random() < 0.03:
            return None if control is Control.UPLOAD else ""
        if control is Control.UPLOAD:
            return {"name": random.choice(("a.jpg", "b c.pdf")), "text": "x"}
        if control is Control.TRIGGER:
            return "OK"
        if control is Control.RANGE:
            return _on_range(answer.definition.parameters, answer.definition.value_type, random)
        if control not in (Control.SELECT_ONE, Control.SELECT_MULTIPLE, Control.RANK):
            return self._typed(answer.definition.value_type)
        offered = [choice.value for choice in state.live.offered(answer)]
        if control is Control.SELECT_ONE:
            return random.choice(offered) if offered else ""
        count = len(offered) if control is Control.RANK else min(len(offered), random.randint(1, 3))
        return " ".join(random.sample(offered, count))

    def _typed(self, value_type: str) -> str:
        usual: Sequence[str] = _USUAL.get(value_type, _WORDS)
        literals = self._literals.get(value_type, self._literals["string"])
        if literals and value_type in ("int", "decimal", "string", "date") and self._random.random() < 0.5:
            return self._random.choice(literals)
        return self._random.choice(usual)


def _on_range(parameters: object, value_type: str, random: Random) -> str:
    assert isinstance(parameters, dict)
    try:
        start, end, step = (
            float(parameters.get(key, usual)) for key, usual in (("start", 0), ("end", 10), ("step", 1))
        )
    except ValueError:
        return ""
    value = start + step * random.randint(0, max(0, int((end - start) / step)))
    return str(int(value)) if value_type == "int" else str(round(value, 6))


def _literals(definition: Definition) -> dict[str, list[str]]:
    """The numbers and words in the form's rules, by the type of question that they could answer."""
    words: set[str] = set()
    whole: set[int] = set()
    for node in nodes_of(definition.root):
        for rule in (node.relevant, node.constraint, node.calculation, node.required):
            for found in _LITERAL.findall(rule.source if rule is not None else ""):
                words.add(found[0] or found[1] or found[2])
                if found[2] and "." not in found[2]:
                    whole.update((int(found[2]) - 1, int(found[2]), int(found[2]) + 1))
    numbers = [str(number) for number in sorted(whole)]
    return {
        "string": sorted(words),
        "int": numbers,
        "decimal": [*numbers, *(f"{number}.5" for number in numbers)],
        "date": sorted(word for word in words if re.fullmatch(r"\d{4}-\d{2}-\d{2}", word)),
    }
