"""Two versions of one submission: on the devices that made them, at the coordinator and on the server.

1. Edits of different answers become one revision by themselves, the same on every device; the server has one head then.
2. Edits of one answer are shown to both sides with who and when, and counted by the head with the highest id.
3. A decision is a revision with both as parents; it reaches every device, and what was not taken stays in the vault.
4. What was decided is kept when it is left half-way; what can't stand is asked again with the reason.
5. A submission handed to a second device, edited on both offline, ends as one everywhere.
6. Withdrawn against edited counts as withdrawn at once, and is shown to the coordinator.
7. What was merged by itself over a revision that one side never saw is marked, once, to be looked at.
8. Any order in which revisions arrive ends in the same heads and the same submission shown.
9. A merge with the id of one that the server quarantined is made anew if that was another device's, and never twice.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from pathlib import Path

import pytest

from fieldkit.conflicts.conflict_ports import Standing, Take, TwoVersions
from fieldkit.conflicts.reconciling import VaultConflicts
from fieldkit.ports import Lifecycle
from fieldkit.vault import heads
from fieldkit.vault.problems import VaultProblem
from fieldkit.vault.vault import Vault
from server.queries import revisions
from sync.calls import Request
from sync.problems import Fault, SyncProblem, problem
from tests.fieldkit.project import FoundedProject, record, silent
from tests.fieldkit.worlds import new_vault


class Worked(FoundedProject):
    """A project in which people edit."""

    def conflicts(self, vault: Vault) -> VaultConflicts:
        return VaultConflicts(vault, now=self.clock)

    async def settle(self, *vaults: Vault) -> None:
        """Until nobody has anything new for anybody."""
        for _ in range(3):
            await self.sync(*vaults)

    def heads(self, submission: str) -> list[str]:
        """The server's."""
        with self.app.state.world.store.read() as connection:
            return revisions.heads(connection, submission)


@pytest.fixture
async def project(tmp_path: Path) -> AsyncIterator[Worked]:
    founded = Worked(tmp_path)
    await founded.connect()
    yield founded
    founded.close()
    founded.coordinator.close()


@pytest.fixture
async def recorder(project: Worked) -> AsyncIterator[Vault]:
    vault = await project.recorder()
    yield vault
    vault.close()


@pytest.fixture
async def shared(project: Worked, recorder: Vault) -> str:
    """A submission of the recorder that the coordinator opened."""
    submission = record(recorder, "Naw Paw")
    await project.confirm_all()
    await project.settle(recorder, project.coordinator)
    return submission


def edit(vault: Vault, submission: str, **answers: object) -> str:
    """Correct some answers (None takes one back) as the interview would; the new head."""
    stored = vault.submissions.open(submission)
    draft = vault.submissions.correct(submission, saved={}, language="", profile="core")
    parts: dict[str, dict[str, object]] = {
        "open": dict(stored.open_part),
        "sealed": dict(stored.sealed_part or {}),
    }
    for name, value in answers.items():
        part = parts["sealed" if name == "who" else "open"]
        part[name] = value
    vault.submissions.finalise(
        draft, name=str(parts["sealed"].get("who")), open_part=parts["open"], sealed_part=parts["sealed"]
    )
    return heads_of(vault, submission)[-1]


def heads_of(vault: Vault, submission: str) -> list[str]:
    return vault.database.read(lambda connection: heads.heads_of(connection, submission))


def answers(vault: Vault, submission: str) -> Mapping[str, object]:
    stored = vault.submissions.open(submission)
    return {**stored.open_part, **(stored.sealed_part or {})}


def words(opened: TwoVersions) -> list[tuple[str, str, str]]:
    return [(each.label, each.left, each.right) for each in opened.differences]


async def test_edits_of_different_answers_become_one_revision(
    project: Worked, recorder: Vault, shared: str
) -> None:
    edit(recorder, shared, people=20)
    edit(project.coordinator, shared, who="Naw Paw Htoo")
    await project.settle(recorder, project.coordinator)
    expected = {"people": 20, "who": "Naw Paw Htoo"}
    assert (answers(recorder, shared), answers(project.coordinator, shared)) == (expected, expected)
    assert heads_of(recorder, shared) == heads_of(project.coordinator, shared) == project.heads(shared)
    assert len(project.heads(shared)) == 1
    assert not any(project.conflicts(vault).listed() for vault in (recorder, project.coordinator))


