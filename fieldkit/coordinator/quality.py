"""The quality line: how well the submissions behind a table were recorded (domain.md, "Quality line").

Owns what is looked at and how; the words are the screens' and the reports'. Over submissions that count alone, but for
drafts. Invariant: what cannot be known is in neither side of a pair, so a pair of 0 is no data and never 0 %.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from fieldkit.coordinator.figure_ports import Quality
from indicators.answers import text_of
from indicators.cells import Period
from indicators.grouping import Answers
from indicators.projection import days_of

SOON_DAYS = 7
"""A submission that was final later was written from memory."""

CORE = (
    "session_date", "adm1", "public_label", "track", "focus_level", "fac_f", "fac_m", "fac_origin", "count_mode",
    "count_basis", "voice_method", "topics_all", "dec_all", "exit_done", "outcomes", "distress", "incident",
)  # fmt: skip
"""Core questions that every session with consent is asked, whatever was answered before."""

_NOT_KNOWN = frozenset({"", "dk", "nr", "pns"})
_SESSION, _CASE = "dialogue_session", "mediation_case"
DATED_BY = {
    _SESSION: "session_date",
    _CASE: "opened",
    "mediation_followup": "fu_date",
    "mediation_workshop": "end_date",
    "trainee_followup": "fu_date",
}
"""Shipped form to the question that dates its submissions."""
_PLACED_BY = {"mediation_followup": "case_code", "trainee_followup": "workshop_code"}
"""Forms without a place of their own, and the code of the submission that has it."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """One submission that counts, and when it was final for the first time."""

    form_id: str
    answers: Answers = field(repr=False)
    final_on: date


def quality(recorded: Iterable[Recorded], period: Period, place: str = "", *, drafts: int = 0) -> Quality:
    """The quality line of a period and place.

    Args:
        recorded: everything that counts, whenever it was; follow-ups find their place by it.
        place: code of a State or Region; empty: everywhere.
        drafts: how many there are.
    """
    everything = list(recorded)
    places = _places(everything)
    chosen = [each for each in everything if _lies_in(each, period) and place in ("", _place(each, places))]
    sessions = [each.answers for each in chosen if each.form_id == _SESSION and _consented(each.answers)]
    answers = [text_of(session.get(name)) for session in sessions for name in CORE]
    bases = [basis for each in sessions if (basis := text_of(each.get("count_basis"))) not in _NOT_KNOWN]
    distressed = [each for each in sessions if each.get("distress") == "yes"]
    return Quality(
        drafts=drafts,
        timely=_timely(chosen),
        observed=(bases.count("observed"), len(bases)),
        missing=(sum(answer in _NOT_KNOWN for answer in answers), len(answers)),
        cared=(sum(map(_was_met_with_care, distressed)), len(distressed)),
        distress_known=(
            sum(text_of(each.get("distress")) not in _NOT_KNOWN for each in sessions),
            len(sessions),
        ),
        incidents=sum(each.get("incident") == "yes" for each in sessions),
        harms=sum(says_harm(each.form_id, each.answers) for each in chosen),
    )


def says_harm(form_id: str, answers: Answers) -> bool:
    """Whether a follow-up says that someone was put at risk for having taken part."""
    return form_id in _PLACED_BY and answers.get("harm") == "yes"


def _consented(answers: Answers) -> bool:
    return answers.get("consent_group") in ("yes", "partly")


def _was_met_with_care(answers: Answers) -> bool:
    care = answers.get("care")
    done = care if isinstance(care, list) else text_of(care).split()
    return bool({*done} - {"nothing"})


def _timely(chosen: Iterable[Recorded]) -> tuple[int, int]:
    days = [
        (each.final_on - day).days
        for each in chosen
        for first, day in [days_of(each.answers.get(DATED_BY[each.form_id]))]
        if day is not None and first == day
    ]
    return sum(passed <= SOON_DAYS for passed in days), len(days)


def _lies_in(each: Recorded, period: Period) -> bool:
    if each.form_id not in DATED_BY:
        return False
    first, last = days_of(each.answers.get(DATED_BY[each.form_id]))
    return first is not None and last is not None and first >= period.start and last <= period.last


def _places(everything: Iterable[Recorded]) -> Mapping[str, str]:
    """Code of a case or workshop to its place."""
    return {
        code: text_of(each.answers.get("adm1"))
        for each in everything
        if each.form_id not in _PLACED_BY
        for name in ("case_code", "workshop_code")
        if (code := text_of(each.answers.get(name)))
    }


def _place(each: Recorded, places: Mapping[str, str]) -> str:
    if each.form_id in _PLACED_BY:
        return places.get(text_of(each.answers.get(_PLACED_BY[each.form_id])), "")
    return text_of(each.answers.get("adm1"))
