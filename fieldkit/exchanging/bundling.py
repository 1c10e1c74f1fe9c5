"""Bundles of a vault: the files on the stick.

Owns `fieldkit.exchanging.bundle_ports.Bundles`: names, reading and writing of the files; what goes into them and what
becomes of what came out is `sync.carrying`'s. Invariants: a file is on the stick whole or not at all, and whatever
happens to it, what waits stays in the vault until a receipt settles it.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

from fieldkit.exchanging.bundle_ports import BundleRead, BundleWritten
from fieldkit.exchanging.exchange import VaultExchange
from fieldkit.ports import SyncProgress
from fieldkit.vault.files import replace
from sync.bundles import LARGEST_BYTES, looks_like_bundle, names_of_parts
from sync.carrying import Packed, Unpacked, pack_for_device, pack_what_waits, unpack
from sync.identity import AgeIdentity, seal_stream
from sync.problems import Fault, SyncProblem, problem
from sync.stores import Taken

_LONGEST_BYTES = 2 * LARGEST_BYTES
"""More is not read; the largest size class and its age file are well below."""
_NAME_BYTES = 4


class VaultBundles:
    """`fieldkit.exchanging.bundle_ports.Bundles` of a vault.

    Args:
        exchange: the vault's, which does nothing else meanwhile.
        random_bytes: of which names are made.
    """

    def __init__(
        self, exchange: VaultExchange, *, random_bytes: Callable[[int], bytes] = secrets.token_bytes
    ) -> None:
        self._exchange = exchange
        self._random_bytes = random_bytes

    def write(
        self,
        place: Path,
        progress: Callable[[SyncProgress], None],
        *,
        only: Collection[str] | None = None,
        device: str = "",
        largest: int = 0,
    ) -> BundleWritten:
        """Write what waits, or what a coordinator has for one device. Raises SyncProblem; nothing is lost."""
        path = self._named(place)
        with self._exchange.alone():
            progress(SyncProgress("Sealing", 0, 0))
            packed = self._packed(only, device, min(largest or LARGEST_BYTES, LARGEST_BYTES))
        paths = names_of_parts(path, len(packed.files))
        for written, (file, content) in enumerate(zip(paths, packed.files, strict=True)):
            progress(SyncProgress("Writing", written, len(paths)))
            _write(file, content)
        return BundleWritten(
            files=tuple(file.name for file in paths),
            length=sum(map(len, packed.files)),
            changes=packed.changes,
            notices=packed.notices,
            carried=packed.carried,
            receipts=packed.receipts,
            statements=packed.statements,
            for_server=packed.for_server,
            for_device=device != "",
        )

    def read(self, files: Sequence[Path], progress: Callable[[SyncProgress], None]) -> BundleRead:
        """Take in files; of a folder, all bundles in it. Raises SyncProblem only where none could be read."""
        chosen = [file for given in files for file in _bundles_at(given)]
        read: list[Unpacked] = []
        unread: list[SyncProblem] = []
        with self._exchange.alone():
            for done, file in enumerate(chosen):
                progress(SyncProgress("Reading", done, len(chosen)))
                try:
                    read.append(unpack(self._exchange.store, _content(file)))
                except SyncProblem as refused:
                    refused.where = refused.where or file.name
                    unread.append(refused)
            if unread and not read:
                raise unread[0]
            self._exchange.merge()
        taken = sum((each.taken for each in read), Taken())
        return BundleRead(
            files=len(read),
            own=sum(each.own for each in read),
            received=taken.received,
            opened=taken.opened,
            held_back=taken.held_back,
            forms=taken.forms,
            receipts=sum(each.receipts for each in read),
            refused=taken.refused,
            missing=_missing(read),
            waiting=self._exchange.store.outbox.count_waiting(),
            unread=tuple(map(str, unread)),
        )

    def _packed(self, only: Collection[str] | None, device: str, largest: int) -> Packed:
        store = self._exchange.store
        if device:
            return pack_for_device(store, self._full_id(device), largest=largest)
        return pack_what_waits(store, only, largest=largest)

    def _full_id(self, beginning: str) -> str:
        """The one device whose id begins so. Raises SyncProblem UNKNOWN_DEVICE."""
        known = [each.device for each in self._exchange.store.members.devices()]
        found = [device for device in known if device.startswith(beginning)]
        if len(found) != 1:
            raise problem(Fault.UNKNOWN_DEVICE)
        return found[0]

    def _named(self, place: Path) -> Path:
        """The file itself; in a folder, one whose name tells nothing."""
        with _told(place):
            return place / f"{self._random_bytes(_NAME_BYTES).hex()}.dat" if place.is_dir() else place


def open_sealed(file: Path, target: Path, identity: AgeIdentity, seal_to: str | None) -> None:
    """Write what an age file of any size holds to a new file, sealed anew where a recipient is given.

    Raises:
        SyncProblem: BUNDLE_CLOSED when this key does not open it, STICK, DAMAGED for what is no recipient. Nothing is
            left behind then.
    """
    _require_new(target)
    plain, fresh = target.with_name(f"{target.name}.new"), target.with_name(f"{target.name}.sealed")
    with _told(target), ExitStack() as undoing:
        for left in (plain, fresh):
            undoing.callback(left.unlink, missing_ok=True)
        with file.open("rb") as sealed, plain.open("wb") as into:
            plain.chmod(0o600)
            _open_stream(identity, sealed, into)
        if seal_to is not None:
            with plain.open("rb") as data, fresh.open("wb") as into:
                seal_stream([seal_to], data, into)
                _flush(into)
        (plain if seal_to is None else fresh).replace(target)


def _open_stream(identity: AgeIdentity, sealed: BinaryIO, into: BinaryIO) -> None:
    try:
        identity.open_stream(sealed, into)
    except SyncProblem:
        raise problem(Fault.BUNDLE_CLOSED) from None
    _flush(into)


def _flush(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _require_new(file: Path) -> None:
    if file.exists():
        taken = problem(Fault.STICK, where=file.name, detail="There is a file of this name already.")
        taken.remedy = "Give another name, or only the folder: the file then gets a name that no other has."
        raise taken


def _write(file: Path, content: bytes) -> None:
    with _told(file):
        _require_new(file)
        replace(file, content)


def _bundles_at(given: Path) -> list[Path]:
    with _told(given):
        if not given.is_dir():
            return [given]
        return [
            file for file in sorted(given.iterdir()) if _is_plain(file) and looks_like_bundle(_start(file))
        ]


def _content(file: Path) -> bytes:
    with _told(file):
        if not file.exists():
            raise problem(Fault.STICK, where=file.name, detail="There is no such file.")
        if not _is_plain(file):
            raise problem(Fault.BUNDLE, where=file.name)
        with file.open("rb") as opened:
            return opened.read(_LONGEST_BYTES + 1)


def _is_plain(file: Path) -> bool:
    """Whether it is a file of its own: a link may lead anywhere, and a pipe never ends."""
    return file.is_file() and not file.is_symlink()


def _start(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(64)


def _missing(read: Sequence[Unpacked]) -> tuple[int, ...]:
    """The numbers of the parts that were not among what was read."""
    parts: dict[str, set[int]] = {}
    for each in read:
        parts.setdefault(each.bundle, set(range(1, each.parts + 1))).discard(each.part)
    return tuple(sorted(part for missing in parts.values() for part in missing))


@contextmanager
def _told(file: Path) -> Iterator[None]:
    """Tell what the system says of a file as SyncProblem STICK."""
    try:
        yield
    except OSError as error:
        detail = f"The system says: {os.strerror(error.errno or 0)}."
        raise problem(Fault.STICK, where=file.name, detail=detail) from None
