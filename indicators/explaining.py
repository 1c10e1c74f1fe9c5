"""How an indicator is counted, told from its data alone.

Owns the plain account of a definition: what is added up over which submissions, what is left out, by what it is broken
down, and the rules at the edges.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from indicators.catalogue import Catalogue, Indicator, Measure, Part, Share, Sum, Unit, in_language
from indicators.indicator_tables import terms_of

Account = dict[str, object]


def explained(catalogue: Catalogue, indicator: Indicator) -> Account:
    """The definition as names and values that JSON can hold; expressions are in the language of the forms."""
    units = {part.unit: catalogue.units[part.unit] for part in indicator.parts}
    forms = dict.fromkeys(form for unit in units.values() for form in _forms(unit))
    return {
        "id": indicator.id,
        "version": indicator.version,
        "name": indicator.name,
        "group": in_language(catalogue.groups[indicator.group], "en") if indicator.group else "",
        "title": dict(indicator.title),
        "note": indicator.note,
        "rules": list(indicator.rules),
        "forms": {form: list(catalogue.forms[form].versions) for form in forms if form in catalogue.forms},
        "dated by": {name: unit.date for name, unit in units.items()},
        "by": list(indicator.disaggregations),
        "parts": [_part(catalogue.units[part.unit], part) for part in indicator.parts],
    }


def _forms(unit: Unit) -> Iterable[str]:
    return (unit.form_id,) if unit.follow_up is None else (unit.form_id, unit.follow_up.form_id)


def _part(unit: Unit, part: Part) -> Account:
    measure = part.measure
    account: Account = {
        "part": part.id,
        "title": dict(part.title),
        "kind": part.kind.value,
        "counts": f"rows of {unit.name}",
        "where": list(measure.where),
        **_share(measure.share),
    }
    if measure.against is not None:
        account["against"] = _share(measure.against)
    if measure.bounds is not None:
        limits = measure.bounds
        account["bounds"] = {"low": _sum(limits.low), "high": _sum(limits.high), "of": _sum(limits.of)}
    account["excluded"] = [unit.reasons[column] for column in measure.excluded]
    account["by"] = sorted(part.breakdowns)
    if part.same:
        account["not comparable across"] = list(part.same)
    if part.inside:
        account["inside only"] = True
    account["columns"] = _columns(unit, measure)
    return account


def _share(share: Share) -> Account:
    account: Account = {"numerator": _sum(share.numerator)}
    if share.denominator:
        account["denominator"] = _sum(share.denominator)
    return account


def _sum(terms: Sum) -> str:
    """Terms as they are written: ``attendances - age_unk``."""
    text = "".join(f" {'-' if term.sign < 0 else '+'} {term.column}" for term in terms)
    return text.removeprefix(" + ").strip()


def _columns(unit: Unit, measure: Measure) -> Mapping[str, str]:
    """Every column that the measure reads, itself or through another, with its expression."""
    named = [*measure.where, *measure.excluded, *(term.column for term in terms_of(measure))]
    found: dict[str, str] = {}
    for column, source in reversed(list(unit.sources.items())):
        if column in named:
            found[column] = source
            named += [other for other in unit.sources if other in _words(source)]
    return dict(reversed(list(found.items())))


def _words(source: str) -> set[str]:
    """The names in an expression; texts in quotes are none."""
    outside = "".join(piece for place, piece in enumerate(source.split("'")) if place % 2 == 0)
    return set("".join(sign if sign.isalnum() or sign == "_" else " " for sign in outside).split())
