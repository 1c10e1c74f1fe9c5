"""Backups: a store copied while it serves, sealed before it leaves the machine, and put back as another life.

Owns what a backup holds and what putting back changes; leaves the copy itself to `server.dialects`, files to
`server.files`. A backup is a tar archive in one age file to the coordinators; uploads that are not whole are not in it.
Invariants: nothing of it lies unsealed outside of the data directory, and a store that was put back has another epoch,
so that every device notices and offers again what it lacks.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tarfile
import tempfile
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Connection

from server.files import flush_directory, told, whole
from server.founding import make_directory
from server.problems import OperatorProblem, RequestProblem
from server.publishing import RECIPIENTS
from server.queries import erasures, life, statements
from server.queries.erasures import Erasure
from server.settings import Settings
from server.store import Store
from server.world import World, open_world
from sync.bundles import looks_like_bundle
from sync.identity import AgeIdentity, seal_stream
from sync.problems import SyncProblem
from sync.statements import RecipientList, StatementKind, open_statement
from sync.wire import new_epoch

FORMAT = 1
_DATABASE = "server.db"
_LARGEST_SMALL = 64 * 1024
"""Keys, certificates and descriptions; the largest has some 2 KB."""


@dataclass(frozen=True, slots=True)
class BackedUp:
    """A backup that was written."""

    sequence: int
    """It holds everything up to here; the store's watermark from now on."""
    length: int
    recipients: int
    """Coordinators, each of whom can open it."""


@dataclass(frozen=True, slots=True)
class Replaced:
    """What is known of a store that a backup takes the place of."""

    project: str
    erasures: list[Erasure]


@dataclass(frozen=True, slots=True)
class Restored:
    """A store that was put back."""

    epoch: str
    """Of its new life."""
    sequence: int
    """It is as it was up to here."""
    erasures: int
    """Erasures that were repeated."""


def back_up(here: World, target: Path) -> BackedUp:
    """Write a sealed backup to a new file, while the server answers.

    Raises:
        OperatorProblem: SERVER-114 where there are no recipients, or the store is no SQLite; SERVER-112.
    """
    with here.store.read() as connection:
        recipients = _recipients(here, connection)
    with told(target), tempfile.TemporaryDirectory(dir=here.settings.data, prefix="backup-") as kept:
        copy, archive = Path(kept) / _DATABASE, Path(kept) / "archive"
        _copy(here.store, copy)
        sequence = _sequence_of(copy)
        _write_archive(archive, here, copy, sequence)
        with whole(target) as file, archive.open("rb") as plain:
            seal_stream(recipients, plain, file)
    with here.store.write() as connection:
        life.move_watermark(connection, sequence)
    return BackedUp(sequence, target.stat().st_size, len(recipients))


def restore(
    archive: Path,
    settings: Settings,
    *,
    identity: AgeIdentity | None = None,
    replaces: Replaced | None = None,
) -> Restored:
    """Put a backup back into an empty or new directory, as another life of the store.

    Args:
        archive: as a coordinator opened it, or sealed to `identity`, a key made for this one time.
        replaces: the store that is replaced, of the same project; its erasures and those of the backup are repeated.
            Later ones come back with the coordinators' segments, which they offer again.

    Raises:
        OperatorProblem: SERVER-101, SERVER-111 from `make_directory`; SERVER-115 for what is no backup, or is not
            opened yet, or of another project; SERVER-112. The directory is empty then.
    """
    make_directory(settings)
    try:
        with told(archive), tempfile.TemporaryDirectory(dir=settings.data, prefix="restore-") as kept:
            fresh = replace(settings, data=Path(kept) / "server")
            fresh.data.mkdir(mode=0o700)
            _unpack(_opened(archive, Path(kept), identity), fresh)
            restored = _begin_anew(fresh, replaces)
            _put_in_place(fresh, settings)
        return restored
    except BaseException:
        _empty(settings.data)
        raise


def to_be_replaced(data: Path) -> Replaced:
    """What is known of the store in a server's directory. Raises OperatorProblem where it can't be read."""
    here = open_world(Settings(data))
    with closing(here.store), here.store.read() as connection:
        return Replaced(here.life.project, erasures.every(connection))


def _recipients(here: World, connection: Connection) -> list[str]:
    jws = statements.latest(connection, StatementKind.RECIPIENTS, RECIPIENTS)
    payload = open_statement(jws, here.life.project_key, StatementKind.RECIPIENTS) if jws else None
    if not isinstance(payload, RecipientList):
        raise OperatorProblem(
            "SERVER-114",
            "No coordinators' keys are known here; no backup was made, since it could not be sealed.",
            remedy="Let the first coordinator sync once.",
        )
    return [recipient.age_recipient for recipient in payload.recipients]


def _copy(store: Store, copy: Path) -> None:
    """Copy the store. Raises OperatorProblem SERVER-110, SERVER-114."""
    try:
        if store.copy_into(copy):
            return
    except RequestProblem:  # a full disk or a busy store, in words for a device
        raise OperatorProblem(
            "SERVER-114",
            "The store could not be copied, since its disk is full or it is busy; no backup was made.",
            remedy="A backup needs twice the store's size free in the data directory. Then try again.",
        ) from None
    raise OperatorProblem(
        "SERVER-114",
        "The store is no SQLite file; no backup was made.",
        remedy="Use the database's own tools, and keep the data directory's files with what they give.",
    )


