"""Made-up answers of sessions and cases over two years and all States and Regions, as figures read them."""

from __future__ import annotations

import random

MONTHS = 24
PLACES = [f"MMR{number:03}" for number in range(1, 19)]
SESSIONS = 0.8
"""The share of sessions; the rest are cases."""


def made_up(made: random.Random, *, open_only: bool = False) -> tuple[str, dict[str, object]]:
    """A form and its answers by question name.

    Args:
        open_only: days are told by their month alone.
    """
    form, answers = session(made) if made.random() < SESSIONS else _case(made)
    if open_only:
        days = ("session_date", "opened", "closed")
        answers |= {name: str(answers[name])[:7] for name in days if name in answers}
    return form, answers


def _day(made: random.Random) -> str:
    return f"{made.choice((2024, 2025))}-{made.randint(1, 12):02}-{made.randint(1, 28):02}"


def session(made: random.Random) -> tuple[str, dict[str, object]]:
    """A session in tally mode, with up to three concerns."""
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
