"""An organisation's own indicators, from a file to figures, releases and other coordinators.

1. `indicators add` checks and keeps them; figures, explanations, releases and exports know them from then on.
2. What has a fault is told in full and changes nothing.
3. A changed indicator needs a new version; a removed catalogue leaves releases as they are.
4. In a project they travel as the coordinator's signed statement; a recorder's vault can't publish them.
5. A file that is not there, or has no indicator, is refused.
6. A catalogue that this program can't read takes nothing away from the others, and is named.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fieldkit.__main__ import main
from fieldkit.bootstrap import build, create
from fieldkit.coordinator import catalogues
from sync.problems import SyncProblem
from tests.fakes import FakeClock
from tests.fieldkit.project import FoundedProject
from tests.fieldkit.worlds import new_vault
from tests.indicators.visits import VISITS

FORM = """
| settings |
| | form_id | version | form_title |
| | visit   | 1       | Visit      |
| survey |
| | type             | name     | label    | sensitivity | required |
| | date             | day      | Day      | tally       | yes |
| | select_one place | place    | Place    | tally       | yes |
| | integer          | adults   | Adults   | tally       | yes |
| | integer          | children | Children | tally       | yes |
| choices |
| | list_name | name  | label |
| | place     | hall  | Hall  |
| | place     | field | Field |
"""
YEAR = ("--from", "2026-01-01", "--to", "2026-06-30")


class Office:
    """A practice vault with the own form and 40 visits, and the command line over it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        create(folder / "vault", None, clock=FakeClock()).close()
        assert self.run("forms", "publish", str(self.file("visit.md", FORM))) == 0
        visits = [
            {"day": f"2026-0{1 + n % 6}-0{1 + n % 9}", "place": ("hall", "field")[n % 2], "adults": 12, "children": 8}
            for n in range(40)
        ]  # fmt: skip
        lines = [json.dumps({"form": "visit", "state": "finalised", "answers": each}) for each in visits]
        assert self.run("import", str(self.file("visits.jsonl", "\n".join(lines))), "--again") == 0

    def file(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def run(self, *words: str) -> int:
        return main(["--vault", str(self.folder / "vault"), *words])

    def add(self, text: str) -> int:
        return self.run("indicators", "add", str(self.file("visits.toml", text)))


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def said(capsys: pytest.CaptureFixture[str]) -> object:
    return json.loads(capsys.readouterr().out)


def shares(office: Office, capsys: pytest.CaptureFixture[str], *options: str) -> list[str]:
    capsys.readouterr()
    assert office.run("indicators", "run", *YEAR, *options, "--json") == 0
    found = said(capsys)
    assert isinstance(found, list)
    return [each["display"] for each in found if each["id"] == "V1"]


def test_own_indicators_are_counted_from_then_on(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    assert shares(office, capsys) == []
    assert office.add(VISITS) == 0
    assert shares(office, capsys) == ["40.0% (320 of 800)"]
    assert shares(office, capsys, "--by", "place") == ["40.0% (320 of 800)", *["40.0% (160 of 400)"] * 2]


def test_own_indicators_are_explained_and_listed(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    office.add(VISITS)
    capsys.readouterr()
    assert office.run("indicators", "explain", "V1") == 0
    assert "Children among visitors" in capsys.readouterr().out
    assert office.run("indicators", "own", "--json") == 0
    assert said(capsys) == [
        {"name": "visits", "id": "V1", "version": "1", "title": "Children among visitors"}
    ]


def test_a_catalogue_that_only_maps_a_form_is_listed_too(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    assert office.add('[form.dialogue_session]\nversions = ["partner"]\n') == 0
    capsys.readouterr()
    office.run("indicators", "own")
    assert "how dialogue_session is read: version partner" in capsys.readouterr().out


def test_own_indicators_are_released_and_exported(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    office.add(VISITS)
    capsys.readouterr()
    tables = ("--tables", "V1.place", "--audience", "leaving", "--json")
    assert office.run("release", "create", *YEAR, *tables) == 0
    release = said(capsys)
    assert isinstance(release, dict)
    target = str(office.folder / "out.csv")
    assert office.run("export", release["id"], "--format", "csv", "-o", target) == 0
    text = Path(target).read_text(encoding="utf-8-sig")
    assert "V1" in text
    assert "hall" in text


def test_faults_are_told_in_full_and_change_nothing(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    faulty = VISITS.replace('"adults + children"', '"adults +"').replace(
        'adults = "adults"', 'adults = "adult"'
    )
    assert office.add(faulty) == 2
    told = capsys.readouterr().err
    assert "unit.visit.columns.visitors" in told
    assert "did you mean adults" in told
    assert "^" in told
    assert shares(office, capsys) == []


def test_a_changed_indicator_needs_a_new_version(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    office.add(VISITS)
    changed = VISITS.replace('numerator = ["children"]', 'numerator = ["adults"]')
    assert office.add(changed) == 2
    assert office.add(changed.replace('id = "V1"', 'id = "V1"\nversion = 2')) == 0
    assert shares(office, capsys) == ["60.0% (480 of 800)"]


def test_a_removed_catalogue_is_counted_no_longer(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    office.add(VISITS)
    assert office.run("indicators", "remove", "visits") == 0
    assert shares(office, capsys) == []
    assert office.run("indicators", "remove", "visits") == 2


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "indicator = []\n"])
def test_a_catalogue_without_an_indicator_is_refused(
    office: Office, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    assert office.add(text) == 2
    assert "has no indicator" in capsys.readouterr().err


def test_a_file_that_is_not_there_is_told(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    assert office.run("indicators", "add", str(office.folder / "nothere.toml")) == 2
    assert "no such file" in capsys.readouterr().err


def test_where_there_are_none_none_is_removed(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    assert office.run("indicators", "remove", "foo") == 2
    assert "There are none to remove." in capsys.readouterr().err


@pytest.mark.parametrize("spelled", ["v1", "b03", "q01"])
def test_an_indicator_is_explained_in_any_case(
    office: Office, capsys: pytest.CaptureFixture[str], spelled: str
) -> None:
    office.add(VISITS)
    capsys.readouterr()
    assert office.run("indicators", "explain", spelled) == 0
    assert spelled.upper() in capsys.readouterr().out


def test_what_is_given_twice_counts_once(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    office.add(VISITS)
    assert shares(office, capsys, "--by", "place,place") == shares(office, capsys, "--by", "place")


def test_a_freeze_before_the_period_is_told(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    assert office.run("indicators", "run", *YEAR, "--as-of", "2025-12-31") == 0
    assert "--as-of (2025-12-31) lies before --from" in capsys.readouterr().err


def test_figures_are_printed_in_one_shape(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    assert office.run("indicators", "run", *YEAR, "--csv", "--json") == 2
    assert "not as both" in "".join(capsys.readouterr())


def test_an_unreadable_catalogue_takes_nothing_away(tmp_path: Path) -> None:
    with create(tmp_path / "vault", None, clock=FakeClock()) as vault:
        vault.library.add_list("indicators/newer.toml", "[later]\nx = 1\n")
        assert len(catalogues.catalogue_of(vault).indicators) == 35
        (sentence,) = build(vault).desk.figures.coverage()
        assert "newer" in sentence


async def test_they_travel_signed_by_a_coordinator(tmp_path: Path) -> None:
    project = FoundedProject(tmp_path)
    own = '[form.dialogue_session.renamed."0"]\nwomen = "tot_f"\n'
    with project.coordinator as coordinator:
        exchange = await project.connect()
        catalogues.publish(coordinator, "older", own, now=project.clock)
        await exchange.sync(lambda _: None)
        with await project.recorder() as recorder:
            await project.exchange(recorder).sync(lambda _: None)
            assert catalogues.own_texts(recorder) == {"older": own}
            with pytest.raises(SyncProblem):
                catalogues.publish(recorder, "older", own, now=project.clock)
    project.close()


def test_a_vault_without_own_indicators_counts_by_the_shipped_ones(tmp_path: Path) -> None:
    with new_vault(tmp_path / "vault") as vault:
        assert len(catalogues.catalogue_of(vault).indicators) == 35
