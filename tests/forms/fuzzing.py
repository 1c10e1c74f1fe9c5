"""What must hold for any input of the three readers that strangers' forms reach; shared by tests and by the soak.

Each target takes bytes, and either reads them or raises a FormProblem; anything else is a bug.
"""

from __future__ import annotations

from collections.abc import Callable

from forms import workbooks, xform
from forms.problems import FormProblem
from forms.xpath import ExpressionProblem, parse, references

_AROUND = (
    '<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"'
    ' xmlns:jr="http://openrosa.org/javarosa"><h:head><model><instance><data id="f"><q/></data></instance>',
    "</model></h:head><h:body>",
    "</h:body></h:html>",
)


def expression(data: bytes) -> None:
    """The parser of expressions."""
    source = data.decode("utf-8", "replace")
    refusal: ExpressionProblem | None = None
    try:
        references(parse(source), "/data/q")
    except ExpressionProblem as problem:
        refusal = problem
    assert refusal is None or 0 <= refusal.offset <= len(source)


def xform_document(data: bytes) -> None:
    """The reader of XForm XML: as a whole document, and as what stands in a model and in a body."""
    text = data.decode("utf-8", "replace")
    start, middle, end = _AROUND
    for document in (text, f"{start}{text}{middle}{end}", f"{start}{middle}{text}{end}"):
        try:
            xform.read(document)
        except FormProblem:
            continue


def workbook(data: bytes) -> None:
    """The reader of workbooks, in each of its formats."""
    for ending in (".xlsx", ".xls", ".csv", ".md"):
        try:
            workbooks.read(data, f"form{ending}")
        except FormProblem:
            continue


TARGETS: dict[str, Callable[[bytes], None]] = {
    "expression": expression,
    "xform": xform_document,
    "workbook": workbook,
}
