"""`fieldkit export`: one release of a vault, one file.

1. A release leaves by its id in any format, again the same, with the coordinator's words.
2. Sealed answers, unknown releases and sections, and files that are there are refused; nothing is written then.
3. Targets are read from a table of indicators that there are, in numbers; else the line is named.
4. Without a release nothing can be exported: there is no way from submissions to a file.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from fieldkit.__main__ import main
from fieldkit.bootstrap import create
from fieldkit.coordinator.releasing import Releasing
from fieldkit.made_up import dialogue_sessions
from fieldkit.recorder.importing import import_lines
from fieldkit.reports.json_files import read_lines
from fieldkit.reports.problems import ReportProblem
from fieldkit.reports.targets import read_targets
from indicators.cells import Period
from indicators.disclosure import Audience
from tests.fakes import FakeClock

TODAY = date(2026, 6, 30)


@dataclass(frozen=True)
class Exporting:
    """A vault with one release, and the command over it."""

    folder: Path
    release: str

    def run(self, *options: str, form: str = "jsonl", name: str = "out", release: str = "") -> int:
        vault = str(self.folder / "vault")
        target = str(self.folder / name)
        chosen = release or self.release
        return main(["--vault", vault, "export", chosen, "--format", form, "-o", target, *options])

    def content(self, name: str = "out") -> bytes:
        return (self.folder / name).read_bytes()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The folder of a practice vault (which asks for no passphrase) with one release in it, and the release's id."""
    from fieldkit.bootstrap import build

    folder = tmp_path_factory.mktemp("exporting")
    clock = FakeClock(datetime(2026, 6, 30, 12, tzinfo=UTC))
    with create(folder / "vault", None, clock=clock) as vault:
        lines = [
            json.dumps({"form": "dialogue_session", "state": "finalised", "answers": answers})
            for answers in dialogue_sessions(40, last_day=date(2026, 6, 28))
        ]
        import_lines(build(vault, clock=clock).desk, lines)
        period = Period(date(2026, 1, 1), TODAY, TODAY)
        release = Releasing(vault).create(period, Audience.LEAVING, ["B01.month", "B03"], clock())
    return f"{folder}\n{release.id}"


@pytest.fixture
def exporting(made: str) -> Iterator[Exporting]:
    folder, release = made.split("\n")
    yield Exporting(Path(folder), release)
    for path in Path(folder).glob("out*"):
        path.unlink()


def test_a_release_leaves_by_its_id(exporting: Exporting) -> None:
    assert exporting.run() == 0
    assert read_lines(exporting.content()).id == exporting.release


def test_the_same_release_leaves_as_the_same_bytes(exporting: Exporting) -> None:
    assert (exporting.run(form="xlsx"), exporting.run(form="xlsx", name="out2")) == (0, 0)
    assert exporting.content() == exporting.content("out2")


def test_codes_leave_with_the_words_of_the_forms(exporting: Exporting) -> None:
    words = exporting.folder / "out.txt"
    words.write_text("We met under a tree.\n\nIt rained.", encoding="utf-8")
    assert exporting.run("--words", str(words), form="html") == 0
    assert b"<p>We met under a tree.</p>" in exporting.content()


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--sealed",), "REP-003"),
        (("--without", "gossip"), "CMD-007"),
        (("--words", "no such file"), "REP-006"),
        (("--targets", "no such file"), "REP-006"),
    ],
)
def test_what_can_not_be_is_refused_and_nothing_written(
    exporting: Exporting, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], code: str
) -> None:
    assert exporting.run(*options, "--json") != 0
    assert code in "".join(capsys.readouterr())
    assert not (exporting.folder / "out").exists()


HEADING = "indicator,part,baseline,target\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"a": "' + "x" * 200_000 + '"}', "no table of targets"),
        (HEADING + "x" * 2_000, "no indicator 'xxxxx"),
        ("", "no table of targets"),
        (HEADING + "B03,,30%,45%\nB99,,1,2\n", "line 3"),
        (HEADING + "B01,nosuch,1,2\n", "no part 'nosuch'"),
        (HEADING + "B03,,30%,many\n", "'many' is no number"),
        (HEADING + "B03,,1,2\nB03,,3,4\n", "stands here twice"),
    ],
)
def test_a_wrong_file_of_targets_is_refused_with_what_to_do(
    exporting: Exporting, capsys: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    targets = exporting.folder / "out.targets"
    targets.write_text(text, encoding="utf-8")
    assert exporting.run("--targets", str(targets), form="html") == 2
    told = capsys.readouterr().err
    assert "REP-006" in told
    assert said in told
    assert len(told) < 1_000
    assert not (exporting.folder / "out").exists()


def test_a_value_too_long_for_a_table_is_refused(exporting: Exporting) -> None:
    before = csv.field_size_limit(1_000)
    try:
        with pytest.raises(ReportProblem, match="no table of targets"):
            read_targets(HEADING + "x" * 2_000, {}, where="targets.csv")
    finally:
        csv.field_size_limit(before)


def test_targets_leave_with_the_report(exporting: Exporting) -> None:
    targets = exporting.folder / "out.targets"
    targets.write_text(HEADING + "B03,,30%,47.5%\n,,,\n", encoding="utf-8")
    assert exporting.run("--targets", str(targets), form="html") == 0
    assert b"47.5%" in exporting.content()


def test_a_release_that_is_not_there_is_refused(exporting: Exporting) -> None:
    assert exporting.run(release="000000000000") != 0
    assert not (exporting.folder / "out").exists()


def test_an_iati_file_is_only_made_of_a_public_release(exporting: Exporting) -> None:
    assert exporting.run(form="iati") != 0
    assert not (exporting.folder / "out").exists()


def test_a_file_that_is_there_is_left_as_it_is_unless_told(exporting: Exporting) -> None:
    (exporting.folder / "out").write_bytes(b"mine")
    assert exporting.run() != 0
    assert exporting.content() == b"mine"
    assert exporting.run("--replace") == 0
    assert exporting.content() != b"mine"


def test_a_folder_that_is_not_there_is_told(exporting: Exporting) -> None:
    assert exporting.run(name="out/of/reach") != 0


@pytest.mark.parametrize(
    ("audience", "said"), [("leaving", "since release {}"), ("inside", "had no release before")]
)
def test_a_report_says_what_changed_since_the_last_release_of_the_same_readers(
    exporting: Exporting, audience: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    vault, days = str(exporting.folder / "vault"), ("--from", "2026-01-01", "--to", "2026-06-30")
    create = ("release", "create", *days, "--tables", "B01", "--audience", audience, "--json")
    assert main(["--vault", vault, *create]) == 0
    release = json.loads(capsys.readouterr().out)["id"]
    assert exporting.run(form="html", release=release) == 0
    assert said.format(exporting.release) in exporting.content().decode("utf-8")
