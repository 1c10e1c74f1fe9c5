"""What the server writes down of itself: counters, truncated ids, and the place of a fault.

Owns the log's shape; leaves what happened to those who log. Invariant: no address, user agent, answer, key or path
reaches a log, nor the message of an exception, which may hold one.
"""

from __future__ import annotations

import logging
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

LOGGER = logging.getLogger("fieldkit.server")

_ROOT = Path(__file__).parents[1]
_ID_SHOWN = 8
"""Characters of an id: enough to find it in the store, too few to use it."""
_MINUTE = 60.0
_Fault = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def shortened(identity: str) -> str:
    """The beginning of an id or digest."""
    return identity[:_ID_SHOWN]


def fault_place(error: BaseException) -> str:
    """``KeyError at server/receiving.py:88``: type and innermost place in this program; no message."""
    place = "an unknown place"
    for frame in traceback.extract_tb(error.__traceback__):
        path = Path(frame.filename)
        if path.is_relative_to(_ROOT) and "site-packages" not in path.parts:
            place = f"{path.relative_to(_ROOT).as_posix()}:{frame.lineno}"
    return f"{type(error).__name__} at {place}"


class DiscreetFormatter(logging.Formatter):
    """Time, level and message; of an exception its type and place only."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s", "%Y-%m-%dT%H:%M:%S%z")

    def formatException(self, ei: _Fault) -> str:  # noqa: N802 - the name is logging's
        """Type and place."""
        return "" if ei[1] is None else fault_place(ei[1])


class OnceAMinute(logging.Filter):
    """Lets a warning that says the same again through once a minute: a crowd of devices that are told to come again
    would fill the disk with it.

    Args:
        monotonic: seconds.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._monotonic = monotonic
        self._last: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether it is written; what tells of a fault, or of a request, always is."""
        if record.exc_info or record.levelno != logging.WARNING:
            return True
        said, now = record.getMessage(), self._monotonic()
        self._last = {text: at for text, at in self._last.items() if now - at < _MINUTE}
        is_new = said not in self._last
        self._last.setdefault(said, now)
        return is_new


def write_to_standard_error(*, talkative: bool) -> None:
    """Send this program's log, and the warnings of all that it stands on, to standard error in the discreet form.

    Args:
        talkative: one line for each request that changed something; otherwise warnings only.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(DiscreetFormatter())
    handler.addFilter(OnceAMinute())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    LOGGER.setLevel(logging.INFO if talkative else logging.WARNING)


def note(event: str, **counters: int | str) -> None:
    """One line on something done: its name, then counters and shortened ids as ``name=value``."""
    LOGGER.info("%s", " ".join([event, *(f"{name}={value}" for name, value in counters.items())]))
