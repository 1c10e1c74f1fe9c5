"""The body of an XForm: how each node is asked, where its choices come from, and which actions it fires.

Owns controls, item sets and ``setvalue``; nodes and binds are for `forms.xform`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from forms.definition import CHOICE_CONTROLS, Action, ChoiceSource, Control, Expression, ListItem, Text
from forms.xform_document import Document, element, elements, local, resolve, text_of
from forms.xform_expressions import Expressions
from forms.xform_texts import Texts

_CONTROLS = {
    "input": Control.INPUT,
    "secret": Control.INPUT,
    "textarea": Control.INPUT,
    "select1": Control.SELECT_ONE,
    "select": Control.SELECT_MULTIPLE,
    "rank": Control.RANK,
    "range": Control.RANGE,
    "trigger": Control.TRIGGER,
    "upload": Control.UPLOAD,
}
_EVENTS = {
    "odk-instance-first-load": "odk-instance-first-load",
    "odk-instance-load": "odk-instance-load",
    # The event before ODK named its own; on a new submission, the only thing made here, both are the same.
    "xforms-ready": "odk-instance-first-load",
    "odk-new-repeat": "odk-new-repeat",
    "xforms-value-changed": "xforms-value-changed",
}
_SENSORS = {"setgeopoint": "start-geopoint", "recordaudio": "background-audio"}
_NOT_PARAMETERS = frozenset(("ref", "nodeset", "bind", "appearance", "jr:count", "jr:noAddRemove"))
_ITEMS = re.compile(r"""instance\(\s*(['"])([^'"]+)\1\s*\)\s*/\s*root\s*/\s*item\s*(\[.*)?""", re.DOTALL)
_TRANSLATED = re.compile(r"jr:itext\(\s*(?:\./)?([\w.-]+)\s*\)")
_PREDICATE = re.compile(r"\[[^\[\]]*\]")
"""One that holds no other; a target with such is read as a target that nothing has."""
_ANY_INSTANCE = re.compile(r"""instance\(\s*(['"])([^'"]+)\1\s*\)""")


@dataclass(slots=True)
class Asked:
    """What the body says of one node."""

    control: Control = Control.NONE
    is_repeat: bool = False
    is_group: bool = False
    label: Text | None = None
    hint: Text | None = None
    appearance: str = ""
    parameters: dict[str, str] = field(default_factory=dict)
    choices: ChoiceSource | None = None
    count: Expression | None = None
    fixed_count: bool = False


class Body:
    """The controls by reference, the inline choice lists and the actions of one document."""

    def __init__(
        self,
        document: Document,
        texts: Texts,
        expressions: Expressions,
        root: str,
        binds_by_id: dict[str, str],
        *,
        as_odk: bool,
    ) -> None:
        self._as_odk = as_odk
        self._document = document
        self._texts = texts
        self._expressions = expressions
        self._binds_by_id = binds_by_id
        self.asked: dict[str, Asked] = {}
        self.lists: dict[str, tuple[ListItem, ...]] = {}
        self.actions: list[Action] = []
        self.repeats: set[str] = set()
        """The references that are repeated."""
        self.sensed: dict[str, str] = {}
        """Reference to what a device's sensor puts there: ``start-geopoint``, ``background-audio``..."""
        self._read_actions(document.model, root, trigger=None)
        self._read_children(document.body, root)

    def _read_children(self, parent: Element | None, context: str) -> None:
        for child in parent if parent is not None else ():
            self._read_child(child, context)

    def _read_child(self, child: Element, context: str) -> None:
        kind = local(child)
        if kind in _CONTROLS:
            self._read_control(child, _CONTROLS[kind], context)
        elif kind == "group":
            self._read_group(child, context)
        elif kind == "repeat":
            self._read_repeat(child, context, None)

    def _reference(self, control: Element, context: str) -> str | None:
        path = control.get("ref") or control.get("nodeset")
        if path is None:
            return self._binds_by_id.get(control.get("bind", ""))
        return resolve(context, path)

    def _read_group(self, group: Element, context: str) -> None:
        ref = self._reference(group, context)
        repeat = element(group, "repeat")
        if repeat is not None and (ref is None or self._reference(repeat, ref) == ref):
            # The group only carries the repeat's label.
            self._read_repeat(repeat, ref or context, group)
            if self._as_odk:
                return  # what else is asked there, ODK's web engine leaves out
        if ref is not None and ref not in self.asked:
            asked = Asked(is_group=True, appearance=group.get("appearance", ""))
            asked.label = self._texts.of(element(group, "label"), ref, "label")
            asked.parameters = self._parameters(group)
            self.asked[ref] = asked
        self._read_actions(group, ref or context, trigger=None)
        # A repeat that was read above is asked already and is left alone.
        self._read_children(group, ref or context)

    def _read_repeat(self, repeat: Element, context: str, group: Element | None) -> None:
        ref = self._reference(repeat, context)
        if ref is None or ref in self.asked:
            return
        holder = group if group is not None else repeat
        # ODK's web engine passes over the label of a group that refers to nothing.
        carries_label = group is not None and not (self._as_odk and self._reference(group, context) is None)
        label = element(group, "label") if carries_label else None
        appearance = repeat.get("appearance") or holder.get("appearance") or ""
        asked = Asked(is_repeat=True, appearance=appearance, parameters=self._parameters(repeat))
        asked.label = self._texts.of(label, ref, "label")
        attributes = self._document.attributes(repeat)
        asked.count = self._expressions.read(attributes.get("jr:count"), ref, "repeat_count")
        fixed = self._expressions.read(attributes.get("jr:noAddRemove"), ref, "repeat_count")
        asked.fixed_count = fixed is not None and fixed.is_always_true
        self.asked[ref] = asked
        self.repeats.add(ref)
        self._read_actions(repeat, ref, trigger=None)
        self._read_children(repeat, ref)

    def _read_control(self, control: Element, kind: Control, context: str) -> None:
        ref = self._reference(control, context)
        if ref is None:
            return
        self._read_actions(control, ref, trigger=ref)
        if ref in self.asked:
            return
        asked = Asked(kind, appearance=control.get("appearance", ""), parameters=self._parameters(control))
        asked.label = self._texts.of(element(control, "label"), ref, "label")
        asked.hint = self._texts.of(element(control, "hint"), ref, "hint")
        self.asked[ref] = asked
        if kind not in CHOICE_CONTROLS:
            return  # the items of a range only name its ticks
        itemset = element(control, "itemset")
        if itemset is not None:
            asked.choices = self._from_itemset(itemset, ref)
        else:
            self.lists[ref] = tuple(self._inline_items(control, ref))
            asked.choices = ChoiceSource(ref, None, "", ())

    def _parameters(self, control: Element) -> dict[str, str]:
        attributes = self._document.attributes(control)
        return {name: value for name, value in attributes.items() if name not in _NOT_PARAMETERS}

    def _inline_items(self, control: Element, ref: str) -> Iterator[ListItem]:
        for item in elements(control, "item"):
            value = text_of(item, "value").strip()
            label = self._texts.of(element(item, "label"), ref, "choice label")
            yield ListItem({"name": value}, label or Text({"": (value,)}))

    def _from_itemset(self, itemset: Element, ref: str) -> ChoiceSource | None:
        nodeset = itemset.get("nodeset", "").strip()
        whole = self._expressions.read(nodeset, ref, "choice_filter")
        if whole is None:
            return None
        value = element(itemset, "value")
        label = element(itemset, "label")
        value_column = _column(value, "name")
        label_column, label_is_id = (value_column, False) if label is None else _label_column(label)
        columns = (value_column, label_column, label_is_id)
        list_id, predicate, plain = _split(nodeset)
        if not plain:
            return ChoiceSource(list_id, None, "", whole.reads, *columns, whole)
        filtering = self._expressions.read(predicate, ref, "choice_filter")
        return ChoiceSource(list_id, filtering.tree if filtering else None, predicate, whole.reads, *columns)

    def _read_actions(self, parent: Element, context: str, trigger: str | None) -> None:
        for kind, name in _SENSORS.items():
            for action in elements(parent, kind):
                target = self._reference(action, context)
                if target is not None:
                    triggered = kind == "setgeopoint" and trigger is not None
                    self.sensed[target] = "background-geopoint" if triggered else name
        for setvalue in elements(parent, "setvalue"):
            path = self._reference(setvalue, context)
            if path is None:
                continue
            target = _PREDICATE.sub("", path)
            root = "/" + target.split("/")[1] if "/" in target else context
            where = None if target == path else self._expressions.read(path, root, "default")
            written = setvalue.get("value")
            value = self._expressions.read(written, target, "default")
            literal = "" if written is not None else setvalue.text or ""
            for event in self._document.attributes(setvalue).get("event", setvalue.get("event", "")).split():
                if event in _EVENTS:
                    on = trigger if event == "xforms-value-changed" else None
                    self.actions.append(Action(_EVENTS[event], target, value, literal, on, where))


def _column(holder: Element | None, usual: str) -> str:
    """The column of the items that the value or label of an item set names."""
    return (holder.get("ref", usual) if holder is not None else usual).strip().removeprefix("./")


def _label_column(label: Element) -> tuple[str, bool]:
    """The column that holds the label, or (true) the id of the text that is the label."""
    column = _column(label, "label")
    translated = _TRANSLATED.fullmatch(column)
    return (translated.group(1), True) if translated else (column, False)


def _split(nodeset: str) -> tuple[str, str, bool]:
    """List id, predicate and whether that is all there is to an item set's nodeset.

    >>> _split("instance('yn')/root/item[a='x']")
    ('yn', "a='x'", True)
    >>> _split("randomize(instance('yn')/root/item)")
    ('yn', '', False)
    """
    match = _ITEMS.fullmatch(nodeset)
    if match is None:
        named = _ANY_INSTANCE.search(nodeset)
        return (named.group(2) if named else ""), "", False
    predicates = match.group(3) or ""
    if not predicates:
        return match.group(2), "", True
    inside = predicates.rstrip()[1:-1]
    return (
        (match.group(2), inside.strip(), True)
        if _is_one_predicate(predicates)
        else (match.group(2), "", False)
    )


def _is_one_predicate(text: str) -> bool:
    """Whether a text is one ``[…]`` from its first to its last character, brackets in strings not counted."""
    depth = 0
    quote = ""
    text = text.rstrip()
    for place, character in enumerate(text):
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character in "[]":
            depth += 1 if character == "[" else -1
            if depth == 0:
                return place == len(text) - 1
    return False
