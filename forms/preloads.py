"""Metadata that a form asks the device for when an interview begins (jr:preload of ODK XForms).

Owns what each preload gives. A device tells nothing about itself unless `property` is answered by whoever runs the
interview. Answers are given once, at the beginning; `end` is given when the submission is written.
"""

from __future__ import annotations

from uuid import UUID

from forms.definition import Node
from forms.evaluation import Evaluation
from forms.xpath import Moment, to_text


def preload(node: Node, evaluation: Evaluation) -> str:
    """The text that a node begins with because of its preload; blank for none."""
    match node.preload:
        case ("uid", _):
            return f"uuid:{UUID(int=evaluation.random.getrandbits(128), version=4)}"
        case ("timestamp", "end"):
            return ""
        case ("timestamp", _):
            return to_text(Moment.of(evaluation.now()))
        case ("date", _):
            return evaluation.now().date().isoformat()
        case ("property", name) | ("sense", "start-geopoint" as name):
            return evaluation.describe(name)
        case _:
            return ""


def is_end(node: Node) -> bool:
    """Whether a node takes the time at which the submission is written."""
    return node.preload == ("timestamp", "end")
