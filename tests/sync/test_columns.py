"""Records as columns, and the dictionary of blocks.

1. Whatever JSON objects are written come back as they were.
2. Columns that don't fit together are refused, and nothing small becomes large.
3. Many records of a form are shorter as columns, and compress better.
4. The dictionary is up to date, permanent by its name, and holds no word but those of the forms.
"""

from __future__ import annotations

import random
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms import definition_json, shipped
from sync import columns, dictionary
from sync.compression import deflate
from sync.dictionary_samples import samples
from sync.problems import SyncProblem
from sync.wire import canonical, loads
from tests.sync.test_wire import documents, texts

records = st.lists(st.dictionaries(texts, documents, max_size=4), min_size=1, max_size=5)
ids = st.binary(min_size=16, max_size=16).map(bytes.hex)
rows = st.lists(st.fixed_dictionaries({}, optional={"@id": ids, "a": texts | st.booleans()}), max_size=3)
forms = st.lists(
    st.fixed_dictionaries({"id": ids}, optional={"g": st.fixed_dictionaries({"q": texts}), "r": rows}),
    min_size=1,
    max_size=12,
)


@given(records | forms)
def test_what_is_written_is_read_again(given: list[columns.Record]) -> None:
    assert columns.read(loads(canonical(columns.write(given))), len(given)) == given


@pytest.mark.parametrize(
    "column",
    [
        None,
        [],
        {},
        {"v": []},
        {"v": [1, 2]},
        {"v": [{}], "d": {}},
        {"v": [{}, {}], "more": 1},
        {"v": [{}, {}], "p": "111"},
        {"v": [{}], "p": "2 "},
        {"v": [{}], "p": "10"},
        {"d": {}},
        {"d": {"a": {"v": [1]}}},
        {"d": {"a": 7}},
        {"x": "00" * 32},
        {"c": [{}], "i": "0"},
        {"c": [{}], "i": "01"},
        {"c": [{}], "i": "0?"},
        {"c": [{}], "i": ["0", "0"]},
        {"c": {"0": {}}, "i": "00"},
        {"r": [0, 0], "e": {"v": []}},
        {"r": {"v": [0, 0]}, "e": {"v": []}},
        {"d": {"a": {"r": [1, 1], "e": {"v": [{}, {}]}}}},
        {"d": {"a": {"r": {"v": [1, -1]}, "e": {"v": []}}}},
        {"d": {"a": {"r": {"v": [True, 0]}, "e": {"v": [{}]}}}},
        {"d": {"a": {"r": {"v": [1, 1]}, "e": {"v": [{}], "p": "10"}}}},
        {"d": {"a": {"r": {"v": [10**12, 0]}, "e": {"d": {}}}}},
    ],
)
def test_columns_that_do_not_fit_are_refused(column: Any) -> None:
    with pytest.raises(SyncProblem):
        columns.read(column, 2)


@given(documents, st.integers(0, 4))
def test_any_document_is_records_or_refused(document: Any, count: int) -> None:
    with suppress(SyncProblem):
        assert len(columns.read(document, count)) == count


@pytest.mark.parametrize(
    "column",
    [
        {"r": {"v": [60_000]}, "e": {"d": {"k" * 1000: {"c": [1], "i": "0" * 60_000}}}},
        {"r": {"v": [60_000]}, "e": {"d": {"k": {"c": ["v" * 1000], "i": "0" * 60_000}}}},
        {"r": {"v": [60_000]}, "e": {"d": {f"k{n}" * 20: {"v": [1] * 60_000} for n in range(20)}}},
    ],
)
def test_what_is_named_once_and_repeated_without_end_is_refused(column: Any) -> None:
    with pytest.raises(SyncProblem):
        columns.read({"d": {"a": column}}, 1)


def test_values_that_repeat_are_named_by_letters_and_stand_apart_when_read() -> None:
    given: list[columns.Record] = [{"topics": ["land", "water"]} for _ in range(9)]
    written = columns.write(given)
    assert written == {"d": {"topics": {"c": [["land", "water"]], "i": "000000000"}}}
    first, second, *_ = columns.read(written, 9)
    assert first == second
    assert first["topics"] is not second["topics"]


def test_many_records_compress_better_as_columns() -> None:
    chance = random.Random(5)
    made: list[columns.Record] = [
        {"id": chance.randbytes(16).hex(), "place": f"MMR{chance.randrange(17):03}"}
        | {f"p_{group}": chance.randrange(9) for group in ("f", "m", "x", "young", "old")}
        for _ in range(150)
    ]
    lines = b"\n".join(canonical(record) for record in made)
    assert len(deflate(canonical(columns.write(made)))) < len(deflate(lines))


def test_one_record_alone_stays_as_it_is() -> None:
    assert columns.write([{"a": 1}]) == {"v": [{"a": 1}]}


def test_the_dictionary_is_up_to_date() -> None:
    assert dictionary.name_of(dictionary.build()) == dictionary.present().name, "python -m sync.dictionary"


def test_every_dictionary_bears_its_own_name() -> None:
    folder = Path(dictionary.__file__).parent / "dictionaries"
    names = {file.stem: file.read_bytes() for file in folder.glob("*.zdict")}
    assert names
    assert {dictionary.name_of(content) for content in names.values()} == set(names)


def test_the_dictionary_is_made_of_what_no_person_wrote() -> None:
    known = "".join(definition_json.dump(shipped.load(form)) for form in shipped.definitions())
    written = {word for sample in samples() for word in re.findall(r"[^\x00-\x7f]+", bytes(sample).decode())}
    assert written
    assert not [word for word in written if word.strip() not in known + "·"]


def test_a_dictionary_that_is_not_here_is_refused() -> None:
    with pytest.raises(SyncProblem, match="dictionary"):
        dictionary.named("ab" * 8)
