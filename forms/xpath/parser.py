"""Makes the tree of an expression from its source (grammar of XPath 1.0, sections 2 and 3).

Owns the grammar; the lexer owns the words and `trees` the shapes. Invariant: for any text it either returns a tree
or raises an `ExpressionProblem` that points inside the source, in time linear in the length.
"""

from __future__ import annotations

from forms.xpath.lexer import Kind, Token, tokens
from forms.xpath.problems import ExpressionProblem
from forms.xpath.trees import DEEPEST, Step, Tree, height

_RANKS = (
    frozenset({"*", "div", "mod"}),
    frozenset({"+", "-"}),
    frozenset({"<", "<=", ">", ">="}),
    frozenset({"=", "!="}),
    frozenset({"and"}),
    frozenset({"or"}),
)
"""Operators between two operands, the tightest rank first. ``|`` binds tighter still and is read with the operand."""
_AXES = frozenset(
    {
        "child", "parent", "self", "descendant", "descendant-or-self", "ancestor", "ancestor-or-self",
        "following-sibling", "preceding-sibling", "following", "preceding", "attribute",
    }
)  # fmt: skip
_NODE_TESTS = frozenset({"node", "text", "comment", "processing-instruction"})
_LONGEST = 32_767
"""Characters in a cell of a workbook: no author can write more."""


def parse(source: str) -> Tree:
    """The tree of an expression.

    >>> parse("${a}" .replace("${a}", "/data/a") + " > 3")
    ('chain', ('path', 'root', (('child', 'data', ()), ('child', 'a', ()))), (('>', ('number', 3.0)),))

    Raises:
        ExpressionProblem: with the offset of the character that can't be understood; an empty source included.
    """
    if len(source) > _LONGEST:
        raise ExpressionProblem(source, _LONGEST, 1, f"The expression is longer than {_LONGEST} characters")
    parser = _Parser(source)
    tree = parser.expression()
    parser.expect_end()
    if height(tree) > DEEPEST:
        raise ExpressionProblem(source, parser.deepest_offset, 1, "The expression is nested too deeply")
    return tree


