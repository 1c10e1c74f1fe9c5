"""What a new version of a form changes: for recorders, for answers that exist, and for who may read them.

Owns comparing two definitions, question by question; a question is the same where its reference is. Leaves telling it
to whoever asks. Invariant: whatever becomes readable to more people is among the changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from forms.definition import Definition, Expression, Node, Sensitivity, Text
from forms.ordering import nodes_of
from forms.submission import label_of


class Effect(StrEnum):
    """What a change does, the gravest first."""

    OPENED = "opened"
    """An answer that was sealed may be read by the server."""
    ORPHANED = "orphaned"
    """Answers that exist have no place in the new version."""
    UNANSWERABLE = "unanswerable"
    """Something that could be answered no longer can."""
    ASKED = "asked"
    """Something new is asked, or an answer is now wanted."""
    RULE = "rule"
    """A condition, a calculation or a limit is another one."""
    WORDS = "words"
    """Words changed."""
    SEALED = "sealed"
    """An answer that was open is sealed."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs."""

    effect: Effect
    ref: str
    """The question or group, in the version that has it."""
    message: str

    def as_json(self) -> dict[str, str]:
        """The change as a JSON object with the keys effect, ref, message."""
        return {"effect": self.effect.value, "ref": self.ref, "message": self.message}


def changes(old: Definition, new: Definition) -> tuple[Change, ...]:
    """Every change from one version to the next, the gravest first, then in form order."""
    before = {node.ref: node for node in nodes_of(old.root)}
    after = {node.ref: node for node in nodes_of(new.root)}
    found = [
        *_gone(before, after),
        *(change for ref, node in after.items() if ref not in before for change in _come(node, new)),
        *(
            change
            for ref, node in after.items()
            if ref in before
            for change in _changed(before[ref], node, old, new)
        ),
        *_lists(old, new),
    ]
    ranks = {effect: rank for rank, effect in enumerate(Effect)}
    return tuple(sorted(found, key=lambda change: ranks[change.effect]))


def opened(old: Definition, new: Definition, language: str) -> tuple[str, ...]:
    """The questions of a new version that more people may read than before, in words and in form order, each once."""
    nodes = {node.ref: node for node in nodes_of(new.root)}
    found = (change.ref for change in changes(old, new) if change.effect is Effect.OPENED)
    return tuple(dict.fromkeys(label_of(new, nodes[ref], language) for ref in found))


def moving(old: Definition, new: Definition) -> tuple[int, int]:
    """How many questions of the old version take the same answers in the new one, and how many there are."""
    after = {node.ref: node for node in nodes_of(new.root)}
    asked = [node for node in nodes_of(old.root) if not node.children and _holds(node)]
    lost = {change.ref for change in changes(old, new) if change.effect is Effect.ORPHANED}
    return sum(node.ref in after and node.ref not in lost for node in asked), len(asked)


def _gone(before: Mapping[str, Node], after: Mapping[str, Node]) -> Iterator[Change]:
    places = {node.name: ref for ref, node in after.items()}
    for ref, node in before.items():
        if ref in after or node.children or not _holds(node):
            continue
        moved = places.get(node.name)
        where = (
            f"It stands at {moved} now; answers given before stay where they were."
            if moved
            else ("Answers given before stay in their submissions and count in no figure of the new version.")
        )
        yield Change(Effect.ORPHANED, ref, f"“{node.name}” is no longer here. {where}")


def _come(node: Node, form: Definition) -> Iterator[Change]:
    if node.children or not _holds(node):
        return
    yield Change(Effect.ASKED, node.ref, f"“{node.name}” is new.")
    if _openness(node, form):
        yield Change(Effect.OPENED, node.ref, f"“{node.name}” is new and open: the server may read it.")


