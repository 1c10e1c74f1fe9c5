"""The language of the screens, which is not the language of the form: gettext over the catalogues beside this module.

Owns which language the screens speak and how a catalogue is read; leaves the words to the catalogues. Invariant: what
no catalogue has is said in English, and a text never fails to be said. Catalogues are read as they are written (GNU
gettext, PO files), so that nothing has to be compiled; a test fails while one lacks a text of the screens.
"""

from __future__ import annotations

import ast
import gettext
import re
from importlib.resources import files

ENGLISH = "en"
LANGUAGES = {ENGLISH: "English", "my": "မြန်မာ"}
"""Code to the language's own name, in the order in which one key leads through them."""

_ENTRY = re.compile(r'^(msgid|msgid_plural|msgstr|msgstr\[0\]) ((?:"(?:[^"\\]|\\.)*"\s*)+)', re.MULTILINE)
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')


class Catalogue(gettext.NullTranslations):
    """The texts of one PO file; the first form of a plural stands for all, since Burmese has one."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.texts = read(text)
        """English to the translation; empty translations are left out."""

    def gettext(self, message: str) -> str:
        """The translation, else the English text."""
        return self.texts.get(message, message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """The translation for a number, else the English text for it."""
        return self.texts.get(msgid1) or super().ngettext(msgid1, msgid2, n)


class _Voice:
    """The language spoken by this process, one at a time."""

    def __init__(self) -> None:
        self.language = ENGLISH
        self.texts = gettext.NullTranslations()


_voice = _Voice()


def speak(language: str) -> None:
    """Speak a language from now on; one that has no catalogue is English."""
    _voice.language = language if language in LANGUAGES else ENGLISH
    english = _voice.language == ENGLISH
    _voice.texts = gettext.NullTranslations() if english else Catalogue(catalogue_text(_voice.language))


def spoken() -> str:
    """The code of the language spoken now."""
    return _voice.language


def following(language: str) -> str:
    """The language after this one; after the last the first."""
    codes = list(LANGUAGES)
    return codes[(codes.index(language) + 1) % len(codes)]


def wished(environment: dict[str, str]) -> str:
    """The language that the computer is set to (POSIX locale variables), else English."""
    locale = next(
        (environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), ""
    )
    return locale[:2] if locale[:2] in LANGUAGES else ENGLISH


def say(text: str, **values: object) -> str:
    """A text in the language spoken now, its ``{name}`` filled in.

    >>> say("Last sync {when}", when="never")
    'Last sync never'
    """
    said = _voice.texts.gettext(text)
    return said.format(**values) if values else said


def many(count: int, thing: str) -> str:
    """A count with its noun.

    >>> many(1, "draft"), many(0, "draft"), many(1200, "draft")
    ('1 draft', '0 drafts', '1,200 drafts')
    """
    return _voice.texts.ngettext(f"{{count}} {thing}", f"{{count}} {thing}s", count).format(
        count=f"{count:,}"
    )


def catalogue_text(language: str) -> str:
    """The PO file of a language, as text."""
    return files("fieldkit.tui").joinpath("catalogues", f"{language}.po").read_text(encoding="utf-8")


def read(text: str) -> dict[str, str]:
    """English to translation of a PO file; entries without a translation are left out."""
    texts: dict[str, str] = {}
    english = ""
    for keyword, strings in _ENTRY.findall(text):
        said = "".join(ast.literal_eval(string) for string in _STRING.findall(strings))
        if keyword == "msgid":
            english = said
        elif keyword.startswith("msgstr") and said and english:
            texts[english] = said
    return texts
