"""The readers of strangers' forms, given noise.

1. The parser of expressions and the readers of XForm XML and of workbooks read any bytes, or refuse them.
2. With FIELDKIT_SOAK set, and atheris installed, each is fuzzed with coverage for a minute.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.forms.fuzzing import TARGETS

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


_FUZZ = """
import sys, atheris
with atheris.instrument_imports(include=["forms"]):
    from tests.forms.fuzzing import TARGETS
atheris.Setup([sys.argv[0], "-max_total_time=60", "-timeout=10"], TARGETS[sys.argv[1]])
atheris.Fuzz()
"""


@pytest.mark.skipif(not os.environ.get("FIELDKIT_SOAK"), reason="a soak: make soak")
@pytest.mark.skipif(importlib.util.find_spec("atheris") is None, reason="atheris is not installed")
@pytest.mark.parametrize("target", TARGETS)
def test_fuzzing_with_coverage_finds_nothing(target: str) -> None:
    done = subprocess.run([sys.executable, "-c", _FUZZ, target], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2_000:]
