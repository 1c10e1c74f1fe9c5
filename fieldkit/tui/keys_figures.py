"""The rows of the table of keys that belong to the coordinator's desk; `keys` puts them with the others."""

from __future__ import annotations

from fieldkit.tui.commands import Command, Where

COMMANDS: tuple[Command, ...] = (
    Command(
        "figures.choose",
        "f6",
        "Choose",
        "Choose period, place, group, split and readers; Enter on a figure says how it is counted",
        Where.FIGURES,
    ),
    Command(
        "figures.next_split",
        "f7",
        "Split",
        "Split the table: by month, by State/Region, by both",
        Where.FIGURES,
    ),
    Command(
        "figures.next_table",
        "right",
        "Next table",
        "Show the next group; of a split, the next figure",
        Where.FIGURES,
    ),
    Command(
        "figures.table_before",
        "left",
        "Before",
        "Show the group before; of a split, the figure before",
        Where.FIGURES,
        shown=False,
    ),
    Command(
        "figures.attention",
        "f12",
        "Waiting",
        "Show what waits for you: follow-ups, open cases, likely duplicates, missing devices",
        Where.FIGURES,
    ),
    Command("figures.back", "escape", "Back", "Return to forms and drafts", Where.FIGURES, shown=False),
    Command("choosing.after", "right", "Next", "Change the line to its next choice", Where.CHOOSING),
    Command(
        "choosing.before",
        "left",
        "Before",
        "Change the line to the choice before",
        Where.CHOOSING,
    ),
    Command("choosing.back", "escape", "Back", "Return to the table as it was", Where.CHOOSING),
    Command(
        "figure.behind",
        "f6",
        "Submissions",
        "List the submissions behind this figure (unprotected only)",
        Where.FIGURE,
    ),
    Command("figure.back", "escape", "Back", "Return to the table", Where.FIGURE),
    Command("behind.after", "pagedown", "More", "Show the next page", Where.BEHIND, priority=True),
    Command("behind.before", "pageup", "Before", "Show the page before", Where.BEHIND, priority=True),
    Command("behind.back", "escape", "Back", "Return to the figure", Where.BEHIND),
    Command("attention.back", "escape", "Back", "Return to the figures", Where.ATTENTION),
    Command("duplicate.back", "escape", "Back", "Return without a decision", Where.DUPLICATE),
)
