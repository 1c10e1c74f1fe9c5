"""XForm XML read into a definition.

Follows ODK XForms 1.0 as pyxform writes it and as people write it by hand: model, binds, itext, secondary instances,
actions, entities and body. What only a workbook knows (sensitivity, profiles, soft rules) is added by
`forms.publish`. The result depends on nothing but the XML.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from xml.etree.ElementTree import Element, tostring

from forms import grids, ordering
from forms import xform_rows as rows
from forms.definition import Control, Definition, Expression, ListItem, Node, Safety, Text
from forms.faults import InvalidForm
from forms.xform_body import Asked, Body
from forms.xform_document import (
    OPENROSA,
    XFORMS,
    Document,
    element,
    elements,
    local,
    parse,
    primary_root,
    repeats_of,
    resolve,
)
from forms.xform_expressions import Expressions
from forms.xform_texts import Texts

_TEMPLATE = "jr:template"
_TYPES = {
    "integer": "int",
    "rank": "odk:rank",
    "select1": "string",
    "select": "string",
}
"""Spellings of older tools for the data types of ODK XForms."""
_KNOWN_TYPES = frozenset(
    (
        "string", "int", "boolean", "decimal", "date", "time", "dateTime", "geopoint", "geotrace", "geoshape",
        "binary", "barcode", "intent", "odk:rank",
    )
)  # fmt: skip
"""Anything else is text, as in ODK's engine."""
_SAFE_TO_RECORD = "safe_to_record"
_CONSENT = "consent_group"


def read(xml: str, *, as_odk: bool = False) -> Definition:
    """The definition of a form given as XForm XML.

    Args:
        as_odk: read it as ODK's web engine does where that is poorer: binds with a relative path are passed over, and
            so are labels of groups that refer to nothing and attributes of rows; guidance is part of a text; absolute
            paths inside a repeat mean all rows. For comparing.

    Circles among expressions are not refused here (`forms.linting` tells them); their members come last in `order`.

    Raises:
        FormProblem: FORM-001 for what is no XForm; FORM-003 (`InvalidForm`) with every expression that can't be
            understood.
    """
    document = parse(xml)
    expressions = Expressions(frozenset() if as_odk else repeats_of(document))
    reader = _Reader(document, Texts(document, expressions, as_odk=as_odk), expressions, as_odk=as_odk)
    root = _with_instance_id(reader.node(reader.primary, ""), reader.primary, document)
    definition = reader.definition(root, hashlib.sha256(xml.encode("utf-8", "replace")).hexdigest())
    if expressions.faults:
        raise InvalidForm(expressions.faults)
    return definition


