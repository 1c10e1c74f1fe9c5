"""Keeps the memory of the process that holds a vault out of core files and away from debuggers of the same user.

Owns nothing. Best effort on Linux, nothing elsewhere; keys stay in memory until the process ends, which is why
locking ends it.
"""

from __future__ import annotations

import sys

_PR_SET_DUMPABLE = 4
"""prctl(2)."""


def harden() -> bool:
    """Forbid core files and attaching. True where the system took it; False on systems without these calls."""
    if sys.platform != "linux":
        return False
    import ctypes
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    return bool(ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) == 0)
