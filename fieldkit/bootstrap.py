"""The one place that builds the world: a vault, opened, and everything that stands on it.

Owns which real thing stands behind each port of `fieldkit.ports`. What is not needed to show the first screen is
loaded when it is first used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from fieldkit.ports import Desk, FormKey
from fieldkit.problems import no_vault
from fieldkit.settings import vault_directory
from fieldkit.vault.clocks import VaultClock
from fieldkit.vault.problems import VaultProblem
from fieldkit.vault.vault import Vault
from forms.problems import FormProblem

if TYPE_CHECKING:
    from argparse import Namespace


@dataclass(frozen=True, slots=True)
class World:
    """An open vault and the desk that screens and commands work at."""

    vault: Vault
    desk: Desk

    def newest_form(self, form_id: str) -> FormKey:
        """The newest version of a form that may be recorded here. Raises FormProblem FORM-004 when there is none."""
        forms = self.desk.library.forms()
        for summary in forms:
            if summary.key.form_id == form_id:
                return summary.key
        known = ", ".join(summary.key.form_id for summary in forms) or "none"
        raise FormProblem(
            "FORM-004",
            f"There is no form {form_id} in this vault.",
            remedy=f"Here can be recorded: {known}.",
            where=form_id,
        )


def now() -> datetime:
    """The clock of this computer, with its offset."""
    return datetime.now(UTC).astimezone()


def create(directory: Path, passphrase: str | None, *, clock: Callable[[], datetime] = now) -> Vault:
    """A new vault with the forms that come with this program; whole or not at all, on a full disk too.

    A passphrase of None makes a practice vault.
    """
    vault = Vault.create(directory, passphrase, now=clock)
    try:
        add_shipped_forms(vault, clock())
    except VaultProblem:
        vault.erase()
        raise
    return vault


def add_shipped_forms(vault: Vault, received_at: datetime) -> None:
    """Put the shipped forms and their lists into the vault: recording can begin before a project is joined."""
    from fieldkit.vault.library import StoredForm
    from forms import definition_json, shipped

    for form_id in shipped.definitions():
        definition = shipped.load(form_id)
        vault.library.add(
            StoredForm(
                FormKey(definition.form_id, definition.version),
                definition.title,
                definition_json.dump(definition),
                received_at,
            )
        )
    for name, content in shipped.lists().items():
        vault.library.add_list(name, content)


def open_world(directory: Path, passphrase: str | None, *, clock: Callable[[], datetime] = now) -> World:
    """Open the vault there. A passphrase of None is for a practice vault. Raises VaultProblem."""
    return build(Vault.open(directory, passphrase, now=clock))


def build(vault: Vault, *, clock: Callable[[], datetime] | None = None) -> World:
    """Everything that stands on an open vault; another clock than the vault's is for tests."""
    from fieldkit.conflicts.reconciling import VaultConflicts
    from fieldkit.coordinator.attention import VaultAttention
    from fieldkit.coordinator.figures import VaultFigures
    from fieldkit.coordinator.releasing import Releasing
    from fieldkit.coordinator.views import VaultViews
    from fieldkit.exchanging.bundling import VaultBundles
    from fieldkit.exchanging.exchange import VaultExchange

    today = vault.clock if clock is None else VaultClock(clock, vault.settings)
    figures = VaultFigures(vault)
    exchange = VaultExchange(vault, now=today)
    desk = Desk(
        info=vault.info(),
        drafts=vault.drafts,
        submissions=vault.submissions,
        library=vault.library,
        exchange=exchange,
        bundles=VaultBundles(exchange),
        figures=figures,
        views=VaultViews(vault.database, figures, Releasing(vault)),
        attention=VaultAttention(vault, figures),
        oversight=vault.oversight,
        conflicts=VaultConflicts(vault, now=today),
        settings=vault.settings,
        now=today,
        drain=vault.drain,
        is_space_low=vault.is_space_low,
    )
    return World(vault, desk)


@contextmanager
def opened(arguments: Namespace) -> Iterator[World]:
    """The world of a command: the vault that the options name, opened with the passphrase that they name."""
    from fieldkit.commands import passphrases

    directory = vault_directory(getattr(arguments, "vault", None))
    if not Vault.exists(directory):
        raise no_vault()
    passphrase = None if Vault.is_practice(directory) else passphrases.given(arguments)
    world = open_world(directory, passphrase)
    try:
        yield world
    finally:
        world.vault.close()
