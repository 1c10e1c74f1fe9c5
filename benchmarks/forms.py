"""One running form: how long it takes to load it and to give one answer, beside ODK's own engine where Node is there.

The ratio sets side by side what both do with the same steps; the engine's figure includes finding the question by its
reference, as ours does. The same steps are taken several times and the shortest time of each counts, there as here, so
that other work of the machine tells neither way. Public forms are used where they lie beside the repository.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from benchmarks import Row
from forms import definition_json
from forms.interview import Interview
from forms.running import Job, StepFault, carry_out
from tests.conformance.__main__ import CORPUS, NOW
from tests.conformance.odk import Engine, Missing, installed
from tests.conformance.sources import Source, sources
from tests.conformance.walks import Step, steps_of

NAME = "forms"

LARGE = 8
"""Forms of that many; smaller ones are measured by how long the clock takes."""
_ROUNDS = 15
_RUNS = 3
"""Of the same steps; more would only add time."""


def run() -> list[Row]:
    """Loading, one answer, and the ratio to ODK's engine for each large form."""
    with TemporaryDirectory() as scratch:
        written = _written(Path(scratch))
        found = [*written, *_largest(Path(scratch))]
        rows = [*_own(found)]
        try:
            with Engine(installed(), NOW.isoformat()) as engine:
                rows += [_beside(source, engine) for source in found]
        except Missing as missing:
            rows.append(Row("beside ODK's engine", f"not measured: {missing}"))
    return rows


def _own(found: list[Source]) -> Iterator[Row]:
    loads = [_load_milliseconds(source) for source in found]
    yield Row("load a published form, median of the large ones", f"{median(loads):.1f} ms", "2 ms")
    yield Row("load a form of 400 expressions", f"{loads[0]:.1f} ms", "40 ms")
    for source, target in zip(found[:2], ("1 ms", "5 ms"), strict=True):
        times = sorted(_answer_times(source, _steps(source)))
        last = times[int(len(times) * 0.99)] * 1_000
        yield Row(f"one answer, {source.name}, 99th percentile", f"{last:.2f} ms", target)


def _beside(source: Source, engine: Engine) -> Row:
    """How many times faster one answer is here than there."""
    steps = _steps(source)
    job = {"form": str(source.xml), "media": str(source.media.resolve()), "choices": False}
    reports = [engine.ask({**job, "answers": steps}) for _ in range(_RUNS)]
    theirs = [taken for report in reports if isinstance(taken := report.get("answerMs"), (int, float))]
    assert source.definition is not None
    size = sum(1 for _ in source.definition.nodes())
    what = f"one answer beside ODK's engine, {size} nodes, {source.name}"[:72]
    if not theirs or not steps:
        return Row(what, "not run there")
    ours = sum(_answer_times(source, steps)) * 1_000
    return Row(what, f"{min(theirs) / ours:.0f} times", "5 times")


def _steps(source: Source) -> list[Step]:
    assert source.definition is not None
    job = Job(source.name, [], NOW, source.lists(), None)
    return steps_of(source.definition, job, Random("bench"))


def _answer_times(source: Source, steps: list[Step]) -> list[float]:
    """Seconds for each step, with all that follows from it: the shortest of several runs."""
    runs = [_times_of_one_run(source, steps) for _ in range(_RUNS)]
    return [min(taken) for taken in zip(*runs, strict=True)]


def _times_of_one_run(source: Source, steps: list[Step]) -> list[float]:
    assert source.definition is not None
    interview = Interview(source.definition, now=lambda: NOW, lists=source.lists(), as_odk=True)
    taken = []
    for step in steps:
        start = perf_counter()
        try:
            carry_out(interview, str(step[0]), step[1])
        except StepFault:
            continue
        taken.append(perf_counter() - start)
    return taken


def _load_milliseconds(source: Source) -> float:
    assert source.definition is not None
    text = definition_json.dump(source.definition)
    taken = []
    for _ in range(_ROUNDS):
        start = perf_counter()
        definition_json.load(text)
        taken.append(perf_counter() - start)
    return min(taken) * 1_000


def _written(scratch: Path) -> list[Source]:
    """A form of 400 expressions, and one of 100 rows."""
    folder = scratch / "written"
    folder.mkdir()
    table = "| survey |\n| | type | name | label | relevant | calculation | repeat_count |\n"
    many = [
        f"| | integer | q{each} | Q | {'${q' + str(each - 1) + '} != 3' if each else ''} | | |\n"
        f"| | calculate | c{each} | | | ${{q{each}}} + 1 | |\n"
        for each in range(200)
    ]
    total = "| | calculate | total | | | sum(${c}) | |\n"
    rows = (
        "| | begin_repeat | r | R | | | 100 |\n| | integer | a | A | | | |\n| | integer | b | B | ${a} > 1 | | |\n"
        "| | calculate | c | | | ${a} + ${b} | |\n| | end_repeat | | | | | |\n"
    )
    (folder / "1_400_expressions.md").write_text(table + "".join(many), encoding="utf-8")
    (folder / "2_100_rows.md").write_text(table + rows + total, encoding="utf-8")
    return [source for source in sources([folder], scratch, "written/") if source.definition is not None]


def _largest(scratch: Path) -> list[Source]:
    """The largest public forms."""
    if not CORPUS.is_dir():
        return []
    usable = [each for each in sources([CORPUS], scratch, "corpus/") if each.definition and each.xml]
    usable.sort(key=lambda source: source.xml.stat().st_size if source.xml else 0, reverse=True)
    return list(islice(usable, LARGE))
