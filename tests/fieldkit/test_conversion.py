"""Forms of strangers in a process of their own.

1. What comes back is what `forms.publish` says: the same definition, faults and problems.
2. A form that takes more time or memory than it may is stopped with a message, and nothing else stops.
3. Hostile files end in a message within the limits: bombs, entities, endless rows, huge cells, deep nesting, patterns
   that would run for years.
"""

from __future__ import annotations

import io
import sys
import zipfile
from pathlib import Path

import pytest

from fieldkit.conversion import Limits, check, convert_file, publish_file
from forms import publish
from forms.faults import InvalidForm
from forms.problems import FormProblem
from tests.fieldkit import hostile_forms

GOOD = "| survey |\n| | type | name | label |\n| | text | a | A |\n"
FAULTY = "| survey |\n| | type | name | label | relevant |\n| | text | a | A | 1 + |\n"


def _file(folder: Path, text: str) -> Path:
    path = folder / "form.md"
    path.write_text(text, encoding="utf-8")
    return path


def test_what_comes_back_is_what_was_found(tmp_path: Path) -> None:
    path = _file(tmp_path, FAULTY)
    assert check(path) == publish.check(path)
    with pytest.raises(InvalidForm) as refused:
        publish_file(path)
    assert refused.value.faults == publish.check(path)


def test_a_good_form_comes_back_whole(tmp_path: Path) -> None:
    path = _file(tmp_path, GOOD)
    assert publish_file(path) == publish.publish_file(path)
    assert convert_file(path) == publish.convert_file(path)


def test_a_form_that_takes_too_long_is_stopped(tmp_path: Path) -> None:
    with pytest.raises(FormProblem, match="more time or memory"):
        check(_file(tmp_path, GOOD), limits=Limits(seconds=0.01))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows limits no memory of a process")
def test_a_form_that_takes_too_much_memory_is_stopped(tmp_path: Path) -> None:
    with pytest.raises(FormProblem, match="more time or memory"):
        check(_file(tmp_path, GOOD), limits=Limits(memory=40_000_000))


@pytest.mark.parametrize("name", sorted(hostile_forms.FILES))
def test_a_hostile_file_ends_in_a_message(name: str, tmp_path: Path) -> None:
    ending, make = hostile_forms.FILES[name]
    path = tmp_path / f"form{ending}"
    path.write_bytes(make())
    if name in hostile_forms.READ:
        publish.check(path)
    elif name in hostile_forms.FAULTY:
        assert publish.check(path)
    else:
        with pytest.raises(FormProblem) as refused:
            publish.check(path)
        assert refused.value.remedy


def test_a_bomb_is_not_unpacked() -> None:
    packed = hostile_forms.FILES["a zip bomb"][1]()
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert sum(part.file_size for part in archive.infolist()) > 100 * len(packed)
