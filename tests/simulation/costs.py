"""Takes out of a history what costs time and decides nothing: threads, and the same computation over and over.

Owns the replacement of the three places that would start threads (asyncio's `to_thread`, the web framework's pool, the
vault's writer), so that a seed always gives the same history; of the loading of this computer's certificate
authorities, whom nobody asks here; and of checking one signature twice. Nothing else of the code that is tried changes.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from typing import Any, TypeVar
from unittest.mock import patch

import anyio.to_thread

from fieldkit.vault import database
from sync import identity

T = TypeVar("T")


class AtOnce(ThreadPoolExecutor):
    """An executor that does the work while it is being handed over."""

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """The work's future, answered already."""
        if self._shutdown:
            raise RuntimeError("cannot schedule new futures after shutdown")
        answer: Future[T] = Future()
        try:
            answer.set_result(fn(*args, **kwargs))
        except BaseException as error:  # an executor hands on whatever its work raised
            answer.set_exception(error)
        return answer


_CONTEXT = ssl.create_default_context()


@contextmanager
def without_costs() -> Iterator[None]:
    """While this lasts, vaults opened and servers asked work in the thread that calls them."""

    async def at_once(work: Callable[..., T], *args: object, **_: object) -> T:
        return work(*args)

    with (
        patch.object(anyio.to_thread, "run_sync", at_once),
        patch.object(asyncio, "to_thread", at_once),
        patch.object(database, "ThreadPoolExecutor", AtOnce),
        patch.object(ssl, "create_default_context", lambda: _CONTEXT),
        patch.object(identity, "is_signed", cache(identity.is_signed)),
    ):
        yield


def run(history: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end in one thread."""
    with without_costs():
        return asyncio.run(history)
