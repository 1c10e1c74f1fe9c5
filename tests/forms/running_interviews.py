"""Interviews begun in tests: shipped forms and forms written down, at a fixed time, with fixed chance."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import cache
from random import Random

from forms import list_files, shipped
from forms.answers import Answer, answers_below
from forms.definition import CHOICE_CONTROLS, Control, Definition
from forms.instances import ItemList
from forms.interview import Interview
from tests.forms.written_forms import SHARED, definition

NOW = datetime(2026, 7, 1, 10, tzinfo=UTC)
SAFE = "/data/g_safety/safe_to_record"
CONSENT = "/data/g_safety/consent_group"
GRIEVANCE = "/data/grievance"
GRID = "/data/g_people/p"


@cache
def shipped_form(form_id: str) -> Definition:
    """A shipped form, read once."""
    return shipped.load(form_id)


def shipped_lists() -> dict[str, ItemList]:
    """The lists that the shipped forms read."""
    return {"townships": list_files.read_csv(shipped.lists()["townships.csv"])}


def interview(form: Definition, profile: str | None = None, **more: bool) -> Interview:
    """A new interview."""
    return Interview(form, now=lambda: NOW, lists=shipped_lists(), profile=profile, random=Random(1), **more)


def written(markdown: str, profile: str | None = None, **more: bool) -> Interview:
    """A new interview of a form given as Markdown."""
    return interview(definition(markdown), profile, **more)


def session(profile: str = "full") -> Interview:
    """A dialogue session that is safe to record, with everyone's consent."""
    begun = interview(shipped_form("dialogue_session"), profile)
    begun.set(SAFE, "yes")
    begun.set(CONSENT, "yes")
    return begun


def again(begun: Interview, profile: str | None = None) -> Interview:
    """The interview that comes back from what another one saved."""
    return Interview.restore(
        begun.definition,
        begun.saved(),
        now=lambda: NOW,
        lists=shipped_lists(),
        profile=profile,
        random=Random(2),
    )


def golden() -> list[dict[str, object]]:
    """The worked submissions; none where they do not lie beside the repository."""
    path = SHARED / "forms/golden.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.is_file() else []


def wander(begun: Interview, random: Random, steps: int = 120) -> None:
    """Answer questions at random, texts with what `text_for` gives; add and remove rows."""
    for _ in range(steps):
        root = begun.state.answers.root
        answer = random.choice([found for found in answers_below(root) if begun.state.can_answer(found)])
        repeats = [page.ref for page in begun.pages() if page.kind == "repeat" and page.relevant]
        if repeats and random.random() < 0.1:
            begun.add_row(random.choice(repeats))
        elif repeats and random.random() < 0.03 and begun.rows(repeats[0]):
            begun.remove_row(random.choice(begun.rows(repeats[0])).ref)
        elif answer.relevant:
            begun.set(answer.ref, _some_answer(begun, answer, random))


def _some_answer(begun: Interview, answer: Answer, random: Random) -> str:
    if random.random() < 0.05:
        return ""
    if answer.definition.ref == begun.definition.safety.gate:
        return "yes"
    values = [choice.value for choice in begun.question(answer.ref).choices]
    if answer.definition.control in CHOICE_CONTROLS:
        return random.choice(values) if values else ""
    if answer.definition.control is Control.TRIGGER:
        return "OK"
    by_type = {"int": ("0", "1", "4", "7"), "decimal": ("2.5", "28"), "date": ("2026-01-14", "2026-06-30")}
    return random.choice(by_type.get(answer.definition.value_type, (text_for(answer.name),)))


def text_for(name: str) -> str:
    """The text that `wander` gives to the question of that name."""
    return f"what-{name}-says"
