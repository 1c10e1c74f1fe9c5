"""Vaults for tests: real ones with a cheap key derivation, and what is needed to fill them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from fieldkit.ports import DraftState, FormKey, Submissions
from fieldkit.vault.keyslots import Cost
from fieldkit.vault.vault import Vault
from tests.fakes import FakeClock, FakeDrafts

CHEAP = Cost(memory_kib=8, passes=1, lanes=1)
"""Argon2's least: a test does not wait for a key."""

PASSPHRASE = "amber canoe ginger lantern willow"
FORM = FormKey("dialogue_session", "2026.1")


def new_vault(directory: Path, *, now: Callable[[], datetime] | None = None) -> Vault:
    """A vault with `PASSPHRASE` and a device id."""
    return Vault.create(directory, PASSPHRASE, now=now or FakeClock(), cost=CHEAP)


def open_vault(directory: Path, passphrase: str | None = PASSPHRASE) -> Vault:
    """The vault there, opened again."""
    return Vault.open(directory, passphrase, now=FakeClock())


def draft_with(vault: Vault, **answers: str) -> str:
    """A draft with these answers, durable."""
    draft = vault.drafts.create(FORM, profile="core", language="")
    changes = [(f"/data/{name}", value) for name, value in answers.items()]
    vault.drafts.save(draft, changes, place="", name="", state=DraftState.ERRORS).result()
    return draft


def finalised(drafts: FakeDrafts | Vault, submissions: Submissions, name: str, form: FormKey = FORM) -> str:
    """A finalised submission of that name, with the open answer 1 and the sealed answer 2."""
    store = drafts.drafts if isinstance(drafts, Vault) else drafts
    draft = store.create(form, profile="core", language="")
    return submissions.finalise(draft, name=name, open_part={"tally": 1}, sealed_part={"note": "2"})
