"""Draws the picture of the README from the running program: `make picture`.

Opens the interface on a practice vault in a folder that is removed again, answers by keys up to the tally grid, and
writes what an 80x24 terminal shows as SVG.
"""

from __future__ import annotations

import asyncio
import re
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from fieldkit.bootstrap import build, create
from fieldkit.ports import Desk
from fieldkit.tui.app import FieldApp

HOME = ("enter",)
ANSWERS = ("1", "1", "t", "03", "01", "", "2", "1", "1", "", "1", "", "1")
CELLS = ("0", "6", "3", "1", "0", "0", "4", "9", "2", "1", "0", "1")


async def drawn(directory: Path) -> str:
    """The tally grid of the dialogue session form as SVG text."""

    def open_desk(_: str) -> Desk:
        return build(create(directory, None)).desk

    app = FieldApp(open_desk, practice=True)
    async with app.run_test(size=(80, 24)) as pilot:
        while app.screen.id == "_default" or "UnlockScreen" in type(app.screen).__name__:
            await pilot.pause(0.05)
        await pilot.pause()
        await pilot.press(*HOME)
        await pilot.pause(0.5)
        for answer in (*ANSWERS, *CELLS):
            await pilot.press(*answer, "enter")
        await pilot.pause(0.5)
        return app.export_screenshot(title="fieldkit")


def without_links(svg: str) -> str:
    """The picture without fonts from elsewhere: a reader's own monospace font shows it."""
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    return svg.replace("font-family: Fira Code, monospace", "font-family: monospace")


def main() -> None:
    """Write the picture to the file that is named."""
    with TemporaryDirectory() as folder:
        svg = asyncio.run(drawn(Path(folder) / "vault"))
    Path(sys.argv[1]).write_text(without_links(svg), encoding="utf-8")


if __name__ == "__main__":
    main()
