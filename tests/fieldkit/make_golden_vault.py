"""Makes `golden_vault`, a vault of this release for later ones: `python -m tests.fieldkit.make_golden_vault`.

Run it only when a release adds a store that later ones must open, and keep the older ones.
"""

from __future__ import annotations

from pathlib import Path

from tests.fieldkit.worlds import draft_with, finalised, new_vault

if __name__ == "__main__":
    directory = Path(__file__).parent / "golden_vault"
    with new_vault(directory) as vault:
        draft_with(vault, place="ဘားအံ")
        finalised(vault, vault.submissions, "Hpa-An 1")
    for needless in ("reserve", "lock", "keys.json.bak"):
        (directory / needless).unlink()
