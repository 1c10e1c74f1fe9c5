"""A coordinator's quarter report, and two partners with two definitions and several form versions (journeys 8 and 9).

Everything is recorded through the command line into a real vault, and read from what the commands print and write.

1. Journey 8: drafts are excluded; figures are the golden ones; every percentage prints its n; a hidden number stands in
   no file and comes out of no difference of two releases; twice is the same bytes; what comes late changes nothing
   released and is listed.
2. Journey 9: totals combine across partners, ages only on shared band edges, else "not comparable"; a version that asks
   the same counts by itself, an older one maps or is listed with its number; missing is never zero; clocks that are
   years wrong lose and reorder nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from fieldkit.__main__ import main
from fieldkit.bootstrap import add_shipped_forms, build, create
from fieldkit.exchanging import membership
from fieldkit.made_up import dialogue_sessions
from fieldkit.recorder.importing import import_lines
from fieldkit.vault.vault import Vault
from forms import shipped
from forms.workbooks import Row, Sheet, Workbook, write_xlsx
from sync.messages import DeviceState
from tests.fakes import FakeClock
from tests.fieldkit.project import FoundedProject
from tests.fieldkit.worlds import new_vault

GOLDEN = Path(__file__).parents[2] / "../shared/forms/golden.jsonl"
HALF_YEAR = ("--from", "2026-01-01", "--to", "2026-06-30", "--as-of", "2026-06-30")
QUARTER = ("--from", "2026-01-01", "--to", "2026-03-31", "--as-of", "2026-03-31")
FLAT = ("csv", "hxl", "xlsx", "json", "jsonl")
PERCENTAGE = re.compile(r"\d%")
SESSION: Mapping[str, object] = {
    "safe_to_record": "yes", "consent_group": "yes", "risk_level": "low", "session_date": "2026-05-10",
    "adm1": "MMR003", "public_label": "meeting", "track": "t3", "purpose": ["dialogue"], "focus_level": "village",
    "orientation": "manage", "fac_f": 1, "fac_m": 1, "fac_origin": "insider", "count_mode": "tally",
    "count_basis": "self", "p_f_18_29": 4, "p_f_30_59": 5, "p_f_60p": 1, "p_m_18_29": 3, "p_m_30_59": 7,
    "voice_method": "none", "topics_all": 5, "topics_f": 3, "topics_youth": 2, "dec_all": 1, "dec_f": 0,
    "dec_youth": 0, "exit_done": "no", "outcomes": ["understand"], "distress": "no", "checked": "OK",
}  # fmt: skip


class Desk:
    """A coordinator's vault (of practice, which asks for no passphrase) and the command line over it."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self._capsys = folder, capsys
        create(folder / "vault", None, clock=FakeClock(datetime(2026, 6, 30, 12, tzinfo=UTC))).close()

    def run(self, *words: str, code: int = 0) -> str:
        self._capsys.readouterr()
        assert main(["--vault", str(self.folder / "vault"), *words]) == code
        return self._capsys.readouterr().out

    def record(self, *sessions: Mapping[str, object]) -> None:
        lines = [
            {"form": "dialogue_session", "state": "finalised", "answers": dict(each)} for each in sessions
        ]
        self.take_in("\n".join(map(json.dumps, lines)))

    def take_in(self, lines: str) -> None:
        path = self.folder / "lines.jsonl"
        path.write_text(lines, encoding="utf-8")
        self.run("import", str(path), "--again")

    def publish(
        self, version: str, *changes: tuple[str, str], more: Sequence[Mapping[str, str]] = ()
    ) -> None:
        """The shipped session form under another version, with texts replaced in it and rows added."""
        path = self.folder / f"{version}.xlsx"
        path.write_bytes(changed_form(version, changes, more))
        self.run("forms", "publish", str(path))

    def add(self, text: str) -> None:
        path = self.folder / "partners.toml"
        path.write_text(text, encoding="utf-8")
        self.run("indicators", "add", str(path))

    def figures(self, *options: str) -> dict[tuple[str, ...], dict[str, object]]:
        """Id, part and codes to what is printed of a figure."""
        found = json.loads(self.run("indicators", "run", *HALF_YEAR, *options, "--json"))
        return {(each["id"], each["part"], *each["by"].values()): each for each in found}

    def release(self, *options: str) -> dict[str, object]:
        made: dict[str, object] = json.loads(self.run("release", "create", *options, "--json"))
        return made

    def exported(self, release: object, form: str) -> bytes:
        target = self.folder / f"out.{form}"
        self.run("export", str(release), "--format", form, "-o", str(target), "--replace")
        return target.read_bytes()


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(tmp_path, capsys)


