"""Faults of a form, looked for in its workbook and in its definition.

Owns what is wrong and how it is told; the shape of a fault is in `forms.faults`, sensitivity flows are in
`forms.flows`. Nothing stops at the first fault, so that an author mends a form in one go.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from forms import flows, ordering, question_types
from forms.definition import Definition, Expression, Node
from forms.faults import Fault, Severity
from forms.repairs import doubled_choices
from forms.survey import RowKind, Survey, SurveyRow, headers_of, names_read, parsable
from forms.workbooks import Sheet, Workbook
from forms.xpath import FUNCTIONS, ExpressionProblem, functions, in_own_row, parse

EXPRESSION_COLUMNS = (
    "relevant",
    "constraint",
    "calculation",
    "choice_filter",
    "repeat_count",
    "required",
    "readonly",
)
"""The columns of the survey sheet that hold expressions; `forms.extras` reads its own."""
_WORDS_FOR_BOOLEANS = frozenset(("yes", "no", "true", "false", "true()", "false()"))
_NAME = re.compile(r"[^\W\d][\w.-]*")
_RANDOMIZE = re.compile(r"\brandomize\s*=\s*([^\s,;]*)", re.IGNORECASE)
_NEVER_COLLECTED = frozenset(
    (
        "name", "firstname", "lastname", "surname", "fullname", "signature", "photo", "fingerprint", "phone", "mobile",
        "telephone", "address", "nrc", "passport", "facebook", "email", "gps", "latitude", "longitude", "geopoint",
        "village", "venue", "imei", "ethnicity", "ethnic", "religion", "citizenship", "diagnosis", "salary", "payment",
        "donor", "vote",
    )
)  # fmt: skip
"""Words of names that ask for what the project never collects by default (names, places, groups, money)."""
_ABSOLUTE = (
    "This path is read in its own row here and by ODK Collect, and over all rows by ODK's web forms;"
    " write ${the question's name} for the row's own answer."
)
_NEVER_TYPES = frozenset(
    (
        "geopoint",
        "geotrace",
        "geoshape",
        "gps",
        "location",
        "image",
        "photo",
        "audio",
        "video",
        "file",
        "barcode",
    )
)


def workbook_faults(workbook: Workbook, survey: Survey) -> Iterator[Fault]:
    """The faults that the cells show before any conversion."""
    for sheet in workbook.sheets:
        for header in sheet.repeated:
            yield Fault(
                "Two columns have this header; only one can hold.", sheet=sheet.name, row=1, column=header
            )
    yield from _structure(survey)
    yield from _types(survey)
    yield from _names(survey)
    yield from _lists(workbook, survey)
    yield from _choices(workbook)
    for row in survey.rows:
        for column in EXPRESSION_COLUMNS:
            yield from _expression(row, column, survey)
    yield from _parameters(survey)
    yield from _triggers(survey)
    yield from _never_collected(survey)
    yield from _translations(workbook)


def definition_faults(definition: Definition) -> Iterator[Fault]:
    """The faults that show only in the whole form: unknown references, circles, flows from sealed to open answers.

    Places are given as references; `forms.publish` finds their rows.
    """
    refs = {node.ref for node in ordering.nodes_of(definition.root)}
    for node in ordering.nodes_of(definition.root):
        yield from _unknown_references(node, refs)
        if node.relevant is not None and node.relevant.source.replace(" ", "") == "false()":
            yield _at(node, "relevant", "This is never asked.", Severity.WARNING)
        if node.children and ordering.decides_on_itself(node):
            message = (
                "Whether this is asked depends on an answer inside it, which is blank while it is not asked;"
                " move that question in front of it."
            )
            yield _at(node, "relevant", message, Severity.WARNING)
    yield from _circles(definition)
    yield from flows.faults(definition)


def _structure(survey: Survey) -> Iterator[Fault]:
    for row in survey.unclosed:
        yield _in(row, "type", f"This {row.kind} is never ended; add an end_{row.kind}.")
    for row in survey.unopened:
        yield _in(row, "type", "This ends what was never begun here; groups and repeats must nest.")


def _types(survey: Survey) -> Iterator[Fault]:
    for row in survey.rows:
        written = row.written_type
        if (
            "type" in row.headers
            and not written
            and (row.name or any(name.startswith("label") for name in row.cells))
        ):
            yield _in(row, "type", "The row has no type; write one, such as text, or empty the row.")
        if row.kind is not RowKind.QUESTION or question_types.is_known(written):
            continue
        meant = question_types.today(written)
        if meant:
            remedy = f"write “{meant}”, or check with --lenient, which reads it so."
        elif nearest := question_types.nearest(written):
            remedy = f"did you mean “{nearest}”?"
        else:
            remedy = "write one of XLSForm's types, such as text, integer or select_one LIST."
        yield _in(row, "type", f"“{written}” is no type of question; {remedy}")


def _names(survey: Survey) -> Iterator[Fault]:
    seen: set[str] = set()
    for row in survey.rows:
        if row.kind in (RowKind.END, RowKind.NOTHING):
            continue
        if not row.name:
            if row.kind not in (RowKind.METADATA, RowKind.NOTE):
                yield _in(row, "name", "The question has no name; give it one.")
        elif _NAME.fullmatch(row.name) is None:
            message = "A name begins with a letter and holds letters, digits, “_”, “-” and “.” only."
            yield _in(row, "name", message)
        elif row.ref in seen:
            yield _in(row, "name", "Another question of the same group has this name; rename one.")
        seen.add(row.ref)


def _lists(workbook: Workbook, survey: Survey) -> Iterator[Fault]:
    choices = workbook.sheet("choices")
    known = set(_list_names(choices)) if choices else set()
    for row in survey.rows:
        words = row.written_type.split()
        if len(words) < 2 or words[0].lower() not in ("select_one", "select_multiple", "rank"):
            continue
        if words[1] not in known and not words[1].startswith("${"):
            yield _in(
                row,
                "type",
                f"The choices sheet has no list called “{words[1]}”; check its spelling, or add its choices.",
            )


def _choices(workbook: Workbook) -> Iterator[Fault]:
    sheet = workbook.sheet("choices")
    headers = headers_of(sheet) if sheet else {}
    listed, named = headers.get("list_name", ""), headers.get("name", "")
    for row in sheet.rows if sheet else ():
        if row.cells.get(listed) and not row.cells.get(named):
            message = "The choice has no name, the value that is stored; give it one."
            yield Fault(message, sheet="choices", row=row.number, column=named or "name")
    for row, header, earlier in doubled_choices(workbook):
        message = (
            f"The list has the choice “{row.cells[header]}” in row {earlier.number} already; rename one, or say that"
            " it is meant with allow_choice_duplicates in settings, or check with --lenient, which keeps both."
        )
        yield Fault(message, sheet="choices", row=row.number, column=header)


def _list_names(choices: Sheet) -> Iterator[str]:
    header = next((h for h in choices.header if h.lower() in ("list_name", "list name")), "")
    for row in choices.rows:
        yield row.cells.get(header, "").strip()


def _expression(row: SurveyRow, column: str, survey: Survey) -> Iterator[Fault]:
    source = row.cells.get(column, "")
    if not source.strip() or source.strip().lower() in _WORDS_FOR_BOOLEANS:
        return
    for name, offset in names_read(source):
        if not survey.refs_named(name):
            yield _in(
                row,
                column,
                f"No question is called “{name}”; check its spelling, or add the question.",
                source,
                offset,
            )
    try:
        tree = parse(parsable(source))
    except ExpressionProblem as problem:
        is_reference = source.startswith("${", problem.offset)
        reason = (
            "A question is read by ${its name}; an end of this reference is missing"
            if is_reference
            else problem.reason
        )
        yield _in(row, column, f"{reason}.", source, problem.offset)
        return
    if "/" in source and in_own_row(tree, row.ref, survey.repeats) != tree:
        place = source.find(f"/{survey.root}/")
        yield _in(row, column, _ABSOLUTE, source, place, Severity.WARNING)
    for use in functions(tree):
        if use.name not in FUNCTIONS:
            yield _in(
                row,
                column,
                f"There is no function called “{use.name}”; check its spelling.",
                source,
                use.offset,
            )
            continue
        least, most = FUNCTIONS[use.name]
        if use.arity < least or (most is not None and use.arity > most):
            takes = _count(least, most)
            message = f"The function “{use.name}” takes {takes}, not {use.arity}."
            yield _in(row, column, message, source, use.offset)


def _parameters(survey: Survey) -> Iterator[Fault]:
    """What pyxform finds wrong, too, without telling the row."""
    for row in survey.rows:
        match = _RANDOMIZE.search(row.cells.get("parameters", ""))
        if match is not None and match.group(1).lower() not in ("true", "false"):
            yield _in(
                row, "parameters", "The parameter “randomize” is either true or false; write one of them."
            )


def _triggers(survey: Survey) -> Iterator[Fault]:
    """Triggers outside the repeat of what they set: ODK's engines stop there, and here every row is set."""
    for row in survey.rows:
        around = (
            [ref for ref in survey.repeats if row.ref.startswith(f"{ref}/")] if "trigger" in row.cells else []
        )
        innermost = max(around, key=len, default="")
        for name, _ in names_read(row.cells.get("trigger", "")):
            refs = survey.refs_named(name)
            if refs and not any(ref.startswith(f"{innermost}/") for ref in refs):
                message = (
                    f"“{name}” stands outside this repeat: here it sets every row, and ODK's engines stop;"
                    " move it into the repeat, or this question out of it."
                )
                yield _in(row, "trigger", message, severity=Severity.WARNING)


