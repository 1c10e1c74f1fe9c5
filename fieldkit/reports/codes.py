"""Words for the codes of a release, from the forms that it was counted from and from the catalogue.

Owns which question's choices name which disaggregation; the words themselves are the forms' and the catalogue's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from fieldkit.reports.wording import LANGUAGES, Codes
from forms.definition import Definition
from indicators.catalogue import Catalogue

UNTRANSLATED = "-"
"""What pyxform writes where a form has no words in a language."""


def codes_in_words(catalogue: Catalogue, definitions: Iterable[Definition]) -> Codes:
    """Disaggregation to code to language to words; of two definitions of a form, the later one's words win."""
    found: dict[str, dict[str, dict[str, str]]] = defaultdict(lambda: defaultdict(dict))
    for name, codes in catalogue.words.items():
        for code, words in codes.items():
            found[name][code] |= words
    for definition in definitions:
        for unit in catalogue.units.values():
            if unit.form_id == definition.form_id:
                for name, question in unit.questions.items():
                    _add(found[name], definition, question)
    return found


def _add(found: dict[str, dict[str, str]], definition: Definition, question: str) -> None:
    for code in LANGUAGES:
        language = next((name for name in definition.languages if name.endswith(f"({code})")), None)
        if language is None:
            continue
        for value, words in definition.words_for(question, language).items():
            if words not in (UNTRANSLATED, "", value):
                found[value][code] = words
