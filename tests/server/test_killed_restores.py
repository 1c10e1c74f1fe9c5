"""A restore that is killed before any of its statements, or steps on a file.

1. What is left is no server, which starting says, or the whole store in its new life; never the former life, in which
   devices would miss what came since.
2. A restore that puts the store in its place before it begins its new life is noticed.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from server import backups
from server.backups import Restored, back_up, restore
from server.problems import OperatorProblem
from server.queries.erasures import Erasure
from server.settings import Settings
from server.world import open_world
from tests.server.test_backups import accepted, opened, with_three
from tests.server.worlds import Project
from tests.steps import before_each_file_step


class Killed:
    """Copies a directory before each step that finds it changed."""

    def __init__(self, directory: Path, states: Path) -> None:
        self.directory, self.states = directory, states
        self.count = 0
        self._last: dict[str, bytes] = {}

    def look(self, *_: object) -> None:
        """Copy it, if it changed."""
        held = {str(file): file.read_bytes() for file in self.directory.rglob("*") if file.is_file()}
        if held != self._last:
            self._last = held
            shutil.copytree(self.directory, self.states / str(self.count))
            self.count += 1


@contextmanager
def before_each_statement(work: Callable[..., None]) -> Iterator[None]:
    """Of any store."""
    for name in ("before_cursor_execute", "commit"):
        event.listen(Engine, name, work)
    try:
        yield
    finally:
        for name in ("before_cursor_execute", "commit"):
            event.remove(Engine, name, work)


async def lives_after_kills(project: Project, directory: Path) -> list[tuple[str, int]]:
    """The epoch and size of every server that a kill leaves in a form that can be started."""
    await with_three(project)
    back_up(project.here, directory / "b.age")
    plain, settings = (
        opened(project, directory / "b.age"),
        replace(project.settings, data=directory / "again"),
    )
    killed = Killed(settings.data, directory / "states")
    with before_each_statement(killed.look), before_each_file_step(killed.look):
        restore(plain, settings)
    killed.look()
    assert killed.count > 8
    lives = [life_in(replace(settings, data=state)) for state in (directory / "states").iterdir()]
    return [life for life in lives if life is not None]


def life_in(settings: Settings) -> tuple[str, int] | None:
    """Epoch and number of submissions; None where starting says that there is no server."""
    try:
        here = open_world(settings)
    except OperatorProblem as problem:
        return None if problem.code == "SERVER-102" else ("", 0)
    with closing(here.store):
        return here.life.epoch, accepted(here)


async def test_a_killed_restore_leaves_the_new_life_or_no_server(project: Project, tmp_path: Path) -> None:
    found = await lives_after_kills(project, tmp_path)
    assert {count for _, count in found} == {3}
    assert project.here.life.epoch not in {epoch for epoch, _ in found}


async def test_a_store_in_its_place_too_early_is_noticed(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_in_place, begin_anew = backups._put_in_place, backups._begin_anew

    def too_early(fresh: Settings, erased: Iterable[Erasure]) -> Restored:
        settings = replace(fresh, data=tmp_path / "again")
        put_in_place(fresh, settings)
        return begin_anew(settings, erased)

    monkeypatch.setattr(backups, "_begin_anew", too_early)
    monkeypatch.setattr(backups, "_put_in_place", lambda *_: None)
    found = await lives_after_kills(project, tmp_path)
    assert project.here.life.epoch in {epoch for epoch, _ in found}
