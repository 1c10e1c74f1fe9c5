"""From a table ``[unit.NAME]`` to a unit, checked on the way.

Owns the keys of a unit's table. Invariant: a fault in a column or code leaves the rest of the unit to be checked, so
that an author hears of all of them at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from forms.problems import FormProblem
from forms.xpath import Tree, parse
from indicators.catalogue import FollowUp, StandingFor, Unit
from indicators.entries import Entry, near, repeated, sound, text
from indicators.expressions import NotPlain, numeric, question_of, textual
from indicators.faults import Faults, Faulty, Read, Unread, named

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
    entry = sound(named(where), entry, _KEYS, faults)
    over = entry.get("over", {})
    codes = _codes(where, entry.get("codes", {}), faults)
    sources = dict(repeated(entry.get("columns", {}), over))
    columns = _columns(where, sources, faults)
    reasons = dict(repeated(entry.get("reasons", {}), over))
    for column in reasons.keys() - columns.keys():
        faults.note(f"{where}.reasons", f"there is no column {column}{near(column, columns)}")
    form_id, date = (faults.tried(partial(text, entry, key, where)) for key in ("form", "date"))
    unit = Unit(
        name=name,
        form_id=form_id or "",
        date=date or "",
        key=str(entry.get("key", "")),
        each=str(entry.get("each", "")),
        distinct=dict(entry.get("distinct", {})),
        absent_when_sealed=frozenset(entry.get("absent_when_sealed", ())),
        follow_up=_tried(_follow_up, where, "follow_up", entry, faults),
        standing=_tried(_standing, where, "standing", entry, faults),
        codes=codes,
        several=frozenset(entry.get("several", ())),
        questions={code: question_of(tree) for code, tree in codes.items() if question_of(tree)},
        columns=columns,
        sources={column: " ".join(str(source).split()) for column, source in sources.items()},
        reasons=reasons,
        sums=_sums(where, entry, columns, faults),
        at_least=_limits(where, "at_least", entry, columns, faults),
        at_most=_limits(where, "at_most", entry, columns, faults),
        true_for=_true_for(f"{where}.true_for", entry.get("true_for", {}), columns, codes, faults),
        usual=_usual(f"{where}.usual", entry.get("usual", {}), codes, faults),
    )
    if form_id is None:
        raise Unread
    return unit


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


def _sums(
    where: str, entry: Entry, columns: Mapping[str, Tree], faults: Faults
) -> dict[str, tuple[str, ...]]:
    sums = dict(repeated(entry.get("sums", {}), entry.get("over", {})))
    for whole, parts in sums.items():
        _need_columns(f"{where}.sums.{whole}", [whole, *parts], columns, faults)
        if whole in _below(whole, sums):
            faults.note(f"{where}.sums.{whole}", f"{whole} would be a part of itself")
    # What goes round in circles would never be taken apart to its end.
    return {whole: tuple(parts) for whole, parts in sums.items() if whole not in _below(whole, sums)}


def _need_columns(where: str, named: Iterable[str], columns: Mapping[str, Tree], faults: Faults) -> None:
    """Note every name that is no column."""
    for column in named:
        if column not in columns:
            faults.note(where, f"there is no column {column}{near(column, columns)}")


def _limits(
    where: str, key: str, entry: Entry, columns: Mapping[str, Tree], faults: Faults
) -> dict[str, str]:
    limits = dict(repeated(entry.get(key, {}), entry.get("over", {})))
    for column, limit in limits.items():
        _need_columns(f"{where}.{key}.{column}", (column, limit), columns, faults)
    return limits


def _true_for(
    where: str, entry: Entry, columns: Mapping[str, Tree], codes: Mapping[str, Tree], faults: Faults
) -> dict[str, tuple[str, tuple[str, ...]]]:
    found = {}
    for column, given in entry.items():
        _need_columns(f"{where}.{column}", (column,), columns, faults)
        if not isinstance(given, dict) or len(given) != 1 or not given.keys() <= codes.keys():
            faults.note(f"{where}.{column}", f"{column} names one disaggregation of the unit, with its codes")
            continue
        ((name, some),) = given.items()
        found[column] = name, tuple(map(str, some))
    return found


def _usual(where: str, entry: Entry, codes: Mapping[str, Tree], faults: Faults) -> dict[str, str]:
    for name in entry:
        if name not in codes:
            faults.note(f"{where}.{name}", f"there is no disaggregation {name}{near(name, codes)}")
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


def _tried(
    read: Callable[[str, Entry, Faults], Read], where: str, key: str, entry: Entry, faults: Faults
) -> Read | None:
    """What is read of a table inside the unit's; None where it is not there, or has a fault."""
    if key not in entry:
        return None
    return faults.tried(partial(read, f"{where}.{key}", entry[key], faults))


def _standing(where: str, entry: Entry, faults: Faults) -> StandingFor:
    entry = sound(named(where), entry, _OF_STANDING, faults)
    return StandingFor(int(entry.get("days", 0)), text(entry, "until", where))


def _follow_up(where: str, entry: Entry, faults: Faults) -> FollowUp:
    entry = sound(named(where), entry, _OF_FOLLOW_UP, faults)
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
