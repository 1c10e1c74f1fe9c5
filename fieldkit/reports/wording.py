"""The words of reports: headings and labels from `words.toml`, words for codes from the forms and the catalogue.

Owns the choice of language: Burmese where the words are there, else English. Every text that comes from data is made
harmless here, on its way out.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from fieldkit.reports.fonts import LATIN
from forms.cleaning import one_line

ENGLISH, BURMESE = "en", "my"
LANGUAGES = (ENGLISH, BURMESE)

Codes = Mapping[str, Mapping[str, Mapping[str, str]]]
"""Disaggregation to code to language code to words."""

_UNWRITABLE = re.compile("[\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
"""What UTF-8 or XML 1.0 has no place for."""

_NONE: Mapping[str, str] = MappingProxyType({})


class Wording:
    """All words of one report in one language.

    Args:
        language: ``en`` or ``my``.
        codes: words for the codes of disaggregations; a code without words stands for itself.
        faces: font families in which these words can be drawn, separated by commas.
    """

    def __init__(
        self, language: str = ENGLISH, codes: Codes = MappingProxyType({}), faces: str = LATIN
    ) -> None:
        self.language = language
        self.faces = faces
        self._codes = codes

    def drawn_in(self, family: str) -> Wording:
        """The same words, drawn in that family first: Burmese is shaped right only where one font has all of a word."""
        return Wording(self.language, self._codes, f"{family}, {LATIN}")

    @property
    def own_face(self) -> str:
        """The family in which words are drawn first that the usual one can't show; empty where there is none."""
        return self.faces.removesuffix(LATIN).removesuffix(", ")

    def say(self, key: str, **values: object) -> str:
        """The words of `words.toml` under ``section.name``, with values put in. An unknown key is a bug."""
        words = _words()[key]
        return (words.get(self.language) or words[ENGLISH]).format(**values)

    def of(self, words: Mapping[str, str]) -> str:
        """Words that came with a release or a form, in this language or in English; empty where there are none."""
        return plain(words.get(self.language) or words.get(ENGLISH) or "")

    def column(self, disaggregation: str) -> str:
        """The heading of a disaggregation; an organisation's own is shown as it is named."""
        key = f"column.{disaggregation}"
        return self.say(key) if key in _words() else plain(disaggregation).replace("_", " ")

    def code(self, disaggregation: str, code: str) -> str:
        """The words of one code; the code itself where nobody gave it words, as for months."""
        words = self._codes.get(disaggregation, {}).get(code) or _words().get(f"series.{code}", _NONE)
        if disaggregation in ("month", "quarter", "year"):
            return plain(code)
        return self.of(words) or plain(code)


def plain(text: str) -> str:
    """A text from data on one line, without what no file may hold: controls, surrogates, non-characters.

    >>> plain("a\\x00\\ud800b\\nc")
    'ab c'
    """
    return _UNWRITABLE.sub("", one_line(text))


@cache
def _words() -> Mapping[str, Mapping[str, str]]:
    """Key to language to words; keys of tables are joined with a full stop."""
    text = files(__package__).joinpath("words.toml").read_text(encoding="utf-8")
    flat: dict[str, Mapping[str, str]] = {}
    for name, value in tomllib.loads(text).items():
        if ENGLISH in value:
            flat[name] = value
        else:
            flat |= {f"{name}.{below}": words for below, words in value.items()}
    return flat
