"""XForm XML as a document: parsed safely, with the names as its author wrote them.

Owns parsing, names with prefixes and references; `forms.xform` reads meaning from it. Entities, external entities and
document types are refused, and nothing is fetched.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from forms.problems import FormProblem

XFORMS = "http://www.w3.org/2002/xforms"
XHTML = "http://www.w3.org/1999/xhtml"
JAVAROSA = "http://openrosa.org/javarosa"
OPENROSA = "http://openrosa.org/xforms"

MAX_CHARACTERS = 32_000_000
"""The largest public form is 2.3 million; a larger file would need gigabytes as a tree."""
MAX_DEPTH = 200
"""Elements within one another; the deepest public form has 14. It bounds every recursion over the document."""


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed XForm."""

    title: str
    model: Element
    body: Element | None
    prefixes: dict[str, str]
    """Namespace to the prefix under which the document declares it; the last declaration holds."""
    plain: frozenset[str]
    """Namespaces whose names are written without a prefix: XForms itself and that of the primary instance."""

    def name(self, tag: str) -> str:
        """A tag or attribute as its author wrote it: ``name``, ``orx:meta``."""
        if not tag.startswith("{"):
            return tag
        namespace, local = tag[1:].split("}", 1)
        prefix = "" if namespace in self.plain else self.prefixes.get(namespace, "")
        return f"{prefix}:{local}" if prefix else local

    def attributes(self, element: Element) -> dict[str, str]:
        """The element's attributes by name."""
        return {self.name(key): value for key, value in element.attrib.items()}


def repeats_of(document: Document) -> frozenset[str]:
    """The references of the repeats that are written as absolute paths."""
    found = document.body.iter() if document.body is not None else ()
    paths = (
        (each.get("nodeset") or each.get("ref") or "").strip() for each in found if local(each) == "repeat"
    )
    return frozenset(path for path in paths if path.startswith("/"))


def local(element: Element) -> str:
    """An element's name without namespace."""
    tag: str = element.tag
    return tag.rpartition("}")[2]


def elements(parent: Element | None, name: str) -> Iterator[Element]:
    """The children of that local name, whatever their namespace."""
    for child in parent if parent is not None else ():
        if local(child) == name:
            yield child


def element(parent: Element | None, name: str) -> Element | None:
    """The first child of that local name, or None."""
    return next(elements(parent, name), None)


def text_of(parent: Element | None, name: str) -> str:
    """The text of the first child of that name, or nothing."""
    found = element(parent, name)
    return (found.text or "") if found is not None else ""


def resolve(context: str, path: str) -> str:
    """An absolute reference from a path as a bind or a control writes it.

    >>> resolve("/data/trip", "../count")
    '/data/count'
    >>> resolve("/data", " /data/age ")
    '/data/age'
    """
    path = path.strip().removeprefix("current()/")
    if path.startswith("/"):
        return path.rstrip("/") or "/"
    steps = context.strip("/").split("/")
    for step in path.split("/"):
        if step == "..":
            steps = steps[:-1]
        elif step not in ("", "."):
            steps.append(step)
    return "/" + "/".join(steps)


def parse(xml: str) -> Document:
    """The document of an XForm.

    Raises:
        FormProblem: FORM-001 for what is no XForm XML, declares entities, or is larger or deeper than any form.
    """
    if len(xml) > MAX_CHARACTERS:
        raise _unreadable("The form is larger than any form that can be run here.")
    root, prefixes = _parsed(xml)
    head = element(root, "head")
    model = element(head if head is not None else root, "model")
    if model is None:
        raise _unreadable("The file is XML, but no XForm: it has no model.")
    primary = primary_root(model)
    if primary is None:
        raise _unreadable("The form has no primary instance, so it asks nothing.")
    namespace = primary.tag[1:].split("}", 1)[0] if primary.tag.startswith("{") else ""
    title = "".join(found.itertext()) if (found := element(head, "title")) is not None else ""
    plain = frozenset((XFORMS, namespace)) - {JAVAROSA}
    return Document(title.strip(), model, element(root, "body"), prefixes, plain)


def primary_root(model: Element) -> Element | None:
    """The root of the primary instance: the first element of the model's first instance, or None."""
    instance = element(model, "instance")
    return next(iter(instance), None) if instance is not None else None


def _parsed(xml: str) -> tuple[Element, dict[str, str]]:
    prefixes: dict[str, str] = {}
    root: Element | None = None
    depth = 0
    source = io.BytesIO(_without_declaration(xml).encode("utf-8", "replace"))
    try:
        for event, value in ElementTree.iterparse(source, ("start-ns", "start", "end"), forbid_dtd=True):
            if event == "start-ns":
                prefixes[value[1]] = value[0]
                continue
            root = value if root is None else root
            depth += 1 if event == "start" else -1
            if depth > MAX_DEPTH:
                raise _unreadable(f"The form nests elements more than {MAX_DEPTH} deep.")
    except DefusedXmlException as error:
        raise _unreadable("The file declares a document type or entities, which no form needs.") from error
    except ParseError as error:
        line, column = error.position
        raise _unreadable(
            "The file is no XForm: its XML is broken.", f"line {line}, column {column}"
        ) from error
    if root is None:
        raise _unreadable("The file is empty.")
    return root, prefixes


def _without_declaration(xml: str) -> str:
    """The XML without its declaration: the text is decoded already, so a declared encoding would mislead."""
    text = xml.lstrip("\ufeff \t\r\n")
    return text[text.index("?>") + 2 :] if text.startswith("<?xml") and "?>" in text else text


def _unreadable(message: str, where: str = "") -> FormProblem:
    return FormProblem(
        "FORM-001", message, remedy="Export the form again, or give its workbook.", where=where
    )
