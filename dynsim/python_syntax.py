"""Python's own parser, for one thread at a time.

CPython 3.11 counts the depth of a tree that it turns into objects once for all threads (python/cpython#106905). Two
threads that parse at the same time can each see the other's count: SystemError, "AST constructor recursion depth
mismatch". The threads of an experiment build their programs side by side.
"""

from __future__ import annotations

import ast
import threading

_alone = threading.Lock()


def module(text: str) -> ast.Module:
    """The tree of a module. SyntaxError as `ast.parse` raises it."""
    with _alone:
        return ast.parse(text)


def expression(text: str) -> ast.expr:
    """The tree of an expression. SyntaxError as `ast.parse` raises it."""
    with _alone:
        return ast.parse(text, mode="eval").body
