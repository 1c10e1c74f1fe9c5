"""The picture of the README shows the program as it is: `make picture` draws it anew."""

from __future__ import annotations

import re
from pathlib import Path

from docs.picture import drawn

PICTURE = Path(__file__).parents[2] / "docs" / "interview.svg"


def words(svg: str) -> list[str]:
    """What can be read in a picture."""
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg)


async def test_the_picture_shows_the_grid_as_it_is_now(tmp_path: Path) -> None:
    assert words(PICTURE.read_text(encoding="utf-8")) == words(await drawn(tmp_path / "vault"))
