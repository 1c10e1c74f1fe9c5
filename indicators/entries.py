"""Entries of a catalogue's TOML: texts, words and entries that stand for several.

Owns ``{name}`` in keys and texts: ``for = {window = ["m1", "m3"]}`` repeats an entry with ``{window}`` filled in; a
column whose name holds ``{gender}`` is repeated over the unit's ``over.gender``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from itertools import product
from typing import Any

from indicators.catalogue import Words, in_language
from indicators.faults import Faults, Faulty, Place

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


def text(entry: Entry, key: str, where: str | Place) -> str:
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


def sound(place: Place, entry: object, keys: Keys, faults: Faults) -> dict[str, Any]:
    """The entry without its keys that mean nothing here, and without values of another kind; each is noted.

    What can be guessed stays, so that more of the entry is looked at: a text where a list of texts belongs is one of
    one text. Raises Faulty for what is no table.
    """
    if not isinstance(entry, Mapping):
        raise Faulty(place, "it must be a table")
    kept: dict[str, Any] = {}
    for key, value in entry.items():
        if key not in keys:
            faults.note(place.at(key), f"the key {key} means nothing here{near(key, keys)}")
        elif wrong := _wrong_kind(key, value, keys[key]):
            faults.note(place.at(key), wrong)
            kept |= _guessed(key, value, keys[key])
        else:
            kept[key] = value
    return kept


def _wrong_kind(key: str, value: object, kind: type) -> str:
    """What a value should be and is not; empty: nothing is wrong."""
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        return f"the key {key} must be {_KINDS[kind]}"
    if isinstance(value, list) and key not in _OF_TABLES and not all(isinstance(each, str) for each in value):
        return f"the key {key} must be a list of texts"
    return ""


def _guessed(key: str, value: object, kind: type) -> dict[str, Any]:
    if kind is list and isinstance(value, str):
        return {key: [value]}
    if kind is list and isinstance(value, list):
        return {key: [str(each) for each in value]}
    return {key: str(value)} if kind is str else {}


def near(name: str, known: Iterable[str]) -> str:
    """The end of a sentence that names what was most likely meant; empty where nothing is near."""
    found = get_close_matches(name, list(known), n=1)
    return f"; did you mean {found[0]}" if found else ""
