"""A form beside the other forms of a vault: what one of them would open of lists that another makes of sealed answers.

Owns the comparison at publishing, which a form alone can't tell; the rule itself is `forms.flows`'. Invariant: no form
is published with which an open answer, of it or of a form that is recorded now, would tell a sealed one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from fieldkit.coordinator.lists import sealed_columns
from fieldkit.vault.library import StoredLibrary
from forms import flows
from forms.definition import Definition
from forms.faults import Fault, InvalidForm, Severity
from forms.flows import SealedColumns


def refuse_what_opens(library: StoredLibrary, form: Definition) -> None:
    """Look at a form that is about to be published. Raises InvalidForm with every fault."""
    recorded = [library.definition(each.key) for each in library.forms()]
    others = [each for each in recorded if each.form_id != form.form_id]
    known = [sealed_columns(library)]
    found = [*_opened(form, [], known)]
    for other in others:
        told = _opened(other, known, [flows.sealed_columns(form)])
        found += [replace(fault, message=_of_other(other, fault)) for fault in told]
    if found:
        raise InvalidForm(found, where=form.form_id)


def _opened(
    form: Definition, known: Sequence[SealedColumns], more: Sequence[SealedColumns]
) -> Iterator[Fault]:
    """The faults that come of knowing more sealed columns."""
    before = set(flows.faults(form, flows.together(known)))
    for fault in flows.faults(form, flows.together([*known, *more])):
        if fault.severity is Severity.FAULT and fault not in before:
            yield fault


def _of_other(form: Definition, fault: Fault) -> str:
    return (
        f"The form {form.form_id}, version {form.version}, reads a list that this form makes of sealed answers."
        f" {fault.message} Publish it anew first."
    )
