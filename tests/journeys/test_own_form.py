"""A form of an organisation's own in a real terminal of 80x24, in a practice vault.

1. A cascade to one of 3,000 places is narrowed by what is typed; rows are added inside rows; languages change.
2. A kill in the middle loses nothing: the draft opens where it was, with the version that it was made with, although a
   newer one came meanwhile.
3. What was finished stands in the list of the next form at once, and what that form says is in the list.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from fieldkit.bootstrap import create
from fieldkit.ports import FormKey
from fieldkit.vault.library import StoredForm
from fieldkit.vault.vault import Vault
from forms import definition_json
from tests.forms.written_forms import definition
from tests.journeys.terminal import Terminal, needs_pty
from tests.journeys.test_real_terminal import choose, give

pytestmark = needs_pty

CENSUS = """
    | survey |
    | | type | name | label::English (en) | label::Burmese (my) | choice_filter | save_to | sensitivity |
    | | text | head | Head of the household | အိမ်ထောင်ဦးစီး | | head | descriptive |
    | | select_one_from_file regions.csv | region | Region | တိုင်း | | | tally |
    | | select_one_from_file districts.csv | district | District | ခရိုင် | region = ${region} | | tally |
    | | select_one_from_file places.csv | place | Place | ကျေးရွာ | district = ${district} | place | tally |
    | | begin_repeat | member | Members | အိမ်သားများ | | | |
    | | text | who | Who | ဘယ်သူ | | | descriptive |
    | | begin_repeat | illness | Illnesses | ဖျားနာမှု | | | |
    | | text | what | What | ဘာ | | | descriptive |
    | | end_repeat | | | | | | |
    | | end_repeat | | | | | | |
    | entities |
    | | list_name | label |
    | | households | ${head} |
    | settings |
    | | form_id | version | form_title | default_language |
    | | census | 1 | Household census | English (en) |
    """
VISIT = """
    | survey |
    | | type | name | label | save_to | sensitivity |
    | | select_one_from_file households.csv | home | Which household | | tally |
    | | integer | people | How many people now | people | tally |
    | entities |
    | | list_name | entity_id |
    | | households | ${home} |
    | settings |
    | | form_id | version | form_title |
    | | visit | 1 | Household visit |
    """
LISTS = {
    "regions.csv": "name,label\n" + "".join(f"r{n},Region {n}\n" for n in range(3)),
    "districts.csv": "name,label,region\n" + "".join(f"d{n},District {n},r{n % 3}\n" for n in range(30)),
    "places.csv": "name,label,district\n" + "".join(f"p{n},Village {n},d{n % 30}\n" for n in range(3000)),
}


def add(vault: Vault, markdown: str) -> None:
    """Put a form into the vault as if it had just come."""
    form = definition(markdown)
    stored = StoredForm(
        FormKey(form.form_id, form.version), form.title, definition_json.dump(form), datetime.now(UTC)
    )
    vault.library.add(stored)


def open_interface(directory: Path) -> Terminal:
    """The interface on a practice vault, which asks for no passphrase."""
    terminal = Terminal([sys.executable, "-m", "fieldkit", "--vault", str(directory)])
    terminal.wait_for("Last sync")
    return terminal


def test_a_household_goes_from_its_census_to_the_visit(tmp_path: Path) -> None:
    directory = tmp_path / "vault"
    with create(directory, None) as vault:
        for markdown in (CENSUS, VISIT):
            add(vault, markdown)
        for name, content in LISTS.items():
            vault.library.add_list(name, content)

    with open_interface(directory) as terminal:
        choose(terminal, "Household census")
        terminal.wait_for("Head of the household", "Nothing kept yet")
        give(terminal, "Aye Chan", "2", "1")
        terminal.wait_for(" of 100")
        terminal.press(*"2971")
        terminal.wait_for("1 of 100", "( ) Village 2971")
        terminal.press("enter")
        terminal.wait_for("▌ Members")
        terminal.press("f5")
        terminal.wait_for("Members 1")
        give(terminal, "Zaw")
        terminal.wait_for("▌ Illnesses", "5 of 5", "Saved")
        terminal.kill()

    with Vault.open(directory, None, now=lambda: datetime.now(UTC)) as vault:
        add(vault, CENSUS.replace("| census | 1 |", "| census | 2 |").replace("Head of the", "Eldest of the"))

    with open_interface(directory) as terminal:
        terminal.wait_for("Go on with (1 draft)", "new: version 2")
        choose(terminal, "Aye Chan")
        terminal.wait_for("Members 1", "Zaw", "▌ Illnesses")
        terminal.press("f5")
        terminal.wait_for("Illnesses 1")
        give(terminal, "fever")
        terminal.wait_for("▌ Illnesses", "fever", "Add one more")
        terminal.press("enter")
        terminal.wait_for("▌ Members", "Zaw · fever", "Head of the household")
        terminal.press("f12")
        terminal.wait_for("▌ အ")  # terminals disagree on the cells of the marks that follow
        terminal.press("f12")
        terminal.wait_for("▌ Members")
        terminal.press("enter")
        terminal.wait_for("Place: Village 2971", "List households: Aye Chan")
        terminal.press("f3")
        terminal.wait_for("1 change", "Household visit")
        choose(terminal, "Household visit")
        terminal.wait_for("Which household", "1 ( ) Aye Chan")
        give(terminal, "1", "4")
        terminal.wait_for("How many people now: 4", "Finish")
        terminal.press("f3")
        terminal.wait_for("2 changes")
        terminal.press("f8")
        assert terminal.ended() == 0

    with Vault.open(directory, None, now=lambda: datetime.now(UTC)) as vault:
        (home,) = vault.library.entities("households")
        forms = {each.form for each in vault.submissions.summaries()}
    row = home.row()
    assert (row["label"], row["place"], row["people"], row["__version"]) == ("Aye Chan", "p2971", "4", "2")
    assert forms == {FormKey("census", "1"), FormKey("visit", "1")}
