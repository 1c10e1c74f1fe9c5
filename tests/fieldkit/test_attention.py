"""What waits for a coordinator.

1. A follow-up is due the same day so many months later, clipped to the end of the month; listed from 30 days before.
2. A follow-up that was tried is not asked for again; trainees who did not complete are not asked for.
3. Cases open for more than 90 days are listed, suspended ones last; the later of two with one code is the case.
4. Two submissions with one code, or of two devices with one month, place and totals, are likely duplicates.
5. A decision on a pair is remembered, undone, and hides nothing; the fake does the same.
6. Harm is told at once; devices that are silent are named, and since when.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from fieldkit.coordinator.attention import VaultAttention
from fieldkit.coordinator.attention_ports import Attention, LikelyDuplicate, Twin, Waiting, overdue
from fieldkit.coordinator.duplicates import likely, repeated_codes
from fieldkit.coordinator.figures import VaultFigures
from fieldkit.coordinator.follow_ups import due, harms, long_open
from fieldkit.vault.vault import Vault
from indicators.grouping import Submission
from indicators.reading import shipped
from tests.fakes import FakeAttention, FakeClock
from tests.fieldkit.worlds import new_vault

JUNE = date(2026, 6, 30)


def case(name: str, code: str = "C-1", *, order: int = 0, **answers: object) -> Submission:
    given = {"case_code": code, "admitted": "yes", "opened": "2026-01-01", **answers}
    return Submission(name, "mediation_case", "1", given, (order, 0))


def tried(code: str, window: str, **answers: object) -> Submission:
    return Submission(
        f"f-{code}-{window}", "mediation_followup", "1", {"case_code": code, "window": window, **answers}
    )


def session(name: str, *, day: str = "2026-02-03", women: int = 4) -> Submission:
    answers = {
        "session_date": day,
        "adm1": "MMR003",
        "tot_f": women,
        "tot_m": 3,
        "tot_x": 0,
        "tot_all": women + 3,
    }
    return Submission(name, "dialogue_session", "1", answers)


@pytest.mark.parametrize(
    ("closed", "day"),
    [("2026-01-31", "2026-02-28"), ("2028-01-31", "2028-02-29"), ("2026-01-15", "2026-02-15")],
)
def test_a_follow_up_is_due_on_the_right_day(closed: str, day: str) -> None:
    due_on = date.fromisoformat(day)
    (found,) = due([case("c", closed=closed)], due_on)
    assert (found.window, found.due_on, found.people) == ("m1", due_on, 0)
    assert overdue([found], due_on) == 0
    assert overdue([found], date.fromordinal(due_on.toordinal() + 1)) == 1


def test_a_follow_up_is_listed_from_thirty_days_before() -> None:
    closed = case("c", closed="2026-01-31")
    assert due([closed], date(2026, 1, 28)) == []
    assert len(due([closed], date(2026, 1, 29))) == 1


def test_what_is_due_stands_before_what_is_overdue_and_the_latest_of_that_first() -> None:
    found = due([case("c", closed="2025-01-10"), case("d", code="C-2", closed="2026-05-20")], JUNE)
    assert [(each.code, each.window) for each in found] == [
        ("C-2", "m1"), ("C-1", "m12"), ("C-1", "m6"), ("C-1", "m3"), ("C-1", "m1"),
    ]  # fmt: skip


def test_what_was_tried_is_not_asked_for_again() -> None:
    found = due([case("c", closed="2026-01-31"), tried("C-1", "m1", contact="none")], JUNE)
    assert [each.window for each in found] == ["m3"]


def test_a_case_that_was_not_admitted_has_no_follow_up() -> None:
    assert due([case("c", closed="2026-01-31", admitted="no")], JUNE) == []


def test_only_trainees_that_completed_are_asked() -> None:
    trainees = [
        {"t_code": f"T-{number}", "t_attended": attended} for number, attended in enumerate((10, 8, 7))
    ]
    answers = {"workshop_code": "W-1", "end_date": "2026-04-01", "sessions_n": 10, "trainee": trainees}
    asked = {"workshop_code": "W-1", "t_code": "T-0", "window": "m1"}
    workshop = Submission("w", "mediation_workshop", "1", answers)
    found = due([workshop, Submission("f", "trainee_followup", "1", asked)], JUNE)
    assert [(each.window, each.people) for each in found] == [("m3", 2), ("m1", 1)]


def test_long_open_cases_are_listed_with_suspended_ones_last() -> None:
    cases = [
        case("paused", "C-1", opened="2025-01-01", result="suspended"),
        case("ninety", "C-2", opened="2026-04-01"),
        case("more", "C-3", opened="2026-03-31"),
        case("closed", "C-4", closed="2026-02-01"),
        case("older", "C-5"),
    ]
    assert [(each.submission, each.days) for each in long_open(cases, JUNE)] == [
        ("older", 180),
        ("more", 91),
        ("paused", 545),
    ]


def test_the_later_of_two_cases_with_one_code_is_the_case() -> None:
    cases = [case("later", order=2, closed="2026-05-01"), case("earlier", order=1)]
    assert long_open(cases, JUNE) == []


def test_harm_is_listed_with_the_newest_first() -> None:
    found = harms(
        [
            tried("C-1", "m1", harm="yes", fu_date="2026-01-02"),
            tried("C-2", "m1", harm="yes", fu_date="2026-03-02"),
        ]
    )
    assert [each.code for each in found] == ["C-2", "C-1"]
    assert harms([tried("C-1", "m1", harm="no")]) == []


def test_two_devices_with_the_same_month_place_and_totals_are_alike() -> None:
    sessions = [
        session("a"),
        session("b", day="2026-02-20"),
        session("c", women=5),
        session("d", day="2026-03"),
    ]
    devices = dict.fromkeys("acd", "one") | {"b": "two"}
    (found,) = likely(shipped(), sessions, devices, "one")
    assert (found.why, found.what, found.first, found.second) == (
        "totals",
        "2026-02 MMR003 7",
        Twin("a", "one", True),
        Twin("b", "two", False),
    )


def test_one_device_does_not_record_the_same_twice() -> None:
    assert likely(shipped(), [session("a"), session("b")], {"a": "one", "b": "one"}, "one") == []


def test_submissions_with_one_code_are_listed_and_the_second_counts() -> None:
    (found,) = likely(shipped(), [case("later", order=2), case("earlier", order=1)], {}, "one")
    assert (found.why, found.what) == ("code", "C-1")
    assert (found.first.submission, found.second.submission) == ("earlier", "later")


def test_rows_with_a_code_that_stands_again_are_counted() -> None:
    rows = [{"p_code": "P-1"}, {"p_code": "P-1"}, {"p_code": ""}, {"p_code": "P-2"}]
    roster = Submission("s", "dialogue_session", "1", {"roster": rows})
    assert list(repeated_codes(shipped(), [roster])) == [("roster", 1)]


def put(vault: Vault, submission: str, device: str, **answers: object) -> None:
    """A submission as the feed writes it."""

    def work(connection: object) -> None:
        execute = connection.execute  # type: ignore[attr-defined]
        execute(
            "INSERT INTO submissions (id, form_id, device, lifecycle, name, created_at, finalised_at, head)"
            " VALUES (?, 'dialogue_session', ?, 'finalised', '', '', '', ?)",
            [submission, device, f"r{submission}"],
        )
        execute(
            "INSERT INTO revisions (id, submission, parents, form_id, version, lifecycle, custody, device,"
            " recorded_at, origin, open_part, sealed_part) VALUES (?, ?, '[]', 'dialogue_session', '1', 'finalised',"
            " 'whole', ?, '', 'feed', ?, '{}')",
            [f"r{submission}", submission, device, json.dumps(answers)],
        )

    vault.database.write(work).result()


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    with new_vault(tmp_path / "vault", now=FakeClock(datetime(2026, 6, 30, 12, tzinfo=UTC))) as made:
        yield made


@pytest.fixture(params=["fake", "real"])
def attention(request: pytest.FixtureRequest, vault: Vault) -> Attention:
    if request.param == "fake":
        pair = LikelyDuplicate(
            "totals", "2026-02, MMR003, 7", Twin("a", "one", False), Twin("b", "two", False)
        )
        return FakeAttention(Waiting((), (), (), (pair,), ()))
    for name, device in (("a", "one"), ("b", "two")):
        put(vault, name, device, **session(name).answers)
    return VaultAttention(vault, VaultFigures(vault))


def test_a_decision_is_remembered_and_undone(attention: Attention) -> None:
    (pair,) = attention.waiting(JUNE).duplicates
    assert (pair.first.submission, pair.second.submission, pair.what) == ("a", "b", "2026-02, MMR003, 7")
    assert pair.kept is None
    for _ in range(2):
        attention.keep_both("b", "a", JUNE)
    assert [each.kept for each in attention.waiting(JUNE).duplicates] == [JUNE]
    for _ in range(2):
        attention.undecide("a", "b")
    assert [each.kept for each in attention.waiting(JUNE).duplicates] == [None]


def test_silent_devices_are_named_and_since_when(vault: Vault) -> None:
    def work(connection: object) -> None:
        execute = connection.execute  # type: ignore[attr-defined]
        for device, state in (
            ("a" * 32, "confirmed"),
            ("b" * 32, "confirmed"),
            ("c" * 32, "confirmed"),
            ("d" * 32, "revoked"),
        ):
            execute("INSERT INTO devices VALUES (?, 'recorder', '', '', NULL, '', ?)", [device, state])
        for device, day, state in (
            ("a", "2026-05-30", "taken"),
            ("b", "2026-06-01", "taken"),
            ("e", "2026-06-02", "waiting"),
        ):
            execute(
                "INSERT INTO segments (digest, device, first_n, last_n, previous, audience, sealed_at, origin, state,"
                " content) VALUES (?, ?, 1, 3, '', '', ?, 'feed', ?, x'')",
                [device, device * 32, f"{day}T10:00:00+00:00", state],
            )

    vault.database.write(work).result()
    missing = VaultAttention(vault, VaultFigures(vault)).waiting(JUNE).missing
    assert [sentence for sentence in missing if sentence.startswith("Device")] == [
        "Device aaaaaaaa: nothing came from it since 2026-05-30.",
        "Device cccccccc: nothing came from it yet.",
        "Device eeeeeeee: 3 submissions held back since 2026-06-02, until somebody confirms the device.",
    ]
