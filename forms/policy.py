"""What a form may record without asking, and what can't be recorded in this release: refused when publishing.

Owns the names under which a project allows each thing, and the words of each refusal. `forms run` runs all of it, as
ODK does: a form may be tried before it is decided. Invariant: what is not allowed by name is refused.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from forms.definition import Control, Definition, Node
from forms.faults import Fault
from forms.ordering import nodes_of

RECORDED = {
    "start": "when the form was opened",
    "end": "when the form was finished",
    "today": "the day on which the form was opened",
    "deviceid": "which device it was",
    "phonenumber": "the phone's number",
    "simserial": "the SIM card's number",
    "subscriberid": "whose SIM card it is",
    "username": "who recorded",
    "email": "the recorder's address",
    "start-geopoint": "where the device was",
    "background-geopoint": "where the device was",
    "background-audio": "what was said",
    "audit": "every step, with times and places",
}
"""Metadata type, as XLSForm names it and as it is allowed, to what it tells."""
_TIMES = {"start": "start", "end": "end"}
_KEY_OF_OWN = "base64RsaPublicKey"


def recorded(node: Node) -> str | None:
    """The metadata type of a node; None for one that records nothing by itself, an instance id included.

    A property that no release of ODK knows is named as it stands.
    """
    match node.preload:
        case ("timestamp", name):
            return _TIMES.get(name, "start")
        case ("date", _):
            return "today"
        case ("property" | "sense", name):
            return name
    return "audit" if node.name.rpartition(":")[2] == "audit" and "/meta/" in node.ref else None


def faults(definition: Definition, xml: str, allowed: Collection[str]) -> Iterator[Fault]:
    """Everything for which a form is not published, with the way round it.

    Args:
        xml: the XForm.
        allowed: names of `RECORDED` that the project allows.
    """
    for node in nodes_of(definition.root):
        name = recorded(node)
        if name is not None and name not in allowed:
            told = RECORDED.get(name, "something about the device")
            message = f"This records {told} without asking. Remove it, or allow it with --allow {name}."
            yield Fault(message, column="type", name=node.ref)
        if node.control is Control.UPLOAD:
            message = "Files, pictures, sound and signatures can't be sealed in this release. Ask for words instead."
            yield Fault(message, column="type", name=node.ref)
        if "search(" in node.appearance.replace(" ", ""):
            message = (
                "search() is for one program alone. Use select_one_from_file or select_multiple_from_file with the"
                " same CSV file, and a choice_filter."
            )
            yield Fault(message, column="appearance", name=node.ref)
    if _KEY_OF_OWN in xml:
        message = (
            "The form has an encryption key of its own. Here answers are sealed to the project's coordinators, who"
            " could not read it with another key. Remove public_key."
        )
        yield Fault(message, sheet="settings", column="public_key")
