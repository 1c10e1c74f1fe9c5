"""Screens say times of the computer's zone; tests fix it."""

from __future__ import annotations

import time

import pytest

from fieldkit.tui.speech import speak


@pytest.fixture(autouse=True)
def _in_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    if hasattr(time, "tzset"):
        time.tzset()


@pytest.fixture(autouse=True)
def _in_english() -> None:
    speak("en")
