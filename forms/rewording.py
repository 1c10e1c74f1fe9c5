"""What pyxform finds wrong, in the words of this program: what is wrong at which cell, and what to do.

Owns the sentences for those of pyxform's catalogued faults (`pyxform.errors.ErrorCode`) that authors meet. They are
recognised by pyxform's own templates, as it rarely gives the code with a fault. `forms.converting` asks for a sentence,
and keeps pyxform's where there is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from string import Formatter

SENTENCES = {
    "HEADER_001": "The first row names no column that a form has; begin the sheet with a row of headers.",
    "HEADER_002": "The columns “{other}” and “{header}” mean the same; rename or remove one.",
    "HEADER_003": "The sheet has no column called {missing}; add it, with the name in the first row.",
    "HEADER_004": "A header of this sheet is empty or has a space in it; give it a name without spaces.",
    "HEADER_005": "The entities sheet has columns that nobody knows: {columns}. Check their spelling or remove them.",
    "LABEL_001": "The choice has no label; write what people read.",
    "NAMES_001": "Another question of the same group has this name; rename one.",
    "NAMES_002": "Another name differs in capitals only, which some programs can't tell apart; better rename one.",
    "NAMES_003": "A repeat can't be called “{value}” like the form's root; rename it.",
    "NAMES_004": "Another repeat has this name; rename one, as references could not tell them apart.",
    "NAMES_005": "The name “meta” is kept for what the form records by itself; rename the question.",
    "NAMES_008": "A name begins with a letter and holds letters, digits, “_”, “-” and “.” only; rename it.",
    "NAMES_010": "This name can't begin with two underscores; rename it.",
    "NAMES_011": "This name can't hold a full stop; rename it.",
    "NAMES_012": "What is saved can't be called “name” or “label”, which every list has; rename it.",
    "NAMES_014": "The list is in this sheet already; leave one row of it.",
    "NAMES_015": "The row names no list; write one in list_name.",
    "PYREF_001": "A question is read by ${{its name}}, with the dollar sign and both braces; write it so.",
    "PYREF_002": "Put a comma between the questions that are named here.",
    "PYREF_003": "No question is called “{q}”; check its spelling, or add the question.",
    "PYREF_004": "Several questions are called “{q}”, so nobody can tell which is read; rename the others.",
    "RANGE_001": "The parameter “{name}” of a range is a number; write one.",
    "RANGE_002": "The parameter “{name}” of a range can't be 0; write another number.",
    "RANGE_003": "The parameter “{name}” is larger than the whole range; make it smaller.",
    "SURVEY_004": "Parameters are written name=value, with a space between two; write them so.",
    "SURVEY_005": "This type of question has no parameter “{rejected}”; it has: {accepted}.",
}
_COLUMNS = {"HEADER_002": "header", "HEADER_003": "missing"}
"""Of faults of a row of headers: what pyxform calls the column that is meant."""


def reworded(said: str) -> str | None:
    """This program's sentence for what pyxform said; None where it has none.

    >>> reworded("[row : 3] On the 'survey' sheet, the 'parameters' value is invalid. For the 'range' question type,"
    ...     " the parameter 'end' must be a number.")
    'The parameter “end” of a range is a number; write one.'
    """
    found = _recognised(said)
    return None if found is None else SENTENCES[found[0]].format(**found[1])


def header_of(said: str) -> tuple[str, str] | None:
    """The sheet and the column that a fault of a row of headers is about; None for other faults.

    >>> header_of("Invalid headers provided for sheet: 'survey'. One or more required column headers were not found:"
    ...     " 'type'. Learn more: https://xlsform.org/en/#setting-up-your-worksheets")
    ('survey', 'type')
    """
    found = _recognised(said)
    if found is None or "sheet_name" not in found[1]:
        return None
    return found[1]["sheet_name"], found[1].get(_COLUMNS.get(found[0], ""), "")


def _recognised(said: str) -> tuple[str, dict[str, str]] | None:
    """The code of what pyxform said, and what stood in its template, without quotation marks."""
    for code, pattern in _patterns():
        match = pattern.fullmatch(said.strip())
        if match is not None:
            return code, {name: text.strip("'") for name, text in match.groupdict().items()}
    return None


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    from pyxform.errors import ErrorCode

    templates = ((code, ErrorCode[code].value.msg) for code in SENTENCES)
    return tuple((code, re.compile("".join(_pieces(template)), re.DOTALL)) for code, template in templates)


def _pieces(template: str) -> Iterator[str]:
    """A pattern for a template, piece by piece; what stands twice is the same twice."""
    seen: set[str] = set()
    for text, name, _, _ in Formatter().parse(template):
        yield re.escape(text)
        if name is not None:
            yield f"(?P={name})" if name in seen else f"(?P<{name}>.*?)"
            seen.add(name)
