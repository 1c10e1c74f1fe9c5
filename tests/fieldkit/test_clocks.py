"""The clock of a vault.

1. A person can say what day it is; the vault remembers it, and its clock runs on from there.
2. A computer whose clock fell behind the last revision made here counts as that day, until a person says otherwise.
3. A vault with nothing in it believes the computer.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from fieldkit.vault.vault import Vault
from tests.fakes import NOON, FakeClock
from tests.fieldkit.worlds import FORM, PASSPHRASE, new_vault


def again(directory: Path, computer: FakeClock) -> date:
    """Today in the vault, opened anew."""
    with Vault.open(directory, PASSPHRASE, now=computer) as vault:
        return vault.clock().date()


def test_what_day_it_is_is_remembered_and_runs_on(tmp_path: Path) -> None:
    computer = FakeClock()
    with new_vault(tmp_path / "vault", now=computer) as vault:
        vault.clock.set_today(date(2026, 7, 1))
        assert vault.clock() == NOON + timedelta(days=121)
    computer.advance(days=1)
    assert again(tmp_path / "vault", computer) == date(2026, 7, 2)


def test_a_clock_that_fell_behind_counts_as_the_last_day_known(tmp_path: Path) -> None:
    computer = FakeClock()
    with new_vault(tmp_path / "vault", now=computer) as vault:
        draft = vault.drafts.create(FORM, profile="core", language="")
        vault.submissions.finalise(draft, name="", open_part={}, sealed_part={})
    computer.advance(days=-800)
    assert again(tmp_path / "vault", computer) == NOON.date()
    with Vault.open(tmp_path / "vault", PASSPHRASE, now=computer) as vault:
        vault.clock.set_today(date(2026, 2, 1))
    assert again(tmp_path / "vault", computer) == date(2026, 2, 1)


def test_an_empty_vault_believes_the_computer(tmp_path: Path) -> None:
    computer = FakeClock()
    computer.advance(days=-20_000)
    with new_vault(tmp_path / "vault", now=computer) as vault:
        assert vault.clock() == computer()
        assert vault.clock.computer_day == computer().date()
