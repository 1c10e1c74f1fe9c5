"""Takes out of a history what costs time and decides nothing: threads, and the same computation over and over.

Owns the replacement of the three places that would start threads (asyncio's `to_thread`, the web framework's pool, the
vault's writer), so that a seed always gives the same history; of the loading of this computer's certificate
authorities, whom nobody asks here; of what is spent to save bytes (compressing hard, sealing until it is short); and of
computing the same from the same twice: signatures, keys, claims, statements of the store, the projector, the shape of a
store that was seen before. Invariant: nothing else of the code that is tried changes.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Collection, Coroutine, Hashable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import cache
from typing import Any, TypeVar
from unittest.mock import patch

import anyio.to_thread
from sqlalchemy import Engine, text

from fieldkit.vault import database
from forms.definition import Definition
from indicators.catalogue import Catalogue
from indicators.projection import Projector
from server import dialects, projecting
from server.store import Store
from sync import compression, identity, statements
from sync.identity import AgeIdentity, SigningKey
from sync.statements import Trust

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


class Compiled(dict[Hashable, Any]):
    """Statements compiled once for all stores; the key of the library names the store's dialect object first."""

    def get(self, key: Any, default: Any = None) -> Any:
        """What was compiled for the same statement."""
        return super().get(key[1:], default)

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(key[1:], value)


_COMPILED = Compiled()
_PROJECTORS: dict[Hashable, Projector] = {}


def _projector(
    catalogue: Catalogue, sealed: Collection[tuple[str, str]], versions: Sequence[Definition]
) -> Projector:
    held = frozenset((definition.form_id, definition.version) for definition in versions)
    known = catalogue.digest, frozenset(sealed), held
    if known not in _PROJECTORS:
        _PROJECTORS[known] = Projector(catalogue, sealed, versions)
    return _PROJECTORS[known]


@cache
def _signing_key(data: bytes) -> SigningKey:
    return _FROM_BYTES(data)


@cache
def _age_identity(text: str) -> AgeIdentity:
    return _FROM_TEXT(text)


@cache
def _trust(project: str, key: bytes, signed: tuple[str, ...]) -> Trust:
    return _TRUST_OF(project, key, signed)


_SHAPES: set[str | None] = set()
_MIGRATE = Store.migrate
_FROM_BYTES, _FROM_TEXT, _TRUST_OF = SigningKey.from_bytes, AgeIdentity.from_text, Trust.of
_connect = dialects.connect


def _connected(url: str) -> Engine:
    engine = _connect(url)
    engine._compiled_cache = _COMPILED
    return engine


def _migrate(opened: Store) -> None:
    """Bring a store up to date, unless it has the shape that the last one got."""
    with opened.read() as connection:
        shape = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if shape not in _SHAPES:
        _MIGRATE(opened)
        with opened.read() as connection:
            _SHAPES.add(connection.execute(text("SELECT version_num FROM alembic_version")).scalar())


def _replacements() -> Iterator[Any]:
    async def at_once(work: Callable[..., T], *args: object, **options: object) -> T:
        return work(*args, **options)

    async def without_limits(work: Callable[..., T], *args: object, **_: object) -> T:
        return work(*args)

    yield patch.object(anyio.to_thread, "run_sync", without_limits)
    yield patch.object(asyncio, "to_thread", at_once)
    yield patch.object(database, "ThreadPoolExecutor", AtOnce)
    yield patch.object(identity, "is_signed", cache(identity.is_signed))
    yield patch.object(identity, "_SMALL_TRIES", 1)
    yield patch.object(identity, "_recipient", cache(identity._recipient))
    yield patch.object(compression, "LEVEL", 1)
    yield patch.object(SigningKey, "from_bytes", _signing_key)
    yield patch.object(AgeIdentity, "from_text", _age_identity)
    yield patch.object(Trust, "of", lambda project, key, signed: _trust(project, key, tuple(signed)))
    yield patch.object(statements, "read_claim", cache(statements.read_claim))
    yield patch.object(dialects, "connect", _connected)
    yield patch.object(Store, "migrate", _migrate)
    yield patch.object(projecting, "Projector", _projector)


@contextmanager
def without_costs() -> Iterator[None]:
    """While this lasts, vaults opened and servers asked work in the thread that calls them, and at little cost."""
    with ExitStack() as replaced:
        for replacement in _replacements():
            replaced.enter_context(replacement)
        yield


def run(history: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end in one thread; what it leaves is collected behind it, not in between."""
    gc.disable()
    try:
        with without_costs():
            return asyncio.run(history)
    finally:
        gc.enable()