def changed_form(
    version: str, changes: Sequence[tuple[str, str]], more: Sequence[Mapping[str, str]]
) -> bytes:
    """The shipped session form as a workbook, with texts replaced in every cell and rows added."""

    def changed(text: str) -> str:
        for before, after in changes:
            text = text.replace(before, after)
        return text

    sheets = []
    for sheet in shipped.workbook("dialogue_session").sheets:
        rows = [{name: changed(cell) for name, cell in row.cells.items()} for row in sheet.rows]
        if sheet.name == "settings":
            rows = [{**row, "version": version} for row in rows]
        if sheet.name == "survey":
            rows += [dict(row) for row in more]
        numbered = tuple(Row(number, row) for number, row in enumerate(rows, start=2))
        sheets.append(Sheet(sheet.name, sheet.header, numbered))
    return write_xlsx(Workbook(tuple(sheets)))


@pytest.fixture
def golden(desk: Desk) -> Desk:
    if not GOLDEN.exists():
        pytest.skip("needs the shared example answers")
    desk.take_in(GOLDEN.read_text(encoding="utf-8"))
    return desk


def cells_of(release: bytes) -> list[dict[str, object]]:
    """Every cell of a release's JSON, with its table."""
    tables = json.loads(release)["tables"]
    return [{"table": table["id"], **cell} for table in tables for cell in table["cells"]]


def counts_of(release: bytes) -> dict[tuple[str, str], int]:
    """The counts that a release tells, by table and codes."""
    told = [cell for cell in cells_of(release) if cell["numerator"] is not None]
    return {(str(cell["table"]), str(cell["by"])): int(str(cell["numerator"])) for cell in told}


def test_drafts_are_excluded_and_the_figures_are_the_golden_ones(golden: Desk) -> None:
    found = golden.figures()
    shown = {key[:2]: found[key]["display"] for key in found}
    assert (shown["B01", ""], shown["B02", ""], shown["B25", ""]) == ("4", "65", "7")
    assert shown["B03", ""] == "42.2% (27 of 64)"
    assert shown["B29", "m3"] == "50.0% (1 of 2), bounds 33.3-66.7%"


def test_every_percentage_prints_what_it_is_of(golden: Desk) -> None:
    shares = [str(each["display"]) for each in golden.figures("--by", "month").values()]
    shares = [text for text in shares if PERCENTAGE.search(text) and not text.startswith("no data")]
    assert len(shares) > 50
    assert [text for text in shares if not re.search(r"\(\d+ of \d+\)", text)] == []


def test_a_released_percentage_prints_its_n_or_that_it_is_hidden(desk: Desk) -> None:
    desk.record(*dialogue_sessions(60, last_day=date(2026, 6, 28)))
    release = desk.release(*HALF_YEAR, "--audience", "leaving", "--tables", "B03.month,B04,B06,B19,B20,B22")
    shares = [cell for cell in cells_of(desk.exported(release["id"], "json")) if "%" in str(cell["display"])]
    assert len(shares) > 5
    wrong = [
        cell
        for cell in shares
        if ("(n = ‡)" if cell["denominator"] is None else " of ") not in str(cell["display"])
    ]
    assert wrong == []