def _changed(old: Node, new: Node, before: Definition, after: Definition) -> Iterator[Change]:
    name, ref = new.name, new.ref
    if (old.control, old.value_type, old.is_repeat) != (new.control, new.value_type, new.is_repeat):
        message = f"“{name}” takes another kind of answer ({_kind(new)}, was {_kind(old)}); old answers may not fit."
        yield Change(Effect.ORPHANED, ref, message)
    yield from _openings(old, new, before, after)
    yield from _choices(old, new, before, after)
    if not _source(old.required) and _source(new.required):
        yield Change(Effect.ASKED, ref, f"“{name}” now wants an answer.")
    if new.relevant is not None and new.relevant.source == "false()" and _source(old.relevant) != "false()":
        yield Change(Effect.UNANSWERABLE, ref, f"“{name}” is never asked any more.")
    elif _source(old.relevant) != _source(new.relevant):
        yield Change(Effect.RULE, ref, f"“{name}” is asked under another condition.")
    if _source(old.constraint) != _source(new.constraint):
        yield Change(Effect.RULE, ref, f"“{name}” takes other answers: {_source(new.constraint) or 'any'}.")
    if _source(old.calculation) != _source(new.calculation):
        yield Change(Effect.RULE, ref, f"“{name}” is worked out in another way.")
    if (_words(old.label), _words(old.hint)) != (_words(new.label), _words(new.hint)):
        yield Change(Effect.WORDS, ref, f"The words of “{name}” changed.")


def _openings(old: Node, new: Node, before: Definition, after: Definition) -> Iterator[Change]:
    was, now = _openness(old, before), _openness(new, after)
    if now > was:
        how = "its month is open" if now == 1 else "it is open"
        yield Change(Effect.OPENED, new.ref, f"“{new.name}” was sealed; {how} now: the server may read it.")
    elif now < was:
        yield Change(Effect.SEALED, new.ref, f"“{new.name}” is sealed now.")
    if old.open_when is not None and _source(old.open_when) != _source(new.open_when):
        message = f"“{new.name}” is kept from the server under another condition, or under none."
        yield Change(Effect.OPENED, new.ref, message)


def _choices(old: Node, new: Node, before: Definition, after: Definition) -> Iterator[Change]:
    was, now = _values(old, before), _values(new, after)
    if gone := [value for value in was if value not in now] if was and now else []:
        message = f"“{new.name}” no longer offers {', '.join(gone)}; answers given before stay as they are."
        yield Change(Effect.UNANSWERABLE, new.ref, message)
    if come := [value for value in now if value not in was] if was and now else []:
        yield Change(Effect.ASKED, new.ref, f"“{new.name}” also offers {', '.join(come)}.")


def _lists(old: Definition, new: Definition) -> Iterator[Change]:
    for name in sorted(set(new.external_lists.values()) - set(old.external_lists.values())):
        yield Change(Effect.RULE, "", f"The list {name} is read now; publish it beside the form.")


def _holds(node: Node) -> bool:
    """Whether a node holds an answer of the form; notes and what travels beside the answers do not."""
    return not node.is_note and "/meta/" not in node.ref and not node.name.startswith("@")


def _openness(node: Node, form: Definition) -> int:
    """0: sealed; 1: its month is open; 2: open."""
    if not form.classified or node.children or not _holds(node):
        return 0
    if node.sensitivity is Sensitivity.TALLY:
        return 2
    return 1 if node.open_as == "month" else 0


def _values(node: Node, form: Definition) -> tuple[str, ...]:
    """The values of a question's own list; empty where it has none, or its list lies outside the form."""
    source = node.choices
    items = form.lists.get(source.list_id, ()) if source is not None else ()
    return tuple(item.columns.get(source.value_column, "") for item in items) if source is not None else ()


def _source(expression: Expression | None) -> str:
    return "" if expression is None else " ".join(expression.source.split())


def _words(text: Text | None) -> object:
    languages = {} if text is None else text.languages
    return {
        language: [part if isinstance(part, str) else part.source for part in parts]
        for language, parts in languages.items()
    }


def _kind(node: Node) -> str:
    return "repeat" if node.is_repeat else f"{node.control.value} {node.value_type}"
