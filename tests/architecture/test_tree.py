"""What must never be in the tree.

1. No registry's host name and no path of a development machine.
2. The lock files name versions and hashes, no index, and satisfy `pyproject.toml`.
3. Every problem code stands on the page `docs/problems.md`, and every code on the page exists.
"""

from __future__ import annotations

import importlib
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from forms.problems import Problem

ROOT = Path(__file__).parents[2]
HOSTS = re.compile("(py" + r"pi|python" + r"hosted|deb\.de" + r"bian|registry\.npm" + r"js)\.(org|com)")
PROBLEM_MODULES = (
    "forms.problems",
    "sync.problems",
    "fieldkit.vault.problems",
    "fieldkit.problems",
    "server.problems",
    "indicators.problems",
    "fieldkit.reports.problems",
)


def tracked_files() -> list[Path]:
    listing = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listing.returncode != 0:
        pytest.skip("not a git checkout")
    return [ROOT / line for line in listing.stdout.splitlines() if (ROOT / line).is_file()]


def test_no_file_names_a_registry() -> None:
    found = [
        path.relative_to(ROOT).as_posix()
        for path in tracked_files()
        if HOSTS.search(path.read_text(encoding="utf-8", errors="ignore"))
    ]
    assert found == []


@pytest.mark.parametrize(
    "lock", ["requirements.lock", "requirements-reports.lock", "requirements-checks.lock"]
)
def test_a_lock_pins_every_package_with_a_hash(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert "://" not in text
    for block in re.split(r"\n(?=\S)", text.strip()):
        assert re.match(r"[a-z0-9-]+==[^ ]+", block)
        assert "--hash=sha256:" in block


def test_the_lock_holds_every_dependency_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["server"]]
    locked = set(
        re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements.lock").read_text(encoding="utf-8"), re.MULTILINE)
    )
    assert {re.split(r"[<>=; ]", line)[0].lower() for line in wanted} <= locked


def catalogue() -> set[str]:
    for module in PROBLEM_MODULES:
        importlib.import_module(module)
    families, codes = [Problem], set[str]()
    while families:
        family = families.pop()
        families.extend(family.__subclasses__())
        codes |= set(family.catalogue)
    return codes


def test_the_page_of_problems_lists_exactly_the_codes_that_exist() -> None:
    page = (ROOT / "docs" / "problems.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| ([A-Z]+-\d{3}) ", page, re.MULTILINE)) == catalogue()