def test_a_hidden_number_stands_in_no_file(golden: Desk) -> None:
    release = golden.release(*HALF_YEAR, "--audience", "inside", "--tables", "B02.gender")
    cells = {str(cell["by"]): cell for cell in cells_of(golden.exported(release["id"], "json"))}
    hidden = [cell for cell in cells.values() if cell["state"] == "suppressed"]
    assert len(hidden) == 2, "the one person, and the men who would give it away"
    assert all(cell[name] is None for cell in hidden for name in ("numerator", "denominator", "value"))
    for form in ("csv", "hxl", "json", "jsonl"):
        text = golden.exported(release["id"], form).decode("utf-8-sig")
        assert "‡" in text or "suppressed" in text
        assert not re.search(r"(?<![\d.-])37(?![\d.-])", re.sub(r"[0-9a-f]{12,}", "", text)), form


def test_no_difference_of_two_releases_is_a_small_number(desk: Desk) -> None:
    desk.record(*dialogue_sessions(150, last_day=date(2026, 6, 28)))
    tables = ("--audience", "inside", "--tables", "B02.gender,B02.month,B01.month")
    first = desk.release(*QUARTER, *tables)
    desk.record({**SESSION, "session_date": "2026-03-02", "p_f_30_59": 1, "p_m_30_59": 0})
    second = desk.release(*HALF_YEAR, *tables)
    before, after = (
        counts_of(desk.exported(first["id"], "json")),
        counts_of(desk.exported(second["id"], "json")),
    )
    months = [key for key in before.keys() & after.keys() if "month" in key[1]]
    assert months
    changes = {key: abs(after[key] - before[key]) for key in months}
    assert {key: change for key, change in changes.items() if change} == {}, "a change is one session's"


def test_the_same_release_is_the_same_bytes_and_late_records_change_nothing(desk: Desk) -> None:
    desk.record(*dialogue_sessions(40, last_day=date(2026, 6, 28)))
    asked = (*HALF_YEAR, "--audience", "leaving", "--tables", "B01.month,B02.gender,B03")
    release = desk.release(*asked)
    files = {form: desk.exported(release["id"], form) for form in FLAT}
    desk.record({**SESSION, "session_date": "2026-06-01"})
    assert {form: desk.exported(release["id"], form) for form in FLAT} == files
    assert desk.release(*asked)["id"] == release["id"]
    shown = json.loads(desk.run("release", "show", str(release["id"]), "--json"))
    assert [len(shown["since"][name]) for name in ("late", "changed", "gone")] == [1, 0, 0]


OTHER_BANDS = (("0_17", "0_14"), ("18_29", "15_35"), ("30_59", "36_59"))
EDGES = {"type": "calculate", "name": "youth_edges", "calculation": "'15-35'", "sensitivity": "tally"}


def with_other_bands() -> dict[str, object]:
    return {
        name.replace("18_29", "15_35").replace("30_59", "36_59"): given for name, given in SESSION.items()
    }


def test_two_definitions_of_youth_combine_only_on_shared_edges(desk: Desk) -> None:
    desk.record(SESSION)
    desk.publish("partner-2", *OTHER_BANDS, more=[EDGES])
    desk.record(with_other_bands())
    desk.add('[form.dialogue_session]\nversions = ["partner-2"]\n')
    found = desk.figures()
    assert found["B02", ""]["display"] == "40"
    assert found["B03", ""]["display"] == "50.0% (20 of 40)"
    assert {found[name, ""]["state"] for name in ("B04", "B05")} == {"not comparable"}
    by_age = desk.figures("--by", "age")
    assert by_age["B02", "", "18_29"]["display"] == "7"
    assert by_age["B02", "", "18_29"]["excluded"] == {"sessions whose age bands have other edges": 1}


