"""How a sync is told: what would go before it, what the server confirmed during it, what came of it.

Owns the words and their order; the values are `fieldkit.exchanging.syncing`'s. Whatever is reckoned and not confirmed
is named an estimate.
"""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Collection, Iterator
from datetime import datetime

from textual.content import Content
from textual.widgets.option_list import Option

from fieldkit.exchanging.chosen import Going
from fieldkit.exchanging.refusals import advice
from fieldkit.exchanging.syncing import Outcome, Underway
from fieldkit.ports import ChangeState, Delivery, SyncReport, WaitingDevice
from fieldkit.tui import wording
from fieldkit.tui.speech import many, say
from fieldkit.tui.text import one_line, plain
from sync.lines import Step

CHANGE = "change:"
"""Before the id of a change in the list."""
DEVICE = "device:"
_BAR_CELLS = 24
_REASON_CELLS = 56
"""What stays of 80 cells under the column of states."""
_NOTICE = "opened"
_FIRST = {Delivery.QUARANTINED: 0, Delivery.WAITING: 1, Delivery.SEALED: 1}
"""What a person may have to do something about stands before what is done."""


def before(going: Going) -> str:
    """What the next sync sends, how much it is, and how long that took on the last line; empty: nothing."""
    estimate = going.estimate
    if not estimate.changes:
        return say("Nothing of what waits is chosen.") if going.waiting else ""
    what = many(going.chosen, "change") if going.chosen else many(estimate.changes, "notice")
    if going.chosen < going.waiting:
        what = say("{chosen} of {changes}", chosen=going.chosen, changes=many(going.waiting, "change"))
    if estimate.seconds is None:
        return say("To go: {what}, {size}.", what=what, size=_size(estimate.length))
    return say(
        "To go: {what}, {size}, about {time} on a line like the last one.",
        what=what,
        size=_size(estimate.length),
        time=_time(estimate.seconds),
    )


def during(underway: Underway, seconds_left: float | None) -> Content:
    """How far a sync is, by the server's word."""
    match underway.step:
        case Step.CONNECTING if not underway.total:
            return plain(say("Reaching the server ..."))
        case Step.RECEIVING:
            return plain(
                say("Everything is sent. Receiving: {count} so far.", count=f"{underway.received:,}")
            )
        case Step.CARRYING:
            return plain(say("Bringing what other devices gave along ..."))
        case Step.SENDING | Step.ARRIVED if not underway.total:
            return plain(say("Telling the other devices what was opened here ..."))
    told = plain(f"{_bar(underway.share)} {_confirmed(underway)}\n")
    if underway.step == Step.WAITING:
        return told + plain(say("The line broke."), "bold") + plain(f" {say(_GOES_ON)}")
    if seconds_left is None:
        known = underway.estimate is not None and underway.estimate.seconds is not None
        slower = f"{say('This line is slower than the last one.')} " if known else ""
        return told + plain(f"{slower}{say('F7 stops it, and nothing is lost.')}")
    return told + plain(say("About {time} left: an estimate. F7 stops it.", time=_time(seconds_left)))


def after(outcome: Outcome) -> Content:
    """What came of a sync."""
    if outcome.report is not None:
        return _done(outcome.report)
    if outcome.problem is not None:
        return plain(f"{say('Not synced.')} ", "bold") + plain(str(outcome.problem))
    return plain(say("Stopped. Nothing is lost; what waits is sent at the next sync."))


def options(
    devices: Collection[WaitingDevice],
    changes: Collection[ChangeState],
    left_out: Collection[str],
    now: datetime,
) -> Iterator[Option]:
    """Devices to be confirmed, then every change with its own state, then the notices in one line."""
    for device in devices:
        words = " ".join(one_line(word) for word in device.words)
        yield Option(
            plain(f"{say('Confirm?')} ", "bold")
            + plain(say("device of a {role}: {words}", role=say(device.role), words=words)),
            id=f"{DEVICE}{device.device}",
        )
    notices = [change for change in changes if change.kind == _NOTICE]
    own = [change for change in changes if change.kind != _NOTICE]
    for change in sorted(own, key=lambda change: _FIRST.get(change.delivery, len(_FIRST))):
        is_left_out = change.submission in left_out
        yield Option(_change_line(change, is_left_out, now), id=f"{CHANGE}{change.change}")
    if notices:
        yield Option(_notices_line(notices), id="notices")
    if not devices and not changes:
        yield Option(plain(say("Nothing was finalised here yet.")), disabled=True)