def _count(least: int, most: int | None) -> str:
    """How many arguments, in words.

    >>> _count(1, None), _count(2, 2), _count(1, 3)
    ('1 argument or more', '2 arguments', '1 to 3 arguments')
    """
    if most is None:
        return f"{least} argument{'' if least == 1 else 's'} or more"
    if least == most:
        return f"{least} argument{'' if least == 1 else 's'}"
    return f"{least} to {most} arguments"


def _never_collected(survey: Survey) -> Iterator[Fault]:
    for row in survey.rows:
        kind = row.written_type.lower()
        words = set(re.split(r"[_\W]+", row.name.lower()))
        if row.kind is RowKind.QUESTION and kind in _NEVER_TYPES:
            yield _in(row, "type", f"A {kind} can identify people or places.", severity=Severity.WARNING)
        elif row.kind is RowKind.QUESTION and words & _NEVER_COLLECTED:
            word = min(words & _NEVER_COLLECTED)
            message = (
                f"The name asks for what is not collected by default (“{word}”): it can identify people."
            )
            yield _in(row, "name", message, severity=Severity.WARNING)


def _translations(workbook: Workbook) -> Iterator[Fault]:
    """One warning for each sheet and translated column: how much is missing, and where first."""
    for sheet in workbook.sheets:
        columns = [header for header in sheet.header if header.lower().startswith("label::")]
        labelled = [row for row in sheet.rows if any(column in row.cells for column in columns)]
        for column in columns:
            missing = [row.number for row in labelled if column not in row.cells]
            if missing:
                message = f"{len(missing)} of {len(labelled)} labels are not translated; the first is here."
                yield Fault(message, Severity.WARNING, sheet.name, missing[0], column)