def test_what_is_not_comparable_is_so_in_a_release_and_its_files(desk: Desk) -> None:
    desk.record(*[SESSION] * 6)
    desk.publish("partner-2", *OTHER_BANDS, more=[EDGES])
    desk.record(*[with_other_bands()] * 6)
    desk.add('[form.dialogue_session]\nversions = ["partner-2"]\n')
    release = desk.release(*HALF_YEAR, "--audience", "inside", "--tables", "B03,B04")
    states = {cell["table"]: cell["state"] for cell in cells_of(desk.exported(release["id"], "json"))}
    assert states == {"B03": "value", "B04": "not comparable"}
    assert "not comparable" in desk.exported(release["id"], "csv").decode("utf-8-sig")


def test_a_version_that_asks_the_same_counts_by_itself(desk: Desk) -> None:
    desk.record(SESSION)
    note = {"type": "integer", "name": "visitors", "label::English (en)": "Visitors", "sensitivity": "tally"}
    desk.publish("2", ("Type of activity", "Kind of activity"), more=[note])
    desk.record(SESSION)
    assert desk.figures()["B02", ""]["display"] == "40"
    assert json.loads(desk.run("indicators", "run", *HALF_YEAR, "--json"))


def test_an_older_version_is_listed_until_it_is_mapped(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.record(*[SESSION] * 6)
    desk.publish("0", ("focus_level", "where_from"))
    older = {("where_from" if name == "focus_level" else name): given for name, given in SESSION.items()}
    desk.record(*[older] * 2)
    assert desk.figures()["B01", ""]["display"] == "6"
    release = desk.release(*HALF_YEAR, "--audience", "inside", "--tables", "B01")
    sentence = "2 submissions of dialogue_session version 0: not counted"
    assert sentence in desk.exported(release["id"], "json").decode()
    assert main(["--vault", str(desk.folder / "vault"), "indicators", "run", *HALF_YEAR]) == 0
    assert sentence in capsys.readouterr().err
    desk.add('[form.dialogue_session.renamed."0"]\nwhere_from = "focus_level"\n')
    assert desk.figures("--by", "level")["B01", "", "village"]["display"] == "8"


def test_missing_is_never_zero(desk: Desk) -> None:
    untouched = {name: given for name, given in SESSION.items() if not name.startswith(("p_f", "p_m"))}
    desk.record(SESSION, untouched)
    attendances = desk.figures()["B02", ""]
    assert (attendances["display"], list(attendances["excluded"].values())) == ("20", [1])  # type: ignore[attr-defined]


async def test_clocks_that_are_years_wrong_lose_and_reorder_nothing(tmp_path: Path) -> None:
    project = PartnersProject(tmp_path)
    with project.coordinator as coordinator:
        exchange = await project.connect()
        for name, year in (("ahead", 2031), ("behind", 2026)):
            wrong = FakeClock(datetime(year, 7, 1, 12, tzinfo=UTC))
            with await project.recorder(name) as vault:
                desk = build(vault, clock=wrong).desk
                line = {"form": "dialogue_session", "state": "finalised", "answers": dict(SESSION)}
                assert import_lines(desk, [json.dumps(line)]).finalised == 1
                await exchange.sync(lambda _: None)
                for notice in coordinator_waits(coordinator):
                    membership.confirm(coordinator, notice, now=project.clock)
                await exchange.sync(lambda _: None)
                await project.exchange(vault).sync(lambda _: None)
        await exchange.sync(lambda _: None)
        as_of = date(2026, 6, 30)
        found = build(coordinator).desk.figures.run(date(2026, 1, 1), as_of, as_of, ())
        assert {each.display for each in found if each.indicator == "B01"} == {"2"}
    project.close()


class PartnersProject(FoundedProject):
    """A project whose vaults have the shipped forms."""

    def vault(self, name: str) -> Vault:
        vault = new_vault(self.directory / name, now=self.clock)
        add_shipped_forms(vault, self.clock())
        return vault


def coordinator_waits(vault: Vault) -> list[str]:
    return [each.device for each in membership.devices(vault) if each.state is DeviceState.PENDING]
