"""A version of a form that was withdrawn as unsafe by a later one.

1. Its drafts can be opened and read, and are not finalised; nothing is lost.
2. It holds whichever of the versions came first; other versions and other forms are as before.
3. Submissions made with it stay.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from fieldkit.ports import DraftState, FormKey
from fieldkit.vault.library import StoredForm
from fieldkit.vault.problems import VaultProblem
from fieldkit.vault.vault import Vault
from forms import definition_json
from tests.fakes import FakeClock
from tests.fieldkit.worlds import new_vault
from tests.forms.written_forms import definition

FORM = definition("| survey |\n| | type | name | label |\n| | text | a | A |")
CLOCK = FakeClock()


def version(name: str, *withdraws: str, form_id: str = "visit") -> StoredForm:
    """A version of the form as it lies in a vault."""
    made = replace(FORM, form_id=form_id, version=name, withdraws=withdraws)
    return StoredForm(FormKey(form_id, name), "Visit", definition_json.dump(made), CLOCK())


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    with new_vault(tmp_path / "vault", now=CLOCK) as opened:
        yield opened


def finalise(vault: Vault, key: FormKey) -> str:
    """Begin and finalise a draft of a form version."""
    draft = vault.drafts.create(key, profile="core", language="")
    vault.drafts.save(draft, [("/data/a", "x")], place="", name="", state=DraftState.ERRORS)
    return vault.submissions.finalise(draft, name="A", open_part={}, sealed_part={"a": "x"})


@pytest.mark.parametrize("order", [("1", "2"), ("2", "1")])
def test_a_withdrawn_version_is_read_and_not_finalised(vault: Vault, order: tuple[str, str]) -> None:
    versions = {"1": version("1"), "2": version("2", "1")}
    for name in order:
        vault.library.add(versions[name])
    with pytest.raises(VaultProblem, match="withdrawn as unsafe"):
        finalise(vault, FormKey("visit", "1"))
    (draft,) = vault.drafts.summaries()
    assert vault.drafts.open(draft.draft).answers == {"/data/a": "x"}


def test_other_versions_and_forms_are_as_before(vault: Vault) -> None:
    for stored in (version("2", "1"), version("3"), version("1", form_id="other")):
        vault.library.add(stored)
    made = [
        finalise(vault, key) for key in (FormKey("visit", "2"), FormKey("visit", "3"), FormKey("other", "1"))
    ]
    assert len(set(made)) == 3


def test_submissions_of_the_withdrawn_version_stay(vault: Vault) -> None:
    vault.library.add(version("1"))
    made = finalise(vault, FormKey("visit", "1"))
    vault.library.add(version("2", "1"))
    assert [summary.submission for summary in vault.submissions.summaries()] == [made]
