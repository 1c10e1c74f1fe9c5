"""The command line without a vault.

1. A passphrase comes from a file or a descriptor; never from an argument or the environment.
2. Text from data reaches the terminal without control characters.
3. Tables keep words in Burmese last, where their width disturbs nothing.
4. The help lists every command once, each on a line of 80 columns; docs/commands.md names all of both programs.
"""

from __future__ import annotations

import argparse
import os
import re
from pathlib import Path

import pytest

from fieldkit.commands import passphrases
from fieldkit.commands.arguments import COMMANDS, GROUPS, parser
from fieldkit.commands.output import say, table
from fieldkit.commands.projects import invitation_in
from fieldkit.problems import CommandProblem
from server.commands.arguments import parser as server_parser


def test_a_passphrase_comes_from_a_file_without_its_line_end(tmp_path: Path) -> None:
    file = tmp_path / "passphrase"
    file.write_text("tall river stone\nsecond line\n", encoding="utf-8")
    assert passphrases.given(argparse.Namespace(passphrase_file=str(file))) == "tall river stone"


def test_a_passphrase_comes_from_a_descriptor() -> None:
    reader, writer = os.pipe()
    os.write(writer, "ရေ မြေ\n".encode())
    os.close(writer)
    assert passphrases.given(argparse.Namespace(passphrase_fd=reader)) == "ရေ မြေ"
    os.close(reader)


def test_a_passphrase_file_that_is_missing_is_named_as_the_trouble(tmp_path: Path) -> None:
    with pytest.raises(CommandProblem, match="can't be read") as raised:
        passphrases.given(argparse.Namespace(passphrase_file=str(tmp_path / "none")))
    assert str(tmp_path) not in str(raised.value)


def test_without_a_terminal_a_passphrase_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIELDKIT_PASSPHRASE", "from the environment")
    with pytest.raises(CommandProblem) as raised:
        passphrases.given(argparse.Namespace())
    assert raised.value.code == "CMD-002"


def test_no_command_takes_a_passphrase_as_its_value() -> None:
    with pytest.raises(SystemExit):
        parser(["list"]).parse_args(["list", "--passphrase", "tall river stone"])


@pytest.mark.parametrize("name", ["init", "join", "connect", "devices", "record", "import", "list", "show", "sync",
                                  "practice", "doctor", "passphrase"])  # fmt: skip
def test_every_command_offers_json(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parser([name]).parse_args([name, "--help"])
    assert "--json" in capsys.readouterr().out


def test_every_command_of_the_help_is_registered_by_its_module() -> None:
    whole = parser(list(COMMANDS))
    for name in COMMANDS:
        with pytest.raises(SystemExit) as left:
            whole.parse_args([name, "--help"])
        assert left.value.code == 0


def test_an_invitation_is_found_in_all_that_was_printed_around_it() -> None:
    printed = "An invitation for one recorder:\n\n  fieldkit1-abc_DEF-1\n\nHand it over in person.\n"
    assert invitation_in(printed).strip() == "fieldkit1-abc_DEF-1"
    assert invitation_in("fieldkit1-abc") == "fieldkit1-abc"


def test_what_is_printed_can_not_act_on_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    say("name \x1b]52;c;eHh4\x07 \u202eend\x9b31m")
    assert capsys.readouterr().out == "name ]52;c;eHh4 end31m\n"


def test_a_table_pads_every_column_but_the_last() -> None:
    assert table(("id", "name"), [("a", "ရေတွင်း"), ("bcd", "x")]) == ["id   name", "a    ရေတွင်း", "bcd  x"]


def test_a_table_sets_numbers_to_the_right() -> None:
    assert table(("women", "month"), [("7", "2026-01"), ("12", "2026-02")]) == [
        "women  month",
        "    7  2026-01",
        "   12  2026-02",
    ]


def test_the_help_lists_every_command_once_on_a_line_of_its_own() -> None:
    assert sorted(name for names in GROUPS.values() for name in names) == sorted(COMMANDS)
    lines = parser([]).format_help().splitlines()
    assert [line for line in lines if len(line) >= 80] == []


def test_the_page_of_commands_names_all_of_both_programs() -> None:
    page = (Path(__file__).parents[2] / "docs/commands.md").read_text(encoding="utf-8")
    field, central = page.split("## The server")
    of_server = re.findall(r"^    ([a-z]+) ", server_parser().format_help(), flags=re.M)
    assert [name for name in COMMANDS if not re.search(rf"`{name}\b", field)] == []
    assert [name for name in of_server if not re.search(rf"`(fieldkit-server )?{name}\b", central)] == []
