"""Files that were made to harm whoever reads them, as forms.

Each is small to store here and costly to a reader without bounds.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

from openpyxl import Workbook

_HEADER = "| survey |\n| | type | name | label | {column} |\n"


def _markdown(column: str, *rows: str) -> bytes:
    return (_HEADER.format(column=column) + "\n".join(f"| | {row} |" for row in rows) + "\n").encode()


def _xlsx(*rows: tuple[object, ...]) -> bytes:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.title = "survey"
    sheet.append(("type", "name", "label"))
    for row in rows:
        sheet.append(row)
    stored = io.BytesIO()
    workbook.save(stored)
    return stored.getvalue()


def _changed(content: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """An xlsx with one part changed."""
    stored = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(stored, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
    return stored.getvalue()


_SHEET = "xl/worksheets/sheet1.xml"
_PLAIN = _xlsx(("text", "a", "A"))


def _bomb() -> bytes:
    return _changed(_PLAIN, _SHEET, lambda text: text + b"\n" * 160_000_000)


def _false_extent() -> bytes:
    return _changed(_PLAIN, _SHEET, lambda text: text.replace(b'ref="A1:C2"', b'ref="A1:XFD1048576"'))


def _endless_rows() -> bytes:
    row = b'<row><c t="inlineStr"><is><t>text</t></is></c></row>'
    return _changed(
        _PLAIN, _SHEET, lambda text: text.replace(b"</sheetData>", row * 60_000 + b"</sheetData>")
    )


def _entities(text: bytes) -> bytes:
    lines = [b'<!ENTITY a0 "aaaaaaaaaa">']
    lines += [b'<!ENTITY a%d "%s">' % (level, b"&a%d;" % (level - 1) * 10) for level in range(1, 12)]
    start = text.index(b"?>") + 2 if text.startswith(b"<?xml") else 0
    return b"<!DOCTYPE x [" + b"".join(lines) + b"]>" + text[start:]


def _xform(inside: str, *, before: str = "", bind: str = "") -> bytes:
    return f"""{before}<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head>
        <model><instance><data id="f">{inside}</data></instance>{bind}</model></h:head><h:body/></h:html>""".encode()


def _nested(depth: int) -> bytes:
    rows = [f"begin_group | g{level} | G | " for level in range(depth)]
    return _markdown("hint", *rows, "text | a | A | ", *(["end_group | | | "] * depth))


FILES: dict[str, tuple[str, Callable[[], bytes]]] = {
    "a zip bomb": (".xlsx", _bomb),
    "a false extent": (".xlsx", _false_extent),
    "endless rows": (".xlsx", _endless_rows),
    "entities in a workbook": (".xlsx", lambda: _changed(_PLAIN, _SHEET, _entities)),
    "entities in a form": (".xml", lambda: _entities(_xform("<a>&a11;</a>"))),
    "a file named by an entity": (
        ".xml",
        lambda: _xform("<a>&f;</a>", before='<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/hostname">]>'),
    ),
    "elements in one another": (".xml", lambda: _xform("<a>" * 50_000 + "</a>" * 50_000)),
    "groups in one another": (".md", lambda: _nested(400)),
    "a formula": (".xlsx", lambda: _xlsx(("text", "a", '=HYPERLINK("http://127.0.0.1/","A")'))),
    "a huge cell": (".md", lambda: _markdown("hint", f"text | a | A | {'x' * 1_000_000}")),
    "a huge expression": (".md", lambda: _markdown("relevant", f"text | a | A | {'1+' * 500_000}1")),
    "brackets in one another": (".md", lambda: _markdown("relevant", f"text | a | A | {'(' * 20_000}1")),
    "a pattern without end": (
        ".md",
        lambda: _markdown("constraint", "text | a | A | regex(., '^(a+)+$') and regex(., '(x*)*y')"),
    ),
    "a null character": (".md", lambda: _markdown("hint", "text | a\0 | A | ")),
    "noise": (".xls", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(range(256)) * 64),
}
"""What it is to the file's ending and its maker."""

READ = {"a false extent", "a huge cell", "a pattern without end", "a formula"}
"""What is read as any form: the extent is not believed, a formula is not worked out, a pattern is bounded."""
FAULTY = {"a huge expression", "brackets in one another", "a null character"}
"""What is read, and has faults."""
