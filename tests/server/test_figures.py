"""Figures of the central store.

1. Over any history of revisions, conflicts, merges, old form versions, withdrawals and erasures, projected as they
   arrive or later, the kept rows and their cells give what a full recomputation gives; a change that is not marked is
   found. Two months or ten years make no difference.
2. Open answers give the device's figures wherever no sealed answer is needed; the others say that they are.
3. The command prints them.
"""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, insert, select

from fieldkit.made_up import dialogue_sessions
from forms import shipped as forms
from forms.interview import Interview
from forms.list_files import read as read_list
from forms.submission import Parts, fill, flat, join, split
from indicators.grouping import Submission
from indicators.measures import Measured, Period, State, measure
from indicators.openness import sealed_parts
from indicators.projection import Projector, Row
from indicators.reading import shipped
from server import projecting
from server.__main__ import main
from server.figures import ServerFigures
from server.judging import Judged
from server.projecting import Projections
from server.queries import projections, revisions
from server.store import Store
from server.tables import devices, projected
from sync.statements import ListStatement, sign_statement
from sync.wire import ChangeKind, Lifecycle, OpenChange, new_id
from tests.forms.running_interviews import interview
from tests.server.worlds import Project, finalised, verdicts

GOLDEN = Path(__file__).parents[2] / "../shared/forms/golden.jsonl"
DEFINITIONS = {form_id: forms.load(form_id) for form_id in forms.definitions()}
PROJECTOR = Projector(shipped(), sealed_parts(shipped(), DEFINITIONS))
ON_DEVICE = Projector(shipped())
MONTHLY = ("month",)
HALF_YEAR = Period(date(2026, 1, 1), date(2026, 6, 30), date(2026, 6, 30))
PERIODS = (HALF_YEAR, Period(date(2016, 1, 1), date(2026, 12, 31), date(2026, 12, 31)))

sessions = st.fixed_dictionaries(
    {
        "consent_group": st.sampled_from(["yes", "no"]),
        "session_date": st.sampled_from(["2016-07", "2021-12", "2026-01", "2026-02", "2026-07"]),
        "adm1": st.sampled_from(["MMR001", "MMR002"]),
        "count_mode": st.just("tally"),
        "p_f_18_29": st.integers(0, 9),
        "tot_f": st.integers(0, 9),
        "tot_m": st.integers(0, 9),
        "tot_all": st.integers(0, 20),
    }
)
cases = st.fixed_dictionaries(
    {
        "case_code": st.sampled_from(["C-1", "C-2"]),
        "admitted": st.just("yes"),
        "opened": st.just("2026-01"),
        "closed": st.sampled_from(["", "2026-02"]),
        "result": st.sampled_from(["full", "none"]),
        "days_to_close": st.sampled_from(["", "3", "28"]),
    }
)
steps = st.lists(
    st.tuples(
        st.sampled_from(
            ["revise", "revise", "conflict", "merge", "old version", "withdraw", "erase", "look"]
        ),
        st.integers(0, 4),
        sessions,
        cases,
    ),
    max_size=12,
)


@contextmanager
def store_in(directory: Path) -> Iterator[Store]:
    store = Store(f"sqlite:///{directory / 'server.db'}")
    store.migrate()
    with store.write() as connection:
        connection.execute(
            insert(devices).values(
                id="device",
                role="recorder",
                state="confirmed",
                sign_key=b"",
                age_recipient="",
                token_hash="",
                forked=False,
                held_n=0,
                held_digest="",
                joined_at=0,
            )
        )
    try:
        yield store
    finally:
        store.close()


def change(submission: str, revision: str, form_id: str, part: Any, *parents: str) -> OpenChange:
    return OpenChange(
        change_id=f"{revision:0>22}",
        kind=ChangeKind.REVISION,
        submission=f"{submission:0>22}",
        revision=f"{revision:0>22}",
        parents=tuple(f"{parent:0>22}" for parent in parents),
        form_id=form_id,
        version="1",
        open_part=part,
    )


