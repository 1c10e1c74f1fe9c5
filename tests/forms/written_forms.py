"""Forms written down in tests: Markdown workbooks and XForm XML, published in one line."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from forms.definition import Definition, Node
from forms.faults import Fault, InvalidForm
from forms.ordering import nodes_of
from forms.publish import Published, publish

REPOSITORY = Path(__file__).parents[2]
SHARED = REPOSITORY / "../shared"


def published(markdown: str) -> Published:
    """A form given as Markdown tables, one for each sheet."""
    return publish(dedent(markdown).encode(), "form.md")


def definition(markdown: str) -> Definition:
    """The definition of a form given as Markdown."""
    return published(markdown).definition


def faults(markdown: str) -> tuple[Fault, ...]:
    """The faults for which a form given as Markdown is refused; none where it is not."""
    try:
        published(markdown)
    except InvalidForm as problem:
        return problem.faults
    return ()


def node(form: Definition, name: str) -> Node:
    """The first node of that name."""
    return next(found for found in nodes_of(form.root) if found.name == name)


def xform(*, model: str, body: str = "", instance: str = "<data id='form' version='7'/>") -> str:
    """An XForm written by hand, of a primary instance, the rest of the model, and a body."""
    return f"""<?xml version="1.0" encoding="ISO-8859-1"?>
    <h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"
        xmlns:jr="http://openrosa.org/javarosa" xmlns:orx="http://openrosa.org/xforms"
        xmlns:odk="http://www.opendatakit.org/xforms" xmlns:entities="http://www.opendatakit.org/xforms/entities">
      <h:head><h:title> By hand </h:title>
        <model><instance>{instance}</instance>{model}</model></h:head>
      <h:body>{body}</h:body>
    </h:html>"""
