"""How two versions of a submission are told: whose they are, what they say, what was chosen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from textual.content import Content
from textual.widgets.option_list import Option

from fieldkit.conflicts.conflict_ports import Difference, Listed, Side, Standing, Take, TwoVersions
from fieldkit.tui import wording
from fieldkit.tui.speech import many, say
from fieldkit.tui.text import one_line, plain

FINISH = "finish"
"""The option that makes one version of the two."""
QUESTION = "question:"
"""Before the number of a question in the list of what was chosen."""

_HEADINGS = {
    Standing.DECIDE: "Somebody else changed this submission too. Both versions are here, and nothing is lost.",
    Standing.WITHDRAWN: "It was withdrawn in one place while it was changed in another. It no longer counts.",
    Standing.ELSEWHERE: "There are two versions, and a part of one is not on this device: a coordinator decides.",
    Standing.LOOK: "Two changes were put together by the program. Look at it once, whether it is right.",
}
_BY_OTHERS = (
    "Two devices changed this, neither knowing of the other. Both versions are here, and nothing is lost."
)
FIXED = (*_HEADINGS.values(), _BY_OTHERS)
"""The words above, for the catalogues."""


def heading(listed: Listed, opened: TwoVersions | None = None) -> Content:
    """The submission, and in one sentence what happened to it."""
    words = f"{one_line(listed.title)}  {one_line(listed.name)}".rstrip()
    by_others = opened is not None and not (opened.left.mine or opened.right.mine)
    told = _BY_OTHERS if by_others and listed.standing is Standing.DECIDE else _HEADINGS[listed.standing]
    return plain(words, "bold") + plain(f"\n{say(told)}")


def line(listed: Listed) -> Content:
    """The submission in a list."""
    return plain(f"  {one_line(listed.title)}  {one_line(listed.name)}".rstrip())


def whose(side: Side, now: datetime) -> str:
    """Who gave an answer, and when by that device's clock."""
    when = wording.moment(side.made_at, now)
    if side.mine:
        return say("This device, {when}", when=when)
    who = say(side.role).capitalize() if side.role else say("Another device")
    words = " ".join(side.words)
    return f"{who}, {when} ({words})" if words else f"{who}, {when}"


def answers(difference: Difference, opened: TwoVersions, now: datetime) -> Iterator[Option]:
    """The answers to choose from, each with who gave it; what was chosen before is marked."""
    for take, side, answer in (
        (Take.LEFT, opened.left, difference.left),
        (Take.RIGHT, opened.right, difference.right),
    ):
        yield _answer(take, difference, whose(side, now), answer)
    if difference.can_keep_both:
        both = f"{one_line(difference.left)} / {one_line(difference.right)}"
        yield _answer(Take.BOTH, difference, say("Keep both"), both)


def question(difference: Difference, place: int, opened: TwoVersions) -> Content:
    """Which answer is to be chosen."""
    count = len(opened.differences)
    asked = say("Question {place} of {count}: which answer is right?", place=place + 1, count=count)
    return plain(f"{asked}\n\n") + plain(one_line(difference.label), "bold")


def summary(opened: TwoVersions) -> Content:
    """What is left to do, before one version is made of the two."""
    if opened.misfits:
        told = "\n".join(one_line(misfit) for misfit in opened.misfits)
        return plain(say("These answers don't fit together. Choose others:"), "bold") + plain(f"\n{told}")
    undecided = sum(each.taken is None for each in opened.differences)
    if undecided:
        return plain(say("Still to choose: {questions}", questions=many(undecided, "question")), "bold")
    return plain(say("Everything is chosen. The version not taken stays in the vault."), "bold")


def chosen(opened: TwoVersions) -> Iterator[Option]:
    """Every question with what was chosen, and at the end the way to finish."""
    for place, difference in enumerate(opened.differences):
        taken = {
            None: say("not chosen yet"),
            Take.LEFT: one_line(difference.left),
            Take.RIGHT: one_line(difference.right),
            Take.BOTH: f"{one_line(difference.left)} / {one_line(difference.right)}",
        }[difference.taken]
        yield Option(plain(f"{one_line(difference.label)}: ") + plain(taken, "bold"), id=f"{QUESTION}{place}")
    if opened.is_decided:
        yield Option(plain(f"\n[ {say('Make one version of the two')} ]", "bold"), id=FINISH)


def _answer(take: Take, difference: Difference, who: str, answer: str) -> Option:
    mark = "(*)" if difference.taken is take else "( )"
    return Option(plain(f"{mark} {who}\n    ") + plain(one_line(answer), "bold") + plain("\n"), id=take.value)