class _Parser:
    def __init__(self, source: str) -> None:
        self.source = source
        self.tokens = tokens(source)
        self.index = 0
        self.depth = 0
        self.deepest = 0
        self.deepest_offset = 0

    # what stands next

    @property
    def token(self) -> Token:
        return self.tokens[self.index]

    def at(self, *marks: str) -> bool:
        token = self.token
        return token.kind is Kind.MARK and token.text in marks

    def take(self) -> Token:
        token = self.tokens[self.index]
        self.index += 1
        return token

    def take_mark(self, mark: str, missing: str) -> None:
        if not self.at(mark):
            raise self.unexpected(missing)
        self.index += 1

    def expect_end(self) -> None:
        if self.token.kind is not Kind.END:
            raise self.unexpected("An operator is missing before this, or it does not belong here")

    def unexpected(self, reason: str) -> ExpressionProblem:
        token = self.token
        if token.kind is Kind.END and not self.source.strip():
            reason = "The expression is empty"
        return ExpressionProblem(self.source, token.offset, token.length, reason)

    # operators

    def expression(self) -> Tree:
        """Operands and operators up to something that is neither, ranked afterwards: no recursion for the ranks."""
        self.depth += 1
        if self.depth > self.deepest:
            self.deepest, self.deepest_offset = self.depth, self.token.offset
        if self.depth > DEEPEST:
            raise self.unexpected("The expression is nested too deeply")
        operands, operators = [self.operand()], []
        while self.token.kind is Kind.OPERATOR and self.token.text != "|":
            operators.append(self.take().text)
            operands.append(self.operand())
        self.depth -= 1
        for rank in _RANKS:
            if not operators:
                break
            operands, operators = _join(operands, operators, rank)
        return operands[0]

    def operand(self) -> Tree:
        """A union of paths with the minus signs before it."""
        minus = 0
        while self.token.kind is Kind.OPERATOR and self.token.text == "-":
            self.take()
            minus += 1
        tree = self.path()
        others: list[tuple[str, Tree]] = []
        while self.token.kind is Kind.OPERATOR and self.token.text == "|":
            self.take()
            others.append(("|", self.path()))
        if others:
            tree = ("chain", tree, tuple(others))
        if minus % 2:
            return ("negate", tree)
        return ("negate", ("negate", tree)) if minus else tree

    # paths

    def path(self) -> Tree:
        if self.at("/"):
            self.take()
            more = self.token.kind is Kind.NAME or self.at(".", "..", "@")
            return ("path", "root", tuple(self.steps()) if more else ())
        if self.at("//"):
            return ("path", "root", tuple(self.steps()))
        start = self.primary()
        if start is None:
            return ("path", "here", tuple(self.steps()))
        predicates = self.predicates()
        if predicates:
            start = ("filter", start, predicates)
        return ("path", start, tuple(self.further_steps())) if self.at("/", "//") else start

    def primary(self) -> Tree | None:
        """A number, text, call or bracket; None where a path begins."""
        token = self.token
        match token.kind:
            case Kind.NUMBER:
                self.take()
                return ("number", float(token.text))
            case Kind.TEXT:
                self.take()
                return ("text", token.text)
            case Kind.NAME if self.is_call():
                return self.call()
        if not self.at("("):
            return None
        self.take()
        tree = self.expression()
        self.take_mark(")", "A closing bracket ) is missing here")
        return tree

    def is_call(self) -> bool:
        following = self.tokens[self.index + 1]
        return following == (Kind.MARK, "(", following.offset, 1) and self.token.text not in _NODE_TESTS

    def call(self) -> Tree:
        name = self.take()
        self.take()
        given: list[Tree] = []
        if not self.at(")"):
            given.append(self.expression())
            while self.at(","):
                self.take()
                given.append(self.expression())
        self.take_mark(")", f"A comma or the closing bracket of {name.text}( is missing here")
        return ("call", name.text, name.offset, tuple(given))

    def predicates(self) -> tuple[Tree, ...]:
        found: list[Tree] = []
        while self.at("["):
            self.take()
            found.append(self.expression())
            self.take_mark("]", "A closing bracket ] is missing here")
        return tuple(found)

    def steps(self) -> list[Step]:
        """The steps of a path whose first step may stand without a slash."""
        first = [] if self.at("/", "//") else [self.step()]
        return first + self.further_steps()

    def further_steps(self) -> list[Step]:
        found: list[Step] = []
        while self.at("/", "//"):
            if self.take().text == "//":
                found.append(("descendant-or-self", "node()", ()))
            found.append(self.step())
        return found

    def step(self) -> Step:
        if self.at(".", ".."):
            axis = "self" if self.take().text == "." else "parent"
            return (axis, "node()", self.predicates())
        axis = "child"
        if self.at("@"):
            self.take()
            axis = "attribute"
        elif self.token.kind is Kind.NAME and self.tokens[self.index + 1].text == "::":
            if self.token.text not in _AXES:
                raise self.unexpected(f"There is no axis {self.token.text}")
            axis = self.take().text
            self.take()
        return (axis, self.node_test(), self.predicates())

    def node_test(self) -> str:
        if self.token.kind is not Kind.NAME:
            raise self.unexpected("A value, a reference or a function is missing here")
        name = self.take().text
        if name not in _NODE_TESTS or not self.at("("):
            return name
        self.take()
        if self.tokens[self.index].kind == Kind.TEXT:
            self.take()
        self.take_mark(")", f"The closing bracket of {name}( is missing here")
        return f"{name}()"


def _join(operands: list[Tree], operators: list[str], rank: frozenset[str]) -> tuple[list[Tree], list[str]]:
    """Joins the operands between operators of one rank into chains."""
    joined: list[Tree] = []
    left: list[str] = []
    first, chain = operands[0], list[tuple[str, Tree]]()
    for operator, operand in zip(operators, operands[1:], strict=True):
        if operator in rank:
            chain.append((operator, operand))
            continue
        joined.append(("chain", first, tuple(chain)) if chain else first)
        left.append(operator)
        first, chain = operand, []
    joined.append(("chain", first, tuple(chain)) if chain else first)
    return joined, left