@pytest.fixture
async def merged(project: Worked, recorder: Vault, shared: str) -> str:
    """The revision that the recorder's device made of two by itself, and that no server has judged."""
    edit(project.coordinator, shared, who="Naw Paw Htoo")
    await project.sync(project.coordinator)
    edit(recorder, shared, people=20)
    project.line.before = cut_after_the_first_push()
    with pytest.raises(SyncProblem):
        await project.sync(recorder)
    project.line.mend()
    (revision,) = heads_of(recorder, shared)
    return revision


async def test_both_sides_make_the_same_merge(
    project: Worked, recorder: Vault, shared: str, merged: str
) -> None:
    await project.sync(project.coordinator)
    assert heads_of(project.coordinator, shared) == [merged]
    report = await project.exchange(recorder).sync(silent)
    assert (report.already_held, report.quarantined, project.heads(shared)) == (1, 0, [merged])


async def test_a_merge_that_was_refused_to_another_device_is_made_by_this_one(
    project: Worked, recorder: Vault, shared: str, merged: str
) -> None:
    _write(recorder, "UPDATE revisions SET verdict = 'quarantined', device = 'another' WHERE id = ?", merged)
    _write(recorder, "DELETE FROM outbox WHERE revision = ?", merged)
    assert len(heads_of(recorder, shared)) == 2
    assert (project.conflicts(recorder).merge(), heads_of(recorder, shared)) == (1, [merged])
    await project.sync(recorder)
    assert project.heads(shared) == [merged]


async def test_a_merge_that_was_refused_to_this_device_is_not_made_over_and_over(
    project: Worked, recorder: Vault, shared: str, merged: str
) -> None:
    _write(recorder, "UPDATE revisions SET verdict = 'quarantined' WHERE id = ?", merged)
    assert (project.conflicts(recorder).merge(), len(heads_of(recorder, shared))) == (0, 2)


def cut_after_the_first_push() -> Callable[[Request], None]:
    """The line carries one segment, and no further one."""
    segments: list[str] = []

    def before(request: Request) -> None:
        if "/segments" in request.path:
            segments.append(request.path)
        if len(segments) > 1:
            raise problem(Fault.UNREACHABLE)

    return before


@pytest.fixture
async def disputed(project: Worked, recorder: Vault, shared: str) -> str:
    """A submission of which the recorder and the coordinator changed the same name."""
    edit(recorder, shared, who="Naw Paw Htoo", people=20)
    project.clock.advance(hours=1)
    edit(project.coordinator, shared, who="Naw Paw Wah")
    await project.settle(recorder, project.coordinator)
    return shared


async def test_both_sides_see_both_answers_with_who_and_when(
    project: Worked, recorder: Vault, disputed: str
) -> None:
    here, there = (project.conflicts(vault).open(disputed) for vault in (recorder, project.coordinator))
    assert words(here) == [("who", "Naw Paw Htoo", "Naw Paw Wah")]
    assert words(there) == [("who", "Naw Paw Wah", "Naw Paw Htoo")]
    assert (here.left.mine, here.right.role, there.right.role) == (True, "coordinator", "recorder")
    assert (here.right.made_at - here.left.made_at).total_seconds() == 3600
    assert len(there.right.words) == 6


async def test_until_it_is_decided_the_highest_head_is_shown_everywhere(
    project: Worked, recorder: Vault, disputed: str
) -> None:
    shown = [vault.submissions.open(disputed).revision for vault in (recorder, project.coordinator)]
    assert shown == [max(project.heads(disputed))] * 2
    assert [project.conflicts(vault).count() for vault in (recorder, project.coordinator)] == [1, 1]


@pytest.mark.parametrize("taken", [Take.LEFT, Take.RIGHT])
@pytest.mark.parametrize("decides", ["recorder", "coordinator"])
async def test_a_decision_reaches_everybody_and_loses_nothing(
    project: Worked, recorder: Vault, disputed: str, taken: Take, decides: str
) -> None:
    vault = recorder if decides == "recorder" else project.coordinator
    before = heads_of(vault, disputed)
    conflicts = project.conflicts(vault)
    opened = conflicts.take_all(disputed, taken)
    kept = words(opened)[0][1 if taken is Take.LEFT else 2]
    made = conflicts.finish(disputed)
    await project.settle(recorder, project.coordinator)
    expected = {"people": 20, "who": kept}
    for each in (recorder, project.coordinator):
        assert (answers(each, disputed), project.conflicts(each).count()) == (expected, 0)
        assert set(before) <= set(_all_revisions(each, disputed))
    assert project.heads(disputed) == [made]


