"""Owns how reviews and safety are said on screens: what was sent back and why, and whether a device may be wiped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from textual.content import Content

from fieldkit.coordinator.oversight_ports import Handling, Review, Safety
from fieldkit.tui.speech import many, say
from fieldkit.tui.text import one_line, plain
from forms.submission import Leaving
from sync.roles import Role
from sync.wire import ReviewState


def lines(handling: Handling, answers: Iterable[Leaving]) -> Iterator[Content]:
    """What was done with a submission beside recording it; its answers give the questions their words."""
    if handling.changed_by is not None:
        by_coordinator = handling.changed_by is Role.COORDINATOR
        words = say("Changed by a coordinator") if by_coordinator else say("Changed on another device")
        yield plain(say("{what}; the version before is kept.", what=words))
    if handling.returned is not None:
        yield sent_back(handling.returned, answers)
    elif handling.answers is not None:
        comment = one_line(handling.answers.comment)
        yield plain(say("Corrected after it was sent back: {comment}", comment=comment))
    elif handling.reviews and handling.reviews[0].state is ReviewState.ACCEPTED:
        comment = one_line(handling.reviews[0].comment)
        yield plain(f"{say('A coordinator accepted it.')} {comment}".rstrip())


def sent_back(review: Review, answers: Iterable[Leaving]) -> Content:
    """What a coordinator asks to be corrected, and in which questions."""
    asked = {name_of(answer): answer.label for answer in answers if name_of(answer) in review.questions}
    told = plain(f"{say('SENT BACK')}: ", "bold") + plain(one_line(review.comment))
    if asked:
        questions = ", ".join(one_line(label) for label in asked.values())
        told += plain(f"\n{say('Look again at: {questions}', questions=questions)}")
    return told


def safe_to_wipe(safety: Safety) -> str:
    """Whether everything on this device is safe elsewhere, and if not, why."""
    if safety.is_safe:
        return say("yes: a coordinator has opened everything")
    reasons = (
        (safety.waiting, say("{count} not confirmed by the server", count=f"{safety.waiting:,}")),
        (safety.refused, say("{count} refused", count=f"{safety.refused:,}")),
        (safety.unopened, say("{count} not opened by a coordinator yet", count=f"{safety.unopened:,}")),
        (safety.drafts, many(safety.drafts, "draft")),
        (safety.holds_keys, say("a coordinator's keys are on it")),
    )
    return say("no: {reasons}", reasons=", ".join(words for count, words in reasons if count))


def name_of(answer: Leaving) -> str:
    """The name of an answer's question, whatever row it stands in."""
    return answer.ref.rpartition("/")[2].partition("[")[0]
