"""Sessions with a tally, made up: as answers, as rows, and released."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from random import Random

from indicators.cells import Period
from indicators.disclosure import Audience
from indicators.freezing import Asked, Frozen, freeze, read
from indicators.grouping import Submission
from indicators.history import Evidence
from indicators.projection import Projector
from indicators.quantities import Ledger
from indicators.reading import shipped

AGES = ("0_17", "18_29", "30_59", "60p", "unk")
PROJECTOR = Projector(shipped())
VERSION = shipped().forms["dialogue_session"].versions[0]
FIXTURE: tuple[tuple[str, str, Mapping[str, int]], ...] = (
    (
        "2026-01-14",
        "MMR003",
        {"f_18_29": 4, "f_30_59": 5, "f_60p": 1, "m_18_29": 3, "m_30_59": 8, "m_60p": 2},
    ),
    ("2026-02-11", "MMR003", {"f_18_29": 5, "f_30_59": 10, "m_18_29": 2, "m_30_59": 4, "x_30_59": 1}),
    ("2026-03-04", "MMR014", {"f_0_17": 1, "f_18_29": 1, "m_18_29": 5, "m_30_59": 12, "m_unk": 1}),
)
"""Three sessions with the attendances of the worked example: 27 women, 37 men, 1 other."""


def session(name: str, day: str, place: str, cells: Mapping[str, int]) -> Submission:
    """A session with these cells (``f_18_29``), the others 0."""
    grid = {f"p_{gender}_{age}": cells.get(f"{gender}_{age}", 0) for gender in "fmx" for age in AGES}
    totals = {f"tot_{gender}": sum(grid[f"p_{gender}_{age}"] for age in AGES) for gender in "fmx"}
    youth = {f"youth_{gender}": grid[f"p_{gender}_18_29"] for gender in "fmx"}
    answers: dict[str, object] = {
        "consent_group": "yes",
        "session_date": day,
        "adm1": place,
        "count_mode": "tally",
    }
    answers |= {**grid, **totals, **youth, "tot_all": sum(totals.values()), "youth_all": sum(youth.values())}
    return Submission(name, "dialogue_session", VERSION, answers)


def fixture() -> list[Submission]:
    """The sessions of the worked example."""
    return [session(f"s{number}", *given) for number, given in enumerate(FIXTURE)]


def sessions(random: Random, number: int, start: date, days: int) -> list[Submission]:
    """Sessions on random days of a span, in three States, with small and large cells."""
    made = []
    for count in range(number):
        cells = {
            f"{gender}_{age}": random.choice([0, 0, 1, 2, 6]) for gender in "fm" for age in ("18_29", "30_59")
        }
        cells["x_30_59"] = int(random.random() < 0.1)
        day = start + timedelta(days=random.randrange(days))
        place = random.choice(["MMR003", "MMR014", "MMR001"])
        made.append(session(f"{random.random()}-{count}", day.isoformat(), place, cells))
    return made


def ledger(submissions: Iterable[Submission], as_of: date) -> Ledger:
    """The numbers of these submissions."""
    return Ledger(PROJECTOR, PROJECTOR.rows(submissions), as_of)


def released(
    submissions: Iterable[Submission],
    tables: Sequence[str],
    audience: Audience,
    *,
    start: date = date(2026, 1, 1),
    end: date = date(2026, 6, 30),
    earlier: Sequence[Evidence] = (),
) -> Frozen:
    """A release of these tables."""
    wanted = tuple(read(PROJECTOR.catalogue, text) for text in tables)
    asked = Asked("project", Period(start, end, end), audience, wanted)
    return freeze(ledger(submissions, end), asked, earlier)
