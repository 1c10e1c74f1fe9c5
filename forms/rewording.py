"""What pyxform finds wrong, in the words of this program: what is wrong at which cell, and what to do.

Owns the sentences for pyxform's catalogued faults (`pyxform.errors.ErrorCode`); those for what it says outside its
catalogue are in `forms.converter_words`. They are recognised by pyxform's own templates, as it rarely gives the code
with a fault. `forms.converting` asks for a sentence, and keeps pyxform's where there is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from string import Formatter

from forms.converter_words import UNCATALOGUED, Words

SENTENCES = {
    "ENTITY_001": "save_to saves to a list, and the form declares none; add a sheet entities with its list_name.",
    "ENTITY_002": "Row {other_row} is saved as “{saveto}” already; give one of the two another name.",
    "ENTITY_003": "A group or repeat can't be saved to a list; take save_to out, and put it on the questions inside.",
    "ENTITY_004": "The entities sheet has no list called “{dataset}”; check its spelling, or declare the list there.",
    "ENTITY_005": "What is created in “{dataset}” needs a label; write one, or an entity_id to change what is there.",
    "ENTITY_006": "With create_if and entity_id, “{dataset}” needs an update_if; write one, or take entity_id out.",
    "ENTITY_007": "What changes “{dataset}” needs an entity_id; write one, or a create_if in place of the update_if.",
    "ENTITY_008": "Several lists are declared, so save_to names its own: list#property, with the list_name first.",
    "ENTITY_009": "Row {other_row} declares what is made in “{scope}” already, and only one can be; put its questions"
    " into another group or repeat.",
    "ENTITY_011": "“{dataset}” is made in “{other_scope}” and can't save what is asked in “{scope}”; bring one of"
    " the two there with a calculate, and save that.",
    "ENTITY_012": "“{dataset}” is made in “{other_scope}” and can't read “{question}” in “{scope}”; bring it there with"
    " a calculate, and read that.",
    "ENTITY_013": "save_to has at most one “#”, between list and property; write it so.",
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
    "NAMES_006": "The choice has no name, which is what is stored; write one.",
    "NAMES_007": "Another choice of the list has this name; rename one, or set allow_choice_duplicates to yes.",
    "NAMES_008": "A name begins with a letter and holds letters, digits, “_”, “-” and “.” only; rename it.",
    "NAMES_009": "“{name}” is no name: names begin with a letter and hold letters, digits, “_”, “-”, “.”; rename it.",
    "NAMES_010": "This name can't begin with two underscores; rename it.",
    "NAMES_011": "This name can't hold a full stop; rename it.",
    "NAMES_012": "What is saved can't be called “name” or “label”, which every list has; rename it.",
    "NAMES_013": "There is no sheet “{sheet}”, but a similar one: {candidates}; rename it if it is meant.",
    "NAMES_014": "The list is in this sheet already; leave one row of it.",
    "NAMES_015": "The row names no list; write one in list_name.",
    "PYREF_001": "A question is read by ${{its name}}, with the dollar sign and both braces; write it so.",
    "PYREF_002": "Put a comma between the questions that are named here.",
    "PYREF_003": "No question is called “{q}”; check its spelling, or add the question.",
    "PYREF_004": "Several questions are called “{q}”, so nobody can tell which is read; rename the others.",
    "RANGE_001": "The parameter “{name}” of a range is a number; write one.",
    "RANGE_002": "The parameter “{name}” of a range can't be 0; write another number.",
    "RANGE_003": "The parameter “{name}” is larger than the whole range; make it smaller.",
    "RANGE_004": "The parameter “{name}” of a range is no multiple of its step; change one of them.",
    "RANGE_005": "The parameter “{name}” of a range lies outside start and end; write a number between them.",
    "RANGE_006": "tick_labelset names no list of the choices sheet; check its spelling, or add the list.",
    "RANGE_007": "With the appearance no-ticks, the list of tick_labelset has two choices, for both ends; leave those.",
    "RANGE_008": "tick_interval, placeholder and tick_labelset go with the appearances vertical and no-ticks only; take"
    " them out, or change the appearance.",
    "RANGE_009": "The choices of tick_labelset are named by numbers; name them so.",
    "RANGE_010": "The choices of tick_labelset lie between start and end; take out those that do not.",
    "RANGE_011": "The choices of tick_labelset are start plus a multiple of {name}; take out those that are not.",
    "RANGE_012": "With the appearance no-ticks, the choices of tick_labelset are start and end; take out all others.",
    "SURVEY_001": "This ends a {type} that nothing begins; take it out, or begin one above it.",
    "SURVEY_002": "Nothing ends this {type}; add a row with end_{type} below its last question.",
    "SURVEY_003": "The parameter “incremental” of a line or shape is true, or left out; write one of them.",
    "SURVEY_004": "Parameters are written name=value, with a space between two; write them so.",
    "SURVEY_005": "This type of question has no parameter “{rejected}”; it has: {accepted}.",
    "SURVEY_006": "reference-geometry names no list, file or repeat of this form; check its spelling.",
    "SURVEY_007": "The parameter “capture-accuracy” is a number of metres; write one.",
    "SURVEY_008": "The parameter “warning-accuracy” is a number of metres; write one.",
    "SURVEY_009": "The parameter “allow-mock-accuracy” is true or false; write one of them.",
}
_COLUMNS = {"HEADER_002": "header", "HEADER_003": "missing"}
"""Of faults of a row of headers: what pyxform calls the column that is meant."""
_DECLARED = {
    "ENTITY_005": "label",
    "ENTITY_006": "update_if",
    "ENTITY_007": "entity_id",
    "ENTITY_009": "list_name",
}
"""Of faults of a whole row of the entities sheet: the column to mend."""


@dataclass(frozen=True, slots=True)
class Reworded:
    """A fault in this program's words, and what tells its place where pyxform's own words do not."""

    sentence: str
    sheet: str = ""
    """Blank: the sheet that pyxform names, or the survey."""
    column: str = ""
    cell: str = ""
    """What the cell to mend holds, where no row is named."""
    is_of_header: bool = False
    """Whether the row of headers is meant."""


def reworded(said: str) -> Reworded | None:
    """This program's words for what pyxform said; None where it has none. Several lines are told one after the other.

    >>> reworded("[row : 3] On the 'survey' sheet, the 'parameters' value is invalid. For the 'range' question type,"
    ...     " the parameter 'end' must be a number.").sentence
    'The parameter “end” of a range is a number; write one.'
    >>> found = reworded("Invalid headers provided for sheet: 'survey'. One or more required column headers were not"
    ...     " found: 'type'. Learn more: https://xlsform.org/en/#setting-up-your-worksheets")
    >>> found.sheet, found.column, found.is_of_header
    ('survey', 'type', True)
    """
    found = _catalogued(said) or _uncatalogued(said)
    if found is not None or "\n" not in said.strip():
        return found
    lines = [reworded(line) for line in said.strip().splitlines()]
    told = [line.sentence for line in lines if line is not None]
    return Reworded(" ".join(told)) if len(told) == len(lines) else None


def _catalogued(said: str) -> Reworded | None:
    for code, pattern in _patterns():
        found = _blanks(pattern, said)
        if found is not None:
            sentence = SENTENCES[code].format(**found)
            if "sheet_name" in found:
                column = found.get(_COLUMNS.get(code, ""), "")
                return Reworded(sentence, found["sheet_name"], column, is_of_header=True)
            return Reworded(sentence, column=_DECLARED.get(code, ""))
    return None


def _uncatalogued(said: str) -> Reworded | None:
    for words, pattern in _other_patterns():
        found = _blanks(pattern, said)
        if found is not None:
            cell = words.cell.format(**found)
            return Reworded(words.sentence.format(**found), column=words.column, cell=cell)
    return None


def _blanks(pattern: re.Pattern[str], said: str) -> dict[str, str] | None:
    """What stood in a template, without quotation marks; None where something else was said."""
    match = pattern.fullmatch(said.strip())
    if match is None:
        return None
    return {name: text.strip("'") for name, text in match.groupdict().items()}


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    from pyxform.errors import ErrorCode

    templates = ((code, ErrorCode[code].value.msg) for code in SENTENCES)
    return tuple((code, re.compile("".join(_pieces(template)), re.DOTALL)) for code, template in templates)


@cache
def _other_patterns() -> tuple[tuple[Words, re.Pattern[str]], ...]:
    return tuple((each, re.compile("".join(_pieces(each.template)), re.DOTALL)) for each in UNCATALOGUED)


def _pieces(template: str) -> Iterator[str]:
    """A pattern for a template, piece by piece; what stands twice is the same twice."""
    seen: set[str] = set()
    for text, name, _, _ in Formatter().parse(template):
        yield re.escape(text)
        if name is not None:
            yield f"(?P={name})" if name in seen else f"(?P<{name}>.*?)"
            seen.add(name)