def _sequence_of(copy: Path) -> int:
    store = Store(f"sqlite:///{copy}")
    try:
        with store.read() as connection:
            return life.last_sequence(connection)
    finally:
        store.close()


def _write_archive(archive: Path, here: World, copy: Path, sequence: int) -> None:
    description = {
        "fieldkit": "backup",
        "format": FORMAT,
        "project": here.life.project,
        "epoch": here.life.epoch,
        "sequence": sequence,
        "made_at": here.now().isoformat(timespec="seconds"),
        "sha256": _digest(copy),
    }
    told_of = archive.with_name("backup.json")
    told_of.write_text(json.dumps(description, indent=2), encoding="utf-8")
    with tarfile.open(archive, "w:", format=tarfile.PAX_FORMAT) as tar:
        for file in (told_of, copy, *_small_files(here.settings)):
            if file.exists():
                tar.add(file, file.name, recursive=False, filter=_nobodys)


def _small_files(settings: Settings) -> tuple[Path, ...]:
    return (
        settings.description_file,
        settings.receipt_key_file,
        settings.bundle_key_file,
        settings.certificate_file,
        settings.certificate_key_file,
    )


def _nobodys(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Without the name of whoever runs the server."""
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o600
    return member


def _opened(archive: Path, kept: Path, identity: AgeIdentity | None) -> Path:
    with archive.open("rb") as file:
        if not looks_like_bundle(file.read(64)):
            return archive
    if identity is None:
        raise OperatorProblem(
            "SERVER-115",
            "The backup is sealed to the coordinators, whose keys are not on this machine; nothing was put back.",
            remedy="A coordinator opens it with `fieldkit backup open`; give the file that comes out.",
        )
    plain = kept / "archive"
    try:
        with archive.open("rb") as sealed, plain.open("wb") as file:
            identity.open_stream(sealed, file)
    except SyncProblem:
        raise _no_backup("It can't be opened with this key.") from None
    return plain


def _unpack(archive: Path, settings: Settings) -> None:
    """Take out the files of known names, and no others: an archive may name any path."""
    wanted = {file.name: file for file in (settings.data / _DATABASE, *_small_files(settings))}
    description: dict[str, object] = {}
    try:
        with tarfile.open(archive, "r:") as tar:
            for member in tar:
                content = tar.extractfile(member) if member.isreg() else None
                if content is None or (member.name != _DATABASE and member.size > _LARGEST_SMALL):
                    raise _no_backup("It holds something else.")
                if member.name == "backup.json":
                    description = json.loads(content.read())
                elif member.name in wanted:
                    with os.fdopen(_create(wanted.pop(member.name)), "wb") as file:
                        shutil.copyfileobj(content, file)
                        file.flush()
                        os.fsync(file.fileno())
    except (tarfile.TarError, ValueError, EOFError):
        raise _no_backup("It was cut, or is damaged.") from None
    if not isinstance(description, dict) or description.get("format") != FORMAT:
        raise _no_backup("It is of another kind.")
    database = settings.data / _DATABASE
    if not database.exists() or _digest(database) != description.get("sha256"):
        raise _no_backup("It was cut, or is damaged.")
    _describe(settings)


def _describe(settings: Settings) -> None:
    """Let the description name the store that was put back, wherever the one that was backed up lay."""
    try:
        address = settings.address()
    except OperatorProblem:
        raise _no_backup("It was cut, or is damaged.") from None
    settings.description_file.unlink()
    settings.write_description(address, None)


def _put_in_place(fresh: Settings, settings: Settings) -> None:
    """Move everything to where it belongs; the description last, without which a directory is no server's.

    A restore that is killed before leaves nothing that could be started in the life that the backup was made in.
    """
    for file in fresh.data.iterdir():
        if file != fresh.description_file:
            file.replace(settings.data / file.name)
    flush_directory(settings.data)
    fresh.description_file.replace(settings.description_file)
    flush_directory(settings.data)


def _create(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)


def _begin_anew(settings: Settings, replaces: Replaced | None) -> Restored:
    store = Store(settings.database())
    try:
        store.migrate()
        with store.write() as connection:
            if replaces is not None and life.present(connection).project != replaces.project:
                raise _no_backup("It is of another project than the store that it is to replace.")
            epoch = new_epoch(settings.random_bytes)
            sequence = life.begin_anew(connection, epoch)
            later = replaces.erasures if replaces is not None else []
            repeated = {each.submission: each for each in (*erasures.every(connection), *later)}
            erasures.repeat(connection, repeated.values())
    finally:
        store.close()
    return Restored(epoch, sequence, len(repeated))


def _empty(directory: Path) -> None:
    """Take away what was begun, as far as the disk lets us: without a description it is no server's in any case."""
    with suppress(OSError):
        for file in list(directory.iterdir()):
            with suppress(OSError):
                file.unlink()


def _no_backup(why: str) -> OperatorProblem:
    return OperatorProblem(
        "SERVER-115",
        f"This is no backup that can be put back. {why} Nothing was put back.",
        remedy="Take another backup, or open it anew with `fieldkit backup open`.",
    )


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
