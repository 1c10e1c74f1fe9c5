"""The catalogue of one vault: the shipped indicators, the organisation's own, and the form versions that fit.

Owns how own catalogues are kept and travel: as signed lists under names that no form's list has, so that every device
of the project receives them at its next sync. What is checked is `indicators.own`'s. Invariant: a text that this
program can't read takes nothing away from the others; `not_counted` names it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache

from fieldkit.exchanging.membership import publish_lists
from fieldkit.problems import CommandProblem
from fieldkit.vault.counting import form_versions, told
from fieldkit.vault.vault import Vault
from forms import definition_json
from forms.definition import Definition
from forms.faults import Severity
from indicators import own
from indicators.catalogue import Catalogue
from indicators.faults import CatalogueFault, InvalidCatalogue
from indicators.own import ENDING, FOLDER
from indicators.reading import gathered_with_own
from indicators.versions import fitted


def own_texts(vault: Vault) -> dict[str, str]:
    """Name to text of the organisation's own catalogues; removed ones are left out."""
    return {
        name.removeprefix(FOLDER).removesuffix(ENDING): text
        for name, text in vault.library.lists_in(FOLDER).items()
        if text.strip()
    }


def catalogue_of(vault: Vault) -> Catalogue:
    """Everything that this vault counts by; the same object as long as nothing of it changes."""
    texts = tuple(own_texts(vault).values())
    read = _readable(texts)
    versions = vault.library.versions()
    extra = {
        key.form_id
        for key in versions
        if key.form_id in read.forms and not read.forms[key.form_id].reads(key.version)
    }
    if not extra:
        return read
    return _fitted(
        texts, tuple(form.definition for form in vault.library.stored() if form.key.form_id in extra)
    )


def not_counted(vault: Vault, *, few: int = 0) -> list[str]:
    """Sentences on what the catalogue can't read: own catalogues, and submissions of form versions.

    Args:
        few: a number of submissions below it is told as that; 0: all are told.
    """
    forms = catalogue_of(vault).forms
    return [
        *(
            f"The organisation's indicators {name}: not counted, since this program can't read them; a newer one may."
            for name in unreadable(vault)
        ),
        *(
            f"{told(count, few).capitalize()} of {form_id} version {version}: not counted, since "
            "the catalogue of indicators does not say how to read that version."
            for form_id, version, count in form_versions(vault.database)
            if form_id in forms and not forms[form_id].reads(version)
        ),
    ]


def unreadable(vault: Vault) -> list[str]:
    """Names of own catalogues that this program can't read, most likely since a newer one wrote them."""
    return [name for name, text in own_texts(vault).items() if gathered_with_own(text)[1]]


def check(vault: Vault, name: str, text: str) -> list[CatalogueFault]:
    """Every fault of a catalogue that is to stand under this name, and warnings."""
    texts = own_texts(vault)
    others = [other for known, other in texts.items() if known != name and not gathered_with_own(other)[1]]
    return own.check(text, others, _newest(vault), texts.get(name, ""))


def publish(vault: Vault, name: str, text: str, *, now: Callable[[], datetime]) -> list[CatalogueFault]:
    """Keep a catalogue under a name, in place of what stood there, and sign it for the project; its warnings.

    Raises:
        InvalidCatalogue: with every fault; nothing was kept.
        SyncProblem: NOT_ALLOWED in a project whose coordinator this vault is not.
    """
    found = check(vault, name, text)
    if faults := [fault for fault in found if fault.severity is Severity.FAULT]:
        raise InvalidCatalogue(faults)
    publish_lists(vault, {f"{FOLDER}{name}{ENDING}": text}, now=now)
    return found


def remove(vault: Vault, name: str, *, now: Callable[[], datetime]) -> None:
    """Count no longer by a catalogue; releases that hold its figures stay as they are.

    Raises:
        CommandProblem: CMD-001 where there is none of that name.
        SyncProblem: NOT_ALLOWED in a project whose coordinator this vault is not.
    """
    known = own_texts(vault)
    if name not in known:
        raise CommandProblem(
            "CMD-001",
            f"There are no own indicators called {name}; nothing was changed.",
            remedy=f"There are: {', '.join(known)}." if known else "There are none to remove.",
        )
    publish_lists(vault, {f"{FOLDER}{name}{ENDING}": ""}, now=now)


def _newest(vault: Vault) -> dict[str, Definition]:
    """Form id to its newest definition."""
    return {form.key.form_id: _definition(form.definition) for form in vault.library.stored()}


_readable = lru_cache(maxsize=8)(own.together)


@lru_cache(maxsize=8)
def _fitted(texts: tuple[str, ...], definitions: tuple[str, ...]) -> Catalogue:
    return fitted(_readable(texts), map(_definition, definitions))


@lru_cache(maxsize=32)
def _definition(text: str) -> Definition:
    return definition_json.load(text)