async def test_two_people_who_decide_differently_are_asked_once_more(
    project: Worked, recorder: Vault, disputed: str
) -> None:
    for vault in (recorder, project.coordinator):
        project.conflicts(vault).take_all(disputed, Take.LEFT)
        project.conflicts(vault).finish(disputed)
    await project.settle(recorder, project.coordinator)
    assert [project.conflicts(vault).count() for vault in (recorder, project.coordinator)] == [1, 1]
    project.conflicts(recorder).take_all(disputed, Take.LEFT)
    project.conflicts(recorder).finish(disputed)
    await project.settle(recorder, project.coordinator)
    assert answers(project.coordinator, disputed) == answers(recorder, disputed)
    assert len(project.heads(disputed)) == 1


async def test_two_people_who_decide_alike_need_nobody(
    project: Worked, recorder: Vault, disputed: str
) -> None:
    for vault, taken in ((recorder, Take.LEFT), (project.coordinator, Take.RIGHT)):
        project.conflicts(vault).take_all(disputed, taken)
        project.conflicts(vault).finish(disputed)
    await project.settle(recorder, project.coordinator)
    assert [project.conflicts(vault).count() for vault in (recorder, project.coordinator)] == [0, 0]
    assert len(project.heads(disputed)) == 1


async def test_what_was_decided_is_kept_when_it_is_left(
    project: Worked, recorder: Vault, disputed: str
) -> None:
    project.conflicts(recorder).take(disputed, "/data/who", Take.BOTH)
    (difference,) = project.conflicts(recorder).open(disputed).differences
    assert difference.taken is Take.BOTH
    again = project.conflicts(recorder).take(disputed, "/data/who", None)
    assert not again.is_decided


async def test_both_texts_can_be_kept(project: Worked, recorder: Vault, disputed: str) -> None:
    project.conflicts(recorder).take(disputed, "/data/who", Take.BOTH)
    project.conflicts(recorder).finish(disputed)
    assert answers(recorder, disputed)["who"] == "Naw Paw Htoo / Naw Paw Wah"


async def test_nothing_becomes_of_what_is_undecided(project: Worked, recorder: Vault, disputed: str) -> None:
    with pytest.raises(VaultProblem, match="not decided"):
        project.conflicts(recorder).finish(disputed)
    assert len(heads_of(recorder, disputed)) == 2


async def test_a_number_cannot_be_both(project: Worked, recorder: Vault, shared: str) -> None:
    edit(recorder, shared, people=20)
    edit(project.coordinator, shared, people=30)
    await project.settle(recorder, project.coordinator)
    with pytest.raises(VaultProblem, match="only one can stand"):
        project.conflicts(recorder).take_all(shared, Take.BOTH)


async def test_a_submission_with_one_version_has_nothing_to_decide(
    project: Worked, recorder: Vault, shared: str
) -> None:
    with pytest.raises(VaultProblem) as raised:
        project.conflicts(recorder).open(shared)
    assert raised.value.code == "VAULT-007"
    assert project.conflicts(recorder).listed_one(shared) is None


@pytest.fixture
async def second(project: Worked) -> AsyncIterator[Vault]:
    vault = await project.recorder("second")
    yield vault
    vault.close()


async def test_a_submission_on_two_devices_ends_as_one_everywhere(
    project: Worked, recorder: Vault, second: Vault, shared: str
) -> None:
    await project.confirm_all()
    project.coordinator.oversight.grant(shared, second.info().device)
    everyone = (recorder, second, project.coordinator)
    await project.settle(*everyone)
    edit(recorder, shared, people=20, who="Saw Eh")
    edit(second, shared, note="by the river", who="Saw Ehler")
    await project.settle(*everyone)
    (difference,) = project.conflicts(project.coordinator).open(shared).differences
    assert {difference.left, difference.right} == {"Saw Eh", "Saw Ehler"}
    project.conflicts(project.coordinator).take_all(shared, Take.LEFT)
    project.conflicts(project.coordinator).finish(shared)
    await project.settle(*everyone)
    expected = {"people": 20, "note": "by the river", "who": difference.left}
    assert [answers(vault, shared) for vault in everyone] == [expected] * 3
    assert [project.conflicts(vault).count() for vault in everyone] == [0, 0, 0]
    assert len(project.heads(shared)) == 1


