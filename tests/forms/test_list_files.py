"""Lists that forms attach as files.

1. CSV, XML and GeoJSON are read as ODK reads them.
2. A file that can't be read is a problem that names the file and the place.
3. Entities and document types of XML are refused.
"""

from __future__ import annotations

import pytest

from forms.instances import ItemList
from forms.list_files import Element, read
from forms.problems import FormProblem
from tests.forms.xpath.trees import text

POINT = '{"type": "Point", "coordinates": [96.15, 16]}'
SQUARE = '{"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}'


def features(*geometries: str, more: str = '"properties": {"id": "a", "n": 3, "ok": true}') -> bytes:
    listed = ",".join(f'{{"type": "Feature", "geometry": {geometry}, {more}}}' for geometry in geometries)
    return f'{{"type": "FeatureCollection", "features": [{listed}]}}'.encode()


def rows(file_name: str, content: bytes) -> list[dict[str, str]]:
    found = read(file_name, content)
    assert isinstance(found, ItemList)
    return [dict(item.columns) for item in found.items]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("name,label\na,A\nb,B\n", [{"name": "a", "label": "A"}, {"name": "b", "label": "B"}]),
        ("\ufeffname;label\r\na;'A'\r\n", [{"name": "a", "label": "'A'"}]),
        ('name\tlabel\na\t"two\nlines"', [{"name": "a", "label": "two\nlines"}]),
        ('name,label\na,"He said ""yes"", twice"', [{"name": "a", "label": 'He said "yes", twice'}]),
        ("name,label\na\nb,B,,", [{"name": "a", "label": ""}, {"name": "b", "label": "B"}]),
        ("name,label", []),
    ],
)
def test_csv_is_read(content: str, expected: list[dict[str, str]]) -> None:
    assert rows("towns.csv", content.encode()) == expected


def test_xml_in_the_shape_of_a_list_is_a_list() -> None:
    content = b"<root><item><name>a</name><label>A</label></item><item><name>b</name></item></root>"
    assert rows("towns.xml", content) == [{"name": "a", "label": "A"}, {"name": "b"}]


def test_other_xml_is_walked_by_paths() -> None:
    content = b'<data><town id="t1"><name>a</name><ward><n>1</n></ward><ward><n>2</n></ward></town></data>'
    towns = read("towns.xml", content)
    assert isinstance(towns, Element)
    assert text("instance('t')/data/town[@id = 't1']/ward[2]/n", instance={"t": towns}.get) == "2"
    assert text("position(instance('t')/data/town/ward[n = 2])", instance={"t": towns}.get) == "2"


def test_geojson_gives_places_as_odk_writes_them() -> None:
    assert rows("p.geojson", features(POINT)) == [
        {"geometry": "16 96.15 0 0", "id": "a", "n": "3", "ok": "true"}
    ]
    assert rows("p.geojson", features(SQUARE))[0]["geometry"] == "0 0 0 0; 0 1 0 0; 1 1 0 0; 0 0 0 0"
    assert rows("p.geojson", features(POINT, more='"id": 7, "properties": null'))[0]["id"] == "7"


@pytest.mark.parametrize(
    ("file_name", "content", "reason"),
    [
        ("t.csv", b"\xff\xfe", "UTF-8"),
        ("t.csv", b"", "name the columns"),
        ("t.csv", b"a,b\n1,2\n1,2,3", "Line 3"),
        ("t.csv", b'a,b\n"x', "quote"),
        ("t.csv", b"a\n\0", "null character"),
        ("t.xml", b"<root>", "not XML"),
        ("t.xml", b'<!DOCTYPE r [<!ENTITY x "y">]><r>&x;</r>', "refused"),
        ("t.geojson", b"[", "not JSON"),
        ("t.geojson", b"[]", "FeatureCollection"),
        ("t.geojson", features(POINT, '{"type": "MultiPoint", "coordinates": []}'), "Feature 2"),
        ("t.geojson", features('{"type": "Point", "coordinates": [1]}'), "Feature 1"),
        ("t.geojson", features("null"), "Feature 1"),
    ],
)
def test_a_file_that_cannot_be_read_is_a_problem(file_name: str, content: bytes, reason: str) -> None:
    with pytest.raises(FormProblem) as caught:
        read(file_name, content)
    assert (caught.value.code, caught.value.where) == ("FORM-007", file_name)
    assert reason in caught.value.message
