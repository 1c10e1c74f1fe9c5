"""The expression language of forms: XPath 1.0 with the functions and coercions of ODK XForms.

Owns parsing, static analysis and evaluation. Must not know the interview: it reads nodes through `XNode`, lists
through `forms.instances`, and everything around through a `World`.

At publish::

    tree = parse("${...} replaced, as pyxform writes it")   # ExpressionProblem points at the character
    references(tree, "/data/group/age")                     # ('/data/group/sex', ...): what it reads, for the order
    functions(tree)                                         # (FunctionUse(name, arity, offset), ...), for the linter
    FUNCTIONS["if"]                                         # (3, 3): fewest and most arguments; None is any number

At entry::

    world = World(root, clock, instance=lists.get)          # one for each interview
    compiled = compile(tree)                                # cached; the same for the same tree
    compiled.truth(Context(node, world))                    # relevance, constraint, required
    compiled.text(Context(node, world))                     # calculation: what is stored; NaN is ""
    compiled.number(...), compiled.evaluate(...)            # Value: str | float | bool | Moment | NodeSet
    compile_filter(tree).select(items, Context(node, world))  # choice filter -> Items (columns, position), indexed

On the server: `evaluate_partially(tree, context)` gives UNKNOWN where the value depends on a node whose ``text()``
is UNKNOWN, or whose ``named()``/``children()`` raises `Undecided`.
"""

from forms.xpath.compiler import Compiled, compile, compile_filter, evaluate_partially  # noqa: A004 - as re.compile
from forms.xpath.contexts import Context, World
from forms.xpath.library import LIBRARY
from forms.xpath.nodes import UNKNOWN, Undecided, Unknown, XNode
from forms.xpath.own_rows import in_own_row
from forms.xpath.parser import parse
from forms.xpath.problems import ExpressionProblem
from forms.xpath.references import ANY, FunctionUse, ListRead, functions, lists_read, references
from forms.xpath.trees import Tree
from forms.xpath.values import Moment, NodeSet, Value, to_boolean, to_number, to_text

FUNCTIONS: dict[str, tuple[int, int | None]] = {
    name: (function.least, function.most) for name, function in LIBRARY.items()
}
"""Name of each function to the fewest and the most arguments it takes; None is any number."""

__all__ = [
    "ANY",
    "FUNCTIONS",
    "UNKNOWN",
    "Compiled",
    "Context",
    "ExpressionProblem",
    "FunctionUse",
    "ListRead",
    "Moment",
    "NodeSet",
    "Tree",
    "Undecided",
    "Unknown",
    "Value",
    "World",
    "XNode",
    "compile",
    "compile_filter",
    "evaluate_partially",
    "functions",
    "in_own_row",
    "lists_read",
    "parse",
    "references",
    "to_boolean",
    "to_number",
    "to_text",
]
