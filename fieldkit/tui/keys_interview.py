"""The keys of the interview: its rows of the one table (see `keys`).

Enter, Tab and the arrows are seen first by the widget that has the focus; their rows here are what remains of them when
nothing has it, and what the help says of them. The footer of 80 columns has room for what is needed at every question;
keys of one kind of question are named in its field.
"""

from __future__ import annotations

from fieldkit.tui.commands import Command, Where

COMMANDS: tuple[Command, ...] = (
    Command(
        "interview.next_question",
        "enter,tab,down",
        "Next",
        "Give the answer and go to the next question; in a list, the number beside a choice or Space marks it",
        Where.INTERVIEW,
        shown=False,
    ),
    Command(
        "interview.previous_question",
        "shift+tab,up",
        "Previous",
        "Go to the question before; what was typed is given",
        Where.INTERVIEW,
        shown=False,
    ),
    Command("interview.outline", "f2", "Outline", "Show all groups with their progress", Where.INTERVIEW),
    Command(
        "interview.check",
        "f3",
        "Check",
        "Check everything, see what leaves this device, finish",
        Where.INTERVIEW,
    ),
    Command(
        "interview.new_code",
        "f4",
        "New code",
        "Make a random code for this question",
        Where.INTERVIEW,
        shown=False,
    ),
    Command("interview.add_row", "f5", "Add", "Add a row to this table", Where.INTERVIEW, shown=False),
    Command(
        "interview.previous_group",
        "f6,pageup",
        "Back",
        "Go to the group before",
        Where.INTERVIEW,
        shown=False,
    ),
    Command("interview.next_group", "f7,pagedown", "Next", "Go to the next group", Where.INTERVIEW),
    Command(
        "interview.next_language",
        "f12",
        "Language",
        "Show the questions in the form's next language",
        Where.INTERVIEW,
        shown=False,
    ),
    Command(
        "interview.remove_row",
        "delete",
        "Remove",
        "Remove the row under the cursor",
        Where.INTERVIEW,
        shown=False,
    ),
    Command(
        "interview.put_back",
        "ctrl+z",
        "Put back",
        "Put the row back that was removed last, as long as this page is open",
        Where.INTERVIEW,
        shown=False,
    ),
    Command("interview.leave", "escape", "Home", "Leave; the draft opens here again", Where.INTERVIEW),
    Command("outline.back", "escape,f2", "Back", "Return to the question", Where.OUTLINE),
    Command(
        "review.finalise", "f3", "Finish", "Finalise: the submission then waits to be sent", Where.REVIEW
    ),
    Command("review.back", "escape", "Back", "Return to the questions", Where.REVIEW),
)
