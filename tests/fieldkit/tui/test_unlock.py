"""The unlock screen.

1. It is painted before the vault is opened, and opening does not block it.
2. A refusal says what the vault says, forgets what was typed, and lets the person try again.
3. An empty passphrase is not tried; none is tried while one is being tried.
4. Practice asks for none.
"""

from __future__ import annotations

import threading

from fieldkit.ports import Desk
from fieldkit.tui.app import FieldApp
from fieldkit.tui.screens.unlock import UnlockScreen
from fieldkit.vault.problems import VaultProblem
from tests.fakes import make_desk
from tests.fieldkit.tui.desks import app_on, busy_desk, seen, shown, unlock


def opens_with_right(passphrase: str) -> Desk:
    if passphrase != "right":
        raise VaultProblem("VAULT-001", "The vault did not open.", remedy="Type it again.")
    return make_desk()


async def test_it_is_painted_before_the_vault_opens() -> None:
    let_go, tried = threading.Event(), []

    def slow(passphrase: str) -> Desk:
        tried.append(passphrase)
        let_go.wait(10)
        return make_desk()

    async with FieldApp(slow).run_test(size=(80, 24)) as pilot:
        assert "Passphrase" in seen(pilot)
        assert tried == []
        await pilot.press(*"one", "enter")
        await pilot.pause()
        assert "Opening" in seen(pilot)
        await pilot.press(*"two", "enter")
        let_go.set()
        await shown(pilot)
        assert tried == ["one"]
        assert not isinstance(pilot.app.screen, UnlockScreen)


async def test_a_refusal_says_no_more_than_the_vault_and_asks_again() -> None:
    async with FieldApp(opens_with_right).run_test(size=(80, 24)) as pilot:
        await unlock(pilot, "wrong")
        assert "The vault did not open. Type it again." in seen(pilot)
        await unlock(pilot, "right")
        assert not isinstance(pilot.app.screen, UnlockScreen)


async def test_what_was_typed_is_neither_shown_nor_kept() -> None:
    async with FieldApp(opens_with_right).run_test(size=(80, 24)) as pilot:
        await pilot.press(*"secret")
        assert "secret" not in seen(pilot)
        await pilot.press("enter")
        await shown(pilot)
        assert "•" not in seen(pilot)


async def test_an_empty_passphrase_is_not_tried() -> None:
    tried: list[str] = []
    async with FieldApp(lambda passphrase: tried.append(passphrase) or make_desk()).run_test() as pilot:  # type: ignore[func-returns-value]
        await pilot.press("enter")
        await shown(pilot)
    assert tried == []


async def test_practice_opens_by_itself() -> None:
    async with app_on(busy_desk(practice=True)).run_test(size=(80, 24)) as pilot:
        await shown(pilot)
        assert not isinstance(pilot.app.screen, UnlockScreen)
