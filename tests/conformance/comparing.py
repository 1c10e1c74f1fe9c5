"""What two engines say of the same steps, compared node by node.

Owns what counts as the same: everything that ODK's engine reports of a node (relevance, rights, values, words, choices,
validity and messages), the order of nodes, the languages, the steps refused, and the submission XML. Random identifiers
are made equal; numbers compare as numbers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_DECLARATION = re.compile(r' xmlns:\w+="[^"]*"')
"""ODK's engine leaves some prefixes undeclared, which is no XML; what counts is the names."""
_ATTRIBUTE = re.compile(r' [\w:.-]+="[^"]*"')
_TAG = re.compile(rf"(<[\w:.-]+)((?:{_ATTRIBUTE.pattern})+)(/?>)")
_ANSWERED_BY_PEOPLE = ("input", "select", "range", "rank", "trigger", "upload")


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that the engines do not agree on."""

    what: str
    """The key of the report, ``relevant`` or ``choices``; ``missing``, ``extra``, ``order``, ``xml``..."""
    ref: str
    ours: str
    theirs: str


def differences(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> Iterator[Difference]:
    """Every difference between two reports of one job."""
    refused = [sorted(str(error.get("ref")) for error in report["errors"]) for report in (ours, theirs)]
    if refused[0] != refused[1]:
        yield _difference("steps refused", "", refused[0], refused[1])
    if ours["languages"] != theirs["languages"]:
        yield _difference("languages", "", ours["languages"], theirs["languages"])
    yield from _nodes(ours["state"], theirs["state"])
    if ours["submission"]["violations"] != theirs["submission"]["violations"]:
        yield _difference(
            "violations", "", ours["submission"]["violations"], theirs["submission"]["violations"]
        )
    mine, other = (_scrubbed(report["submission"]["xml"]) for report in (ours, theirs))
    if mine != other:
        at = next(
            (place for place, pair in enumerate(zip(mine, other, strict=False)) if pair[0] != pair[1]), 0
        )
        yield Difference("xml", "", mine[max(0, at - 60) : at + 60], other[max(0, at - 60) : at + 60])


def _nodes(ours: Sequence[Mapping[str, Any]], theirs: Sequence[Mapping[str, Any]]) -> Iterator[Difference]:
    mine = {line["ref"]: line for line in ours}
    other = {line["ref"]: line for line in theirs}
    for ref in [*other, *(ref for ref in mine if ref not in other)]:
        if ref not in mine or ref not in other:
            yield Difference("missing" if ref not in mine else "extra", ref, "", "")
            continue
        for key in dict.fromkeys((*other[ref], *mine[ref])):
            here, there = mine[ref].get(key), other[ref].get(key)
            if _same_form(here) != _same_form(there):
                yield _difference(key, ref, here, there)
    if mine.keys() == other.keys() and [*mine] != [*other]:
        yield Difference("order", "", "", "")


def _difference(what: str, ref: str, ours: object, theirs: object) -> Difference:
    return Difference(what, ref, json.dumps(ours, ensure_ascii=False), json.dumps(theirs, ensure_ascii=False))


def _same_form(value: object) -> str:
    """A value as text that is equal for equal values: 1.0 is 1, every random identifier is one and the same."""
    return _scrubbed(json.dumps(_plain(value), sort_keys=True))


def _plain(value: object) -> object:
    match value:
        case float() if value.is_integer():
            return int(value)
        case list():
            return [_plain(each) for each in value]
        case dict():
            return {key: _plain(each) for key, each in value.items()}
        case _:
            return value


def _scrubbed(text: str) -> str:
    return _UUID.sub("UUID", _TAG.sub(_in_order, _DECLARATION.sub("", text)))


def _in_order(tag: re.Match[str]) -> str:
    """A tag with its attributes by name: their order means nothing in XML."""
    return tag[1] + "".join(sorted(_ATTRIBUTE.findall(tag[2]))) + tag[3]


def answered_share(report: Mapping[str, Any]) -> float | None:
    """The share of relevant questions that are answered at the end; None where nothing is asked."""
    asked = [
        line
        for line in report["state"]
        if line["type"] in _ANSWERED_BY_PEOPLE
        and line["relevant"]
        and not line["readonly"]
        and line.get("nChoices") != 0
    ]
    return sum(line["instanceValue"] != "" for line in asked) / len(asked) if asked else None
