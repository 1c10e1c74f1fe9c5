"""Which submissions count.

1. A revision that the server refused does not count; a refused notice about it changes nothing.
2. A coordinator is told how many submissions of anybody were refused, and apart from these, of how many a version
   before counts; a correction that was accepted ends both.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from fieldkit.vault.counting import counted, left_out
from fieldkit.vault.vault import Vault
from tests.fieldkit.project import FoundedProject, record
from tests.fieldkit.test_conflicts import edit
from tests.fieldkit.worlds import finalised, new_vault


@pytest.mark.parametrize(("kind", "count"), [("revision", 0), ("opened", 1), ("review", 1), ("grant", 1)])
def test_only_a_refused_revision_does_not_count(tmp_path: Path, kind: str, count: int) -> None:
    vault: Vault = new_vault(tmp_path)
    finalised(vault, vault.submissions, "by the river")
    refuse = "UPDATE outbox SET delivery = 'quarantined', kind = ?"
    vault.database.write(lambda connection: connection.execute(refuse, [kind])).result()
    assert len(list(counted(vault.database))) == count
    assert len(left_out(vault.database)) == 1 - count
    vault.close()


REFUSED = "{} refused by the server, whoever sent it: not counted until corrected."
WITHOUT = "{} with a change that the server refused: counted without that change."


async def test_what_the_server_refused_of_others_is_told_until_it_is_corrected(
    project: FoundedProject,
) -> None:
    recorder = await project.joined()
    many, later = record(recorder, "too many", people=501), record(recorder, "too many later")
    await project.sync(recorder, project.coordinator)
    edit(recorder, later, people=501)
    await project.sync(recorder, project.coordinator)
    expected = [REFUSED.format("1 submission"), WITHOUT.format("1 submission")]
    for vault in (recorder, project.coordinator):
        assert left_out(vault.database) == expected
        assert [each.submission for each in counted(vault.database)] == [later]
    for submission in (many, later):
        edit(recorder, submission, people=12)
    await project.sync(recorder, project.coordinator)
    for vault in (recorder, project.coordinator):
        assert left_out(vault.database) == []
        assert {each.submission for each in counted(vault.database)} == {many, later}
    recorder.close()
