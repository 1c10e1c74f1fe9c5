"""Reads the files that forms attach as lists: CSV, XML and GeoJSON.

Owns their formats as ODK reads them. Leaves the lists themselves to `instances`. Invariant: a file is read whole or
refused with the place that is wrong; its content is never run, and no other file is opened from it.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import cast
from xml.etree.ElementTree import Element as XmlElement
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from forms.instances import ItemList
from forms.problems import FormProblem

_DELIMITERS = ",;\t|"
_MOST_CELL_CHARACTERS = 1_000_000
"""Of one cell; Python's own bound of 131,072 refuses geometries that occur."""


class Element:
    """A node of an XML file that is no flat list; read-only."""

    __slots__ = ("_attributes", "_below", "_text", "name", "parent", "position")

    def __init__(self, name: str, text: str = "", attributes: Mapping[str, str] | None = None) -> None:
        self.name = name
        self.parent: Element | None = None
        self.position = 1
        self._text = text
        self._attributes = attributes or {}
        self._below: list[Element] = []

    def put(self, child: Element) -> None:
        """Puts an element behind those that are there already; only while the file is read."""
        child.parent = self
        child.position = len(self.named(child.name)) + 1
        self._below.append(child)

    def text(self) -> str:
        """The text of an element without elements; of others all texts below, joined."""
        return "".join(each.text() for each in self._below) if self._below else self._text

    def children(self) -> Sequence[Element]:
        """The elements right below."""
        return self._below

    def named(self, name: str) -> Sequence[Element]:
        """The elements right below that have that name."""
        return [each for each in self._below if each.name == name]

    def attribute(self, name: str) -> str | None:
        """The text of an attribute."""
        return self._attributes.get(name)


def read(file_name: str, content: bytes) -> ItemList | Element:
    """The list in a file, by the end of its name; CSV where the name says nothing.

    Args:
        content: UTF-8, with or without a byte order mark.

    Raises:
        FormProblem: FORM-007 with the file and what is wrong with it.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _unreadable(file_name, "It is not written in UTF-8.") from None
    match file_name.rpartition(".")[2].lower():
        case "xml":
            return read_xml(text, file_name)
        case "geojson" | "json":
            return read_geojson(text, file_name)
        case _:
            return read_csv(text, file_name)


def read_csv(text: str, file_name: str = "") -> ItemList:
    """The list of a CSV file: the first line names the columns; a cell that is missing at the end is blank.

    Raises:
        FormProblem: FORM-007; a row with more cells than columns, a null character, or no columns.
    """
    text = text.rstrip("\r\n")
    first = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    return ItemList(_csv_rows(text, delimiter, file_name))


def _csv_rows(text: str, delimiter: str, file_name: str) -> Iterator[Mapping[str, str]]:
    if "\0" in text:
        raise _unreadable(file_name, "It contains a null character.")
    csv.field_size_limit(_MOST_CELL_CHARACTERS)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        columns = next(rows, [])
        if not any(columns):
            raise _unreadable(file_name, "Its first line must name the columns.")
        for row in rows:
            while len(row) > len(columns) and not row[-1]:
                row.pop()
            if len(row) > len(columns):
                raise _unreadable(file_name, f"Line {rows.line_num} has more cells than there are columns.")
            yield dict(zip(columns, row + [""] * (len(columns) - len(row)), strict=True))
    except csv.Error:
        raise _unreadable(
            file_name, f"Line {rows.line_num} has a quote that is never closed, or a cell too long."
        ) from None


def read_xml(text: str, file_name: str = "") -> ItemList | Element:
    """The list of an XML file, ``<root><item><name>..``; any other shape as it stands, below an unnamed element.

    Raises:
        FormProblem: FORM-007; not XML, or with entities or a document type, which are never read.
    """
    try:
        root = fromstring(text, forbid_dtd=True)
    except ParseError as fault:
        raise _unreadable(file_name, f"It is not XML: line {fault.position[0]}.") from None
    except DefusedXmlException:
        raise _unreadable(file_name, "It declares entities or a document type, which is refused.") from None
    item_names = {_local(item) for item in root}
    if len(item_names) == 1 and all(map(_is_flat, root)):
        rows = [{_local(cell): cell.text or "" for cell in item} for item in root]
        return ItemList(rows, root_name=_local(root), item_name=item_names.pop())
    above = Element("")
    waiting = [(root, above)]
    while waiting:
        source, parent = waiting.pop()
        element = Element(_local(source), "" if len(source) else source.text or "", source.attrib)
        parent.put(element)
        waiting.extend((child, element) for child in reversed(source))
    return above


def _is_flat(item: XmlElement) -> bool:
    names = {_local(cell) for cell in item}
    return (
        len(names) == len(item) > 0 and not item.attrib and not any(len(cell) or cell.attrib for cell in item)
    )


def _local(element: XmlElement) -> str:
    return str(element.tag).rpartition("}")[2]


def read_geojson(text: str, file_name: str = "") -> ItemList:
    """The features of a GeoJSON file (RFC 7946): ``geometry`` as ODK writes places, ``id``, and the properties.

    Raises:
        FormProblem: FORM-007; not a FeatureCollection, or a geometry that is no point, line or single polygon.
    """
    try:
        collection = json.loads(text)
    except (ValueError, RecursionError):
        raise _unreadable(file_name, "It is not JSON.") from None
    if not isinstance(collection, dict) or not isinstance(collection.get("features"), list):
        raise _unreadable(file_name, "It is not a FeatureCollection of GeoJSON.")
    rows: list[Mapping[str, str]] = []
    for number, feature in enumerate(collection["features"], 1):
        try:
            rows.append(_feature(feature))
        except (KeyError, TypeError, ValueError):
            reason = f"Feature {number} has a geometry that is no point, line or polygon without holes."
            raise _unreadable(file_name, reason) from None
    return ItemList(rows)


def _feature(feature: Mapping[str, object]) -> Mapping[str, str]:
    geometry = cast(Mapping[str, object], feature["geometry"])
    coordinates = cast(Sequence[object], geometry["coordinates"])
    match geometry["type"]:
        case "Point":
            places: Sequence[object] = [coordinates]
        case "LineString":
            places = coordinates
        case "Polygon" if len(coordinates) <= 1:
            places = cast(Sequence[object], coordinates[0]) if coordinates else ()
        case _:
            raise ValueError("another geometry")
    properties = dict(cast(Mapping[str, object], feature.get("properties") or {}))
    columns = {"geometry": "; ".join(map(_place, places))}
    identity = feature.get("id", properties.pop("id", None))
    if identity is not None:
        columns["id"] = _written(identity)
    return columns | {name: _written(value) for name, value in properties.items()}


def _place(position: object) -> str:
    longitude, latitude = cast(Sequence[object], position)
    if not isinstance(longitude, (int, float)) or not isinstance(latitude, (int, float)):
        raise ValueError("a coordinate is no number")
    return f"{_written(latitude)} {_written(longitude)} 0 0"


def _written(value: object) -> str:
    """A value of JSON as text, a text without quotes and ``3.0`` as ``3``."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _unreadable(file_name: str, reason: str) -> FormProblem:
    return FormProblem(
        "FORM-007",
        f"A list that the form reads can't be read. {reason}",
        remedy="Correct the file and publish the form again.",
        where=file_name,
    )
