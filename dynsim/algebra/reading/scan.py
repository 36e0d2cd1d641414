"""A first look at an expression's text, before Python's parser sees it.

It refuses by name what no expression contains (strings, lambda, assignments, …), and texts that are so long or so
deeply nested that a recursive parser could run out of stack: scenario files come from anywhere, and such a text would
end the process instead of raising an error. One pass over the tokens; its cost is linear in the text.
"""

from __future__ import annotations

import keyword
import math
import re

from ...errors import ExpressionError
from ..operators import REFUSED_OPERATORS

MAX_LENGTH = 10_000
MAX_TOKENS = 4_000
MAX_NESTING = 100

_TOKEN = re.compile(
    r"""(?P<space>\s+)
      | (?P<number>(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?)
      | (?P<name>[^\W\d]\w*)
      | (?P<sign>\*\*|//|\.\.\.|<<|>>|<=|>=|==|!=|:=|[-+*/%@()\[\]{},.<>=:&|^~!;?'"])""",
    re.VERBOSE,
)
_OPEN, _CLOSE = {"(": ")", "[": "]"}, {")": "(", "]": "["}
_WORDS = {"and", "or", "not", "if", "else"}
REFUSED = {
    **REFUSED_OPERATORS,
    "lambda": "a lambda is not allowed",
    "for": "a comprehension ('for') is not allowed",
    "in": "'in' is not allowed: compare numbers with <, <=, ==, !=, >=, >",
    "is": "'is' is not allowed: compare numbers with ==",
    "True": "'True' is not a number: write 1, or a comparison",
    "False": "'False' is not a number: write 0, or a comparison",
    "=": "'=' is not allowed: arguments are given by position, and equality is ==",
    ":=": "an assignment (':=') is not allowed",
    "...": "'...' is not allowed: write out what it stands for",
    "&": "'&' is not allowed: write 'and'",
    "|": "'|' is not allowed: write 'or'",
    "~": "'~' is not allowed: write 'not'",
    "!": "'!' is not allowed: write 'not'",
    ":": "':' is not allowed: a vector is indexed by one number, x[0]",
    "{": "a set or dict ('{') is not allowed: a vector is [a, b]",
    '"': "a string is not allowed",
    "'": "a string is not allowed",
}
_ALWAYS_REFUSED = set(REFUSED) | set("};?") | (set(keyword.kwlist) - _WORDS)


def check_text(text: str) -> None:
    """Raise ExpressionError unless `text` consists of the grammar's tokens, balanced, within the limits."""
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"the expression has {len(text)} characters, the limit is {MAX_LENGTH}", MAX_LENGTH + 1)
    nesting = _Nesting()
    position = count = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise ExpressionError(f"unexpected character {text[position]!r}", position + 1)
        token = match.group()
        if match.lastgroup != "space":
            count += 1
            if count > MAX_TOKENS:
                raise ExpressionError(f"the expression has more than {MAX_TOKENS} words and signs", position + 1)
            _check_token(match, text)
            nesting.add(token, position + 1)
        position = match.end()
    if count == 0:
        raise ExpressionError("the expression is empty", 1)
    nesting.close()


def _check_token(match: re.Match[str], text: str) -> None:
    token, column = match.group(), match.start() + 1
    following = text[match.end() : match.end() + 1]
    if match.lastgroup == "number":
        _check_number(token, following, column)
    if match.lastgroup == "name" and following in ("'", '"'):
        kind = "an f-string" if "f" in token.lower() else "a string"
        raise ExpressionError(f"{kind} is not allowed", column)
    if token in _ALWAYS_REFUSED:
        raise ExpressionError(REFUSED.get(token, f"{token!r} is not allowed in an expression"), column)


def _check_number(token: str, following: str, column: int) -> None:
    if following.isalnum():
        other = following in "jJ" or (token == "0" and following in "xXoObB")
        hint = "" if other else ": a product is written with *"
        raise ExpressionError(f"not a number: {(token + following)[-60:]!r}{hint}", column)
    try:
        value = float(token)
    except ValueError:
        raise ExpressionError(f"not a number: {token[-60:]!r}", column) from None
    if math.isinf(value):
        raise ExpressionError("the number is too large: it is not finite as a 64-bit float", column)


class _Nesting:
    """An upper bound of the syntax tree's depth, without chains like a + b + c, which tree.py reads in a loop.

    Every bracket counts 1. Two kinds of nesting inside it count 1 each: signs, powers, dots and repeated calls or
    indices until the next operator between two terms (`tight`), and `not`, `if`, `else` until the next comma (`loose`).
    """

    def __init__(self) -> None:
        self.brackets: list[tuple[str, int]] = []
        self.tight, self.loose = [0], [0]
        self.total = 0
        self.previous = ""

    def add(self, token: str, column: int) -> None:
        after_term = self.previous not in ("", ",", ".", *_OPEN, *_WORDS) and not _is_operator(self.previous)
        if after_term and token not in _WORDS and (token[0].isalnum() or token[0] == "_"):
            raise ExpressionError(f"an operator is missing before {token[:60]!r}: a product is written with *", column)
        if token in _OPEN:
            self._count(self.tight, after_term)
            self.brackets.append((token, column))
            self.tight.append(0)
            self.loose.append(0)
        elif token in _CLOSE:
            if not self.brackets or self.brackets[-1][0] != _CLOSE[token]:
                raise ExpressionError(f"unexpected {token!r}: no {_CLOSE[token]!r} is open here", column)
            self.brackets.pop()
            self.total -= self.tight.pop() + self.loose.pop()
        elif token in ("not", "if", "else"):
            self._count(self.loose, 1)
        elif token in ("**", ".") or (_is_operator(token) and not after_term):
            self._count(self.tight, 1)
        elif token in (",", "and", "or") or _is_operator(token):
            self._count(self.tight, -self.tight[-1])
            if token == ",":
                self._count(self.loose, -self.loose[-1])
        if self.total + len(self.brackets) > MAX_NESTING:
            raise ExpressionError(f"the expression is nested more than {MAX_NESTING} deep", column)
        self.previous = token

    def _count(self, counter: list[int], change: int) -> None:
        counter[-1] += change
        self.total += change

    def close(self) -> None:
        if self.brackets:
            bracket, column = self.brackets[-1]
            raise ExpressionError(f"{bracket!r} is never closed", column)


def _is_operator(token: str) -> bool:
    return token in ("+", "-", "*", "/", "@", "<", "<=", ">", ">=", "==", "!=", "**")
