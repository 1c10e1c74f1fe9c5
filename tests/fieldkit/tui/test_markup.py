"""No screen hands text from data to a widget that reads markup.

1. In the code of the interface, a widget that shows text is given a constant without a bracket, or content, or is told
   `markup=False`. Content is what a function annotated so returns, in the same module or named with its module.
2. The check finds what it looks for.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

TUI = Path(__file__).parents[3] / "fieldkit" / "tui"
SHOWING = {
    "Static",
    "Label",
    "Button",
    "Checkbox",
    "RadioButton",
    "Option",
    "Collapsible",
    "update",
    "notify",
}


def returning_content(tree: ast.Module) -> Iterator[str]:
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    for function in functions:
        if function.returns is not None and "Content" in ast.unparse(function.returns):
            yield function.name


ELSEWHERE = {
    f"{path.stem}.{name}"
    for path in TUI.rglob("*.py")
    for name in returning_content(ast.parse(path.read_text(encoding="utf-8")))
}
"""`module.function`, as other modules call it."""


def unsafe(source: str) -> Iterator[str]:
    tree = ast.parse(source)
    contents = {*returning_content(tree), *ELSEWHERE, "plain", "Content", "styled", "join", "assemble"}
    typed = {
        node.arg
        for node in ast.walk(tree)
        if isinstance(node, ast.arg)
        and node.annotation is not None
        and "Content" in ast.unparse(node.annotation)
    }
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and _name(call.func) in SHOWING and call.args:
            if any(word.arg == "markup" and ast.unparse(word.value) == "False" for word in call.keywords):
                continue
            if not _is_safe(call.args[0], contents, typed):
                yield f"line {call.lineno}: {ast.unparse(call)}"


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _is_safe(value: ast.expr, contents: set[str], typed: set[str]) -> bool:
    if isinstance(value, ast.GeneratorExp):
        return True  # a set is updated, not a widget
    if isinstance(value, ast.Constant):
        return not isinstance(value.value, str) or "[" not in value.value
    if isinstance(value, ast.BinOp):
        return all(_is_safe(side, contents, typed) for side in (value.left, value.right))
    if isinstance(value, ast.IfExp):
        return all(_is_safe(side, contents, typed) for side in (value.body, value.orelse))
    if isinstance(value, ast.Call):
        return _name(value.func) in contents or ast.unparse(value.func) in contents
    return isinstance(value, ast.Name) and (
        value.id in typed or value.id.isupper() or value.id.startswith("_")
    )


@pytest.mark.parametrize("path", sorted(TUI.rglob("*.py")), ids=lambda path: path.relative_to(TUI).as_posix())
def test_no_text_from_data_can_be_markup(path: Path) -> None:
    assert list(unsafe(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "line",
    [
        "Static(name)",
        "Static(f'{name}')",
        "self.query_one(Static).update(self.name)",
        "Option(one_line(name))",
        "app.notify(str(problem))",
        "Label('[b]x')",
        "Static(versions.whose(name))",
    ],
)
def test_the_check_finds_markup(line: str) -> None:
    assert len(list(unsafe(line))) == 1
