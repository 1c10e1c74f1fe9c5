"""The texts of the screens, read off the program: what a catalogue has to hold."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import fieldkit.tui
import forms
from fieldkit.exchanging import refusals
from fieldkit.ports import DraftState, Lifecycle, Role, Stage
from fieldkit.tui import figure_lines, sending, versions, wording
from fieldkit.tui.keys import COMMANDS
from fieldkit.tui.screens import choosing
from fieldkit.tui.widgets.choices import Acknowledge, ChoiceList

_ROOT = Path(fieldkit.tui.__file__).parent


def texts() -> set[str]:
    """Every English text that a screen says by `say` or `many`."""
    found = {
        text for path in _ROOT.rglob("*.py") for text in _said(ast.parse(path.read_text(encoding="utf-8")))
    }
    found |= _sentences()
    found.update(command.label for command in COMMANDS)
    found.update(command.sentence for command in COMMANDS)
    for states in (Stage, Lifecycle, Role, DraftState):
        found.update(state.value for state in states)
    found.update(choices.empty_text for choices in (ChoiceList, Acknowledge))
    return found | {
        *wording.FIXED,
        *figure_lines.FIXED,
        *choosing.FIXED,
        *versions.FIXED,
        *sending.FIXED,
        *refusals.FIXED,
    }


def _sentences() -> set[str]:
    """What `forms` says of answers."""
    calls = (
        node
        for path in Path(forms.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args
    )
    return {
        node.args[0].value
        for node in calls
        if isinstance(node.func, ast.Name)
        and node.func.id in ("Sentence", "WrongAnswer")
        and isinstance(node.args[0], ast.Constant)
    }


def _said(tree: ast.Module) -> Iterator[str]:
    constants = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
            if node.func.id == "say":
                yield from _strings(constants.get(getattr(node.args[0], "id", ""), node.args[0]))
            elif node.func.id == "many" and isinstance(node.args[1], ast.Constant):
                yield f"{{count}} {node.args[1].value}"
            elif node.func.id == "Masthead":
                yield from _strings(node.args[1])


def _strings(node: ast.AST) -> Iterator[str]:
    """The texts that an expression may be: itself, both sides of an if, the words in a table."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _strings(node.body)
        yield from _strings(node.orelse)


_HEADER = """# Burmese texts of the screens. A text that is missing here is said in English.
# Every translation still has to be reviewed by a person who speaks Burmese: take its mark away then.
msgid ""
msgstr ""
"Language: my\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"
"""
REVIEW = "# to be reviewed"


def catalogue(translations: dict[str, str], reviewed: set[str]) -> str:
    """The PO file with every text of the screens, in one order; `reviewed` texts lose their mark."""
    entries = []
    for text in sorted(texts()):
        said = translations.get(text, "")
        lines = [REVIEW] if said and text not in reviewed else []
        lines.append(f"msgid {_quoted(text)}")
        if text.startswith("{count} ") and text.count(" ") == 1 and not text.endswith("ed"):
            lines += [f"msgid_plural {_quoted(text + 's')}", f"msgstr[0] {_quoted(said)}"]
        else:
            lines.append(f"msgstr {_quoted(said)}")
        entries.append("\n".join(lines))
    return "\n\n".join((_HEADER.rstrip("\n"), *entries)) + "\n"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