async def test_withdrawn_against_edited_is_withdrawn_and_shown_to_the_coordinator(
    project: Worked, recorder: Vault, shared: str
) -> None:
    edit(project.coordinator, shared, people=30)
    recorder.submissions.withdraw(shared)
    await project.settle(recorder, project.coordinator)
    conflicts = project.conflicts(project.coordinator)
    assert [each.standing for each in conflicts.listed()] == [Standing.WITHDRAWN]
    lifecycles = {
        vault.submissions.open(shared).summary.lifecycle for vault in (recorder, project.coordinator)
    }
    assert (lifecycles, project.conflicts(recorder).count()) == ({Lifecycle.WITHDRAWN}, 0)
    conflicts.finish(shared)
    await project.settle(recorder, project.coordinator)
    assert (conflicts.count(), len(project.heads(shared))) == (0, 1)


async def test_a_merge_over_what_one_side_never_saw_is_looked_at_once(
    project: Worked, recorder: Vault, shared: str
) -> None:
    edit(recorder, shared, people=20)
    edit(recorder, shared, people=21)
    edit(project.coordinator, shared, who="Naw Paw Htoo")
    await project.settle(recorder, project.coordinator)
    for vault in (recorder, project.coordinator):
        conflicts = project.conflicts(vault)
        assert [each.standing for each in conflicts.listed()] == [Standing.LOOK]
        conflicts.looked_at(shared)
        conflicts.merge()
        assert conflicts.listed() == []


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    with new_vault(tmp_path / "alone") as opened:
        yield opened


GRAPH = {"v": [], "a": ["v"], "b": ["v"], "c": ["a"], "m": ["a", "b"], "w": ["c"]}


@pytest.mark.parametrize("order", list(itertools.permutations("vabcmw"))[::37])
def test_any_order_of_arrival_ends_in_the_same_heads(vault: Vault, order: tuple[str, ...]) -> None:
    for revision in order:
        _arrive(vault, revision, "withdrawn" if revision == "w" else "finalised")
    assert heads_of(vault, "s") == ["m", "w"]
    summary = vault.submissions.open("s")
    assert (summary.revision, summary.summary.lifecycle) == ("m", Lifecycle.WITHDRAWN)


def test_a_quarantined_revision_leads_nowhere(vault: Vault) -> None:
    for revision in ("v", "a", "b"):
        _arrive(vault, revision, "finalised")
    assert VaultConflicts(vault, now=vault.clock).count() == 1
    _write(vault, "UPDATE revisions SET verdict = 'quarantined' WHERE id = ?", "b")
    assert (heads_of(vault, "s"), VaultConflicts(vault, now=vault.clock).count()) == (["a"], 0)


def _arrive(vault: Vault, revision: str, lifecycle: str) -> None:
    """Insert one revision of the graph as the feed does."""

    def work(connection: heads.Connection) -> None:
        connection.execute(
            "INSERT OR IGNORE INTO submissions (id, form_id, device, lifecycle, name, created_at, finalised_at, head)"
            " VALUES ('s', 'meeting', 'd', 'finalised', '', '', '2026-03-02T12:00:00+00:00', ?)",
            [revision],
        )
        connection.execute(
            "INSERT INTO revisions (id, submission, parents, form_id, version, lifecycle, custody, device, recorded_at,"
            " origin, open_part, sealed_part) VALUES (?, 's', ?, 'meeting', '1', ?, 'whole', 'd',"
            " '2026-03-02T12:00:00+00:00', 'feed', '{}', '{}')",
            [revision, json.dumps(GRAPH[revision]), lifecycle],
        )
        heads.settle_head(connection, "s")

    vault.database.write(work).result()


def _all_revisions(vault: Vault, submission: str) -> list[str]:
    return [
        revision for (revision,) in _rows(vault, "SELECT id FROM revisions WHERE submission = ?", submission)
    ]


def _rows(vault: Vault, query: str, *values: object) -> list[tuple[object, ...]]:
    return vault.database.read(lambda connection: connection.execute(query, values).fetchall())


def _write(vault: Vault, statement: str, *values: object) -> None:
    vault.database.write(lambda connection: connection.execute(statement, values)).result()
