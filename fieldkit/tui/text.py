"""Owns the way of every text that came from data to the terminal: cleaned, and never markup.

Textual hands escape sequences on unchanged and reads square brackets as markup, so nothing that a person, a form or
a server wrote may reach a widget except through `plain`.
"""

from __future__ import annotations

from textual.content import Content

from forms.cleaning import clean, one_line

__all__ = ["clean", "one_line", "plain"]


def plain(text: str, style: str = "") -> Content:
    """The cleaned text as content that no widget reads as markup."""
    return Content.styled(clean(text), style) if style else Content(clean(text))
