"""Desks with something on them, for tests of screens."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from textual.pilot import Pilot
from textual.worker import WorkerCancelled

from fieldkit.coordinator.attention_ports import FollowUpDue, Harm, LikelyDuplicate, OpenCase, Twin, Waiting
from fieldkit.coordinator.figure_ports import Behind, Figure
from fieldkit.endings import Ending
from fieldkit.ports import (
    ChangeState,
    Custody,
    Delivery,
    Desk,
    DraftState,
    FormKey,
    Lifecycle,
    Role,
    Stage,
    StoredSubmission,
    SubmissionSummary,
    SyncStatus,
    WaitingDevice,
)
from fieldkit.tui.app import FieldApp
from fieldkit.tui.commands import Where
from forms.definition import Definition, Node, Safety
from tests.fakes import (
    NOON,
    FakeAttention,
    FakeDrafts,
    FakeExchange,
    FakeFigures,
    FakeSubmissions,
    FakeViews,
    make_desk,
)

VISIT = FormKey("visit", "1")


def definition(form_id: str = "visit", title: str = "Village visit") -> Definition:
    """A form without rules: one text question."""
    question = Node("/data/place", "place")
    return Definition(
        form_id=form_id,
        version="1",
        title=title,
        root=Node("/data", "data", (question,), is_group=True),
        languages=("",),
        default_language="",
        lists={},
        external_lists={},
        order=(),
        actions=(),
        grids=(),
        safety=Safety(None, ()),
        classified=True,
        instance_name=None,
        xml_digest="",
        source_digest="",
    )


def submission(
    number: int, *, name: str = "", form: FormKey = VISIT, title: str = "Village visit"
) -> StoredSubmission:
    """An own, finalised submission; the higher the number, the older."""
    summary = SubmissionSummary(
        submission=f"s{number:05}",
        form=form,
        title=title,
        name=name or f"visit {number}",
        lifecycle=Lifecycle.FINALISED,
        delivery=Delivery.WAITING,
        reason="",
        custody=Custody.WHOLE,
        finalised_at=NOON - timedelta(minutes=number),
        opened=False,
        device="d" * 32,
    )
    return StoredSubmission(summary, f"r{number}", {}, {"place": f"by the river {number}"})


def put(desk: Desk, *stored: StoredSubmission) -> None:
    """Place submissions on a desk of fakes."""
    assert isinstance(desk.submissions, FakeSubmissions)
    for one in stored:
        desk.submissions.put(one)


def begun(desk: Desk, name: str = "C-7K3Q9W", *, state: DraftState = DraftState.ERRORS) -> str:
    """A draft with two answers."""
    assert isinstance(desk.drafts, FakeDrafts)
    draft = desk.drafts.create(VISIT, profile="core", language="")
    answers = (("/data/place", "by the river"), ("/data/note", "long"))
    desk.drafts.save(draft, answers, place="/data/place", name=name, state=state)
    return draft


def waiting(text: str = "Kayin") -> Waiting:
    """Something of everything that waits for a coordinator; `text` stands wherever data may stand."""
    first, second = Twin("s00001", "d" * 32, True), Twin("s00002", "e" * 32, False)
    return Waiting(
        harms=(Harm(text, None, "s00003"),),
        follow_ups=(FollowUpDue(text, "m1", NOON.date() - timedelta(days=2), 0, "s00004"),),
        open_cases=(OpenCase(text, NOON.date() - timedelta(days=91), 91, True, "s00005"),),
        duplicates=(LikelyDuplicate("totals", text, first, second),),
        missing=(f"Nothing heard from {text} since March.",),
    )


def busy_desk(role: Role = Role.COORDINATOR, *, practice: bool = False, text: str = "Kayin") -> Desk:
    """Something on every screen; `text` stands wherever data may stand."""
    device = WaitingDevice("e" * 32, Role.RECORDER, ("amber", "river", "stone", "lamp", "seven", text))
    changes = (
        ChangeState("c1", "revision", text, text, Delivery.QUARANTINED, f"{text}: make a correction", NOON),
        ChangeState("c2", "withdrawal", text, text, Delivery.WAITING, "", NOON - timedelta(days=1)),
        ChangeState("c3", "revision", text, text, Delivery.CONFIRMED, "", NOON - timedelta(days=2)),
    )
    figure = Figure(
        "B03",
        text,
        {"adm1": "MMR003"},
        27,
        64,
        "27/64",
        "42.2% (27 of 64)",
        {"not stated": 1},
        "value",
        {"adm1": text},
        kind="share",
    )
    nothing = replace(
        figure,
        numerator=None,
        denominator=0,
        value=None,
        display="no data",
        excluded={},
        by={},
        words={},
        state="no data",
    )
    desk = make_desk(
        definition(title=text),
        role=role,
        practice=practice,
        exchange=FakeExchange(
            SyncStatus(Stage.WAITING, 2, 1, 12, NOON - timedelta(hours=3), 1),
            changes=changes,
            devices=(device,),
        ),
        figures=FakeFigures((figure, nothing), (f"Nothing heard from {text} since March.",)),
        views=FakeViews((nothing, figure), (Behind("s00001", 4, 9), Behind("s00002", None, None))),
        attention=FakeAttention(waiting(text)),
    )
    desk = replace(desk, info=replace(desk.info, project_name=text))
    begun(desk, text)
    put(desk, *(submission(number, name=text, title=text) for number in range(1, 41)))
    return desk


def app_on(desk: Desk, **how: object) -> FieldApp:
    """The interface on a desk that opens with the passphrase ``right``; its clock stands still unless one is given."""
    how.setdefault("elapsed", lambda: 0.0)
    return FieldApp(lambda _: desk, practice=desk.info.practice, **how)  # type: ignore[arg-type]


async def unlock(pilot: Pilot[Ending], passphrase: str = "right") -> None:
    """Type the passphrase, unless this is practice, and wait until the desk is shown."""
    assert isinstance(pilot.app, FieldApp)
    if pilot.app.query("#passphrase"):
        await pilot.press(*passphrase, "enter")
    await shown(pilot)


async def shown(pilot: Pilot[Ending]) -> None:
    """Wait until nothing is being read or painted; an interview that is open may stay open."""
    await _painted(pilot, {"recording"})


async def shown_meanwhile(pilot: Pilot[Ending]) -> None:
    """The same while a sync goes on."""
    await _painted(pilot, {"recording", "sync"})


async def _painted(pilot: Pilot[Ending], going_on: set[str]) -> None:
    for _ in range(2):
        for worker in [worker for worker in pilot.app.workers if worker.group not in going_on]:
            with suppress(WorkerCancelled):  # a newer reading took its place
                await worker.wait()
        await pilot.pause()


async def go_to(pilot: Pilot[Ending], place: Where) -> None:
    """Go to a screen of the shell by its keys."""
    strokes = {
        Where.SUBMISSIONS: ("f3",),
        Where.SYNC: ("f4",),
        Where.FIGURES: ("f5",),
        Where.SUBMISSION: ("f3", "enter"),
        Where.HELP: ("f1",),
        Where.CHOOSING: ("f5", "f6"),
        Where.FIGURE: ("f5", "enter"),
        Where.BEHIND: ("f5", "enter", "f6"),
        Where.ATTENTION: ("f5", "f12"),
        Where.DUPLICATE: ("f5", "f12", "end", "up", "enter"),
    }
    for key in strokes.get(place, ()):
        await pilot.press(key)
        await shown(pilot)


def seen(pilot: Pilot[Ending]) -> str:
    """What stands on the terminal, line by line."""
    width, height = pilot.app.size
    strips = pilot.app.screen._compositor.render_strips()
    lines = ["".join(segment.text for segment in strip).rstrip() for strip in strips]
    assert len(lines) == height
    assert width == 80
    return "\n".join(lines)