class _Reader:
    """Reads one document; each method reads one part of it."""

    def __init__(self, document: Document, texts: Texts, expressions: Expressions, *, as_odk: bool) -> None:
        found = primary_root(document.model)
        assert found is not None, "parse() refuses a document without a primary instance"
        self.primary: Element = found
        self._as_odk = as_odk
        self._document = document
        self._texts = texts
        self._expressions = expressions
        root = "/" + document.name(self.primary.tag)
        self._binds, binds_by_id = self._read_binds(root, with_relative=not as_odk)
        self._body = Body(document, texts, expressions, root, binds_by_id, as_odk=as_odk)

    def _read_binds(
        self, root: str, *, with_relative: bool
    ) -> tuple[dict[str, dict[str, str]], dict[str, str]]:
        binds: dict[str, dict[str, str]] = {}
        by_id: dict[str, str] = {}
        for bind in elements(self._document.model, "bind"):
            path = bind.get("nodeset") or bind.get("ref") or ""
            if not with_relative and not path.strip().startswith("/"):
                continue
            ref = resolve(root, path)
            attributes = self._document.attributes(bind)
            binds[ref] = {**binds.get(ref, {}), **attributes}
            if "id" in attributes:
                by_id[attributes["id"]] = ref
        return binds, by_id

    def node(self, instance: Element, parent: str, *, blank: bool = False, in_row: bool = False) -> Node:
        """The node of an element of the primary instance, with everything below it.

        Args:
            blank: leave out its texts.
            in_row: whether a repeat is around it.
        """
        name = self._document.name(instance.tag)
        ref = f"{parent}/{name}"
        bind = self._binds.get(ref, {})
        asked = self._body.asked.get(ref) or Asked()
        attributes = self._document.attributes(instance)
        if asked.is_repeat:
            attributes.pop(_TEMPLATE, None)
            attributes = {} if self._as_odk else attributes
        children = tuple(self._children(instance, ref, blank=blank, in_row=in_row))
        if children or (asked.control is Control.NONE and "calculate" not in bind):
            made = [name for name in attributes if self._is_made(ref, name)]
            children = (*(self._attribute(ref, name, attributes.pop(name)) for name in made), *children)
        return Node(
            ref=ref,
            name=name,
            children=children,
            is_repeat=asked.is_repeat,
            is_group=not asked.is_repeat and (asked.is_group or bool(children) or not parent),
            control=asked.control,
            value_type=_value_type(bind.get("type", "string")),
            label=asked.label,
            hint=asked.hint,
            appearance=asked.appearance,
            parameters=_with_saving(asked.parameters, bind),
            default="" if children or blank else instance.text or "",
            relevant=self._rule(bind, "relevant", ref),
            constraint=self._rule(bind, "constraint", ref),
            constraint_message=self._message(bind, "jr:constraintMsg", ref),
            required=self._rule(bind, "required", ref),
            required_message=self._message(bind, "jr:requiredMsg", ref),
            readonly=self._rule(bind, "readonly", ref),
            calculation=self._rule(bind, "calculate", ref, column="calculation"),
            choices=asked.choices,
            preload=self._preload(bind, ref),
            count=asked.count,
            fixed_count=asked.fixed_count,
            attributes=attributes,
        )

    def _preload(self, bind: Mapping[str, str], ref: str) -> tuple[str, str] | None:
        if ref in self._body.sensed:
            return "sense", self._body.sensed[ref]
        preload = bind.get("jr:preload")
        return (preload, bind.get("jr:preloadParams", "")) if preload else None

    def _is_made(self, ref: str, name: str) -> bool:
        """Whether the form sets or calculates an attribute (ODK Entities): it is then a node of its own."""
        target = f"{ref}/@{name}"
        return target in self._binds or any(action.target == target for action in self._body.actions)

    def _attribute(self, ref: str, name: str, text: str) -> Node:
        at = f"{ref}/@{name}"
        bind = self._binds.get(at, {})
        return Node(
            ref=at,
            name=f"@{name}",
            default=text,
            relevant=self._rule(bind, "relevant", at),
            calculation=self._rule(bind, "calculate", at, column="calculation"),
        )

    def _children(self, instance: Element, ref: str, *, blank: bool, in_row: bool) -> Iterator[Node]:
        """One node for each name; of a repeat with what its rows hold.

        A repeat without a template has that of its first row without the texts, as in ODK's engine.
        """
        by_name: dict[str, list[Element]] = {}
        for child in instance:
            by_name.setdefault(child.tag, []).append(child)
        for same in by_name.values():
            is_repeat = f"{ref}/{self._document.name(same[0].tag)}" in self._body.repeats
            template = next((child for child in same if self.is_template(child)), None)
            shape = same[0] if template is None else template
            unsaid = blank or (is_repeat and template is None)
            node = self.node(shape, ref, blank=unsaid, in_row=in_row or is_repeat)
            yield rows.with_contents(node, same, template, self, in_row=in_row) if is_repeat else node

    def is_template(self, instance: Element) -> bool:
        """Whether an element of the primary instance only shows what a new row is like."""
        return _TEMPLATE in self._document.attributes(instance)

    def name(self, instance: Element) -> str:
        """The name of an element of the primary instance."""
        return self._document.name(instance.tag)

    def _rule(
        self, bind: Mapping[str, str], attribute: str, ref: str, *, column: str = ""
    ) -> Expression | None:
        return self._expressions.read(bind.get(attribute), ref, column or attribute)

    def _message(self, bind: Mapping[str, str], attribute: str, ref: str) -> Text | None:
        return self._texts.message(bind.get(attribute), ref, "constraint_message")

    def definition(self, root: Node, xml_digest: str) -> Definition:
        """Everything together, with order, grids and safety worked out."""
        documents, external_lists = self._lists_elsewhere()
        lists = dict(self._plain_lists(root.ref))
        order, _ = ordering.ordered(ordering.dependencies(root))
        attributes = root.attributes
        by_name = {node.name: node for node in ordering.nodes_of(root)}
        title = by_name.get("instanceName")
        return Definition(
            form_id=attributes.get("id") or _namespace(self.primary) or root.name,
            version=attributes.get("version") or attributes.get("orx:version") or "",
            title=self._document.title,
            root=root,
            languages=self._texts.languages,
            default_language=self._texts.default_language,
            lists={**lists, **self._body.lists},
            external_lists=external_lists,
            order=order,
            actions=tuple(self._body.actions),
            grids=grids.find(root),
            safety=safety_of(root),
            classified=False,
            instance_name=title.calculation if title else None,
            xml_digest=xml_digest,
            source_digest="",
            namespaces={prefix: uri for uri, prefix in self._document.prefixes.items() if prefix},
            documents=documents,
            texts=self._texts.all(root.ref) if self._looks_up_texts(lists) else {},
        )

    def _secondary(self) -> Iterator[tuple[str, Element | None, str]]:
        """Id, content and source of each secondary instance."""
        primary = element(self._document.model, "instance")
        for instance in elements(self._document.model, "instance"):
            list_id = instance.get("id")
            if list_id is not None and instance is not primary:
                yield list_id, next(iter(instance), None), instance.get("src", "")

    def _plain_lists(self, root: str) -> Iterator[tuple[str, tuple[ListItem, ...]]]:
        for list_id, content, source in self._secondary():
            if content is not None and _is_plain(content):
                yield list_id, tuple(self._item(item, root) for item in content)
            elif not source and (content is None or not len(content)):
                yield list_id, ()

    def _lists_elsewhere(self) -> tuple[dict[str, str], dict[str, str]]:
        """XML of the lists inside of any other shape, and the files of those outside."""
        inside: dict[str, str] = {}
        outside: dict[str, str] = {}
        for list_id, content, source in self._secondary():
            if content is not None and len(content) and not _is_plain(content):
                inside[list_id] = tostring(content, encoding="unicode")
            elif source and (content is None or not len(content)):
                outside[list_id] = _file_name(source)
        return inside, outside

    def _looks_up_texts(self, lists: Mapping[str, object]) -> bool:
        """Whether a text may be asked for whose id only the running form knows."""
        by_id = (
            asked.choices
            for asked in self._body.asked.values()
            if asked.choices and asked.choices.label_is_id
        )
        return self._expressions.translates or any(choices.list_id not in lists for choices in by_id)

    def _item(self, item: Element, root: str) -> ListItem:
        columns = {self._document.name(child.tag): child.text or "" for child in item}
        translated = columns.get("itextId")
        if not self._expressions.translates:
            columns.pop("itextId", None)
        if translated is not None:
            return ListItem(columns, self._texts.named(translated, root, "choice label"))
        return ListItem(columns, self._texts.of(element(item, "label"), root, "choice label"))