def _unknown_references(node: Node, refs: set[str]) -> Iterator[Fault]:
    for column, expression in expressions_of(node):
        unknown = sorted(read for read in expression.reads if read not in refs and "*" not in read)
        if unknown:
            named = ", ".join(unknown)
            message = f"The form has nothing at {named}."
            yield Fault(message, column=column, name=node.ref, expression=expression.source)


def expressions_of(node: Node) -> Iterator[tuple[str, Expression]]:
    """The expressions of a node with the column of the workbook in which each stands."""
    pairs = (
        ("relevant", node.relevant),
        ("constraint", node.constraint),
        ("required", node.required),
        ("readonly", node.readonly),
        ("calculation", node.calculation),
        ("repeat_count", node.count),
        ("open_when", node.open_when),
        ("soft_constraint", node.soft.expression if node.soft else None),
    )
    return ((column, expression) for column, expression in pairs if expression is not None)


def _circles(definition: Definition) -> Iterator[Fault]:
    graph = ordering.dependencies(definition.root)
    _, left = ordering.ordered(graph)
    stuck: Iterable[str] = left
    while stuck:
        members = ordering.circle(graph, tuple(stuck))
        nodes = {node.ref: node for node in ordering.nodes_of(definition.root)}
        first = nodes[members[0]]
        column = "calculation" if first.calculation else "relevant" if first.relevant else "repeat_count"
        if len(members) == 1:
            message = "This question decides on itself: remove its own name from the condition."
        else:
            names = " → ".join([*(nodes[ref].name for ref in members), nodes[members[0]].name])
            message = f"These questions depend on one another in a circle: {names}."
        yield _at(first, column, message)
        graph = {ref: before - set(members) for ref, before in graph.items() if ref not in members}
        _, stuck = ordering.ordered(graph)


def _at(node: Node, column: str, message: str, severity: Severity = Severity.FAULT) -> Fault:
    return Fault(message, severity, column=column, name=node.ref)


def _in(
    row: SurveyRow,
    column: str,
    message: str,
    expression: str = "",
    offset: int | None = None,
    severity: Severity = Severity.FAULT,
) -> Fault:
    header = row.headers.get(column, column)
    return Fault(message, severity, "survey", row.number, header, row.name, expression, offset)