def add(store: Store, sequence: int, *changes: OpenChange, arriving: Projections | None = None) -> None:
    """Keep changes, to be projected later or, where they arrive in a segment, at once."""
    with store.write() as connection:
        known = revisions.owners(connection, {each.submission for each in changes})
        revisions.add(
            connection, "device", sequence, [(each, each.revision, each.open_part) for each in changes]
        )
        if arriving is None:
            projections.mark_stale(connection, {each.submission for each in changes})
        else:
            judged = [
                Judged(0, each, each.revision, "", is_first=each.submission not in known) for each in changes
            ]
            arriving.take_in(connection, sequence, judged)


def comparable(rows: list[Row]) -> Counter[str]:
    return Counter(
        repr((row.unit, row.source, row.first_day, row.last_day, sorted(row.codes.items()), list(row.sums)))
        for row in rows
    )


def told(figures: list[Measured]) -> list[tuple[object, ...]]:
    return [
        (each.indicator.id, each.part, dict(each.by), each.display, dict(each.excluded)) for each in figures
    ]


def lived(store: Store, history: list[tuple[str, int, dict[str, object], dict[str, object]]]) -> list[str]:
    """Take the steps; the ids of all submissions. Half of what is new arrives in a segment and is projected then."""
    heads: dict[str, list[str]] = {}
    figures, arriving = ServerFigures(store, PROJECTOR, DEFINITIONS), Projections(lambda _: PROJECTOR)
    for number, (step, which, session, case) in enumerate(history, 1):
        submission, revision = f"s{which}", f"r{number:02}"
        form_id, part = ("dialogue_session", session) if which < 3 else ("mediation_case", case)
        known = heads.setdefault(submission, [])
        if step == "look":
            figures.renew()
        elif known or step in ("revise", "old version"):
            parents = (
                [] if step == "conflict" else known if step in ("merge", "erase", "withdraw") else known[-1:]
            )
            made = change(submission, revision, form_id, part, *parents)
            made = made.model_copy(update=_HAPPENS.get(step, {}))
            add(store, number, made, arriving=arriving if number % 2 else None)
            heads[submission] = [*(head for head in known if head not in parents), revision]
    return [f"{submission:0>22}" for submission in heads]


_HAPPENS: dict[str, dict[str, object]] = {
    "withdraw": {"kind": ChangeKind.WITHDRAWAL, "lifecycle": Lifecycle.WITHDRAWN, "open_part": {}},
    "erase": {"kind": ChangeKind.ERASURE, "lifecycle": Lifecycle.ERASED, "open_part": {}},
    "old version": {"version": "0"},
}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps)
def test_kept_rows_agree_with_a_full_recomputation(
    history: list[tuple[str, int, dict[str, object], dict[str, object]]],
) -> None:
    with TemporaryDirectory(ignore_cleanup_errors=True) as directory, store_in(Path(directory)) as store:
        submissions = lived(store, history)
        figures = ServerFigures(store, PROJECTOR, DEFINITIONS)
        with store.read() as connection:
            anew = PROJECTOR.rows(projections.latest(connection, submissions))
        assert comparable(figures.rows(HALF_YEAR, ("level",))) == comparable(anew)
        for period, by in itertools.product(PERIODS, ((), ("month", "adm1"), ("level",))):
            kept = measure(PROJECTOR, figures.rows(period, by), period, by)
            assert told(kept) == told(measure(PROJECTOR, anew, period, by))


def test_rows_disagree_once_a_change_is_not_marked(tmp_path: Path) -> None:
    """The negative control of the comparison above."""
    part = {"consent_group": "yes", "session_date": "2026-01", "adm1": "MMR001", "count_mode": "tally"}
    with store_in(tmp_path) as store:
        add(store, 1, change("s1", "r1", "dialogue_session", part | {"p_f_18_29": 3}))
        figures = ServerFigures(store, PROJECTOR, DEFINITIONS)
        figures.renew()
        add(store, 2, change("s1", "r2", "dialogue_session", part | {"p_f_18_29": 4}, "r1"))
        with store.write() as connection:
            projections.settle(connection, [f"{'s1':0>22}"])
            anew = PROJECTOR.rows(projections.latest(connection, [f"{'s1':0>22}"]))
        assert comparable(figures.rows(HALF_YEAR, ("level",))) != comparable(anew)


