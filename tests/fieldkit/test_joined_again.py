"""A vault that joined again: its words are those of its keys, so a coordinator is told why two entries share them."""

from __future__ import annotations

from fieldkit.commands.projects import came_again
from fieldkit.vault.members import KnownDevice
from sync.messages import DeviceState
from sync.roles import Role

WORDS = ("tall", "river", "stone", "amber", "fox", "reed")


def device(name: str, state: DeviceState, words: tuple[str, ...] = WORDS) -> KnownDevice:
    return KnownDevice(name, Role.RECORDER, words, state)


def test_a_device_with_the_words_of_a_revoked_one_is_told() -> None:
    before, again = device("a", DeviceState.REVOKED), device("b", DeviceState.PENDING)
    other = device("c", DeviceState.CONFIRMED, ("other", *WORDS[1:]))
    assert list(came_again([before, again, other])) == [(again, before)]


def test_two_devices_that_were_both_revoked_are_not() -> None:
    assert list(came_again([device("a", DeviceState.REVOKED), device("b", DeviceState.REVOKED)])) == []
