"""What the server writes down.

1. The same warning is written once a minute, however many devices are the cause of it.
2. Faults and what was done are written each time.
"""

from __future__ import annotations

import logging

from server.logs import OnceAMinute


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def warning(said: str, level: int = logging.WARNING, *, fault: bool = False) -> logging.LogRecord:
    broken = (ValueError, ValueError(), None) if fault else None
    return logging.LogRecord("uvicorn.error", level, "", 0, said, (), broken)


def test_the_same_warning_is_written_once_a_minute() -> None:
    clock = Clock()
    once = OnceAMinute(clock)
    written = []
    for clock.now in (0.0, 0.0, 59.0, 60.5, 61.0):
        written.append(once.filter(warning("Exceeded concurrency limit.")))
    assert written == [True, False, False, True, False]
    assert once.filter(warning("Invalid HTTP request received."))


def test_faults_and_what_was_done_are_written_each_time() -> None:
    once = OnceAMinute(Clock())
    for record in (warning("a", logging.INFO), warning("a", logging.ERROR), warning("a", fault=True)):
        assert [once.filter(record), once.filter(record)] == [True, True]