_GOES_ON = "What arrived stays there; it goes on by itself."
FIXED = (_GOES_ON,)
"""Words above that are said by name, for the catalogues."""


def _done(report: SyncReport) -> Content:
    counts = (
        (report.accepted, say("{count} accepted by the server", count=f"{report.accepted:,}")),
        (report.already_held, say("{count} already held there", count=f"{report.already_held:,}")),
        (report.quarantined, say("{count} REFUSED: see below", count=f"{report.quarantined:,}")),
        (report.received, say("{count} received", count=f"{report.received:,}")),
        (report.opened, say("{count} opened", count=f"{report.opened:,}")),
        (
            report.held_back,
            say("{count} held back until their device is confirmed", count=f"{report.held_back:,}"),
        ),
        (report.forms, say("forms and lists: {count}", count=f"{report.forms:,}")),
    )
    told = ", ".join(words for count, words in counts if count)
    done = plain(f"{say('Synced.')} ", "bold") + plain(f"{told or say('Nothing was new')}.")
    if report.forked:
        done += plain(
            f"\n{say('This vault was copied, or put back. Ask for a new invitation and join again.')}", "bold"
        )
    return done


def _bar(share: float) -> str:
    full = int(_BAR_CELLS * share)
    return f"[{'#' * full}{'-' * (_BAR_CELLS - full)}]"


def _confirmed(underway: Underway) -> str:
    """What the server said it has: whole changes, and the part of the next ones that arrived."""
    told = say("{done} of {total} confirmed", done=f"{underway.confirmed:,}", total=f"{underway.total:,}")
    if not underway.arrived or not underway.length:
        return told
    arrived = say("{part} of {size} arrived", part=_size(underway.arrived), size=_size(underway.length))
    return f"{told}, {arrived}"


def _notices_line(notices: list[ChangeState]) -> Content:
    """All notices in one line, so that they don't bury what was recorded here."""
    states = Counter(change.delivery for change in notices)
    told = ", ".join(f"{count:,} {wording.delivery(state)}" for state, count in states.items())
    return plain(f"    {many(len(notices), 'notice')} {say('of opening')} · {told}")


def _change_line(change: ChangeState, is_left_out: bool, now: datetime) -> Content:
    """A mark where there is a choice, the time of the server's receipt or else of the device, and the state."""
    mark = "    "
    if change.delivery is Delivery.WAITING:
        mark = "[ ] " if is_left_out else "[x] "
    when = wording.moment(change.received_at or change.changed_at, now)
    words = f"{_titled(change)}  {one_line(change.name)}".rstrip()
    line = plain(f"{mark}{when:12}  {wording.delivery(change.delivery):9}  {words}")
    if change.delivery is Delivery.QUARANTINED:
        reason = one_line(change.reason).rstrip(".")
        told = f"{reason}. {say(advice(change.reason))}" if reason else say(advice(""))
        for part in textwrap.wrap(told, _REASON_CELLS):
            line += plain(f"\n{'':18}{part}", "bold")
    return line


def _titled(change: ChangeState) -> str:
    """What a change is, with its form's title."""
    title = one_line(change.title)
    match change.kind:
        case "withdrawal":
            return say("withdrawal of {title}", title=title)
        case "review":
            return say("review of {title}", title=title)
        case "grant":
            return say("handing on of {title}", title=title)
        case "erasure":
            return say("erasure of {title}", title=title)
    return title


def _size(length: int) -> str:
    return say("{size} KB", size=f"{max(1, round(length / 1000)):,}")


def _time(seconds: float) -> str:
    """A short time in its fitting unit, never less than a second.

    >>> _time(0.2), _time(40), _time(400)
    ('1 s', '40 s', '7 min')
    """
    if seconds < 100:
        return say("{seconds} s", seconds=max(1, round(seconds)))
    return say("{minutes} min", minutes=f"{round(seconds / 60):,}")
