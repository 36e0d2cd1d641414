"""The text of the engine's functions, for generated modules, which must hold everything they call.

A kernel that is cached may only call functions of its own file: the cache does not notice edits in others. A generated
module therefore carries its own copy of what it uses:

    PREAMBLE + source(["tanh", "normal_pair"], given=["inlined"]) + driver(*modules)

Whole statements are copied, as the syntax tree has them, but without comments. One thing is rewritten: the groups of
arguments that the entry of a driver takes (compiled/drivers/generated.py) become single arguments.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

from ... import python_syntax

# nogil: threads run blocks side by side. error_model: by default every divisor is checked, and a check is a branch.
# Functions that only compiled ones call need no wrappers for Python and C, which take long to compile.
PREAMBLE = '''"""Written by dynsim. The name of this file is a hash of its text."""

import math

import numba
import numpy as np
from numba import types
from numba.extending import intrinsic

from dynsim.engine.modules.kept import kept

entry = kept(numba.njit(error_model="numpy", nogil=True))
bare = {"error_model": "numpy", "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
inner = numba.njit(**bare)
inlined = numba.njit(**bare, forceinline=True)
'''
ENGINE = Path(__file__).parents[1]
GIVEN = ("inlined",)  # what the preamble defines in place of the engine's own
# Definitions are copied in this order, so a file comes after those that it needs.
_FUNCTIONS = (
    *(f"mathematics/{name}.py" for name in ("bits", "exponentials", "trigonometry", "error_function", "powers")),
    "random/philox.py",
    "mathematics/choice.py",
)


def source(names: Iterable[str], given: Iterable[str] = ()) -> str:
    """Python source of the named functions of `mathematics` and `random/philox.py`, with everything they use.

    Each definition stands once, after those it uses; the order of `names` does not matter. given: names that the module
    has already. An unknown name raises ValueError.
    """
    definitions = _definitions()
    there = set(given)
    needed: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in definitions:
            raise ValueError(f"the engine has no function {name!r}; it has {', '.join(sorted(definitions))}")
        if name not in needed | there:
            needed.add(name)
            waiting.extend(definitions[name][1])
    return "\n\n\n".join(text for name, (text, _) in definitions.items() if name in needed) + "\n"


@cache
def driver(*names: str) -> str:
    """The definitions of modules of the engine, such as "compiled.drivers.common". Each group of arguments is
    written as single arguments."""
    statements = [found for name in names for found in _statements(f"{name.replace('.', '/')}.py")]
    groups = {tree.name: _fields(tree) for _, tree in statements if isinstance(tree, ast.ClassDef)}
    written = [_flat(*found, groups) for found in statements if not isinstance(found[1], ast.ClassDef)]
    return "\n\n\n" + "\n\n\n".join(written) + "\n"


def _fields(group: ast.ClassDef) -> list[str]:
    return [field.target.id for field in group.body
            if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)]


def _flat(text: str, tree: ast.stmt, groups: Mapping[str, list[str]]) -> str:
    """A function's text with an argument per field in the place of every group: `state.y` becomes `state_y`.

    The order of the fields is thereby a part of the module's text, and so of its name.
    """
    if not isinstance(tree, ast.FunctionDef):
        return text
    kinds = {a.arg: a.annotation.id if isinstance(a.annotation, ast.Name) else "" for a in tree.args.args}
    grouped = [name for name, kind in kinds.items() if kind in groups]
    if not grouped:
        return text
    lines = [", ".join(f"{name}_{field}" for field in groups[kinds[name]]) for name in grouped]
    lines += [name for name in kinds if name not in grouped]
    signature = "".join(f"    {line},\n" for line in lines)
    text = re.sub(r"\(.*?\) -> None:", f"(\n{signature}):", text, count=1, flags=re.DOTALL)
    return re.sub(rf"\b({'|'.join(grouped)})\.(\w+)", r"\1_\2", text)


@cache
def _definitions() -> dict[str, tuple[str, frozenset[str]]]:
    """Name → (text, names used) of every top-level definition, in the order of the files."""
    found = {_defined_name(tree): (text, tree) for file in _FUNCTIONS for text, tree in _statements(file)}
    return {name: (text, _used(tree) & found.keys()) for name, (text, tree) in found.items() if name is not None}


def _statements(file: str) -> Iterator[tuple[str, ast.stmt]]:
    """The text and the tree of every top-level statement but docstrings and imports."""
    text = (ENGINE / file).read_text(encoding="utf-8")
    lines = text.splitlines()
    for statement in python_syntax.module(text).body:
        if not isinstance(statement, ast.Expr | ast.Import | ast.ImportFrom):
            decorators = getattr(statement, "decorator_list", [])
            first = min([statement.lineno, *(decorator.lineno for decorator in decorators)])
            # Comments stay behind: an edit of one would otherwise be another module, and all users would compile again.
            yield "\n".join(x for x in lines[first - 1 : statement.end_lineno] if x.lstrip()[:1] != "#"), statement


def _defined_name(statement: ast.stmt) -> str | None:
    if isinstance(statement, ast.FunctionDef):
        return statement.name
    if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
        return statement.targets[0].id
    return None


# Names are enough: a local variable of the same name may copy one definition too many, never one too few.
def _used(statement: ast.stmt) -> frozenset[str]:
    return frozenset(node.id for node in ast.walk(statement) if isinstance(node, ast.Name))
