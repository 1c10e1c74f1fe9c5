"""What must hold for any input of the three readers that strangers' forms reach; shared by tests and by the soak.

Each target takes bytes, and either reads them or raises a FormProblem; anything else is a bug.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from forms import workbooks, xform
from forms.problems import FormProblem
from forms.workbooks import Workbook, from_rows, write_xlsx
from forms.xpath import ExpressionProblem, in_own_row, parse, references

_AROUND = (
    '<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"'
    ' xmlns:jr="http://openrosa.org/javarosa"><h:head><model><instance><data id="f"><q/></data></instance>',
    "</model></h:head><h:body>",
    "</h:body></h:html>",
)


def expression(data: bytes) -> None:
    """The parser of expressions, and what is made of its tree: read in its own row it reads the same of the form."""
    source = data.decode("utf-8", "replace")
    refusal: ExpressionProblem | None = None
    try:
        tree = parse(source)
        own = in_own_row(tree, "/data/r/s/q", ("/data/r", "/data/r/s"))
        assert set(references(own, "/data/r/s/q")) == set(references(tree, "/data/r/s/q"))
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


@lru_cache
def seeds(target: str) -> tuple[bytes, ...]:
    """Inputs that a target reads to the end, to go on from: noise alone never gets past the first bytes."""
    return _SEEDS[target]()


def _expressions() -> tuple[bytes, ...]:
    return tuple(
        source.encode()
        for source in (
            "if(selected(../a, 'x'), count(/data/r[./b > 1]/b), coalesce(., ''))",
            "instance('l')/root/item[name = current()/../q and n != 2]/label",
            "sum(/data/r/n) + count(/data/r[/data/r/n > ../q]) + position(/data/r/s)",
            "-1 div 0 * (3 mod 2) = 'a' or not(true()) | //b[last()]",
            "regex(., '^[a-z]{1,3}$') and jr:choice-name(/data/q, '/data/q') != \"\"",
        )
    )


def _xforms() -> tuple[bytes, ...]:
    start, middle, end = _AROUND
    model = (
        "<instance id='l'><root><item><name>a</name><label>A</label></item></root></instance>"
        "<itext><translation lang='en' default='true()'><text id='t'><value>Hi <output value='/data/q'/></value></text>"
        "</translation></itext><bind nodeset='/data/q' type='int' relevant='. > 1' required='true()'/>"
        "<setvalue event='odk-instance-first-load' ref='/data/q' value='2'/>"
    )
    body = (
        "<group ref='/data'><label ref='jr:itext(\"t\")'/><select1 ref='/data/q'><label>Q</label>"
        "<itemset nodeset=\"instance('l')/root/item[name != 'b']\"><value ref='name'/><label ref='label'/></itemset>"
        "</select1></group>"
    )
    return model.encode(), body.encode(), f"{start}{model}{middle}{body}{end}".encode()


def _workbooks() -> tuple[bytes, ...]:
    markdown = (
        b"| survey |\n| | type | name | label |\n| | select_one l | q | Q |\n"
        b"| choices |\n| | list_name | name | label |\n| | l | a | A |\n"
    )
    table = b"survey,,,\n,type,name,label\n,text,q,Q\n"
    sheet = from_rows("survey", [["type", "name", "label"], ["text", "q", "Q"]])
    return markdown, table, write_xlsx(Workbook((sheet,)))


_SEEDS = {"expression": _expressions, "xform": _xforms, "workbook": _workbooks}
