"""Rows kept beside the submissions.

1. Over any history of submissions that come, change, conflict, are merged, withdrawn, quarantined or erased, have an
   old form version or are read late, the kept rows and their cells give what a full recomputation gives; without the
   trigger that marks a change they do not. Two months or ten years make no difference.
2. Another catalogue projects everything anew.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fieldkit.coordinator.figures import VaultFigures, submission_of
from fieldkit.vault.counting import counted
from fieldkit.vault.database import Connection
from fieldkit.vault.projections import StoredProjections
from fieldkit.vault.vault import Vault
from indicators.measures import Measured, Period, measure
from indicators.projection import Projector, Row
from indicators.reading import shipped, with_own
from tests.fieldkit.worlds import new_vault

PROJECTOR = Projector(shipped())
PERIODS = (
    Period(date(2026, 1, 1), date(2026, 6, 30), date(2026, 6, 30)),
    Period(date(2026, 1, 10), date(2026, 3, 20), date(2026, 12, 31)),
    Period(date(2026, 5, 10), date(2026, 7, 20), date(2026, 12, 31)),
    Period(date(2016, 1, 1), date(2026, 12, 31), date(2026, 12, 31)),
)
BREAKDOWNS = ((), ("month", "adm1"), ("quarter",), ("level",))

days = st.sampled_from(["2016-07-31", "2026-01-05", "2026-01-20", "2026-02-28", "2026-03", "2026-03-21", ""])
sessions = st.fixed_dictionaries(
    {
        "form": st.just("dialogue_session"),
        "consent_group": st.sampled_from(["yes", "no"]),
        "session_date": days,
        "adm1": st.sampled_from(["MMR001", "MMR002"]),
        "count_mode": st.just("tally"),
        "p_f_18_29": st.integers(0, 9),
        "tot_f": st.integers(0, 9),
        "tot_m": st.integers(0, 9),
        "tot_all": st.integers(0, 20),
        "grievance": st.lists(
            st.fixed_dictionaries({"gr_cat": st.sampled_from(["land", "prot_gbv"])}), max_size=2
        ),
    }
)
cases = st.fixed_dictionaries(
    {
        "form": st.just("mediation_case"),
        "case_code": st.sampled_from(["C-1", "C-2"]),
        "admitted": st.just("yes"),
        "opened": st.sampled_from(["2026-01-01", "2026-01-31", "2026-02-10"]),
        "closed": st.sampled_from(["", "2026-02-01", "2026-02-28"]),
        "result": st.sampled_from(["full", "none", "ongoing"]),
        "days_to_close": st.sampled_from(["", "3", "28"]),
        "adm1": st.sampled_from(["MMR001", "MMR002"]),
    }
)
follow_ups = st.fixed_dictionaries(
    {
        "form": st.just("mediation_followup"),
        "case_code": st.sampled_from(["C-1", "C-2"]),
        "window": st.sampled_from(["m1", "m3"]),
        "fu_date": st.sampled_from(["2026-03-01", "2026-05-01"]),
        "contact": st.sampled_from(["all", "none"]),
        "compliance": st.sampled_from(["full", "no", "early"]),
    }
)
steps = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "record",
                "record",
                "correct",
                "conflict",
                "merge",
                "old_version",
                "withdraw",
                "quarantine",
                "accept",
                "erase",
                "look",
            ]
        ),
        st.integers(0, 5),
        st.one_of(sessions, cases, follow_ups),
    ),
    max_size=14,
)


@contextmanager
def vault_in(directory: str) -> Iterator[Vault]:
    with new_vault(Path(directory)) as vault:
        yield vault


class History:
    """A vault whose submissions are written as devices and the feed write them."""

    def __init__(self, vault: Vault) -> None:
        self.vault = vault
        self.heads: dict[str, tuple[list[str], str]] = {}
        self.number = 0
        self.kept = StoredProjections(vault.database, PROJECTOR, submission_of)

    def take(self, step: str, which: int, answers: dict[str, object]) -> None:
        submission = f"s{which}"
        if step == "record":
            self._revise(submission, answers)
        elif step == "look":
            self.kept.renew()
        elif submission in self.heads:
            if step in ("correct", "conflict", "merge", "old_version"):
                self._revise(submission, {**answers, "form": self.heads[submission][1]}, step)
            else:
                self._happen(step, submission)

    def _revise(self, submission: str, answers: dict[str, object], step: str = "") -> None:
        self.number += 1
        revision, form = f"r{self.number:03}", str(answers["form"])
        known, known_form = self.heads.get(submission, ([], form))
        if known_form != form:
            return
        parents = {"conflict": [], "merge": known}.get(step, known[-1:])
        part = json.dumps({name: value for name, value in answers.items() if name != "form"})
        self.heads[submission] = ([*(head for head in known if head not in parents), revision], form)
        self._write(
            "INSERT OR IGNORE INTO submissions VALUES (?, ?, 'd', 'finalised', '', '', '', ?, NULL)",
            submission,
            form,
            revision,
        )
        self._write(
            "INSERT INTO revisions (id, submission, parents, form_id, version, lifecycle, custody, device, recorded_at,"
            " origin, open_part, sealed_part) VALUES (?, ?, ?, ?, ?, 'finalised', 'whole', 'd', '', 'feed', ?, '{}')",
            revision,
            submission,
            json.dumps(parents),
            form,
            "0" if step == "old_version" else "1",
            part,
        )

    def _happen(self, step: str, submission: str) -> None:
        revision = self.heads[submission][0][-1]
        match step:
            case "withdraw":
                self._write("UPDATE submissions SET lifecycle = 'withdrawn' WHERE id = ?", submission)
            case "quarantine":
                self._write("UPDATE revisions SET verdict = 'quarantined' WHERE id = ?", revision)
            case "accept":
                self.number += 1
                self._write(
                    "UPDATE revisions SET verdict = 'accepted', sequence = ? WHERE id = ?",
                    self.number,
                    revision,
                )
            case _:
                self._write("DELETE FROM revisions WHERE submission = ?", submission)
                self._write("DELETE FROM submissions WHERE id = ?", submission)
                del self.heads[submission]

    def _write(self, statement: str, *values: object) -> None:
        def work(connection: Connection) -> None:
            connection.execute(statement, list(values))

        self.vault.database.write(work).result()


def told(figures: list[Measured]) -> list[tuple[object, ...]]:
    return [
        (each.indicator.id, each.part, dict(each.by), each.display, each.low, each.high, dict(each.excluded))
        for each in figures
    ]


def comparable(rows: list[Row]) -> Counter[str]:
    return Counter(
        repr((row.unit, row.source, row.first_day, row.last_day, sorted(row.codes.items()), list(row.sums)))
        for row in rows
    )


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps)
def test_kept_rows_agree_with_a_full_recomputation(history: list[tuple[str, int, dict[str, object]]]) -> None:
    with TemporaryDirectory() as directory, vault_in(directory) as vault:
        world = History(vault)
        for step in history:
            world.take(*step)
        anew = PROJECTOR.rows(submission_of(each) for each in counted(vault.database))
        assert comparable(world.kept.every_row()) == comparable(anew)
        for period in PERIODS:
            for by in BREAKDOWNS:
                kept = measure(PROJECTOR, world.kept.rows(period, by), period, by)
                assert told(kept) == told(measure(PROJECTOR, anew, period, by))


def test_rows_disagree_once_a_change_is_not_marked(tmp_path: Path) -> None:
    """The negative control of the comparison above."""
    answers = {"form": "dialogue_session", "consent_group": "yes", "session_date": "2026-01-05"}
    with new_vault(tmp_path) as vault:
        world = History(vault)
        world.take("record", 1, answers)
        world.take("look", 1, {})
        vault.database.write(
            lambda connection: connection.execute("DROP TRIGGER revisions_insert_makes_stale")
        )
        world.take("correct", 1, answers | {"session_date": "2026-02-05"})
        anew = PROJECTOR.rows(submission_of(each) for each in counted(vault.database))
        assert comparable(world.kept.every_row()) != comparable(anew)


@pytest.fixture
def in_vault(tmp_path: Path) -> Iterator[Callable[[str, dict[str, object]], Vault]]:
    with new_vault(tmp_path) as vault:
        world = History(vault)

        def record(submission: str, answers: dict[str, object]) -> Vault:
            world.take("record", int(submission), answers)
            return vault

        yield record


def test_another_catalogue_projects_everything_anew(
    in_vault: Callable[[str, dict[str, object]], Vault],
) -> None:
    vault = in_vault("1", {"form": "visit", "day": "2026-05-01", "visitors": 3})
    own = """
[unit.visit]
form = "visit"
date = "day"
columns = { visitors = "visitors" }
[[indicator]]
id = "V1"
name = "visitors"
title = "Visitors"
unit = "visit"
numerator = ["visitors"]
"""
    year = (date(2026, 1, 1), date(2026, 12, 31), date(2026, 12, 31))
    assert "V1" not in {each.indicator for each in VaultFigures(vault).run(*year, ())}
    figures = VaultFigures(vault, with_own(own)).run(*year, ())
    assert [each.display for each in figures if each.indicator == "V1"] == ["3"]
