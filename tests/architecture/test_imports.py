"""What may load what, looked at in a fresh interpreter.

1. The entry path of a command line without a screen loads neither Textual nor the HTTP client.
2. `fieldkit --help`, `fieldkit forms check` and `import sync.exchange` load neither; pyxform and openpyxl are
   never on the entry path.
3. The packages import no heavier a library than their contract allows (import-linter holds the rest).
"""

from __future__ import annotations

import subprocess
import sys

import pytest


def loaded_after(statement: str) -> set[str]:
    """Top-level modules in `sys.modules` after the statement ran in a fresh interpreter."""
    names = "' '.join({name.partition('.')[0] for name in sys.modules})"
    probe = f"{statement}\nimport sys; print({names})"
    result = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, check=True, encoding="utf-8"
    )
    return set(result.stdout.splitlines()[-1].split())


HELP = "from fieldkit.__main__ import main\ntry: main(['--help'])\nexcept SystemExit: pass"
FORMS_HELP = (
    "from fieldkit.__main__ import main\ntry: main(['forms', 'check', '--help'])\nexcept SystemExit: pass"
)


@pytest.mark.parametrize(
    ("statement", "absent"),
    [
        (HELP, {"textual", "httpx", "pyxform", "openpyxl", "sqlite3", "sqlcipher3", "pydantic", "asyncio"}),
        (FORMS_HELP, {"textual", "httpx", "pyxform", "openpyxl", "sqlite3", "sqlcipher3"}),
        ("import sync.exchange", {"textual", "httpx", "sqlalchemy", "sqlite3"}),
        (
            "import forms.interview, forms.submission",
            {"textual", "httpx", "pyxform", "openpyxl", "lxml", "asyncio"},
        ),
        (
            "import fieldkit.reports.exports, fieldkit.reports.charts, fieldkit.reports.pdf",
            {"altair", "vl_convert", "typst", "openpyxl", "textual", "httpx", "sqlite3", "sqlcipher3"},
        ),
        ("import fieldkit.recorder.recording", {"textual", "httpx", "pyxform", "openpyxl"}),
        ("import indicators.measures", {"textual", "httpx", "pyxform", "openpyxl", "sqlite3"}),
        (
            "import fieldkit.tui.app",
            {"httpx", "pyxform", "openpyxl", "sqlcipher3", "sqlite_utils", "sqlalchemy"},
        ),
        ("import fieldkit.vault.vault", {"textual", "httpx", "pyxform", "openpyxl"}),
    ],
)
def test_a_part_loads_only_what_it_needs(statement: str, absent: set[str]) -> None:
    assert loaded_after(statement) & absent == set()
