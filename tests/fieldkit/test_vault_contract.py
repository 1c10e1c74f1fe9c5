"""What screens and commands may rely on, of the real vault and of the fakes alike.

1. A save gives its number once it is durable; the last value of a key holds; None removes.
2. A discarded draft is gone, and no late save brings it back.
3. Finalising turns a draft into a submission once; a correction keeps the submission.
4. Withdrawing stops a submission and takes its corrections with it; only where it was recorded.
5. Lists show the newest first, page by page, and find by name and title.
6. Settings are kept by name.
7. A draft opens in the language in which it was last shown.
8. Digests are of the submissions of a form that stand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fieldkit.ports import Delivery, Drafts, DraftState, FormKey, Lifecycle, Settings, Submissions
from fieldkit.vault.problems import VaultProblem
from tests.fakes import FakeClock, FakeDrafts, FakeSettings, FakeSubmissions
from tests.fieldkit.worlds import FORM, new_vault


@dataclass
class Desk:
    """One of the two worlds."""

    clock: FakeClock
    drafts: Drafts
    submissions: Submissions
    settings: Settings

    def draft(self, form: FormKey = FORM) -> str:
        return self.drafts.create(form, profile="core", language="English (en)")

    def save(self, draft: str, *changes: tuple[str, str | None], name: str = "") -> int:
        saved = self.drafts.save(draft, changes, place="/data/b", name=name, state=DraftState.NO_ERRORS)
        return saved.result()

    def finalise(self, name: str, draft: str | None = None) -> str:
        return self.submissions.finalise(
            draft or self.draft(), name=name, open_part={"tally": 1}, sealed_part={"note": "two"}
        )

    def names(self, **asked: object) -> list[str]:
        return [summary.name for summary in self.submissions.summaries(**asked)]  # type: ignore[arg-type]


@pytest.fixture(params=["fake", "real"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    clock = FakeClock()
    if request.param == "fake":
        drafts = FakeDrafts(now=clock)
        yield Desk(clock, drafts, FakeSubmissions(drafts, now=clock), FakeSettings())
        return
    with new_vault(tmp_path / "vault", now=clock) as vault:
        yield Desk(clock, vault.drafts, vault.submissions, vault.settings)


def test_digests_are_of_submissions_of_the_form_that_stand(desk: Desk) -> None:
    def both(open_part: Mapping[str, object], sealed_part: Mapping[str, object]) -> bytes:
        return f"{open_part['tally']} {sealed_part['note']}".encode()

    gone = desk.finalise("first")
    assert desk.submissions.digests(FORM.form_id, both) == {b"1 two"}
    desk.submissions.withdraw(gone)
    assert desk.submissions.digests(FORM.form_id, both) == set()
    desk.finalise("second")
    assert desk.submissions.digests("another", both) == set()


def test_saves_are_numbered_and_the_last_value_holds(desk: Desk) -> None:
    draft = desk.draft()
    assert desk.save(draft, ("/data/a", "1"), ("/data/b", "x")) == 1
    assert desk.save(draft, ("/data/a", "2"), ("/data/b", None), ("/data/c", "မြို့")) == 2
    assert desk.drafts.open(draft).answers == {"/data/a": "2", "/data/c": "မြို့"}


def test_a_draft_keeps_the_language_that_it_was_last_shown_in(desk: Desk) -> None:
    draft = desk.draft()
    for language in ("Burmese (my)", None):
        saved = desk.drafts.save(draft, (), place="", name="", state=DraftState.ERRORS, language=language)
        saved.result()
        assert desk.drafts.open(draft).language == "Burmese (my)"


def test_one_save_may_name_a_key_twice_and_the_later_change_holds(desk: Desk) -> None:
    draft = desk.draft()
    desk.save(draft, ("/data/a", "1"), ("/data/a", None), ("/data/b", None), ("/data/b", "y"))
    assert desk.drafts.open(draft).answers == {"/data/b": "y"}


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    saves=st.lists(st.lists(st.tuples(st.sampled_from("abc"), st.none() | st.text()), max_size=4), max_size=4)
)
def test_a_draft_holds_what_a_plain_table_would(
    desk: Desk, saves: list[list[tuple[str, str | None]]]
) -> None:
    draft, expected = desk.draft(), dict[str, str]()
    for changes in saves:
        desk.save(draft, *changes)
        for key, value in changes:
            expected.pop(key, None)
            expected |= {} if value is None else {key: value}
    assert desk.drafts.open(draft).answers == expected


def test_an_opened_draft_says_how_and_where_it_was_left(desk: Desk) -> None:
    draft = desk.draft()
    desk.save(draft, ("/data/a", "1"))
    opened = desk.drafts.open(draft)
    assert (opened.form, opened.profile, opened.language, opened.place, opened.revises) == (
        FORM,
        "core",
        "English (en)",
        "/data/b",
        None,
    )


def test_drafts_are_listed_with_the_last_changed_first(desk: Desk) -> None:
    first, second = desk.draft(), desk.draft()
    desk.clock.advance(minutes=1)
    desk.save(first, name="Ma Hla's village")
    listed = desk.drafts.summaries()
    assert [draft.draft for draft in listed] == [first, second]
    assert (listed[0].name, listed[0].state) == ("Ma Hla's village", DraftState.NO_ERRORS)
    assert (listed[1].name, listed[1].state) == ("", DraftState.ERRORS)


def test_a_discarded_draft_is_gone_and_a_late_save_does_not_bring_it_back(desk: Desk) -> None:
    draft = desk.draft()
    desk.drafts.discard(draft)
    desk.drafts.discard(draft)
    with pytest.raises(VaultProblem) as met:
        desk.save(draft, ("/data/a", "1"))
    assert (met.value.code, desk.drafts.summaries()) == ("VAULT-007", [])


def test_a_draft_that_never_was_cannot_be_opened(desk: Desk) -> None:
    with pytest.raises(VaultProblem) as met:
        desk.drafts.open("nothing")
    assert met.value.code == "VAULT-007"


def test_finalising_makes_the_draft_a_submission_that_waits(desk: Desk) -> None:
    draft = desk.draft()
    submission = desk.finalise("Hpa-An 1", draft)
    stored = desk.submissions.open(submission)
    assert (stored.open_part, stored.sealed_part) == ({"tally": 1}, {"note": "two"})
    summary = stored.summary
    assert (summary.name, summary.lifecycle, summary.delivery) == (
        "Hpa-An 1",
        Lifecycle.FINALISED,
        Delivery.WAITING,
    )
    assert (summary.finalised_at, summary.opened, desk.drafts.summaries()) == (desk.clock.time, False, [])


def test_a_draft_is_finalised_once(desk: Desk) -> None:
    draft = desk.draft()
    desk.finalise("once", draft)
    with pytest.raises(VaultProblem):
        desk.finalise("twice", draft)
    assert desk.names() == ["once"]


def test_a_correction_keeps_the_submission_and_makes_a_new_revision(desk: Desk) -> None:
    submission = desk.finalise("before")
    revision = desk.submissions.open(submission).revision
    draft = desk.submissions.correct(
        submission, saved={"/data/a": "1"}, language="English (en)", profile="full"
    )
    opened = desk.drafts.open(draft)
    assert (opened.revises, opened.answers, opened.profile) == (submission, {"/data/a": "1"}, "full")
    assert desk.finalise("after", draft) == submission
    assert desk.names() == ["after"]
    assert desk.submissions.open(submission).revision != revision


def test_correcting_twice_gives_the_correction_begun_first(desk: Desk) -> None:
    submission = desk.finalise("x")
    first = desk.submissions.correct(submission, saved={"/data/a": "1"}, language="", profile="core")
    desk.save(first, ("/data/a", "2"))
    second = desk.submissions.correct(submission, saved={"/data/a": "1"}, language="", profile="core")
    assert (second, desk.drafts.open(second).answers) == (first, {"/data/a": "2"})


def test_withdrawing_stops_a_submission_and_takes_its_correction_along(desk: Desk) -> None:
    submission = desk.finalise("unsafe after all")
    desk.submissions.correct(submission, saved={"/data/a": "1"}, language="", profile="core")
    desk.submissions.withdraw(submission)
    desk.submissions.withdraw(submission)
    assert desk.submissions.open(submission).summary.lifecycle is Lifecycle.WITHDRAWN
    assert desk.drafts.summaries() == []
    with pytest.raises(VaultProblem) as met:
        desk.submissions.correct(submission, saved={}, language="", profile="core")
    assert met.value.code == "VAULT-010"


@pytest.mark.parametrize("act", ["open", "withdraw", "correct"])
def test_a_submission_that_never_was_is_a_problem(desk: Desk, act: str) -> None:
    arguments = {"saved": {}, "language": "", "profile": "core"} if act == "correct" else {}
    with pytest.raises(VaultProblem) as met:
        getattr(desk.submissions, act)("nothing", **arguments)
    assert met.value.code == "VAULT-007"


def test_submissions_are_listed_page_by_page_with_the_newest_first(desk: Desk) -> None:
    for number in range(5):
        desk.clock.advance(minutes=1)
        desk.finalise(f"number {number}")
    assert desk.names(limit=2) == ["number 4", "number 3"]
    assert desk.names(limit=2, offset=4) == ["number 0"]
    assert desk.submissions.count() == 5


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("hpa", ["Hpa-An", "hpakant"]),
        ("  HPA-an ", ["Hpa-An"]),
        ("ဘားအံ", ["ဘားအံ"]),
        ("တူွ", ["တွူ"]),
        ("100%", ["100% women"]),
        ("der_", ["under_score"]),
        ("nothing", []),
        ("", ["100% women", "Hpa-An", "hpakant", "under_score", "တွူ", "ဘားအံ"]),
    ],
)
def test_search_looks_into_names_whatever_the_case(desk: Desk, search: str, found: list[str]) -> None:
    for name in ["Hpa-An", "hpakant", "ဘားအံ", "100% women", "under_score", "တွူ"]:
        desk.finalise(name)
    assert sorted(desk.names(search=search)) == found
    assert desk.submissions.count(search=search) == len(found)


def test_a_list_can_be_of_one_form(desk: Desk) -> None:
    desk.finalise("session")
    desk.finalise("case", desk.draft(FormKey("mediation_case", "1")))
    assert desk.names(form_id="mediation_case") == ["case"]
    assert desk.submissions.count(form_id="mediation_case") == 1


def test_settings_are_kept_and_forgotten_by_name(desk: Desk) -> None:
    desk.settings.keep("idle_minutes", 5)
    desk.settings.keep("idle_minutes", [10, "ten"])
    assert desk.settings.get("idle_minutes") == [10, "ten"]
    desk.settings.keep("idle_minutes", None)
    assert desk.settings.get("idle_minutes") is None
