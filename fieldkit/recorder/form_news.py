"""What is new about the forms of a vault, for the person who records: new versions, and what they open.

Owns when a version counts as new, and which version it is compared with: the one recorded with last, else the one that
came before. Leaves the comparison to `forms.differing`. Invariant: until a recording with a version was begun here, it
is new, and what it opens is told before.
"""

from __future__ import annotations

from collections.abc import Mapping

from fieldkit.ports import Desk, FormKey, FormSummary, Library, Settings

BEGUN = "begun_forms"
"""Setting: form to the version with which a recording was begun last."""


def is_new(form: FormSummary, settings: Settings) -> bool:
    """Whether a form, or this version of it, came since the vault was made and nobody began to record with it yet."""
    return form.arrived and _begun(settings).get(form.key.form_id) != form.key.version


def note_begun(desk: Desk, form: FormKey) -> None:
    """Note that a recording with this version was begun; the vault is written to only where that is news."""
    begun = _begun(desk.settings)
    if begun.get(form.form_id) != form.version:
        desk.settings.keep(BEGUN, {**begun, form.form_id: form.version})


def opened_by(form: FormKey, library: Library, settings: Settings, language: str) -> tuple[str, ...]:
    """The questions, in words, that the server may read with this version and could not read before.

    None where nothing was recorded here with another version, and none came before.
    """
    from forms.differing import opened

    recorded = _begun(settings).get(form.form_id)
    before = library.before(form) if recorded is None else FormKey(form.form_id, recorded)
    if before is None or before == form:
        return ()
    return opened(library.definition(before), library.definition(form), language)


def _begun(settings: Settings) -> Mapping[str, str]:
    begun = settings.get(BEGUN)
    return {str(form): str(version) for form, version in begun.items()} if isinstance(begun, dict) else {}
