"""The text of the engine's scalar functions, for modules that must hold everything they call.

A kernel that Numba caches may only call functions of its own file: the cache does not notice edits in others.
A generated module therefore starts with the imports below and carries its own copy of what it uses:

    import math
    import numba
    import numpy as np
    from numba import types
    from numba.extending import intrinsic

    <source(["tanh", "normal_pair"])>
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from functools import cache
from pathlib import Path

_MODULES = ("mathematics.py", "noise.py", "choice.py")


def source(names: Iterable[str]) -> str:
    """Python source of the named functions of `mathematics`, `noise` and `choice` with all they need.

    Each definition stands once, after those it uses; the order of `names` does not matter. An unknown name
    raises ValueError.
    """
    definitions = _definitions()
    needed: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in definitions:
            raise ValueError(f"the engine has no function {name!r}; it has {', '.join(sorted(definitions))}")
        if name not in needed:
            needed.add(name)
            waiting.extend(definitions[name][1])
    return "\n\n\n".join(text for name, (text, _) in definitions.items() if name in needed) + "\n"


@cache
def _definitions() -> dict[str, tuple[str, frozenset[str]]]:
    """Name → (text, names used) of every top-level definition, in the order of the files."""
    statements: dict[str, tuple[str, ast.stmt]] = {}
    for filename in _MODULES:
        text = Path(__file__).with_name(filename).read_text(encoding="utf-8")
        lines = text.splitlines()
        for statement in ast.parse(text).body:
            name = _defined_name(statement)
            if name is not None:
                decorators = getattr(statement, "decorator_list", [])
                first = min([statement.lineno, *(decorator.lineno for decorator in decorators)])
                statements[name] = ("\n".join(lines[first - 1 : statement.end_lineno]), statement)
    return {name: (text, _used(tree) & statements.keys()) for name, (text, tree) in statements.items()}


def _defined_name(statement: ast.stmt) -> str | None:
    if isinstance(statement, ast.FunctionDef):
        return statement.name
    if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
        return statement.targets[0].id
    return None


def _used(statement: ast.stmt) -> frozenset[str]:
    return frozenset(node.id for node in ast.walk(statement) if isinstance(node, ast.Name))