@pytest.mark.parametrize("happens", ["revise", "withdraw", "erase"])
def test_what_came_together_changes_one_by_one(tmp_path: Path, happens: str) -> None:
    """Submissions of one segment are kept in one sheaf; of the one that changes nothing stays there."""
    part = {"consent_group": "yes", "session_date": "2026-01", "adm1": "MMR001", "count_mode": "tally"}
    came = [change(f"s{n}", f"r{n}", "dialogue_session", part | {"p_f_18_29": n}) for n in range(40)]
    later = change("s7", "r99", "dialogue_session", part | {"p_f_18_29": 1, "session_date": "2026-02"}, "r7")
    with store_in(tmp_path) as store:
        arriving = Projections(lambda _: PROJECTOR)
        for number, changes in enumerate((came, [later.model_copy(update=_HAPPENS.get(happens, {}))])):
            add(store, number, *changes, arriving=arriving)
        figures = ServerFigures(store, PROJECTOR, DEFINITIONS)
        kept = figures.rows(HALF_YEAR, ("level",))
        with store.read() as connection:
            anew = PROJECTOR.rows(projections.latest(connection, [each.submission for each in came]))
            (of_it,) = connection.execute(
                select(func.count()).where(
                    projected.c.in_group.startswith("@"), projected.c.heads.contains(came[7].submission)
                )
            ).one()
        assert comparable(kept) == comparable(anew)
        whole = told(measure(PROJECTOR, figures.rows(HALF_YEAR, MONTHLY), HALF_YEAR, MONTHLY))
        assert whole == told(measure(PROJECTOR, anew, HALF_YEAR, MONTHLY))
        assert of_it == 0


class _NotRenewed(ServerFigures):
    """Asks between the renewal and the reading, when a segment came."""

    def renew(self) -> None:
        """Somebody else did."""


def test_rows_that_wait_for_the_cells_count_at_once_and_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = {"consent_group": "yes", "adm1": "MMR001", "count_mode": "tally", "p_f_18_29": 2}
    monkeypatch.setattr(projecting, "MOST_WAITING", 3)
    with store_in(tmp_path) as store:
        arriving, early = Projections(lambda _: PROJECTOR), _NotRenewed(store, PROJECTOR, DEFINITIONS)
        for n in range(1, 7):
            made = change(f"s{n}", f"r{n}", "dialogue_session", part | {"session_date": f"2026-0{n}"})
            add(store, n, made, arriving=arriving)
        with store.read() as connection:
            waiting = projections.waiting(connection)
        seen = [early.run(each, MONTHLY) for each in PERIODS]
        later = ServerFigures(store, PROJECTOR, DEFINITIONS)
        assert [*map(told, seen)] == [told(later.run(each, MONTHLY)) for each in PERIODS]
        with store.read() as connection:
            assert (waiting, projections.waiting(connection)) == ([6, 5, 4], [])
    assert [each.numerator for each in seen[0] if each.indicator.id == "B01" and each.by] == [1] * 6


@pytest.mark.parametrize(("years", "months"), [(0, 2), (9, 120)])
def test_figures_of_two_months_and_of_ten_years(tmp_path: Path, years: int, months: int) -> None:
    part = {"consent_group": "yes", "adm1": "MMR001", "count_mode": "tally"}
    last_month = 12 if years else 2
    days = [f"{year}-{month:02}" for year in range(2026 - years, 2027) for month in range(1, last_month + 1)]
    with store_in(tmp_path) as store:
        add(
            store,
            1,
            *(
                change(f"s{n}", f"r{n}", "dialogue_session", part | {"session_date": day})
                for n, day in enumerate(days)
            ),
        )
        period = Period(date(2026 - years, 1, 1), date(2026, 12, 31), date(2026, 12, 31))
        figures = ServerFigures(store, PROJECTOR, DEFINITIONS).run(period, ("month",))
    held = {each.by["month"]: each.numerator for each in figures if each.indicator.id == "B01" and each.by}
    assert (len(held), set(held.values())) == (months, {1})


