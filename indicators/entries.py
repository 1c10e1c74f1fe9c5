"""Entries of a catalogue's TOML: texts, words and entries that stand for several.

Owns ``{name}`` in keys and texts: ``for = {window = ["m1", "m3"]}`` repeats an entry with ``{window}`` filled in; a
column whose name holds ``{gender}`` is repeated over the unit's ``over.gender``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

from indicators.catalogue import Words, in_language
from indicators.faults import Faulty

Entry = Mapping[str, Any]


def repeated(entry: Entry, over: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, Any]]:
    """Keys and values, those whose key holds a name of `over` in braces once for each of its codes."""
    for key, value in entry.items():
        names = [name for name in over if f"{{{name}}}" in key]
        for codes in product(*(over[name] for name in names)):
            filling = dict(zip(names, codes, strict=True))
            yield filled(key, filling), filled(value, filling)


def filled_for(entry: Entry, spoken: Mapping[str, Mapping[str, Words]]) -> Iterator[dict[str, Any]]:
    """The entry once for each code of its `for`, filled in: its title with words, where a code has some.

    Args:
        spoken: name and code to words.
    """
    names = entry.get("for", {})
    rest = {key: value for key, value in entry.items() if key != "for"}
    for codes in product(*names.values()):
        filling = dict(zip(names, codes, strict=True))
        yield {**filled(rest, filling), **_titled(rest, filling, spoken)}


def _titled(
    entry: Entry, filling: Mapping[str, str], spoken: Mapping[str, Mapping[str, Words]]
) -> dict[str, Words]:
    if "title" not in entry:
        return {}
    known = {name: spoken.get(name, {}).get(code, {"en": code}) for name, code in filling.items()}
    return {
        "title": {
            language: str(filled(text, {name: in_language(each, language) for name, each in known.items()}))
            for language, text in words(entry["title"]).items()
        }
    }


def filled(value: Any, filling: Mapping[str, str]) -> Any:
    """A value with every ``{name}`` in its texts replaced."""
    if isinstance(value, str):
        for name, code in filling.items():
            value = value.replace(f"{{{name}}}", code)
        return value
    if isinstance(value, Mapping):
        return {key: filled(each, filling) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [filled(each, filling) for each in value]
    return value


def words(given: object) -> Words:
    """Words in English, or in several languages."""
    if isinstance(given, Mapping):
        return {str(language): str(text) for language, text in given.items()}
    return {"en": str(given)}


def text(entry: Entry, key: str, where: str) -> str:
    """A text that must be there. Raises Faulty."""
    value = entry.get(key)
    if isinstance(value, Mapping):
        value = value.get("en")
    if not isinstance(value, str) or not value:
        raise Faulty(where, f"the key {key} is missing")
    return value


Keys = Mapping[str, type]
"""Key to the kind of value that it has."""
_OF_TABLES = frozenset({"part", "split"})
"""Lists that hold tables, and not texts."""
_KINDS = {
    str: "a text",
    int: "a whole number",
    bool: "true or false",
    list: "a list",
    dict: "a table",
    object: "",
}


def need_known(where: str, entry: object, keys: Keys) -> None:
    """Raises Faulty for what is no table, for a key that means nothing, and for a value of another kind."""
    if not isinstance(entry, Mapping):
        raise Faulty(where, "it must be a table")
    for key, value in entry.items():
        if key not in keys:
            raise Faulty(where, f"the key {key} means nothing here")
        if not isinstance(value, keys[key]):
            raise Faulty(where, f"the key {key} must be {_KINDS[keys[key]]}")
        if (
            isinstance(value, list)
            and key not in _OF_TABLES
            and not all(isinstance(each, str) for each in value)
        ):
            raise Faulty(where, f"the key {key} must be a list of texts")
