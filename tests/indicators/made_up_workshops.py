"""Workshops with trainees and their tests, made up: as answers, and released."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from random import Random

from indicators.grouping import Submission
from tests.indicators.made_up_sessions import AGES

Trainee = dict[str, object]
BEST = 20
"""The highest possible score of the made-up tests."""
ITEMS = ("open", "listen", "reframe", "balance", "neutral", "emotion", "options", "close")


def trainee(gender: str, age: str, before: int | None, after: int | None, rating: int = 3) -> Trainee:
    """A trainee who came every half-day; None: the test was not taken."""
    scores = {"t_pre": before, "t_post": after}
    return {
        "t_gender": gender,
        "t_age": age,
        "t_attended": 8,
        **{name: score for name, score in scores.items() if score is not None},
        "t_roleplay": "yes",
        **{f"r_{item}": str(rating) for item in ITEMS},
    }


def workshop(name: str, day: str, trainees: Iterable[Trainee], place: str = "MMR003") -> Submission:
    """A workshop of eight half-days with these trainees."""
    rows = [{"t_code": f"{name}-{number}", **each} for number, each in enumerate(trainees)]
    present = {gender: sum(row["t_gender"] == gender for row in rows) for gender in "fmx"}
    answers = {
        "workshop_code": name,
        "end_date": day,
        "adm1": place,
        "sessions_n": 8,
        "test_max": BEST,
        **{f"reg_{gender}": number for gender, number in present.items()},
        "trainee": rows,
    }
    return Submission(name, "mediation_workshop", "1", answers)


def workshops(random: Random, number: int, start: date, days: int) -> list[Submission]:
    """Workshops on random days with few and many trainees of each gender and age, some without a test."""
    made = []
    for count in range(number):
        trainees = [_random(random) for _ in range(random.randint(4, 14))]
        day = start + timedelta(days=random.randrange(days))
        place = random.choice(["MMR003", "MMR014", "MMR001"])
        made.append(workshop(f"W{count}", day.isoformat(), trainees, place))
    return made


def _random(random: Random) -> Trainee:
    gender = random.choices("fmx", (10, 10, 1))[0]
    scores: Sequence[int | None] = [random.randint(0, BEST) if random.random() < 0.85 else None for _ in "ab"]
    return trainee(gender, random.choices(AGES, (1, 6, 6, 1, 1))[0], *scores, random.choice((2, 3, 3, 4)))
