"""Which submissions count.

1. A revision that the server refused does not count; a refused notice about it changes nothing.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from fieldkit.vault.counting import counted, left_out
from fieldkit.vault.vault import Vault
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
