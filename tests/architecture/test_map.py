"""The map in docs/architecture.md names what is there.

1. Every module that it names in a package exists.
2. The check finds a name that does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NAMED = re.compile(r"`([\w/]+)`")


def missing(text: str) -> Iterator[str]:
    """Names of a map that stand for no module or folder; a name without a folder lies in the last one named."""
    for package, rows in re.findall(r"\| in `(\w+)` \|.*?\n(.*?)\n\n", text, flags=re.S):
        for row in rows.splitlines()[1:]:
            folder = ROOT / package
            for name in NAMED.findall(row):
                place = folder / name if (folder / f"{name}.py").exists() else ROOT / package / name
                if place.is_dir() or place.with_suffix(".py").exists():
                    folder = place.parent
                else:
                    yield f"{package}: {name}"


def test_every_module_of_the_map_exists() -> None:
    assert list(missing((ROOT / "docs/architecture.md").read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("name", ["nowhere", "vault/nowhere"])
def test_the_check_finds_a_name_that_is_not_there(name: str) -> None:
    assert list(
        missing(f"| in `fieldkit` | |\n|---|---|\n| x | `vault/heads`, `{name}`, `drafts` |\n\n")
    ) == [f"fieldkit: {name}"]
