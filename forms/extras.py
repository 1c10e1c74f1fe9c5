"""What only the workbook says of a question: sensitivity, open_as, open_when, soft_constraint, profile, hxl.

pyxform drops these columns without a word, so they are read here and laid over the definition. Owns their syntax and
its faults; what they mean is for `forms.submission` (open and sealed parts) and `forms.interview` (profiles).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from forms.definition import PROFILES, Definition, Expression, Node, OpenAs, Sensitivity, SoftRule
from forms.faults import Fault
from forms.survey import RowKind, Survey, SurveyRow, parsable, placed
from forms.xform import safety_of
from forms.xpath import ExpressionProblem, parse, references

_STORES = frozenset((RowKind.QUESTION, RowKind.CALCULATION, RowKind.METADATA))
_SEPARATOR = " | "


@dataclass(frozen=True, slots=True)
class Extras:
    """The extra columns of one row, understood."""

    sensitivity: Sensitivity | None = None
    open_as: OpenAs | None = None
    open_when: Expression | None = None
    soft: SoftRule | None = None
    profile: str = "core"
    hxl: str = ""


def read(survey: Survey) -> tuple[dict[str, Extras], tuple[Fault, ...]]:
    """The extras of every row by reference, and the faults in them; a faulty cell counts as empty."""
    reader = _Reader(survey)
    extras = {row.ref: reader.extras(row) for row in survey.by_ref().values()}
    return extras, tuple(reader.faults)


def applied(definition: Definition, survey: Survey, extras: Mapping[str, Extras], digest: str) -> Definition:
    """The definition with the extras of its workbook, and the safety rules that follow from them."""
    root = _with_extras(definition.root, extras)
    return replace(
        definition,
        root=root,
        safety=safety_of(root),
        classified="sensitivity" in survey.columns,
        source_digest=digest,
    )


def _with_extras(node: Node, extras: Mapping[str, Extras]) -> Node:
    """The node with its extras and those below; a document nests at most 200 deep, so recursion is safe."""
    own = extras.get(node.ref, Extras())
    return replace(
        node,
        children=tuple(_with_extras(child, extras) for child in node.children),
        sensitivity=own.sensitivity,
        open_as=own.open_as,
        open_when=own.open_when,
        soft=own.soft,
        profile=own.profile,
        hxl=own.hxl,
    )


class _Reader:
    """Reads rows and gathers the faults."""

    def __init__(self, survey: Survey) -> None:
        self._survey = survey
        self.faults: list[Fault] = []

    def extras(self, row: SurveyRow) -> Extras:
        """The extras of a row."""
        return Extras(
            self._sensitivity(row),
            self._open_as(row),
            self._open_when(row),
            self._soft(row),
            self._profile(row),
            row.cells.get("hxl", ""),
        )

    def _sensitivity(self, row: SurveyRow) -> Sensitivity | None:
        written = row.cells.get("sensitivity", "").strip()
        if written in tuple(Sensitivity):
            return Sensitivity(written)
        if written:
            self._fault(row, "sensitivity", f"“{written}” is no class; use {', '.join(Sensitivity)}.")
        elif "sensitivity" in self._survey.columns and row.kind in _STORES:
            message = "It is not said who may read this answer; it stays sealed. Give a class."
            self._fault(row, "sensitivity", message)
        return None

    def _open_as(self, row: SurveyRow) -> OpenAs | None:
        written = row.cells.get("open_as", "").strip()
        if not written:
            return None
        if written not in tuple(OpenAs):
            self._fault(row, "open_as", f"“{written}” is not understood; use {' or '.join(OpenAs)}.")
            return None
        if written == OpenAs.MONTH and row.written_type.lower() not in ("date", "today"):
            self._fault(
                row, "open_as", "Only a date can leave its month; remove “month” or make the question a date."
            )
        if written == OpenAs.DERIVED and row.kind is not RowKind.CALCULATION:
            self._fault(row, "open_as", "Only a calculation can be derived; remove “derived”.")
        return OpenAs(written)

    def _open_when(self, row: SurveyRow) -> Expression | None:
        return self._expression(row, "open_when", row.cells.get("open_when", ""))

    def _soft(self, row: SurveyRow) -> SoftRule | None:
        written = row.cells.get("soft_constraint", "")
        if not written.strip():
            return None
        source, mark, message = written.rpartition(_SEPARATOR)
        if not mark or not source.strip() or not message.strip():
            advice = (
                f"Write an expression, “{_SEPARATOR.strip()}” between spaces, and the words of the warning."
            )
            self._fault(row, "soft_constraint", advice)
            return None
        expression = self._expression(row, "soft_constraint", source)
        return SoftRule(expression, message.strip()) if expression else None

    def _profile(self, row: SurveyRow) -> str:
        written = row.cells.get("profile", "").strip()
        if written and written not in PROFILES:
            self._fault(row, "profile", f"“{written}” is no profile; use {', '.join(PROFILES)}.")
            return "core"
        return written or "core"

    def _expression(self, row: SurveyRow, column: str, source: str) -> Expression | None:
        if not source.strip():
            return None
        try:
            parse(parsable(source))
            written = placed(source, row.ref, self._survey).strip()
            tree = parse(written)
        except ExpressionProblem as problem:
            self._fault(row, column, f"{problem.reason}.", source, problem.offset)
            return None
        return Expression(written, tree, tuple(references(tree, row.ref)))

    def _fault(
        self, row: SurveyRow, column: str, message: str, expression: str = "", offset: int | None = None
    ) -> None:
        header = row.headers.get(column, column)
        self.faults.append(
            Fault(
                message,
                sheet="survey",
                row=row.number,
                column=header,
                name=row.name,
                expression=expression,
                offset=offset,
            )
        )
