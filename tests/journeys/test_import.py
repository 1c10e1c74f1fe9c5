"""Many submissions from lines, in a real vault.

1. A good line becomes a finalised submission or a draft, as it says.
2. A bad line is refused with its number, question and reason; it leaves nothing and stops no other.
3. An answer to a question that is not asked is refused by name.
4. A line that says "not safe to record" leaves nothing and is mentioned nowhere.
5. A dry run judges and keeps nothing.
6. Of a tally grid one to fourteen cells may be given; the others are 0. With none given nothing is counted.
7. A line that says what is here already, or a line before, is refused unless that is asked for; what was withdrawn
   may come again.
8. The golden fixture gives the golden values of the first five indicators.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from fieldkit.bootstrap import World, add_shipped_forms, build
from fieldkit.recorder.importing import ImportReport, import_lines
from tests.fakes import FakeClock
from tests.fieldkit.worlds import new_vault

GOLDEN = Path(__file__).parents[2] / ".." / "shared" / "forms" / "golden.jsonl"
NO_CONSENT = {"safe_to_record": "yes", "consent_group": "no", "session_date": "2026-03-10", "adm1": "MMR003"}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    clock = FakeClock(datetime(2026, 7, 1, 9, tzinfo=UTC))
    with new_vault(tmp_path / "vault", now=clock) as vault:
        add_shipped_forms(vault, clock())
        yield build(vault, clock=clock)


def line(state: str = "finalised", form: str = "dialogue_session", **answers: object) -> str:
    return json.dumps({"form": form, "state": state, "answers": NO_CONSENT | answers})


def kept(world: World) -> tuple[int, int]:
    """Submissions and drafts in the vault."""
    return world.desk.submissions.count(), len(world.desk.drafts.summaries())


def imported(world: World, *lines: str, dry_run: bool = False, again: bool = False) -> ImportReport:
    return import_lines(world.desk, lines, dry_run=dry_run, again=again)


def test_a_line_becomes_a_submission_or_a_draft(world: World) -> None:
    report = imported(world, line(), "", line("draft", session_date="2026-03-11"))
    assert (report.finalised, report.drafts, report.refused) == (1, 1, [])
    assert kept(world) == (1, 1)


@pytest.mark.parametrize(
    ("bad", "question", "reason"),
    [
        ("{", "", "not a JSON object"),
        (line()[:-1] + ', "profile": "widest"}', "", "core, full, roster"),
        (line().replace('"yes", "consent', '"no", "safe_to_record": "yes", "consent'), "", "once"),
        (line(adm1="\udcff"), "/data/g_activity/adm1", ""),
        ("\udcff", "", "UTF-8"),
        ('{"form": "dialogue_session"}', "", "needs"),
        (line("sent"), "", "neither"),
        (line(form="nothing"), "", "no form nothing"),
        (line(session_date="2031-01-01"), "/data/g_activity/session_date", "future"),
        (line(adm1="MMR999"), "/data/g_activity/adm1", ""),
        (line(villages="three"), "villages", ""),
        (line(fac_f=2), "fac_f", "not asked"),
        (line(consent_group=""), "/data/g_safety/consent_group", ""),
        ('{"form": "dialogue_session", "answers": {"consent_group": NaN}}', "", "not a JSON object"),
        (line()[:-1] + ', "colour": 1}', "", "colour"),
    ],
)
def test_a_bad_line_is_refused_and_stops_no_other(world: World, bad: str, question: str, reason: str) -> None:
    report = imported(world, line(), bad, line(session_date="2026-03-11"))
    (refused,) = report.refused
    assert refused.line == 2
    assert refused.question.endswith(question)
    assert reason in refused.reason
    assert kept(world) == (2, 0)


def test_a_line_that_is_not_safe_leaves_nothing_and_is_mentioned_nowhere(world: World) -> None:
    report = imported(world, line(safe_to_record="no"), line("draft", safe_to_record="no"))
    assert report == ImportReport()
    assert kept(world) == (0, 0)


def test_a_line_that_does_not_say_that_it_is_safe_is_refused(world: World) -> None:
    report = imported(world, line(safe_to_record=""))
    assert "safe" in report.refused[0].reason
    assert kept(world) == (0, 0)


def test_a_dry_run_judges_and_keeps_nothing(world: World) -> None:
    report = imported(world, line(), line("draft", session_date="2026-03-11"), "{", dry_run=True)
    assert (report.finalised, report.drafts, len(report.refused)) == (1, 1, 1)
    assert kept(world) == (0, 0)


@pytest.mark.parametrize("state", ["finalised", "draft"])
def test_a_file_that_was_imported_before_doubles_nothing(world: World, state: str) -> None:
    lines = line(state), line(state, session_date="2026-03-11")
    imported(world, *lines)
    before = kept(world)
    report = imported(world, *lines)
    assert (report.repeated, [refused.line for refused in report.refused]) == (2, [1, 2])
    assert "is here already" in report.refused[0].reason
    assert kept(world) == before


def test_a_line_that_repeats_one_before_it_is_refused(world: World) -> None:
    report = imported(world, line(), line(), line("draft"), line(adm1="MMR001"))
    assert [refused.line for refused in report.refused] == [2, 3]
    assert "a line before it" in report.refused[0].reason
    assert kept(world) == (2, 0)


def test_a_repeated_line_is_imported_when_that_is_asked_for(world: World) -> None:
    imported(world, line())
    assert imported(world, line(), again=True).refused == []
    assert kept(world) == (2, 0)


def test_a_dry_run_tells_what_would_be_refused_as_repeated(world: World) -> None:
    assert imported(world, line(), line(), dry_run=True).repeated == 1
    assert imported(world, line()).refused == []


def test_what_was_withdrawn_may_be_imported_again(world: World) -> None:
    imported(world, line())
    world.desk.submissions.withdraw(world.desk.submissions.summaries()[0].submission)
    assert imported(world, line()).refused == []


def session(**cells: int) -> str:
    """A whole session of the core profile with these cells of the tally grid."""
    return line(
        consent_group="yes",
        public_label="meeting",
        focus_level="village",
        fac_f=1,
        fac_m=1,
        fac_origin="insider",
        count_mode="tally",
        count_basis="self",
        voice_method="none",
        exit_done="no",
        outcomes=["none"],
        checked="OK",
        **cells,
    )


def attendances(world: World) -> tuple[object, dict[str, int]]:
    figures = world.desk.figures.run(date(2026, 1, 1), date(2026, 6, 30), date(2026, 6, 30), [])
    (found,) = [figure for figure in figures if (figure.indicator, figure.part) == ("B02", "")]
    return found.numerator, dict(found.excluded)


def test_given_cells_of_a_grid_make_the_others_zero(world: World) -> None:
    assert imported(world, session(p_f_18_29=3)).refused == []
    assert attendances(world) == (3, {})


def test_a_grid_without_cells_is_not_recorded_and_not_zero(world: World) -> None:
    assert imported(world, session(), session(p_m_60p=2)).refused == []
    assert attendances(world) == (2, {"sessions whose participants were not recorded": 1})


@pytest.mark.skipif(not GOLDEN.exists(), reason="the golden fixture is not here")
def test_the_golden_fixture_is_taken_in_once(world: World) -> None:
    lines = GOLDEN.read_text(encoding="utf-8").splitlines()
    import_lines(world.desk, lines)
    report = import_lines(world.desk, lines)
    assert (report.finalised, report.drafts, report.repeated) == (0, 0, 29)


@pytest.mark.skipif(not GOLDEN.exists(), reason="the golden fixture is not here")
def test_the_golden_fixture_gives_the_golden_values(world: World) -> None:
    report = import_lines(world.desk, GOLDEN.read_text(encoding="utf-8").splitlines())
    assert (report.finalised, report.drafts, report.refused) == (27, 2, [])
    figures = world.desk.figures.run(date(2026, 1, 1), date(2026, 6, 30), date(2026, 6, 30), [])
    shown = {figure.indicator: figure.display for figure in figures if not figure.part}
    assert {name: shown[name] for name in ("B01", "B02", "B03", "B04", "B05")} == {
        "B01": "4",
        "B02": "65",
        "B03": "42.2% (27 of 64)",
        "B04": "31.7% (20 of 63)",
        "B05": "37.0% (10 of 27)",
    }