def _is_plain(content: Element) -> bool:
    """Whether a list is ``root`` of ``item``s that have plain columns, each once."""
    if local(content) != "root" or not len(content):
        return False
    for item in content:
        names = {local(cell) for cell in item}
        if local(item) != "item" or item.attrib or len(names) != len(item):
            return False
        if any(cell.attrib or (len(cell) and local(cell) != "label") for cell in item):
            return False
    return True


def _with_instance_id(root: Node, primary: Element, document: Document) -> Node:
    """The root with ``meta/instanceID``, added as ODK's engine does where an author left it out.

    Only a block called ``meta`` among the names of XForms or OpenRosa counts, as there.
    """
    known = {"meta", *(f"{{{namespace}}}meta" for namespace in (XFORMS, OPENROSA))}
    named = next((document.name(child.tag) for child in primary if child.tag in known), None)
    if named is None:
        prefix = document.prefixes.get(OPENROSA, "")
        named = f"{prefix}:meta" if prefix else "meta"
    meta = next((child for child in root.children if child.name == named), None)
    if meta is None:
        meta = Node(f"{root.ref}/{named}", named, is_group=True)
        root = replace(root, children=(*root.children, meta))
    name = f"{named.removesuffix('meta')}instanceID"
    if any(child.name == name for child in meta.children):
        return root
    identified = replace(
        meta,
        is_group=True,
        children=(*meta.children, Node(f"{meta.ref}/{name}", name, preload=("uid", ""))),
    )
    return replace(root, children=tuple(identified if child is meta else child for child in root.children))


def safety_of(root: Node) -> Safety:
    """The questions whose answers act at once (domain rules of the shipped forms): the gate, and what clears."""
    gate: str | None = None
    clearing: list[str] = []
    for node in ordering.nodes_of(root):
        if node.name == _SAFE_TO_RECORD and gate is None:
            gate = node.ref
        if node.name == _CONSENT:
            clearing.append(node.ref)
        clearing.extend(node.open_when.reads if node.open_when else ())
    return Safety(gate, tuple(dict.fromkeys(clearing)))


def _value_type(written: str) -> str:
    name = written.strip().removeprefix("xsd:").removeprefix("xs:")
    known = _TYPES.get(name, name)
    return known if known in _KNOWN_TYPES else "string"


def _with_saving(parameters: Mapping[str, str], bind: Mapping[str, str]) -> dict[str, str]:
    """The control's parameters with the entity property to which the answer is saved (ODK Entities)."""
    saved_to = bind.get("entities:saveto")
    return {**parameters, "entities:saveto": saved_to} if saved_to else dict(parameters)


def _namespace(primary: Element) -> str:
    return primary.tag[1:].split("}", 1)[0] if primary.tag.startswith("{") else ""


def _file_name(source: str) -> str:
    """The file of ``jr://file-csv/townships.csv``; other sources (``jr://instance/last-saved``) stay as they are."""
    return source.rpartition("/")[2] if source.startswith("jr://file") else source
