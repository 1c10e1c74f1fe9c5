"""Owns the two colour sets. Every state is told by a word as well, so colour only helps the eye.

The values lie near those of the sixteen colours that every terminal has, so a plain terminal shows nearly the same.
"""

from __future__ import annotations

from textual.theme import Theme


def _cursor(foreground: str, background: str) -> dict[str, str]:
    """The line of the cursor: colours the other way round, and bold and underlined for a terminal without colours.

    Not ``reverse``: lists of Textual 8 leave it out, and the cursor would not be seen at all.
    """
    return {
        "block-cursor-foreground": background,
        "block-cursor-background": foreground,
        "block-cursor-text-style": "bold underline",
        "block-cursor-blurred-foreground": foreground,
        "block-cursor-blurred-background": background,
        "block-cursor-blurred-text-style": "underline",
    }


DARK = Theme(
    name="dark",
    dark=True,
    primary="#5fd7d7",
    secondary="#87afff",
    accent="#5fd7d7",
    foreground="#e4e4e4",
    background="#0c0c0c",
    surface="#0c0c0c",
    panel="#1c1c1c",
    success="#87d787",
    warning="#ffd75f",
    error="#ff8787",
    variables={
        **_cursor("#e4e4e4", "#0c0c0c"),
        "footer-key-foreground": "#5fd7d7",
        "footer-background": "#1c1c1c",
        "text-muted": "#a8a8a8",
        "text-disabled": "#a8a8a8",
    },
)

LIGHT = Theme(
    name="light",
    dark=False,
    primary="#005f87",
    secondary="#0000af",
    accent="#005f87",
    foreground="#0c0c0c",
    background="#fafafa",
    surface="#fafafa",
    panel="#e4e4e4",
    success="#005f00",
    warning="#875f00",
    error="#af0000",
    variables={
        **_cursor("#0c0c0c", "#fafafa"),
        "footer-key-foreground": "#005f87",
        "footer-background": "#e4e4e4",
        "text-muted": "#4e4e4e",
        "text-disabled": "#4e4e4e",
    },
)
