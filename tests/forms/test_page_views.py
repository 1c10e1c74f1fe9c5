"""The pages of an interview.

1. Nothing is asked before its turn: questions after a group make a further page of the group around it.
2. ``field-list`` puts a group and the groups inside it on one page, with their words between.
3. ``table-list``, and selects with ``label`` and ``list-nolabel``, become one table; its head is asked of nobody.
4. A page without words of its own takes the first words on it.
"""

from __future__ import annotations

from datetime import UTC, datetime

from forms.interview import Interview, Item, ItemKind, Page
from tests.forms.written_forms import definition

LIKERT = """
| choices | | | |
| | list_name | name | label |
| | lik | 1 | No |
| | lik | 2 | Yes |
"""


def interview(survey: str) -> Interview:
    header = "| survey | | | | | |\n| | type | name | label | appearance | relevant |\n"
    return Interview(
        definition(header + survey + LIKERT), now=lambda: datetime(2026, 3, 2, tzinfo=UTC), profile="core"
    )


def named(page: Page) -> list[tuple[str, str]]:
    return [(item.kind.value, item.ref.rpartition("/")[2]) for item in page.questions]


AROUND = """
| | text | a | First | | |
| | begin group | g | Middle | | |
| | text | b | Second | | |
| | end group | | | | |
| | text | c | Third | | |
"""


def test_questions_after_a_group_are_asked_after_it() -> None:
    pages = interview(AROUND).pages()
    assert [(page.ref, [name for _, name in named(page)]) for page in pages] == [
        ("/data", ["a"]),
        ("/data/g", ["b"]),
        ("/data/#2", ["c"]),
    ]


def test_each_page_counts_what_is_on_it() -> None:
    running = interview(AROUND)
    running.set("/data/c", "x")
    assert [(page.asked, page.answered) for page in running.pages()] == [(1, 0), (1, 0), (1, 1)]


def test_the_questions_of_a_row_after_a_group_belong_to_the_row() -> None:
    running = interview("""
    | | begin repeat | r | Row | | |
    | | begin group | g | Group | | |
    | | text | a | A | | |
    | | end group | | | | |
    | | text | b | B | | |
    | | end repeat | | | | |
    """)
    running.add_row("/data/r")
    kinds = [(page.kind.value, page.ref) for page in running.pages()]
    assert kinds == [
        ("repeat", "/data/r"),
        ("row", "/data/r[1]"),
        ("group", "/data/r[1]/g"),
        ("group", "/data/r[1]/#2"),
    ]


def test_a_field_list_is_one_page_with_its_groups() -> None:
    (page,) = interview("""
    | | begin group | g | All | field-list | |
    | | text | a | A | | |
    | | begin group | h | Inner | | |
    | | text | b | B | | |
    | | begin group | i | | | |
    | | text | c | C | | |
    | | end group | | | | |
    | | end group | | | | |
    | | note | n | Note | | |
    | | end group | | | | |
    """).pages()
    assert named(page) == [
        ("question", "a"),
        ("heading", "h"),
        ("question", "b"),
        ("question", "c"),
        ("note", "n"),
    ]
    assert page.asked == 3


def test_a_group_of_a_field_list_that_is_not_relevant_is_not_there() -> None:
    (page,) = interview("""
    | | begin group | g | All | field-list | |
    | | text | a | A | | |
    | | begin group | h | Inner | | ${a} = 'x' |
    | | text | b | B | | |
    | | end group | | | | |
    | | end group | | | | |
    """).pages()
    assert named(page) == [("question", "a")]


def test_a_table_list_is_one_table() -> None:
    running = interview("""
    | | begin group | g | How was it? | table-list | |
    | | select_one lik | a | Safe | | |
    | | select_one lik | b | Fair | | |
    | | end group | | | | |
    """)
    (page,) = running.pages()
    note, table = page.questions
    assert note.kind is ItemKind.NOTE
    assert (table.kind, table.rows) == (ItemKind.TABLE, ("/data/g/a", "/data/g/b"))
    assert (page.label, page.asked) == ("How was it?", 2)
    assert running.name() == ""


def test_a_table_ends_where_something_else_comes() -> None:
    (page,) = interview("""
    | | select_one lik | head | Rate | label | |
    | | select_one lik | a | Water | list-nolabel | |
    | | text | b | Why? | | |
    | | select_one lik | c | Food | list-nolabel | |
    """).pages()
    assert page.questions == (
        Item(ItemKind.TABLE, "/data/head", ("/data/a",)),
        Item(ItemKind.QUESTION, "/data/b"),
        Item(ItemKind.QUESTION, "/data/c"),
    )


def test_a_head_without_a_table_is_only_words() -> None:
    (page,) = interview("| | select_one lik | head | Rate | label | |\n| | text | a | A | | |").pages()
    assert named(page) == [("note", "head"), ("question", "a")]
    assert page.asked == 1
