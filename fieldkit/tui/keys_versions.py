"""Owns the part of the table of keys that belongs to two versions of a submission; `keys` puts the table together."""

from __future__ import annotations

from fieldkit.tui.commands import Command, Where

COMMANDS = (
    Command(
        "submission.two_versions",
        "f2",
        "Both versions",
        "Show both versions of this submission and choose what is right",
        Where.SUBMISSION,
    ),
    Command(
        "two_versions.following",
        "pagedown",
        "Next question",
        "Go to the next question without choosing",
        Where.TWO_VERSIONS,
        priority=True,
    ),
    Command(
        "two_versions.before",
        "pageup",
        "Before",
        "Go back to the question before",
        Where.TWO_VERSIONS,
        priority=True,
    ),
    Command(
        "two_versions.back",
        "escape",
        "Later",
        "Leave it for later; what was chosen so far is kept",
        Where.TWO_VERSIONS,
    ),
)
"""Rows of the table, in the order of the help screen."""
