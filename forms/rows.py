"""What the form itself puts into new rows and questions: defaults, and what an author wrote for single rows.

Owns the content of rows that the form makes; when a row comes and goes is for `forms.consequences`. As in ODK, a repeat
begins with a row; a recorder sees only rows in which something stands, and adds the others.
"""

from __future__ import annotations

from collections.abc import Callable

from forms.answers import Answer, Answers, Part, Rows, Section, answers_below, walk
from forms.definition import RowContent


class RowMaker:
    """Fills the rows of one interview.

    Args:
        write: gives an answer a text.
        begins_empty: whether a repeat begins without rows where the author gave them no content of their own.
    """

    def __init__(self, answers: Answers, write: Callable[[Answer, str], None], *, begins_empty: bool) -> None:
        self._answers = answers
        self._write = write
        self._begins_empty = begins_empty

    def fill_defaults(self, part: Part) -> None:
        """Give the static defaults of the form to a part that is new."""
        for answer in answers_below(part):
            if answer.definition.default:
                self._write(answer, answer.definition.default)

    def begin(self, part: Part) -> None:
        """Make the rows with which repeats below a part begin; counted repeats get theirs by the count."""
        for rows in [found for found in walk(part) if isinstance(found, Rows)]:
            if rows.definition.count is not None or len(rows):
                continue
            for content in rows.first:
                if content is not None or not self._begins_empty or rows.definition.fixed_count:
                    self._fill(self._answers.add_row(rows), content, first=True)
            if rows.definition.fixed_count and not len(rows):
                self._fill(self._answers.add_row(rows), rows.definition.new_row, first=False)

    def fill(self, row: Section) -> None:
        """Give a row that was just added what the form puts into it, the rows of repeats inside too."""
        rows = row.rows
        assert rows is not None
        place = rows.index(row)
        if rows.definition.count is not None and place < len(rows.first):
            self._fill(row, rows.first[place], first=True)
        else:
            self._fill(row, rows.definition.new_row, first=False)

    def _fill(self, row: Section, content: RowContent | None, *, first: bool) -> None:
        inside = [found for found in walk(row) if isinstance(found, Rows)]
        if content is None:
            self.fill_defaults(row)
            for rows in inside if not first else ():
                rows.first = ()
        else:
            length = len(row.definition.ref) + 1
            for answer in answers_below(row):
                self._write(answer, content.texts.get(answer.definition.ref[length:], ""))
            for rows in inside:
                rows.first = content.rows.get(rows.definition.ref[length:], ())
        if inside:
            self.begin(row)