def test_figures_read_cells_and_not_submissions(tmp_path: Path) -> None:
    case = {"admitted": "yes", "opened": "2026-01", "closed": "2026-02", "result": "full", "adm1": "MMR001"}
    read = []
    with store_in(tmp_path) as store:
        figures = ServerFigures(store, PROJECTOR, DEFINITIONS)
        for number in range(1, 7):
            part = case | {"case_code": f"C-{number}"}
            add(store, number, change(f"s{number}", f"r{number}", "mediation_case", part))
            read.append(len(figures.rows(HALF_YEAR, ("month", "adm1"))))
    assert len(set(read)) == 1


def golden() -> Iterator[tuple[str, Parts]]:
    """The example answers, recorded through the interview and split."""
    files = forms.lists()
    for line in GOLDEN.read_text(encoding="utf-8").splitlines():
        given = json.loads(line)
        definition = DEFINITIONS[given["form"]]
        lists = {
            name: read_list(file, files[file].encode()) for name, file in definition.external_lists.items()
        }
        interview = Interview(definition, now=lambda: datetime(2026, 6, 30, tzinfo=UTC), lists=lists)
        if given["state"] == "finalised":
            fill(interview, given["answers"])
            yield given["form"], split(definition, interview.tree())


@pytest.mark.skipif(not GOLDEN.exists(), reason="needs the shared example answers")
def test_open_answers_give_the_devices_figures_or_say_that_they_can_not(tmp_path: Path) -> None:
    recorded = list(golden())
    whole = [
        Submission(str(number), form, "1", flat(join(parts.open, parts.sealed)), (number, 0))
        for number, (form, parts) in enumerate(recorded)
    ]
    on_device = measure(ON_DEVICE, ON_DEVICE.rows(whole), HALF_YEAR)
    with store_in(tmp_path) as store:
        add(
            store,
            1,
            *(change(f"s{n}", f"r{n}", form, parts.open) for n, (form, parts) in enumerate(recorded)),
        )
        on_server = ServerFigures(store, PROJECTOR, DEFINITIONS).run(HALF_YEAR, ())
    open_here = [each.state is not State.SEALED for each in on_server]
    assert sum(open_here) > 60
    both = zip(on_device, on_server, open_here, strict=True)
    assert [
        (told([there]), told([here]))
        for there, here, shown in both
        if shown and told([there]) != told([here])
    ] == []


async def test_what_bears_anothers_revisions_id_counts_nowhere(tmp_path: Path) -> None:
    form = forms.load("dialogue_session")
    recorded = interview(form)
    fill(recorded, *dialogue_sessions(1, last_day=date(2026, 5, 30), seed=1))
    part = split(form, recorded.tree()).open
    async with Project(tmp_path) as project:
        coordinator = await project.coordinator()
        lists = [
            ListStatement(project=project.made.project, name=name, version=1, content=content)
            for name, content in forms.lists().items()
        ]
        signed = [sign_statement(project.made.key, each) for each in lists]
        await project.publish(coordinator, project.form(form), *signed)
        device, other = await project.recorder(), await project.recorder()
        await project.publish(coordinator, *map(project.certificate_of, (device, other)))
        made = finalised(form_id=form.form_id, version=form.version, open_part=part)
        again = made.model_copy(update={"submission": new_id(), "change_id": new_id()})
        receipts = [await project.pushed(device, made), await project.pushed(other, again)]
        with project.here.store.read() as connection:
            projector = projecting.of_published(connection)
        figures = ServerFigures(project.here.store, projector, {form.form_id: form})
        held = [each.numerator for each in figures.run(HALF_YEAR, ()) if each.indicator.id == "B01"]
    taken = ("quarantined", "its id is that of another submission's revision")
    assert [*map(verdicts, receipts)] == [[("accepted", "")], [taken]]
    assert held[0] == 1


async def test_the_command_prints_figures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with Project(tmp_path) as project:
        coordinator = await project.coordinator()
        await project.publish(coordinator, project.form(forms.load("dialogue_session")))
        data = str(project.settings.data)
    given = ["figures", "--data", data, "--from", "2026-01-01", "--to", "2026-06-30", "--json"]
    assert main(given) == 0
    states = {each["id"]: each["state"] for each in json.loads(capsys.readouterr().out)}
    assert (states["B01"], states["B08"], states["B26"]) == ("value", *["needs sealed answers"] * 2)
