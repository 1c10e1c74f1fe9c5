"""Owns how counts, times and states are said on screens, in short fixed words of the screens' language."""

from __future__ import annotations

from datetime import datetime

from fieldkit.ports import Custody, Delivery, Lifecycle, Stage, SubmissionSummary, SyncStatus
from fieldkit.tui.speech import say
from forms.interview import Finding

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_STAGES = {
    Stage.NO_SERVER: "kept on this device; no server was joined yet",
    Stage.OFFLINE: "kept on this device; the last try did not reach the server",
    Stage.WAITING: "kept on this device until the next sync",
    Stage.SENDING: "on the way to the server",
    Stage.CONFIRMED: "the server has confirmed everything",
}

_DELIVERIES = {
    Delivery.WAITING: "waiting",
    Delivery.SEALED: "packed",
    Delivery.CONFIRMED: "confirmed",
    Delivery.QUARANTINED: "REFUSED",
}


_NOTHING_WAITS = "nothing waits; the last try did not reach the server"
_SOME_REFUSED = "nothing waits; the server has confirmed all but what it refused"

FIXED = (*_MONTHS, *_STAGES.values(), _NOTHING_WAITS, _SOME_REFUSED, *_DELIVERIES.values())
"""The words above, for the catalogues."""


def moment(when: datetime, now: datetime) -> str:
    """Twelve cells at most: the time for today, else the day and the time, or day and year when long ago."""
    here, today = when.astimezone(), now.astimezone()
    if here.date() == today.date():
        return f"{say('today')} {here:%H:%M}"
    day = f"{here.day:2} {say(_MONTHS[here.month - 1])}"
    return f"{day} {here:%H:%M}" if abs((today - here).days) < 180 else f"{day} {here.year}"


def stage(status: SyncStatus) -> str:
    """The one state of the line of submissions to the server, in words."""
    if status.stage is Stage.OFFLINE and not status.waiting:
        return say(_NOTHING_WAITS)
    if status.stage is Stage.CONFIRMED and status.quarantined:
        return say(_SOME_REFUSED)
    return say(_STAGES[status.stage])


def delivery(state: Delivery) -> str:
    """One word of nine cells at most; a refusal stands out without colour."""
    return say(_DELIVERIES[state])


def standing(summary: SubmissionSummary) -> str:
    """Where a submission stands, in one word: its end before its way."""
    if summary.lifecycle in (Lifecycle.WITHDRAWN, Lifecycle.ERASED):
        return say(summary.lifecycle.value)
    if summary.delivery is None:
        return say("sealed" if summary.custody is Custody.SEALED else "received")
    if summary.opened and summary.delivery is Delivery.CONFIRMED:
        return say("opened")
    return delivery(summary.delivery)


def last_sync(status: SyncStatus, now: datetime) -> str:
    """When the server last answered."""
    return moment(status.last_sync, now) if status.last_sync else say("never")


def found(finding: Finding) -> str:
    """What a finding says: the form's words as they are, this program's in the language of the screen."""
    if finding.own is None:
        return finding.message
    own = say(finding.own.template, **dict(finding.own.values))
    return finding.message.removesuffix(str(finding.own)) + own
