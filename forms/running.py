"""A whole form run from a list of steps, told as ODK's own engine tells it: for comparing, testing and checking forms.

Owns the steps (give, add a row, remove a row, change the language) and the shape of the report, which names each node
of the form with what a person would see. Nothing is kept. The device that the form may ask about is made up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import isnan
from random import Random

from forms.answers import Answer, Part, Rows, Section, answers_below, walk
from forms.definition import Control, Definition, Node
from forms.evaluation import Evaluation, Lists
from forms.interview import Interview
from forms.state import State
from forms.submission import to_xml

Report = dict[str, object]

MADE_UP_DEVICE = {
    "deviceid": "test:device",
    "username": "tester",
    "email": "t@example.org",
    "phonenumber": "+100",
}
ADD, REMOVE, SPEAK = "+", "-", "@lang"
_FORMS_OWN = "jr://"
"""A file that came with the form, as the default of an upload, is no file given."""
_VALUE_TYPES = {"rank": "string", "upload": "binary"}
_POINT = ("latitude", "longitude", "altitude", "accuracy")


@dataclass(frozen=True, slots=True)
class Job:
    """What to run."""

    form: str
    """What the report calls the form."""
    steps: Sequence[Sequence[object]] = field(repr=False)
    """``[ref, value]``, ``["+", repeat]``, ``["-", row]`` or ``["@lang", language]``."""
    now: datetime
    lists: Lists = field(default_factory=dict, repr=False)
    language: str | None = None
    choices: bool = False
    """Whether the report holds every choice on offer."""
    random: Random | None = None
    """What chance gives; None: the system's."""


class StepFault(Exception):
    """A step that can't be carried out; the others still are."""


def run(definition: Definition, job: Job) -> Report:
    """Carry out all steps and tell what stands then: state of each node, violations, submission XML."""
    interview = Interview(
        definition,
        now=lambda: job.now,
        lists=job.lists,
        language=job.language if job.language in definition.languages else None,
        as_odk=True,
        random=job.random,
        describe=lambda name: MADE_UP_DEVICE.get(name, ""),
    )
    errors = []
    for step in job.steps:
        ref, value = str(step[0]), step[1] if len(step) > 1 else None
        try:
            carry_out(interview, ref, value)
        except StepFault as fault:
            errors.append({"ref": ref, "error": str(fault)})
    state = interview.state
    root = state.answers.root
    told = [
        _told(state, part, job.choices) for part in walk(root) if part is not root and not part.is_attribute
    ]
    xml = to_xml(interview)
    # What is filled in at the end, as the end's time, no longer violates anything then.
    violations = [
        {"ref": answer.ref, "condition": broken["condition"]}
        for answer in answers_below(root)
        if not answer.is_attribute
        and (broken := _violation(answer, state.evaluation, state.is_required(answer)))
    ]
    return {
        "form": job.form,
        "ok": True,
        "errors": errors,
        "languages": list(definition.languages) or [""],
        "state": told,
        "submission": {
            "status": "pending" if violations else "ready",
            "violations": violations,
            "xml": xml,
        },
    }


def carry_out(interview: Interview, ref: str, value: object) -> None:
    """One step of a job. Raises StepFault for one that ODK's engine refuses too."""
    state = interview.state
    if ref == SPEAK:
        interview.set_language(str(value))
        return
    part = state.answers.find(str(value) if ref in (ADD, REMOVE) else ref)
    if ref == ADD:
        if not isinstance(part, Rows) or part.definition.count or part.definition.fixed_count:
            raise StepFault("no repeat to which rows can be added")
        state.live.add_row(part)
    elif ref == REMOVE:
        if not isinstance(part, Section) or part.rows is None or part.rows.definition.count:
            raise StepFault("no row that can be removed")
        state.live.remove_row(part.rows, part)
    elif isinstance(part, Answer):
        _give(state, part, value)
    else:
        raise StepFault("no node" if part is None else "not answerable")
    state.live.take_changes()


def _give(state: State, answer: Answer, value: object) -> None:
    control = answer.definition.control
    if kind_of(answer) in ("note", "model-value"):
        raise StepFault("not answerable")
    if state.is_readonly(answer):
        raise StepFault("Cannot write to readonly field")
    if control is Control.TRIGGER:
        state.give(answer, "OK" if value in (True, "OK", "true") else "")
    elif isinstance(value, Mapping):
        state.give(answer, str(value.get("name", "")))
    elif isinstance(value, list):
        state.give(answer, [str(word) for word in value])
    else:
        text = "" if value is None else str(value)
        if control is Control.INPUT:
            # What a person mistypes is asked again on a screen; ODK's engine takes what it can of it.
            state.live.write(answer, text)
            return
        if control is Control.RANK and text:
            words = text.split()
            if any(choice.value not in words for choice in state.live.offered(answer)):
                raise StepFault("There are missing options. Rank should have all options.")
        state.give(answer, text)


