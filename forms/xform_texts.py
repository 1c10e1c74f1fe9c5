"""Words of a form: labels, hints and messages in each language, with the expressions inside them.

Owns itext and everything that refers to it; what a text says at a moment is for `forms.interview`. Media of a label
(images, sound) are left out: a terminal shows none.
"""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from forms.definition import Expression, Text, TextPart
from forms.xform_document import Document, element, elements, local
from forms.xform_expressions import Expressions

_ITEXT = re.compile(r"""\s*jr:itext\(\s*(['"])(.*)\1\s*\)\s*""", re.DOTALL)
_LOOKED_UP = re.compile(r"\s*jr:itext\(")
_PLAIN_FORMS = (None, "long", "short")
"""The forms of an itext value that are words, in the order in which they are preferred."""
_MEDIA = ("image", "audio", "video")
"""The forms that ODK's web engine tells from words."""


class Texts:
    """The itext of one document, and the reading of every element that shows words.

    Args:
        as_odk: whether a text says all that it has in any form, such as guidance, as ODK's web engine joins it, which
            passes over ``<output ref="...">`` and over translations without a language.
    """

    def __init__(self, document: Document, expressions: Expressions, *, as_odk: bool) -> None:
        self._expressions = expressions
        self._as_odk = as_odk
        self._values: dict[str, dict[str, tuple[Element, ...]]] = {}
        self.languages: tuple[str, ...] = ()
        self.default_language = ""
        self._read_itext(element(document.model, "itext"))

    def _read_itext(self, itext: Element | None) -> None:
        for translation in elements(itext, "translation"):
            language = translation.get("lang", "")
            if self._as_odk and not language:
                continue
            self.languages += (language,)
            if translation.get("default") is not None and not self.default_language:
                self.default_language = language
            for text in elements(translation, "text"):
                values = _all_words(text) if self._as_odk else _words(text)
                if values:
                    self._values.setdefault(text.get("id", ""), {})[language] = values
        if self.languages and not self.default_language:
            self.default_language = self.languages[0]
        self.languages = tuple(sorted(self.languages, key=lambda language: language != self.default_language))

    def of(self, holder: Element | None, context: str, what: str) -> Text | None:
        """What a label or hint says, read at a reference; no words where it is empty, None where there is none."""
        if holder is None:
            return None
        source = holder.get("ref")
        if source is not None:
            return self.referred(source, context, what)
        return Text({"": self._parts(holder, context, what)})

    def referred(self, source: str, context: str, what: str) -> Text | None:
        """What ``jr:itext('id')`` or an expression in the place of a text says."""
        match = _ITEXT.fullmatch(source)
        if match:
            return self.named(match.group(2), context, what)
        expression = self._expressions.read(source, context, what)
        return Text({"": (expression,)}) if expression else None

    def message(self, source: str | None, context: str, what: str) -> Text | None:
        """What a bind's message says: ``jr:itext(...)`` or the words themselves."""
        if source is None:
            return None
        return self.referred(source, context, what) if _LOOKED_UP.match(source) else Text({"": (source,)})

    def named(self, text_id: str, context: str, what: str) -> Text:
        """The text of that id in every language that has it; without words where it has only media."""
        found = self._values.get(text_id, {})
        return Text(
            {
                language: tuple(part for value in values for part in self._parts(value, context, what))
                for language, values in found.items()
            }
        )

    def all(self, context: str) -> dict[str, Text]:
        """Every text by its id, read at a reference."""
        return {text_id: self.named(text_id, context, "label") for text_id in self._values}

    def _parts(self, holder: Element, context: str, what: str) -> tuple[TextPart, ...]:
        parts: list[str | Expression] = [holder.text or ""]
        for child in holder:
            if local(child) == "output":
                source = child.get("value") or ("" if self._as_odk else child.get("ref")) or ""
                expression = self._expressions.read(source, context, what)
                parts += [expression] if expression else []
            parts.append(child.tail or "")
        return tuple(part for part in parts if part != "")


def _words(text: Element) -> tuple[Element, ...]:
    """The value of an itext entry that is words; none where it has only media."""
    values = {value.get("form"): value for value in elements(text, "value")}
    return tuple(values[form] for form in _PLAIN_FORMS if form in values)[:1]


def _all_words(text: Element) -> tuple[Element, ...]:
    """Every value that ODK's web engine takes for words: what it does not know as media."""
    return tuple(value for value in elements(text, "value") if value.get("form") not in _MEDIA)
