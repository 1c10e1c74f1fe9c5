"""A small form with everything that merges differently: text, code, choices, a grid, a group, a repeat, a total."""

from __future__ import annotations

from collections.abc import Mapping

from forms.definition import Control, Definition, Expression, Grid, Node, Safety, Sensitivity, Text
from forms.parts import split
from forms.xpath import parse
from sync.merging import Version

CELLS = ("p_f_young", "p_f_old", "p_m_young", "p_m_old")
TALLY = Sensitivity.TALLY


def expression(source: str, *reads: str) -> Expression:
    """A compiled expression."""
    return Expression(source, parse(source), reads)


def question(path: str, *, kind: str = "string", control: Control = Control.INPUT, **more: object) -> Node:
    """One question below ``/data``."""
    return Node(f"/data/{path}", path.rpartition("/")[2], control=control, value_type=kind, **more)  # type: ignore[arg-type]


def form(version: str = "1", *extra: Node) -> Definition:
    """The form, with more questions at its end."""
    limit = expression(". <= 500", "/data/people/p_f_young")
    cells = tuple(
        question(f"people/{name}", kind="int", sensitivity=TALLY, constraint=limit) for name in CELLS
    )
    total = expression(" + ".join(f"coalesce(/data/people/{name}, 0)" for name in CELLS), *_refs(CELLS))
    ages = (("young", Text({})), ("old", Text({})))
    return Definition(
        form_id="meeting",
        version=version,
        title="Meeting",
        root=Node(
            "/data",
            "data",
            is_group=True,
            children=(
                Node("/data/people", "people", is_group=True, children=cells),
                question("total", kind="int", control=Control.NONE, sensitivity=TALLY, calculation=total),
                question("topics", control=Control.SELECT_MULTIPLE, sensitivity=TALLY),
                question("code", constraint=expression("regex(., '^[A-Z]+$')", "/data/code")),
                question("note"),
                question("chief", kind="int"),
                question("guests", kind="int", constraint=expression(". <= /data/chief", "/data/chief")),
                Node(
                    "/data/concern",
                    "concern",
                    is_group=True,
                    is_repeat=True,
                    children=(question("concern/what"), question("concern/grave", kind="int")),
                ),
                *extra,
            ),
        ),
        languages=(),
        default_language="",
        lists={},
        external_lists={},
        order=("/data/total", "/data/guests"),
        actions=(),
        grids=(
            Grid(
                "/data/people/p",
                (("f", Text({})), ("m", Text({}))),
                ages,
                (_refs(CELLS[:2]), _refs(CELLS[2:])),
            ),
        ),
        safety=Safety(gate=None, clearing=()),
        classified=True,
        instance_name=None,
        xml_digest="",
        source_digest="",
    )


def version(
    revision: str, tree: Mapping[str, object], definition: Definition | None = None, *, sealed: bool = True
) -> Version:
    """A revision with these answers, its sealed part held or not."""
    definition = definition or form()
    parts = split(definition, tree)
    return Version(
        revision, definition.form_id, definition.version, parts.open, parts.sealed if sealed else None
    )


def _refs(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"/data/people/{name}" for name in names)
