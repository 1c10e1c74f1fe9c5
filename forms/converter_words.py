"""What pyxform says outside its catalogue of faults, and what this program says in its place.

Owns the words alone; `forms.rewording` recognises them. A blank of a template is a name in braces, as in the catalogue.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """One thing that pyxform may say."""

    template: str
    sentence: str
    column: str = ""
    """The column of the survey to mend, where pyxform names none."""
    cell: str = ""
    """What the cell to mend holds, where pyxform names no row; blanks are filled in."""


UNCATALOGUED = (
    Words(
        "[row : {row}] Repeat has no label: {rest}", "The repeat has no label; write what it lists.", "label"
    ),
    Words(
        "The following language declarations do not contain valid machine-readable codes: {languages}."
        " Learn more{rest}",
        "These languages have no code: {languages}. Write it behind the name, as in “English (en)”.",
    ),
    Words(
        "Language '{language}' is missing the {sheet} column{s} {columns}.",
        "“{language}” lacks columns of the {sheet} sheet, and people read “-” there: {columns}. Add them.",
    ),
    Words(
        "Language '{language}' is missing the {sheet} {column} column.",
        "“{language}” lacks the column {column} of the {sheet} sheet, and people read “-” there; add it.",
    ),
    Words(
        "There should be an external_choices sheet in this xlsform.{rest}",
        "The form asks for choices of a sheet called external_choices, which is missing; add it, with the columns"
        " list_name and name.",
    ),
    Words(
        "There should be a choices sheet in this xlsform.{rest}",
        "The form asks for choices, and the sheet called choices is missing; add it, with the columns list_name, name"
        " and label.",
    ),
    Words(
        "This form uses or_other and translations{rest}",
        "or_other adds a choice and a question in English only; better write both out in every language.",
    ),
    Words(
        "[row : {row}] Use the max-pixels parameter{rest}",
        "Pictures are large to send; the parameter max-pixels makes them smaller.",
        "parameters",
    ),
    Words(
        "[row : {row}] File name for '{kind}' should end with one of the supported file extensions: {endings}",
        "A list from a file is named with its ending, one of {endings}; write it so.",
        "type",
    ),
    Words(
        "Invalid value for quality.",
        "The parameter “quality” names no quality of sound or video; check its spelling.",
        "parameters",
        "quality",
    ),
    Words(
        "[row : {row}] For 'background-geopoint' questions, the 'trigger' column must not be empty.",
        "A background-geopoint needs a trigger, the question whose answer takes the place; name it.",
        "trigger",
    ),
    Words(
        "[row : {row}] For 'background-geopoint' questions, the 'calculation' column must be empty.",
        "A background-geopoint calculates nothing; take the calculation out.",
        "calculation",
    ),
    Words(
        "seed value must be a number or a reference to another field.",
        "The parameter “seed” is a number or ${{a question}}; write one of them.",
        "parameters",
        "seed",
    ),
    Words(
        "Parameters must include randomize=true to use a seed.",
        "A seed goes with randomize=true; add that, or take the seed out.",
        "parameters",
        "seed",
    ),
    Words(
        "The question ${{{trigger}}} is not user-visible so it can't be used as a calculation trigger for question"
        " ${{{question}}}.",
        "“{question}” waits for “{trigger}”, which nobody answers; name a question that people answer.",
        "trigger",
        "{trigger}",
    ),
    Words("[row : {row}] Missing calculation.", "Nothing is calculated here; write what is.", "calculation"),
    Words(
        "[row : {row}] Audits must always be named 'audit.'{rest}",
        "An audit has no name of its own; leave the cell empty.",
        "name",
    ),
    Words(
        "To include location information in the audit,{rest}",
        "An audit with places has location-priority, location-min-interval and location-max-age; add what is missing.",
        "parameters",
        "location-",
    ),
    Words(
        "Parameter location-priority must be set to {rest}",
        "The parameter “location-priority” is no-power, low-power, balanced or high-accuracy; write one of them.",
        "parameters",
        "location-priority",
    ),
    Words(
        "Parameter location-max-age must be greater than or equal to location-min-interval.",
        "The parameter “location-max-age” is smaller than “location-min-interval”; change one of them.",
        "parameters",
        "location-max-age",
    ),
    Words(
        "Parameter location-min-interval must be greater than or equal to zero.",
        "The parameter “location-min-interval” is 0 seconds or more; change it.",
        "parameters",
        "location-min-interval",
    ),
    Words(
        "{parameter} must be set to true or false: '{value}' is an invalid value{rest}",
        "The parameter “{parameter}” is true or false; write one of them.",
        "parameters",
        "{parameter}",
    ),
    Words(
        "track-changes-reasons must be set to on-form-edit",
        "The parameter “track-changes-reasons” is on-form-edit, or left out; mend it.",
        "parameters",
        "track-changes-reasons",
    ),
    Words(
        "The same instance id will be generated for different external instance source URIs.{rest}"
        " Instance name: '{list}', Existing type{more}",
        "Two different files or lists are called “{list}”; rename one of them.",
        "type",
        "{list}",
    ),
    Words(
        "Instance names must be unique within a form. The name '{list}' was found {times} time(s){rest}",
        "“{list}” is declared as a file {times} times; leave one of these rows.",
        "name",
        "{list}",
    ),
    Words(
        "Parameter max-pixels must have an integer value.",
        "The parameter “max-pixels” is a whole number; write one.",
        "parameters",
        "max-pixels",
    ),
    Words(
        "There has been a problem trying to replace ${{{reference}}} with the XPath to the survey element named"
        " '{question}'. There are multiple survey elements named '{rest}'.",
        "Several questions are called “{question}”, so nobody can tell which is read; rename the others.",
        "name",
        "{question}",
    ),
    Words(
        "[row : {row}] {kind} is no longer supported on most devices.{rest}",
        "Hardly any device can tell the {kind}; take it out.",
        "type",
    ),
    Words(
        "Question '{question}' uses 'search()', and its select type references the choice list name '{list}'.{rest}",
        "“{question}” uses search(), and others have the list “{list}” without; give it a list of its own.",
        "appearance",
        "search",
    ),
    Words(
        "Question '{question}' is a select from file type, using 'search()'.{rest}",
        "“{question}” reads a file already; take search() out of the appearance.",
        "appearance",
        "search",
    ),
    Words(
        "The form_id and id_string column headers are both specified{rest}",
        "The columns form_id and id_string of the settings sheet mean the same; leave one of them.",
    ),
    Words(
        "To use big-image, you must also specify an image for the survey element named {question}.",
        "“{question}” has a big-image and no image; add it, or take the big one out.",
        "name",
        "{question}",
    ),
    Words(
        "[row : {row}] Choice filter not supported with or_other.",
        "or_other and choice_filter do not go together; write the choice “other” yourself, without or_other.",
        "choice_filter",
    ),
)
