"""Every step on a file, heard before it is made, for tests that let a program die there.

Owns the one audit hook of a test process: it can't be taken away, so it is set once and does nothing while nobody
listens.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_STEPS = frozenset({"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate"})
"""Events of `sys.audit` before a file or directory is made, written anew, renamed or removed."""
_listeners: list[Callable[[], None]] = []
_is_set: list[bool] = []


@contextmanager
def before_each_file_step(listener: Callable[[], None]) -> Iterator[None]:
    """Call the listener before each step; what it does with files itself is not heard."""
    if not _is_set:
        sys.addaudithook(_heard)
        _is_set.append(True)
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.clear()


def _heard(name: str, _: tuple[object, ...]) -> None:
    if name in _STEPS and _listeners:
        listener = _listeners.pop()
        try:
            listener()
        finally:
            _listeners.append(listener)
