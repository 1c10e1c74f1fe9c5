"""All indicators by month and State/Region over a coordinator's vault, kept rows against a full recomputation."""

from __future__ import annotations

import json
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import TypeVar

from benchmarks import Row
from fieldkit.figures import submission_of
from fieldkit.vault.counting import counted
from fieldkit.vault.database import Connection
from fieldkit.vault.projections import StoredProjections
from fieldkit.vault.vault import Vault
from indicators.measures import Period, measure
from indicators.projection import Projector
from indicators.reading import shipped
from tests.fieldkit.worlds import new_vault

T = TypeVar("T")

NAME = "indicators"
SUBMISSIONS = 10_000
MONTHS = 24
PERIOD = Period(date(2024, 1, 1), date(2025, 12, 31), date(2026, 6, 30))
BY = ("month", "adm1")
PLACES = [f"MMR{number:03}" for number in range(1, 19)]


def run() -> list[Row]:
    """Processor seconds of this process, so that they mean the same on a busy machine."""
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as directory,
        new_vault(Path(directory)) as vault,
    ):
        return _measured(vault)


def _measured(vault: Vault) -> list[Row]:
    made = random.Random(1)
    recorded = [_session(made) if made.random() < 0.8 else _case(made) for _ in range(SUBMISSIONS)]
    writing, _ = _timed(
        lambda: vault.database.write(lambda connection: _write(connection, recorded)).result()
    )
    projector = Projector(shipped())
    kept = StoredProjections(vault.database, projector, submission_of)
    projecting, _ = _timed(kept.renew)
    warm, figures = _timed(lambda: measure(projector, kept.rows(PERIOD, BY), PERIOD, BY))
    vault.database.write(_change_every_month).result()
    late, _ = _timed(lambda: measure(projector, kept.rows(PERIOD, BY), PERIOD, BY))
    anew, _ = _timed(
        lambda: measure(
            projector,
            projector.rows(submission_of(each) for each in counted(vault.database)),
            PERIOD,
            BY,
        )
    )
    return [
        Row(f"figures of {SUBMISSIONS:,} submissions by month and place", f"{len(figures):,}"),
        Row("from kept rows, ms of processor time", f"{warm * 1000:,.0f}", "≤ 300"),
        Row("the same after one late edit in every month", f"{late * 1000:,.0f}", "≤ 300"),
        Row("full recomputation", f"{anew * 1000:,.0f}"),
        Row("keeping rows, microseconds a submission", f"{projecting / SUBMISSIONS * 1e6:,.0f}"),
        Row("writing submissions without sealing, microseconds each", f"{writing / SUBMISSIONS * 1e6:,.0f}"),
    ]


def _timed(work: Callable[[], T]) -> tuple[float, T]:
    began = time.process_time()
    done = work()
    return time.process_time() - began, done


def _day(made: random.Random) -> str:
    return f"{made.choice((2024, 2025))}-{made.randint(1, 12):02}-{made.randint(1, 28):02}"


def _session(made: random.Random) -> tuple[str, dict[str, object]]:
    cells = {
        f"p_{gender}_{age}": made.randint(0, 6)
        for gender in "fmx"
        for age in ("0_17", "18_29", "30_59", "60p", "unk")
    }
    present = {gender: sum(value for name, value in cells.items() if name[2] == gender) for gender in "fmx"}
    return "dialogue_session", {
        "consent_group": "yes",
        "session_date": _day(made),
        "adm1": made.choice(PLACES),
        "track": "t3",
        "focus_level": made.choice(("village", "township")),
        "count_mode": "tally",
        **cells,
        **{f"tot_{gender}": str(number) for gender, number in present.items()},
        "tot_all": str(sum(present.values())),
        **{f"youth_{gender}": str(cells[f"p_{gender}_18_29"]) for gender in "fmx"},
        "voice_method": made.choice(("turns", "minutes", "speakers", "none")),
        **{f"talk_{gender}": made.randint(0, 40) for gender in "fmx"},
        **{f"spk_{gender}": min(3, number) for gender, number in present.items()},
        "topics_all": 5,
        "topics_f": made.randint(0, 5),
        "dec_all": 2,
        "dec_f": made.randint(0, 2),
        "grievance": [
            {"gr_cat": made.choice(("land", "debt", "tax")), "gr_sev": "3", "gr_status": "action"}
            for _ in range(made.randint(0, 3))
        ],
    }


def _case(made: random.Random) -> tuple[str, dict[str, object]]:
    day = _day(made)
    return "mediation_case", {
        "case_code": f"C-{made.randrange(10**9)}",
        "admitted": "yes",
        "opened": day,
        "closed": day,
        "days_to_close": "0",
        "result": made.choice(("full", "partial", "none")),
        "adm1": made.choice(PLACES),
        "case_cat": "land",
        "med_f": 1,
        "med_m": 1,
        "med_all": "2",
        "med_trained": 1,
    }


def _write(connection: Connection, recorded: list[tuple[str, dict[str, object]]]) -> None:
    for number, (form, answers) in enumerate(recorded):
        connection.execute(
            "INSERT INTO submissions VALUES (?, ?, 'd', 'finalised', '', '', '', ?, NULL)",
            [f"s{number}", form, f"r{number}"],
        )
        _revise(connection, f"s{number}", f"r{number}", form, answers, parents=[])


def _revise(
    connection: Connection,
    submission: str,
    revision: str,
    form: str,
    answers: dict[str, object],
    *,
    parents: list[str],
) -> None:
    connection.execute(
        "INSERT INTO revisions (id, submission, parents, form_id, version, lifecycle, custody, device, recorded_at,"
        " origin, open_part, sealed_part) VALUES (?, ?, ?, ?, '1', 'finalised', 'whole', 'd', '', 'feed', ?, '{}')",
        [revision, submission, json.dumps(parents), form, json.dumps(answers)],
    )


def _change_every_month(connection: Connection) -> None:
    for number, submission in _one_in_every_month(connection):
        made = random.Random(number)
        _, answers = _session(made)
        head = connection.execute(
            "SELECT head, form_id FROM submissions WHERE id = ?", [submission]
        ).fetchone()
        if head[1] == "dialogue_session":
            _revise(connection, submission, f"z{number}", head[1], answers, parents=[head[0]])


def _one_in_every_month(connection: Connection) -> Iterator[tuple[int, str]]:
    chosen = connection.execute(
        "SELECT min(submission) FROM revisions WHERE form_id = 'dialogue_session'"
        " GROUP BY substr(json_extract(open_part, '$.session_date'), 1, 7)"
    ).fetchall()
    return ((number, row[0]) for number, row in enumerate(chosen))
