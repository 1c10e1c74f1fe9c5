"""From a table ``[unit.NAME]`` to a unit, checked on the way.

Owns the keys of a unit's table. Invariant: a fault in a column or code leaves the rest of the unit to be checked, so
that an author hears of all of them at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from forms.problems import FormProblem
from forms.xpath import Tree, parse
from indicators.catalogue import FollowUp, StandingFor, Unit
from indicators.entries import Entry, need_known, repeated, text
from indicators.expressions import NotPlain, numeric, question_of, textual
from indicators.faults import Faults, Faulty

_KEYS = {
    "form": str, "date": str, "key": str, "each": str, "distinct": dict, "absent_when_sealed": list,
    "follow_up": dict, "standing": dict, "codes": dict, "several": list, "over": dict, "columns": dict,
    "reasons": dict, "sums": dict, "at_least": dict, "at_most": dict, "true_for": dict,
    "usual": dict,
}  # fmt: skip
_OF_FOLLOW_UP = {
    "form": str, "match": list, "window": str, "windows": dict, "days": int, "date": str, "reached": str,
}  # fmt: skip
_OF_STANDING = {"days": int, "until": str}
_BLANK: Tree = ("text", "")
"""Stands for an expression with a fault, so that what names its column is not a fault as well."""


def read_unit(name: str, entry: Entry, faults: Faults) -> Unit | None:
    """The unit of a table; None, and a fault noted, where it can't be read at all."""
    where = f"unit.{name}"
    return faults.tried(lambda: _unit(where, name, entry, faults))


def _unit(where: str, name: str, entry: Entry, faults: Faults) -> Unit:
    need_known(where, entry, _KEYS)
    over = entry.get("over", {})
    codes = _codes(where, entry.get("codes", {}), faults)
    sources = dict(repeated(entry.get("columns", {}), over))
    columns = _columns(where, sources, faults)
    reasons = dict(repeated(entry.get("reasons", {}), over))
    for column in reasons:
        if column not in columns:
            raise Faulty(f"{where}.reasons", f"there is no column {column}")
    return Unit(
        name=name,
        form_id=text(entry, "form", where),
        date=text(entry, "date", where),
        key=str(entry.get("key", "")),
        each=str(entry.get("each", "")),
        distinct=dict(entry.get("distinct", {})),
        absent_when_sealed=frozenset(entry.get("absent_when_sealed", ())),
        follow_up=_follow_up(f"{where}.follow_up", entry["follow_up"]) if "follow_up" in entry else None,
        standing=_standing(f"{where}.standing", entry["standing"]) if "standing" in entry else None,
        codes=codes,
        several=frozenset(entry.get("several", ())),
        questions={code: question_of(tree) for code, tree in codes.items() if question_of(tree)},
        columns=columns,
        sources={column: " ".join(str(source).split()) for column, source in sources.items()},
        reasons=reasons,
        sums=_sums(where, entry, columns),
        at_least=_limits(where, "at_least", entry, columns),
        at_most=_limits(where, "at_most", entry, columns),
        true_for=_true_for(f"{where}.true_for", entry.get("true_for", {}), columns, codes),
        usual=_usual(f"{where}.usual", entry.get("usual", {}), codes),
    )


def _codes(where: str, sources: Mapping[str, object], faults: Faults) -> dict[str, Tree]:
    codes: dict[str, Tree] = {}
    for code, source in sources.items():
        tree = faults.tried(partial(_code, f"{where}.codes.{code}", source))
        codes[code] = tree or _BLANK
    return codes


def _columns(where: str, sources: Mapping[str, object], faults: Faults) -> dict[str, Tree]:
    """Column to its expression; each may name those above it."""
    columns: dict[str, Tree] = {}
    for column, source in sources.items():
        tree = faults.tried(partial(_column, f"{where}.columns.{column}", source, columns))
        columns[column] = tree or _BLANK
    return columns


def _sums(where: str, entry: Entry, columns: Mapping[str, Tree]) -> dict[str, tuple[str, ...]]:
    sums = dict(repeated(entry.get("sums", {}), entry.get("over", {})))
    for column in [*sums, *(part for parts in sums.values() for part in parts)]:
        if column not in columns:
            raise Faulty(f"{where}.sums", f"there is no column {column}")
    for column in sums:
        if column in _below(column, sums):
            raise Faulty(f"{where}.sums", f"{column} would be a part of itself")
    return {whole: tuple(parts) for whole, parts in sums.items()}


def _limits(where: str, key: str, entry: Entry, columns: Mapping[str, Tree]) -> dict[str, str]:
    limits = dict(repeated(entry.get(key, {}), entry.get("over", {})))
    for column in [*limits, *limits.values()]:
        if column not in columns:
            raise Faulty(f"{where}.{key}", f"there is no column {column}")
    return limits


def _true_for(
    where: str, entry: Entry, columns: Mapping[str, Tree], codes: Mapping[str, Tree]
) -> dict[str, tuple[str, tuple[str, ...]]]:
    found = {}
    for column, given in entry.items():
        if column not in columns:
            raise Faulty(where, f"there is no column {column}")
        if not isinstance(given, dict) or len(given) != 1 or not given.keys() <= codes.keys():
            raise Faulty(where, f"{column} names one disaggregation of the unit, with its codes")
        ((name, some),) = given.items()
        found[column] = name, tuple(map(str, some))
    return found


def _usual(where: str, entry: Entry, codes: Mapping[str, Tree]) -> dict[str, str]:
    for name in entry:
        if name not in codes:
            raise Faulty(where, f"there is no disaggregation {name}")
    return {name: str(code) for name, code in entry.items()}


def _below(column: str, sums: Mapping[str, Sequence[str]]) -> set[str]:
    """All that a column adds up, taken apart to the end."""
    found: set[str] = set()
    waiting = list(sums.get(column, ()))
    while waiting:
        part = waiting.pop()
        if part not in found:
            found.add(part)
            waiting += sums.get(part, ())
    return found


def _code(where: str, source: object) -> Tree:
    tree = _tree(where, source)
    try:
        textual(tree)
    except FormProblem as problem:
        raise Faulty.expression(where, problem) from None
    return tree


def _column(where: str, source: object, before: Mapping[str, Tree]) -> Tree:
    tree = _tree(where, source)
    try:
        numeric(tree, before)
    except NotPlain:
        raise Faulty(where, "it uses another column in a way that is not understood") from None
    except FormProblem as problem:
        raise Faulty.expression(where, problem) from None
    return tree


def _tree(where: str, source: object) -> Tree:
    try:
        return parse(str(source))
    except FormProblem as problem:
        raise Faulty.expression(where, problem) from None


def _standing(where: str, entry: Entry) -> StandingFor:
    need_known(where, entry, _OF_STANDING)
    return StandingFor(int(entry.get("days", 0)), text(entry, "until", where))


def _follow_up(where: str, entry: Entry) -> FollowUp:
    need_known(where, entry, _OF_FOLLOW_UP)
    windows = entry.get("windows")
    if not windows or not all(isinstance(months, int) for months in windows.values()):
        raise Faulty(where, "the key windows names no window with its months")
    return FollowUp(
        form_id=text(entry, "form", where),
        match=tuple(entry.get("match", ())),
        window=text(entry, "window", where),
        windows=dict(windows),
        days=int(entry.get("days", 0)),
        date=text(entry, "date", where),
        reached=_tree(f"{where}.reached", text(entry, "reached", where)),
    )
