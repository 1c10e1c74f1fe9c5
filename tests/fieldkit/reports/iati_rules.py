"""The rules of the IATI standard 2.03 for results, as far as a file can be held against them without its schema.

Which elements stand in which, how often, and in which order; which attributes they need, and what these may say; that a
period ends no earlier than it begins, and that words name their language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from xml.etree.ElementTree import Element

MANY = 10**6
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_DAY, _FLAG = r"\d{4}-\d{2}-\d{2}", "true|false|0|1"
_DOCUMENTS, _REFERENCES = ("document-link", 0, MANY), ("reference", 0, MANY)
_NARRATIVES = (("narrative", 1, MANY),)
_TOLD = (("location", 0, MANY), ("dimension", 0, MANY), ("comment", 0, 1), _DOCUMENTS)

CHILDREN: Mapping[str, tuple[tuple[str, int, int], ...]] = {
    "iati-activity": (("result", 0, MANY),),
    "result": (("title", 1, 1), ("description", 0, 1), _DOCUMENTS, _REFERENCES, ("indicator", 1, MANY)),
    "indicator": (
        ("title", 1, 1), ("description", 0, 1), _DOCUMENTS, _REFERENCES, ("baseline", 0, MANY), ("period", 0, MANY),
    ),
    "period": (("period-start", 1, 1), ("period-end", 1, 1), ("target", 0, MANY), ("actual", 0, MANY)),
    "actual": _TOLD,
    "target": _TOLD,
    "title": _NARRATIVES,
    "description": _NARRATIVES,
    "comment": _NARRATIVES,
}  # fmt: skip
"""Element to its children in their order, each with the least and the greatest number; others have none."""

ATTRIBUTES: Mapping[str, Mapping[str, str]] = {
    "result": {"type": "[1239]", "aggregation-status": _FLAG},
    "indicator": {"measure": "[12345]", "aggregation-status": _FLAG},
    "reference": {"vocabulary": r"\d{1,2}", "code": r"\S+"},
    "period-start": {"iso-date": _DAY},
    "period-end": {"iso-date": _DAY},
    "actual": {"value": r"-?\d+(\.\d+)?"},
    "dimension": {"name": ".+", "value": ".+"},
    "narrative": {LANGUAGE: "[a-z]{2}"},
}
"""Element to the attributes that it must have, and what they may say."""


def broken_rules(root: Element) -> Iterator[str]:
    """A sentence for every place that the standard doesn't allow."""
    for element in root.iter():
        if isinstance(element.tag, str):
            yield from _of_children(element)
            yield from _of_attributes(element)
    for period in root.iter("period"):
        yield from _of_days(period)
    for narrative in root.iter("narrative"):
        if not (narrative.text or "").strip():
            yield "a narrative says nothing"


def _of_children(element: Element) -> Iterator[str]:
    rules = CHILDREN.get(element.tag, ())
    names, found = (
        [name for name, _, _ in rules],
        [child.tag for child in element if isinstance(child.tag, str)],
    )
    if unknown := set(found) - set(names):
        yield f"{element.tag} may not hold {', '.join(sorted(unknown))}"
        return
    if found != sorted(found, key=names.index):
        yield f"{element.tag} has its children in another order: {', '.join(found)}"
    for name, least, most in rules:
        if not least <= found.count(name) <= most:
            yield f"{element.tag} has {found.count(name)} of {name}"


def _of_attributes(element: Element) -> Iterator[str]:
    rules = ATTRIBUTES.get(element.tag, {})
    for name, allowed in rules.items():
        if not re.fullmatch(allowed, element.get(name, "")):
            yield f"{element.tag} has {name}={element.get(name)!r}"
    if unknown := set(element.keys()) - set(rules):
        yield f"{element.tag} may not have {', '.join(sorted(unknown))}"


def _of_days(period: Element) -> Iterator[str]:
    days = [
        (one.get("iso-date", "") if one is not None else "")
        for one in map(period.find, ("period-start", "period-end"))
    ]
    try:
        start, end = map(date.fromisoformat, days)
    except ValueError:
        yield f"a period has no days: {days}"
        return
    if end < start:
        yield f"a period ends before it begins: {start} to {end}"
