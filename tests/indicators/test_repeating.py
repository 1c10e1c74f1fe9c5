"""The same rows and earlier releases give the same bytes.

1. In another process, where Python's sets and dictionaries go in another order.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROGRAM = """
from datetime import date
from random import Random
from indicators.disclosure import Audience
from indicators.releases import dump
from tests.indicators.made_up_sessions import released, sessions
known = sessions(Random(4), 60, date(2026, 1, 1), 180)
tables = ["B02", "B02.gender.month", "B02.month.adm1", "B03.month", "B04.adm1", "B05", "B01.month"]
first = released(known[:30], ["B02.month", "B03"], Audience.PUBLIC)
print(dump(released(known, tables, Audience.LEAVING, earlier=[first.evidence]).release))
"""


def printed(order: str) -> bytes:
    """What the program prints where sets go in this order."""
    surroundings = {**os.environ, "PYTHONHASHSEED": order}
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, env=surroundings, capture_output=True, check=True
    )
    return run.stdout


def test_a_release_is_the_same_bytes_in_another_process() -> None:
    first = printed("1")
    assert b'"B02.month.adm1"' in first
    assert printed("2") == printed("77") == first
