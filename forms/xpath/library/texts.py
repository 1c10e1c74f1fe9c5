"""Functions over text: parts of it, joining, patterns, digests.

Owns nothing but what they compute; patterns are translated in `patterns`. Invariant: see `signatures`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import math
import uuid
from itertools import chain

from forms.xpath.contexts import Context
from forms.xpath.library.signatures import function
from forms.xpath.patterns import matches
from forms.xpath.values import Value, text_of, texts

_BLANKS = " \t\r\n"
_DIGESTS = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}


@function("string", "text?")
def _string(context: Context, *given: str) -> str:
    return given[0] if given else text_of(context.node)


@function("concat", "any*")
def _concat(_: Context, *values: Value) -> str:
    return "".join(chain.from_iterable(map(texts, values)))


@function("join", "text any*")
def _join(_: Context, glue: str, *values: Value) -> str:
    return glue.join(chain.from_iterable(map(texts, values)))


@function("string-length", "text?")
def _string_length(context: Context, *given: str) -> float:
    return float(len(given[0] if given else text_of(context.node)))


@function("normalize-space", "text?")
def _normalize_space(context: Context, *given: str) -> str:
    text = given[0] if given else text_of(context.node)
    return " ".join(part for part in text.translate(_TO_SPACE).split(" ") if part)


_TO_SPACE = str.maketrans(dict.fromkeys(_BLANKS, " "))


@function("contains", "text text")
def _contains(_: Context, text: str, part: str) -> bool:
    return part in text


@function("starts-with", "text text")
def _starts_with(_: Context, text: str, part: str) -> bool:
    return text.startswith(part)


@function("ends-with", "text text")
def _ends_with(_: Context, text: str, part: str) -> bool:
    return text.endswith(part)


@function("substring-before", "text text")
def _substring_before(_: Context, text: str, part: str) -> str:
    before, found, _after = text.partition(part) if part else ("", "", "")
    return before if found else ""


@function("substring-after", "text text")
def _substring_after(_: Context, text: str, part: str) -> str:
    return text.partition(part)[2] if part else text


@function("substring", "text number number?")
def _substring(_: Context, text: str, start: float, length: float | None = None) -> str:
    """From the position `start`, counted from 1 and rounded (XPath 1.0, section 4.2)."""
    first = _nearest(start)
    behind = math.inf if length is None else first + _nearest(length)
    if math.isnan(first) or math.isnan(behind):
        return ""
    return text[int(min(max(first - 1, 0), len(text))) : int(min(max(behind - 1, 0), len(text)))]


def _nearest(number: float) -> float:
    return math.floor(number + 0.5) if math.isfinite(number) else number


@function("substr", "text number number?")
def _substr(_: Context, text: str, start: float, end: float = math.inf) -> str:
    """From `start` up to but not including `end`, counted from 0; below 0 counted from the end."""
    first, behind = _index(start, len(text)), _index(end, len(text))
    return text[first:behind] if first is not None and behind is not None else ""


def _index(number: float, length: int) -> int | None:
    if math.isnan(number):
        return None
    whole = int(min(max(number, -length), length))
    return whole + length if whole < 0 else whole


@function("translate", "text text text")
def _translate(_: Context, text: str, wanted: str, instead: str) -> str:
    table: dict[int, str] = {}
    for position, character in enumerate(wanted):
        table.setdefault(ord(character), instead[position : position + 1])
    return text.translate(table)


@function("regex", "text text")
def _regex(_: Context, text: str, pattern: str) -> bool:
    return matches(pattern, text)


@function("digest", "text text text?")
def _digest(_: Context, text: str, algorithm: str, encoding: str = "base64") -> str:
    """The digest of the text in UTF-8; blank for an algorithm or encoding that ODK does not name."""
    name = _DIGESTS.get(algorithm)
    if name is None or encoding not in ("base64", "hex"):
        return ""
    digest = hashlib.new(name, text.encode("utf-8", "surrogatepass"), usedforsecurity=False).digest()
    return digest.hex() if encoding == "hex" else base64.b64encode(digest).decode("ascii")


@function("base64-decode", "text")
def _base64_decode(_: Context, text: str) -> str:
    """The decoded text, blank where it is not base64; padding may lack, and bytes that are not UTF-8 show as such."""
    try:
        digits = "".join(text.split()).encode("ascii")
        return base64.b64decode(digits + b"=" * (-len(digits) % 4), validate=True).decode("utf-8", "replace")
    except (binascii.Error, UnicodeError):
        return ""


@function("uuid", "number?", is_certain=False)
def _uuid(context: Context, length: float = 36.0) -> str:
    """A random UUID of version 4, or as many of its characters as asked for, at most a thousand."""
    wanted = int(min(length, 1000.0)) if length > 0 else 0
    written = ""
    while len(written) < wanted:
        written += str(uuid.UUID(int=context.world.random.getrandbits(128), version=4))
    return written[:wanted]
