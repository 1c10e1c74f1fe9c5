"""`python -m tests.conformance [FOLDER ...]`: run forms here and in ODK's engine, and print where they differ.

Without folders: the shipped forms, the test forms beside this file, and the public forms beside the repository. Exit
code 1 when fewer than 99 % of the forms that ODK's engine loads are the same in every walk.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from statistics import median

from forms.problems import FormProblem
from forms.running import Job, run
from tests.conformance.comparing import Difference, answered_share, differences
from tests.conformance.odk import Engine, Missing, Steady, installed
from tests.conformance.sources import Source, sources
from tests.conformance.walks import Step, steps_of

NOW = datetime(2026, 1, 15, 10, tzinfo=UTC)
CORPUS = Path(__file__).parents[2] / "../shared/corpus"
WANTED = 0.99
SHOWN_A_FORM = 4


@dataclass
class Outcome:
    """How one form fared."""

    name: str
    loaded: bool = False
    """Whether ODK's engine runs it."""
    refused: str = ""
    """Why pyxform, ODK's engine or we refuse it; blank: nobody does."""
    walks: int = 0
    steps: int = 0
    shares: list[float] = field(default_factory=list)
    found: list[Difference] = field(default_factory=list)

    @property
    def same(self) -> bool:
        """Whether every walk ended alike."""
        return self.loaded and not self.refused and not self.found


def main() -> int:
    """Compare, and print a summary."""
    arguments = _arguments()
    try:
        script = installed()
    except Missing as missing:
        print(f"Not compared: {missing}.")
        return 0
    folders = arguments.folders or ([CORPUS] if CORPUS.is_dir() else [])
    if not arguments.folders and not folders:
        print("The public forms are not beside the repository; only our own are compared.")
    began = time.monotonic()
    outcomes = []
    with tempfile.TemporaryDirectory() as scratch, Engine(script, NOW.isoformat()) as engine:
        for source in sources(folders, Path(scratch), arguments.only):
            outcomes.append(_compared(source, engine, arguments.walks, arguments.seed))
            _tell(outcomes[-1])
    return _summary(outcomes, time.monotonic() - began)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.conformance", description=__doc__)
    parser.add_argument(
        "folders", nargs="*", type=Path, help="folders of forms to compare instead of the usual"
    )
    parser.add_argument("--walks", type=int, default=20, help="random walks a form (20)")
    parser.add_argument("--seed", default="1", help="another seed makes other walks")
    parser.add_argument("--only", default="", help="only forms with this in their name")
    return parser.parse_args()


def _compared(source: Source, engine: Engine, walks: int, seed: str) -> Outcome:
    outcome = Outcome(source.name, refused=source.refusal)
    if source.xml is None:
        return outcome
    if source.definition is None:
        outcome.loaded = bool(engine.ask(_job(source, []))["ok"])
        return outcome
    try:
        _walk(outcome, source, engine, walks, seed)
    except FormProblem as problem:
        outcome.refused = str(problem)
        outcome.loaded = bool(engine.ask(_job(source, []))["ok"])
    return outcome


def _walk(outcome: Outcome, source: Source, engine: Engine, walks: int, seed: str) -> None:
    """Carry out the walks; FormProblem where we can't run what we could read."""
    assert source.definition is not None
    job = Job(source.name, [], NOW, source.lists(), None, choices=True)
    for number in range(walks):
        steps = steps_of(source.definition, job, Random(f"{seed} {source.name} {number}"))
        theirs = engine.ask(_job(source, steps))
        if not theirs["ok"]:
            # A form that ran before and no more, with other answers, is not refused: it took the engine too long.
            outcome.refused = "" if outcome.loaded else f"ODK's engine: {_reason(theirs)}"
            return
        outcome.loaded = True
        ours = run(source.definition, replace(job, steps=steps, random=Steady()))
        outcome.walks += 1
        outcome.steps += len(steps)
        outcome.found += differences(ours, theirs)
        share = answered_share(theirs)
        if share is not None:
            outcome.shares.append(share)


def _job(source: Source, steps: list[Step]) -> dict[str, object]:
    return {"form": str(source.xml), "media": str(source.media.resolve()), "answers": steps, "choices": True}


def _reason(report: dict[str, object]) -> str:
    return " ".join(str(report["errors"]).split())[:200]


def _tell(outcome: Outcome) -> None:
    if outcome.found:
        print(f"{outcome.name}: {len(outcome.found)} differences in {outcome.walks} walks")
        for line in _samples(outcome.found):
            print(f"    {line}")
    elif outcome.refused:
        print(f"{outcome.name}: refused{' by us alone' if outcome.loaded else ''}: {outcome.refused}")
    sys.stdout.flush()


def _samples(found: list[Difference]) -> Iterator[str]:
    """A few differences, of different kinds first."""
    kinds: Counter[str] = Counter()
    ranked = []
    for each in found:
        kinds[each.what] += 1
        ranked.append((kinds[each.what], each))
    for _, each in sorted(ranked, key=lambda pair: pair[0])[:SHOWN_A_FORM]:
        yield f"{each.what} {each.ref}: ours {each.ours[:300]} | ODK {each.theirs[:300]}"


def _summary(outcomes: list[Outcome], seconds: float) -> int:
    loaded = [outcome for outcome in outcomes if outcome.loaded]
    same = [outcome for outcome in loaded if outcome.same]
    shares = [share for outcome in loaded for share in outcome.shares]
    walks, steps = sum(each.walks for each in loaded), sum(each.steps for each in loaded)
    print(
        f"\nForms: {len(outcomes)}; loaded by ODK's engine: {len(loaded)}; the same in every walk: {len(same)}."
    )
    print(f"Walks: {walks}; steps: {steps}; seconds: {seconds:.0f}.")
    if shares:
        enough = sum(share >= 0.6 for share in shares) / len(shares)
        print(
            f"Relevant questions answered: {median(shares):.0%} (median); at least 60 % in {enough:.0%} of walks."
        )
    alone = [each.name for each in loaded if each.refused]
    print(f"Refused by us alone: {', '.join(alone) or 'none'}.")
    print(f"Different: {', '.join(each.name for each in loaded if each.found) or 'none'}.")
    return 0 if loaded and len(same) >= WANTED * len(loaded) else 1


if __name__ == "__main__":
    sys.exit(main())
