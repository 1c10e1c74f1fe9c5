"""Releases of a vault.

1. A release is kept and found by the beginning of its id; an unknown id is a problem with a remedy.
2. Asked for twice, the same release is given back, byte for byte, whatever came in between.
3. What came late, changed or went since is listed and changes nothing.
4. A creation that is broken off stores nothing, wherever it is; made again it is the release that it would have been.
5. A period that is not over is previewed and not frozen.
6. The commands: create, list, show, compare; `indicators run --audience` shows suppressed figures as ‡.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from fieldkit.__main__ import main
from fieldkit.coordinator.releasing import Releasing
from fieldkit.ports import FormKey
from fieldkit.vault.vault import Vault
from indicators.cells import Period
from indicators.disclosure import Audience
from indicators.problems import IndicatorProblem
from indicators.releases import dump
from tests.fakes import FakeClock
from tests.indicators.made_up_sessions import FIXTURE, VERSION, session

HALF_YEAR = Period(date(2026, 1, 1), date(2026, 6, 30), date(2026, 6, 30))
NOW = datetime(2026, 7, 1, tzinfo=UTC)
FORM = FormKey("dialogue_session", VERSION)


def add_session(vault: Vault, day: str, place: str, cells: dict[str, int]) -> str:
    draft = vault.drafts.create(FORM, profile="core", language="")
    answers = {"g": dict(session("", day, place, cells).answers)}
    return vault.submissions.finalise(draft, name=day, open_part=answers, sealed_part={})


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    made = Vault.create(tmp_path / "vault", None, now=FakeClock())
    for day, place, cells in FIXTURE:
        add_session(made, day, place, dict(cells))
    yield made
    made.close()


def test_a_release_is_found_by_the_beginning_of_its_id(vault: Vault) -> None:
    release = Releasing(vault).create(HALF_YEAR, Audience.INSIDE, ["B02.gender"], NOW)
    assert vault.releases.open(release.id[:5]) == release
    assert vault.releases.all() == [release]


@pytest.mark.parametrize("beginning", ["", "no such id"])
def test_an_unknown_id_is_a_problem(vault: Vault, beginning: str) -> None:
    with pytest.raises(IndicatorProblem) as raised:
        vault.releases.open(beginning)
    assert raised.value.code == "IND-009"


class Stopped(Exception):
    """Somebody broke off."""


def stop_at(step: int) -> Callable[[int], None]:
    """Breaks off at a step of the work."""

    def progress(done: int) -> None:
        if done == step:
            raise Stopped

    return progress


@pytest.mark.parametrize("step", [1, 2, 3])
def test_a_creation_that_is_broken_off_stores_nothing(vault: Vault, step: int) -> None:
    releasing, tables = Releasing(vault), ["B02.gender", "B02.adm1"]
    with pytest.raises(Stopped):
        releasing.create(HALF_YEAR, Audience.INSIDE, tables, NOW, stop_at(step))
    assert vault.releases.all() == []
    assert vault.releases.evidence() == []
    expected = releasing.preview(HALF_YEAR, Audience.INSIDE, tables)
    assert dump(releasing.create(HALF_YEAR, Audience.INSIDE, tables, NOW)) == dump(expected)


def test_a_late_submission_changes_no_release_and_is_listed(vault: Vault) -> None:
    releasing = Releasing(vault)
    before = releasing.create(HALF_YEAR, Audience.INSIDE, ["B02.gender"], NOW)
    late = add_session(vault, "2026-05-05", "MMR003", {"f_18_29": 3})
    add_session(vault, "2026-08-05", "MMR003", {"f_18_29": 3})
    again = releasing.create(HALF_YEAR, Audience.INSIDE, ["B02.gender"], NOW)
    assert dump(again) == dump(before)
    assert releasing.since(before.id).late == (late,)


@pytest.mark.parametrize("days", [(1, 2, 2), (1, 1, 2), (1, 2, 1)])
def test_a_period_that_is_not_over_is_not_frozen(vault: Vault, days: tuple[int, int, int]) -> None:
    releasing = Releasing(vault)
    start, end, as_of = (date(2026, 7, day) for day in days)
    period = Period(start, end, as_of)
    with pytest.raises(IndicatorProblem) as refused:
        releasing.create(period, Audience.INSIDE, ["B02.gender"], NOW)
    assert refused.value.code == "IND-012"
    assert vault.releases.all() == []
    assert releasing.preview(period, Audience.INSIDE, ["B02.gender"]).tables


def test_a_withdrawn_submission_is_listed_as_gone(vault: Vault) -> None:
    releasing = Releasing(vault)
    extra = add_session(vault, "2026-05-05", "MMR003", {"f_18_29": 3})
    release = releasing.create(HALF_YEAR, Audience.INSIDE, ["B02.gender"], NOW)
    vault.submissions.withdraw(extra)
    assert releasing.since(release.id).gone == (extra,)


def test_the_commands_freeze_list_show_and_compare(
    vault: Vault, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    vault.close()
    at = ["--vault", str(tmp_path / "vault"), "--json"]
    days = ["--from", "2026-01-01", "--to", "2026-06-30"]
    create = ["release", "create", *days, "--audience", "inside", "--tables"]
    for tables in ("B02.gender", "B02.gender,B03"):
        assert main([*create, tables, *at]) == 0
    capsys.readouterr()
    first, second = (str(each["id"]) for each in output(capsys, "release", "list", *at))
    assert main(["release", "show", first, *at]) == 0
    assert json.loads(capsys.readouterr().out)["since"] == {"late": [], "changed": [], "gone": []}
    assert isinstance(output(capsys, "release", "compare", first, second, *at), list)


@pytest.mark.parametrize("tables", ["", ",", " "])
def test_a_release_of_no_table_is_refused(
    vault: Vault, tmp_path: Path, capsys: pytest.CaptureFixture[str], tables: str
) -> None:
    vault.close()
    days = ["--from", "2026-01-01", "--to", "2026-06-30", "--audience", "inside"]
    assert main(["release", "create", *days, "--tables", tables, "--vault", str(tmp_path / "vault")]) == 2
    assert "names no table" in capsys.readouterr().err


def test_figures_for_an_audience_are_suppressed(
    vault: Vault, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    vault.close()
    at = ["--vault", str(tmp_path / "vault"), "--json", "--from", "2026-01-01", "--to", "2026-06-30"]
    figures = output(capsys, "indicators", "run", *at, "--by", "gender", "--audience", "inside")
    others = [each for each in figures if (each["id"], each["by"]) == ("B02", {"gender": "x"})]
    assert [(each["state"], each["display"], each["numerator"]) for each in others] == [
        ("suppressed", "‡", None)
    ]


def output(capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, object]]:
    """What a command printed as JSON."""
    assert main(list(words)) == 0
    printed: list[dict[str, object]] = json.loads(capsys.readouterr().out)
    return printed


def test_what_came_too_late_for_the_last_release_is_a_figure_of_the_next(vault: Vault) -> None:
    releasing = Releasing(vault)
    releasing.create(HALF_YEAR, Audience.INSIDE, ["B02.gender"], NOW)
    for day in ("2026-05-05", "2026-05-06", "2026-05-07", "2026-06-05", "2026-06-06", "2026-08-01"):
        add_session(vault, day, "MMR003", {"f_18_29": 3})
    today = vault.clock().date()
    since = Period(date(2026, 1, 1), today, today)
    shown = {
        audience: releasing.preview(since, audience, ["Q08"]).tables[0].cells[0].display
        for audience in (Audience.INSIDE, Audience.LEAVING)
    }
    assert shown == {Audience.INSIDE: "5", Audience.LEAVING: "0"}


def test_what_a_release_leaves_behind_is_read_as_earlier_versions_kept_it(vault: Vault) -> None:
    Releasing(vault).create(HALF_YEAR, Audience.INSIDE, ["B02.gender"], NOW)
    (evidence,) = vault.releases.evidence()
    plain = json.dumps(evidence.as_json())
    vault.database.write(
        lambda connection: connection.execute("UPDATE releases SET evidence = ?", [plain])
    ).result()
    assert vault.releases.evidence() == [evidence]
