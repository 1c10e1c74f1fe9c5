"""Whether this program can run a compiled form: one may come from a newer program, with words that this one lacks.

Owns the look at a definition's text before it is offered; reading it is `forms.definition_json`'s. Invariant: a form
for which `can_run` is true opens, whatever it then computes.
"""

from __future__ import annotations

import json

from forms import definition_json
from forms.problems import FormProblem
from forms.xpath import FUNCTIONS

_CALL_LENGTH = 4
"""``["call", name, offset, [arguments]]``, as `forms.xpath.trees` writes a function."""


def can_run(text: str) -> bool:
    """Whether the definition can be read here, and calls only functions that there are."""
    try:
        definition_json.load(text)
    except FormProblem:
        return False
    waiting: list[object] = [json.loads(text)]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            waiting.extend(part.values())
        elif isinstance(part, list):
            if len(part) == _CALL_LENGTH and part[0] == "call" and part[1] not in FUNCTIONS:
                return False
            waiting.extend(part)
    return True


def title_of(text: str) -> str:
    """What a definition calls its form; blank where even that can't be read."""
    try:
        title = json.loads(text)["title"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
    return title if isinstance(title, str) else ""
