"""From candidate tables to what is told of them, for everyone who will read it.

Owns who reads what and what they know already; the choice of what to hide is `indicators.suppression`'s. Invariant: for
each circle of readers, everything told now and before leaves every unsafe number as uncertain as that circle's
threshold asks for; a number that earlier releases tell already is not told again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass, replace

from indicators.audit import narrow
from indicators.candidates import Candidate
from indicators.contributors import Contributors
from indicators.disclosure import RULES, Audience, is_unsafe, readers
from indicators.history import Evidence, Past
from indicators.problems import IndicatorProblem
from indicators.quantities import Ledger, Quantity
from indicators.relations import Related, related
from indicators.statements import Constraint, Key, Publication, Statement
from indicators.suppression import hidden


@dataclass(frozen=True, slots=True)
class Protected:
    """What is left unsaid, and what the release would leave behind for later ones."""

    hidden: frozenset[Key]
    evidence: Evidence


def protect(
    ledger: Ledger,
    cells: Sequence[Candidate],
    audience: Audience,
    earlier: Sequence[Evidence],
    attacked: Callable[[], None] = lambda: None,
) -> Protected:
    """Decide what is told of these cells together.

    Args:
        earlier: all releases before, to whatever audience; those that a circle can't read are not held against it.

    Raises IndicatorProblem IND-007 when safety can't be proven: then nothing may be told.
    """
    try:
        return _protected(ledger, cells, audience, earlier, attacked, none_is_known=True)
    except IndicatorProblem as problem:
        if problem.code != "IND-008":
            raise
    # Two numbers that are none, each taken for their whole, would be known to be none: a reader knows less.
    return _protected(ledger, cells, audience, earlier, attacked, none_is_known=False)


def _protected(
    ledger: Ledger,
    cells: Sequence[Candidate],
    audience: Audience,
    earlier: Sequence[Evidence],
    attacked: Callable[[], None],
    *,
    none_is_known: bool,
) -> Protected:
    own = {quantity for cell in cells for quantity in cell.quantities}
    said = [statement for cell in cells for statement in cell.statements.values()]
    statements = _facts(said)
    always = {key for cell in cells for key in cell.always}
    units = {quantity.unit for quantity in own}
    unsaid = {statement.key for statement in statements if statement.is_unsafe}
    web = related(ledger, own, none_is_known=none_is_known)
    seen: list[Evidence] | None = None
    contributors = Contributors(ledger)
    for reader in readers(audience):
        read = [
            part for each in earlier if reader in readers(each.audience) and (part := each.of(units)).told
        ]
        if read == seen:
            continue  # knows no more than a wider circle, and needs less uncertainty
        seen = read
        publication = _publication(
            ledger, own, web, statements, unsaid, always, read, reader, contributors, none_is_known
        )
        unsaid |= hidden(publication, attacked)
    told = tuple(row for item in statements if item.key not in unsaid for row in item.constraints)
    unsaid_facts = {item.constraints for item in statements if item.key in unsaid}
    return Protected(
        frozenset(item.key for item in said if item.constraints in unsaid_facts),
        Evidence(
            audience,
            web.numbers,
            tuple(web.constraints),
            told,
            frozenset(always & web.numbers.keys()),
        ),
    )


def _facts(said: Iterable[Statement]) -> list[Statement]:
    """Statements that say the same as one: whoever reads one of them knows the others."""
    facts: dict[tuple[Constraint, ...], Statement] = {}
    for item in said:
        known = facts.get(item.constraints, item)
        facts[item.constraints] = replace(
            known, loss=max(known.loss, item.loss), is_unsafe=known.is_unsafe or item.is_unsafe
        )
    return list(facts.values())


def _publication(
    ledger: Ledger,
    own: Set[Quantity],
    web: Related,
    statements: Sequence[Statement],
    unsaid: set[Key],
    always: set[Key],
    earlier: Sequence[Evidence],
    reader: Audience,
    contributors: Contributors,
    none_is_known: bool,
) -> Publication:
    """Everything that one circle of readers knows and would be told; `web`: all that hangs together with `own`."""
    told_before = {
        quantity for each in earlier for quantity in each.quantities() if _is_counted(ledger, quantity)
    }
    is_all = told_before <= own
    related_now = web if is_all else related(ledger, own | told_before, none_is_known=none_is_known)
    past = Past(dict(related_now.numbers), list(related_now.constraints))
    past.take(earlier)
    threshold = RULES[reader].threshold
    spots = None if earlier else _spots(ledger, own, web)
    protected = {
        key: threshold
        for key, number in past.numbers.items()
        if (spots is None or _spot(key) in spots)
        and (is_unsafe(number, threshold) or _is_of_few(key, past, related_now, contributors, threshold))
    }
    protected.update(dict.fromkeys((always | past.always) & past.numbers.keys(), threshold))
    for key in narrow(past.numbers, protected, past.constraints) if earlier else ():
        del protected[key]  # told before: no silence takes it back, and no statement may be worse than that
    still_open = [replace(item, is_unsafe=item.key in unsaid) for item in statements]
    return Publication(past.numbers, protected, tuple(past.constraints), tuple(still_open))


def _is_of_few(key: Key, past: Past, now: Related, contributors: Contributors, threshold: int) -> bool:
    """Whether the number, however large, is that of one or two submissions or of few people."""
    if (named := now.named.get(key)) is not None:
        return contributors.are_few(named, past.numbers[key], threshold)
    if (change := past.changes.get(key)) is None:
        return False
    changed, sources = change
    item = now.named.get(changed)
    return not isinstance(item, Quantity) or contributors.of_these_are_few(item, sources)


def _spots(ledger: Ledger, own: Set[Quantity], web: Related) -> set[Key]:
    """Where numbers can be told apart by readers of these quantities alone: their own days and codes, and single codes.

    A code can be told apart from its group where another group, or a condition that is true for certain codes, holds
    it without the rest.
    """
    groups: dict[tuple[str, str, str], set[tuple[str, ...]]] = defaultdict(set)
    for item in own:
        true_for = ledger.projector.catalogue.units[item.unit].true_for
        columns = (*item.where, *(column for column, _ in item.terms))
        for name, group in (*item.codes, *(true_for[column] for column in columns if column in true_for)):
            for code in group:
                groups[item.unit, name, code].add(group)
    told = {(item.unit, code) for item in own for code in item.codes}
    told |= {(unit, (name, (code,))) for (unit, name, code), within in groups.items() if len(within) > 1}
    return {_spot(quantity.key) for quantity in own} | {
        _spot(item.key)
        for item in web.named.values()
        if isinstance(item, Quantity) and item.codes and all((item.unit, code) in told for code in item.codes)
    }


def _spot(key: Key) -> Key:
    """Unit, days and codes of a number."""
    return (key[0], *(part for part in key[3:] if not part.startswith("without ")))


def _is_counted(ledger: Ledger, quantity: Quantity) -> bool:
    """Whether the definitions of today still have a number of that name."""
    unit = ledger.projector.catalogue.units.get(quantity.unit)
    if unit is None or not ledger.has(quantity):
        return False
    return all(name in unit.codes for name, _ in quantity.codes)
