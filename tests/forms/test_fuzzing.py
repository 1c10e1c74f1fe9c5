"""The readers of strangers' forms, given noise.

1. The parser of expressions and the readers of XForm XML and of workbooks read any bytes, or refuse them.
2. Cut, doubled and changed forms are read or refused, too: noise that begins as something real goes deeper.
3. With FIELDKIT_SOAK set, and atheris installed, as `make soak` does where it has a wheel, each is fuzzed with coverage
   for a minute, beginning with real forms.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.forms.fuzzing import TARGETS, seeds

PIECES = st.sampled_from(
    (
        "<bind nodeset='/data/q' calculate='", "' relevant='", "'/>", "<itext>", "</itext>", "<instance id='l'>",
        "</instance>", "<root>", "<item>", "<name>", "<repeat nodeset='/data/q'", " jr:count='", "<group ref='/data'>",
        "</group>", "<input ref='/data/q'>", "<setvalue event='odk-new-repeat' ref='/data/q' value='", "<label>",
        "</label>", "<output value='", "/data/q", "../q", "instance('l')/root/item[name=", "]", "(", ")", "1", " + ",
        "if(", ",", "'x'", "| survey |\n", "| | type | name |\n", "PK\x03\x04", "\x00", "&amp;", "&x;", "\ud7ff", "\n",
    )
)  # fmt: skip
NOISE = st.one_of(
    st.binary(max_size=300),
    st.lists(PIECES, max_size=40).map(lambda pieces: "".join(pieces).encode("utf-8", "replace")),
)


@pytest.mark.parametrize("target", TARGETS)
@given(data=NOISE)
def test_any_bytes_are_read_or_refused(target: str, data: bytes) -> None:
    TARGETS[target](data)


@pytest.mark.parametrize("target", TARGETS)
@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_what_was_once_a_form_is_read_or_refused(target: str, data: st.DataObject) -> None:
    form = bytearray(data.draw(st.sampled_from(seeds(target))))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(form)))
        until = data.draw(st.integers(at, min(len(form), at + 20)))
        form[at:until] = data.draw(NOISE)
    TARGETS[target](bytes(form))


_FUZZ = """
import sys, atheris
with atheris.instrument_imports(include=["forms"]):
    from tests.forms.fuzzing import TARGETS, seeds
atheris.Setup([sys.argv[0], "-max_total_time=60", "-timeout=10", sys.argv[2]], TARGETS[sys.argv[1]])
atheris.Fuzz()
"""


@pytest.mark.skipif(not os.environ.get("FIELDKIT_SOAK"), reason="a soak: make soak")
@pytest.mark.skipif(importlib.util.find_spec("atheris") is None, reason="atheris is not installed")
@pytest.mark.parametrize("target", TARGETS)
def test_fuzzing_with_coverage_finds_nothing(target: str, tmp_path: Path) -> None:
    for number, seed in enumerate(seeds(target)):
        (tmp_path / str(number)).write_bytes(seed)
    words = [sys.executable, "-c", _FUZZ, target, str(tmp_path)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2_000:]
