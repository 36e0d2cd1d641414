"""Where code can be changed and nothing that it computes changes, by construction. No test could tell, so these
places are not among the mutants:

- annotations, and the imports under `if TYPE_CHECKING`: only type checkers read them;
- `strict=` of `zip`: it only asks again whether the lengths agree;
- what a dataclass says of itself by `frozen=`, `slots=`, `eq=` and `order=`: it forbids or allows what nobody does;
- decorators that make a function fast and leave its values: `@cache`, and Numba's, without which it runs as Python;
- `is` instead of `==` between texts that stand in the code, which Python keeps once, and `==` instead of `is` beside
  None, True and False;
- Numba's settings that change no value: `cache=`, `nogil=`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from cosmic_ray.work_item import MutationSpec

Place = tuple[int, int]
Span = tuple[Place, Place]
CHECKS = {"strict", "frozen", "slots", "eq", "order", "cache", "nogil"}
SPEED = {"cache", "inlined", "instruction", "entry", "inner", "njit"}
IDENTITY = {"Eq_Is", "NotEq_IsNot", "Is_Eq", "IsNot_NotEq"}


class Harmless:
    """The places of one file at which nothing is broken."""

    def __init__(self, file: Path) -> None:
        tree = ast.parse(file.read_text(encoding="utf-8"))
        self.spans = [_span(node) for node in _unread(tree)]
        self.identities = list(_identities(tree))
        self.decorators = list(_of_speed(tree))

    def __contains__(self, mutation: MutationSpec) -> bool:
        name = mutation.operator_name.rsplit("/", 1)[-1]
        if name == "RemoveDecorator":
            return _within(mutation.start_pos, self.decorators)
        if any(name.endswith(f"_{change}") for change in IDENTITY):
            return _within(mutation.start_pos, self.identities)
        return _within(mutation.start_pos, self.spans)


def _unread(tree: ast.Module) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        for part in (getattr(node, "annotation", None), getattr(node, "returns", None)):
            if isinstance(part, ast.AST):
                yield part
        if isinstance(node, ast.keyword) and node.arg in CHECKS:
            yield node.value
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            yield node


def _identities(tree: ast.Module) -> Iterator[Span]:
    """From the left side of a comparison with a constant to its right side."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            for left, right in pairwise([node.left, *node.comparators]):
                value = right.value if isinstance(right, ast.Constant) else 0
                if value is None or isinstance(value, (bool, str)):
                    yield _span(left)[1], _span(right)[0]


def _of_speed(tree: ast.Module) -> Iterator[Span]:
    for node in ast.walk(tree):
        for decorator in getattr(node, "decorator_list", []):
            name = decorator.func if isinstance(decorator, ast.Call) else decorator
            if isinstance(name, ast.Name) and name.id in SPEED:
                (line, column), end = _span(decorator)
                yield (line, column - 1), end  # with its @


def _span(node: ast.AST) -> Span:
    return (node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]


def _within(place: Place, spans: list[Span]) -> bool:
    return any(start <= place <= end for start, end in spans)
