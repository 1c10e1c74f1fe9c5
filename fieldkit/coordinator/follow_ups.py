"""Which follow-ups are due, and which cases have been open for long (domain.md B.6 and C.2).

Owns the days; which submissions count was decided before. A follow-up is due the same day so many calendar months after
a case closed or a workshop ended, clipped to the end of the month; a try in vain was one, so it is not asked for again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta

from fieldkit.coordinator.attention_ports import FollowUpDue, Harm, OpenCase
from fieldkit.coordinator.quality import says_harm
from indicators.answers import text_of
from indicators.grouping import Answers, Submission, months_later
from indicators.projection import days_of

WINDOWS: Mapping[str, int] = {"m1": 1, "m3": 3, "m6": 6, "m12": 12}
"""Code of a window to months."""
SOON = timedelta(days=30)
LONG_DAYS = 90
"""A case that is open for longer is asked about."""


def due(submissions: Iterable[Submission], today: date) -> list[FollowUpDue]:
    """Follow-ups that nobody recorded: those due within 30 days, then those overdue, the latest first.

    What can still be done in time stands before what was missed, also after years.
    """
    everything = list(submissions)
    asked: set[tuple[str, ...]] = {
        (text_of(each.answers.get("case_code")), "", text_of(each.answers.get("window")))
        for each in everything
        if each.form_id == "mediation_followup"
    } | {
        tuple(text_of(each.answers.get(name)) for name in ("workshop_code", "t_code", "window"))
        for each in everything
        if each.form_id == "trainee_followup"
    }
    found = [
        FollowUpDue(code, window, day, len([one for one in people if one]), submission)
        for code, ended, everyone, submission in (*_closed_cases(everything), *_workshops(everything))
        for window, months in WINDOWS.items()
        if (day := months_later(ended, months)) <= today + SOON
        and (people := [one for one in everyone if (code, one, window) not in asked])
    ]
    return sorted(
        found, key=lambda each: (each.due_on < today, abs(each.due_on - today), each.code, each.window)
    )


def long_open(submissions: Iterable[Submission], today: date) -> list[OpenCase]:
    """Admitted cases without a closing date that were opened more than 90 days ago, suspended ones last."""
    found = []
    for case in _latest(submissions, "mediation_case", "case_code"):
        opened = days_of(case.answers.get("opened"))[0]
        if case.answers.get("admitted") != "yes" or text_of(case.answers.get("closed")) or opened is None:
            continue
        if (days := (today - opened).days) > LONG_DAYS:
            is_suspended = case.answers.get("result") == "suspended"
            found.append(OpenCase(_code(case.answers, "case_code"), opened, days, is_suspended, case.id))
    return sorted(found, key=lambda each: (each.suspended, -each.days, each.code))


def harms(submissions: Iterable[Submission]) -> list[Harm]:
    """Follow-ups that say that someone was put at risk, the newest first."""
    found = [
        Harm(
            _code(each.answers, "case_code") or _code(each.answers, "workshop_code"),
            days_of(each.answers.get("fu_date"))[0],
            each.id,
        )
        for each in submissions
        if says_harm(each.form_id, each.answers)
    ]
    return sorted(found, key=lambda each: (each.day or date.min, each.submission), reverse=True)


def before_closing(submissions: Iterable[Submission]) -> list[str]:
    """Follow-ups dated before their case closed, one sentence each; of a case that is not here nothing is said."""
    everything = list(submissions)
    closed = {code: day for code, day, _, _ in _closed_cases(everything)}
    found = [
        (day, _code(each.answers, "case_code"))
        for each in everything
        if each.form_id == "mediation_followup"
        and (day := days_of(each.answers.get("fu_date"))[1]) is not None
    ]
    return [
        f"The follow-up of {code} on {day} is dated before the case closed, on {closed[code]}: one date is wrong."
        for day, code in sorted(found)
        if code in closed and day < closed[code]
    ]


Ended = tuple[str, date, Sequence[str], str]
"""Code, the day from which windows run, whom to ask (a case: one nameless), and the submission."""


def _closed_cases(submissions: Iterable[Submission]) -> Iterator[Ended]:
    for case in _latest(submissions, "mediation_case", "case_code"):
        closed = days_of(case.answers.get("closed"))[1]
        if case.answers.get("admitted") == "yes" and closed is not None:
            yield _code(case.answers, "case_code"), closed, ("",), case.id


def _workshops(submissions: Iterable[Submission]) -> Iterator[Ended]:
    """Workshops with the trainees that completed them: who attended four of five half-days."""
    for workshop in _latest(submissions, "mediation_workshop", "workshop_code"):
        ended = days_of(workshop.answers.get("end_date"))[1]
        rows = workshop.answers.get("trainee")
        held = _number(workshop.answers.get("sessions_n"))
        if ended is None or not isinstance(rows, list) or not held:
            continue
        completed = {
            _code(row, "t_code"): None for row in rows if _number(row.get("t_attended")) * 5 >= held * 4
        }
        yield (
            _code(workshop.answers, "workshop_code"),
            ended,
            [each for each in completed if each],
            workshop.id,
        )


def _latest(submissions: Iterable[Submission], form_id: str, code: str) -> Iterator[Submission]:
    """The one that counts of each code, and those without a code."""
    of_form = sorted((each for each in submissions if each.form_id == form_id), key=lambda each: each.order)
    return iter({_code(each.answers, code) or each.id: each for each in of_form}.values())


def _code(answers: Answers, question: str) -> str:
    return text_of(answers.get(question))


def _number(answer: object) -> int:
    text = text_of(answer)
    return int(text) if text.isdigit() else 0
