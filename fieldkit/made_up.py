"""Made-up dialogue sessions for the practice project: plausible, various, and nobody's.

Owns invention only: the answers go through the same interview and vault as real ones. The same seed invents the same
sessions.
"""

from __future__ import annotations

import random
from datetime import date, timedelta

Answers = dict[str, object]

PLACES = ("MMR001", "MMR003", "MMR011", "MMR014", "MMR017")
GENDERS = ("f", "m", "x")
AGES = ("0_17", "18_29", "30_59", "60p", "unk")
USUAL_ATTENDANCE = {
    "f": {"0_17": 1, "18_29": 5, "30_59": 6, "60p": 2, "unk": 1},
    "m": {"0_17": 1, "18_29": 4, "30_59": 7, "60p": 3, "unk": 1},
    "x": {"0_17": 0, "18_29": 1, "30_59": 0, "60p": 0, "unk": 1},
}
"""The most people of a group that come to a made-up session."""

CONCERNS = (
    ("land", "Fields were fenced while families were away"),
    ("resource", "ရေတွင်းကို အတူသုံးရန် သဘောမတူကြသေးပါ"),
    ("debt", "Seed loans came due before the harvest"),
    ("livestock", "Buffaloes in the bean rows again"),
    ("neighbour", "Loudspeakers late at night"),
    ("service", "The school roof leaks and nobody answers letters"),
    ("tax", "Two fees at one gate"),
    ("govern", "Young people are not called to meetings"),
)


def dialogue_sessions(count: int, *, last_day: date, seed: int = 3) -> list[Answers]:
    """Answers of `count` dialogue sessions in the five months before `last_day`, oldest first."""
    chance = random.Random(seed)  # noqa: S311 - invention, not secrecy
    days = sorted(last_day - timedelta(days=chance.randrange(150)) for _ in range(count))
    return [_session(chance, day, consent=_consent(chance, number)) for number, day in enumerate(days)]


def _consent(chance: random.Random, number: int) -> str:
    if number % 14 == 9:
        return "no"
    return "partly" if chance.random() < 0.15 else "yes"


def _session(chance: random.Random, day: date, consent: str) -> Answers:
    answers: Answers = {
        "safe_to_record": "yes",
        "consent_group": consent,
        "session_date": day.isoformat(),
        "adm1": chance.choice(PLACES),
    }
    if consent == "no":
        return answers
    people = _people(chance)
    answers |= {
        "risk_level": chance.choice(("low", "low", "medium")),
        "public_label": chance.choice(("meeting", "women", "youth", "livelihood", "faith")),
        "track": "t3",
        "purpose": chance.sample(("dialogue", "problem", "mediation", "empower", "plan"), 2),
        "focus_level": chance.choice(("village", "vtract", "township")),
        "duration_min": chance.randrange(60, 240, 15),
        "fac_f": chance.randint(0, 2),
        "fac_m": 1,
        "fac_origin": chance.choice(("insider", "mixed")),
        "count_mode": "tally",
        "count_basis": chance.choice(("self", "self", "observed")),
        "communities": chance.choice(("1", "2", "3")),
        **people,
        **_voice(chance, people),
        "exit_done": "no",
        "grievance": [_concern(chance) for _ in range(chance.randint(0, 3))],
        "outcomes": [chance.choice(("understand", "plan", "relation", "mediate"))],
        "distress": chance.choice(("no", "no", "dk")),
        "incident": "no",
        "checked": "OK",
    }
    return answers


def _people(chance: random.Random) -> Answers:
    return {
        f"p_{gender}_{age}": chance.randint(0, USUAL_ATTENDANCE[gender][age])
        if age != "30_59"
        else chance.randint(min(2, USUAL_ATTENDANCE[gender][age]), USUAL_ATTENDANCE[gender][age])
        for gender in GENDERS
        for age in AGES
    }


def _voice(chance: random.Random, people: Answers) -> Answers:
    present = {gender: sum(_count(people, gender, age) for age in AGES) for gender in GENDERS}
    young = sum(_count(people, gender, "18_29") for gender in GENDERS)
    topics, decisions = chance.randint(1, 6), chance.randint(0, 3)
    return {
        "voice_method": "speakers",
        **{f"spk_{gender}": chance.randint(0, number) for gender, number in present.items()},
        "spk_youth": chance.randint(0, young),
        "topics_all": topics,
        "topics_f": chance.randint(0, topics),
        "topics_youth": chance.randint(0, topics),
        "dec_all": decisions,
        "dec_f": chance.randint(0, decisions),
        "dec_youth": chance.randint(0, decisions),
    }


def _count(people: Answers, gender: str, age: str) -> int:
    number = people[f"p_{gender}_{age}"]
    return number if isinstance(number, int) else 0


def _concern(chance: random.Random) -> Answers:
    category, note = chance.choice(CONCERNS)
    concern: Answers = {
        "gr_cat": category,
        "gr_sev": chance.choice(("1", "2", "2", "3")),
        "gr_level": "village",
        "gr_status": chance.choice(("raised", "discuss", "action", "settled")),
        "gr_note": note,
        "gr_mediated": chance.choice(("yes", "no")),
    }
    if concern["gr_mediated"] == "yes":
        concern["gr_result"] = chance.choice(("full", "partial", "none", "ongoing"))
        concern["gr_med_by"] = [chance.choice(("local", "women", "elder"))]
    return concern
