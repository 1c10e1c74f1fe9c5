"""A release as JSON and as JSON Lines, both read back to the same release.

Owns the lines: the release first, then each definition, then each table followed by its cells. The text of a release
and the check that nobody changed it are `indicators.releases`'.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from fieldkit.reports.problems import ReportProblem
from indicators import releases
from indicators.releases import Release


def as_json(release: Release) -> bytes:
    """One JSON object, the canonical text of the release."""
    return (releases.dump(release) + "\n").encode("utf-8")


def as_lines(release: Release) -> bytes:
    """One JSON object a line; `kind` says what it is."""
    return "".join(_line(value) for value in _values(json.loads(releases.dump(release)))).encode("utf-8")


def read_lines(content: bytes) -> Release:
    """The release of a file that `as_lines` gave.

    Raises ReportProblem REP-005 when it is none, IndicatorProblem when something in it was changed.
    """
    try:
        body = _body([json.loads(line) for line in content.decode("utf-8").splitlines() if line.strip()])
    except (ValueError, KeyError, TypeError, IndexError, AttributeError):
        raise ReportProblem(
            "REP-005",
            "The file is no release as JSON Lines: a line is missing, or is not what it should be.",
            remedy="Export the release again with `fieldkit export --format jsonl`.",
        ) from None
    return releases.load(json.dumps(body))


def _values(body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    tables, definitions = body.pop("tables"), body.pop("definitions")
    yield {"kind": "release", **body}
    yield from ({"kind": "definition", **definition} for definition in definitions)
    for table in tables:
        cells = table.pop("cells")
        yield {"kind": "table", **table}
        yield from ({"kind": "cell", "table": table["id"], **cell} for cell in cells)


def _body(values: list[dict[str, Any]]) -> dict[str, Any]:
    """The release's object again; a cell belongs to the table above it."""
    kinds = [value.pop("kind") for value in values]
    if kinds.count("release") != 1 or kinds[0] != "release":
        raise ValueError("the release is not the first line")
    body: dict[str, Any] = {**values[0], "definitions": [], "tables": []}
    for kind, value in zip(kinds[1:], values[1:], strict=True):
        if kind == "definition":
            body["definitions"].append(value)
        elif kind == "table":
            body["tables"].append({**value, "cells": []})
        elif value.pop("table") == body["tables"][-1]["id"]:
            body["tables"][-1]["cells"].append(value)
        else:
            raise ValueError("a cell stands below another table")
    return body


def _line(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"
