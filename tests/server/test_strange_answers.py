"""Figures of answers that no form would give.

1. Whatever a segment may hold of a form that is read, taking it in and renewing it later both go through.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forms.definition import Definition
from server.figures import ServerFigures
from server.judging import Judged
from server.projecting import Projections
from tests.server.test_figures import DEFINITIONS, PROJECTOR, add, change, store_in

ODD = [
    "",
    True,
    False,
    -1,
    2**64,
    10**31,
    10**309,
    1.5,
    1e308,
    "1e5",
    "9" * 5000,
    "inf",
    "yes",
    "tally",
    "2026-01",
    "0001-01",
]


def names(definition: Definition) -> list[str]:
    waiting, found = [definition.root], list[str]()
    while waiting:
        node = waiting.pop()
        waiting.extend(node.children)
        found.append(node.name)
    return found


def parts(form_id: str) -> st.SearchStrategy[tuple[str, dict[str, object]]]:
    known = st.sampled_from(names(DEFINITIONS[form_id]))
    text = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
    values: st.SearchStrategy[object] = st.recursive(
        st.sampled_from(ODD) | text | st.none(),
        lambda below: st.lists(below, max_size=3) | st.dictionaries(known, below, max_size=8),
    )
    return st.tuples(st.just(form_id), st.dictionaries(known, values, max_size=30))


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.sampled_from(sorted(DEFINITIONS)).flatmap(parts), min_size=1, max_size=4))
def test_strange_answers_are_taken_in_and_renewed(given_parts: list[tuple[str, dict[str, object]]]) -> None:
    changes = [change(f"s{n}", f"r{n}", *each) for n, each in enumerate(given_parts)]
    with TemporaryDirectory(ignore_cleanup_errors=True) as directory, store_in(Path(directory)) as store:
        add(store, 1, *changes)
        judged = [Judged(n, each, each.revision, "", is_first=True) for n, each in enumerate(changes)]
        with store.write() as connection:
            Projections(lambda _: PROJECTOR).take_in(connection, 1, judged)
        figures = ServerFigures(store, PROJECTOR, DEFINITIONS)
        add(store, 2, *(change(f"t{n}", f"q{n}", *each) for n, each in enumerate(given_parts)))
        figures.renew()