def kind_of(part: Part) -> str:
    """The type of a node in ODK's engine."""
    definition = part.definition
    if isinstance(part, Rows):
        return "repeat-range:" + (
            "controlled" if definition.count or definition.fixed_count else "uncontrolled"
        )
    if isinstance(part, Section):
        return "model-value" if _is_bare(part) else "group" if part.rows is None else "repeat-instance"
    match definition.control:
        case Control.NONE:
            return "model-value"
        case Control.SELECT_ONE | Control.SELECT_MULTIPLE:
            return "select"
        case Control.INPUT if _is_always_readonly(definition) and (definition.label or definition.hint):
            return "note"
        case control:
            return control.value


def _is_bare(section: Section) -> bool:
    """Whether a node has attributes that the form makes and nothing else: an entity without a label."""
    parts = section.parts()
    return bool(parts) and all(part.is_attribute for part in parts)


def _is_always_readonly(definition: Node) -> bool:
    return definition.readonly is not None and definition.readonly.is_always_true


def _told(state: State, part: Part, with_choices: bool) -> Report:
    definition = part.definition
    kind = kind_of(part)
    label, hint = state.words(part)
    line: Report = {
        "ref": part.ref,
        "type": kind,
        "relevant": part.relevant,
        "readonly": state.is_readonly(part),
        "required": state.is_required(part),
    }
    if isinstance(part, Answer):
        line["valueType"] = _VALUE_TYPES.get(kind, definition.value_type)
    if definition.label is not None:
        line["label"] = label
    if definition.hint is not None:
        line["hint"] = hint
    if definition.appearance.split() and kind != "model-value":
        line["appearances"] = _appearances(definition.appearance.split(), kind)
    if kind == "model-value" and isinstance(part, Section):
        line |= {"valueType": "string", "value": "", "instanceValue": "", "valid": True}
    if isinstance(part, Answer):
        # An upload shows its file even while not relevant, in ODK's engine; its submission leaves it out all the same.
        text = part.raw if kind == "upload" else part.shown
        line["value"] = _value(part.definition, kind, text)
        line["instanceValue"] = text
        violation = _violation(part, state.evaluation, state.is_required(part))
        line["valid"] = violation is None
        if violation is not None:
            line["violation"] = violation
        if kind in ("select", "rank"):
            offered = state.live.offered(part)
            line["nChoices"] = len(offered)
            if kind == "select" and not text and any(not choice.value for choice in offered):
                line["value"] = [""]
            if with_choices:
                line["choices"] = [[choice.value, state.choices.words(choice, part)] for choice in offered]
    return line


def _appearances(written: list[str], kind: str) -> list[str]:
    """The appearances as ODK's engine names them: of choices, ``search`` is ``autocomplete`` too."""
    if kind != "select" or "search" not in written or "autocomplete" in written:
        return written
    place = written.index("search")
    return [*written[:place], "autocomplete", *written[place:]]


def _violation(answer: Answer, evaluation: Evaluation, required: bool) -> Report | None:
    definition = answer.definition
    if not answer.relevant:
        return None
    if not answer.shown:
        return (
            {"condition": "required", "message": _words(evaluation, answer, required=True)}
            if required
            else None
        )
    if definition.constraint is None or evaluation.holds(definition.constraint, answer):
        return None
    return {"condition": "constraint", "message": _words(evaluation, answer, required=False)}


def _words(evaluation: Evaluation, answer: Answer, *, required: bool) -> str | None:
    text = answer.definition.required_message if required else answer.definition.constraint_message
    return None if text is None else evaluation.words(text, answer)


def _value(definition: Node, kind: str, text: str) -> object:
    """The answer as a value of its type; None where there is none and the type has no blank."""
    if kind == "trigger":
        return text.lower() == "ok"
    if kind == "select":
        single = definition.control is Control.SELECT_ONE
        return ([text] if text else []) if single else text.split()
    if kind == "rank":
        return text.split()
    if kind == "upload":
        return {"file": text} if text and not text.startswith(_FORMS_OWN) else None
    match definition.value_type:
        case "int" | "decimal":
            return _number(text)
        case "date" | "time" | "dateTime":
            return text or None
        case "geopoint":
            return _point(text)
        case "geotrace" | "geoshape":
            return [_point(point.strip()) for point in text.split(";") if point.strip()] or None
        case _:
            return (text or None) if kind == "note" else text


def _number(text: str) -> float | None:
    if not text:
        return None
    number = float(text)
    return None if isnan(number) else number


def _point(text: str) -> dict[str, float | None] | None:
    numbers = [float(word) for word in text.split()]
    if not numbers:
        return None
    padded: list[float | None] = [*numbers, *([None] * (len(_POINT) - len(numbers)))]
    return dict(zip(_POINT, padded, strict=False))
