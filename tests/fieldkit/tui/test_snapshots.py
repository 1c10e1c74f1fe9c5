"""Three screens as they stand on a terminal of 80x24, so that a change of their looks is seen in review.

A missing picture is an error; to renew one, delete its file and run with FIELDKIT_RENEW=1.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fieldkit.tui.commands import Where
from tests.fieldkit.tui.desks import app_on, busy_desk, go_to, seen, unlock

PICTURES = Path(__file__).parent / "snapshots"


@pytest.mark.parametrize("place", [Where.HOME, Where.SYNC, Where.FIGURES])
async def test_a_screen_looks_as_it_did(place: Where) -> None:
    async with app_on(busy_desk()).run_test(size=(80, 24)) as pilot:
        await unlock(pilot)
        await go_to(pilot, place)
        now = seen(pilot) + "\n"
    picture = PICTURES / f"{place}.txt"
    if os.environ.get("FIELDKIT_RENEW") and not picture.exists():
        picture.write_text(now, encoding="utf-8")
    assert now == picture.read_text(encoding="utf-8")
