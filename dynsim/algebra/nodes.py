"""The nodes that a graph consists of: plain data, which printing, simplification and the compiler read."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import NamedTuple

from .domain import Domain
from .operations import BOOLEAN

RANDOM = ("noise", "uniform")
"""Leaves that take a new random number at every step."""


class Node(NamedTuple):
    """One value: the operation, its arguments' indices, its data (a constant's value, a name) and its domain."""

    op: str
    args: tuple[int, ...]
    data: Hashable
    domain: Domain

    @property
    def boolean(self) -> bool:
        """Whether the value is a condition (true or false) and not a number."""
        return self.op in BOOLEAN


def reachable(nodes: Sequence[Node], outputs: Iterable[int]) -> list[int]:
    """The indices of everything that the nodes `outputs` need, themselves included, arguments first."""
    seen: set[int] = set()
    stack = [*outputs]
    while stack:
        index = stack.pop()
        if index not in seen:
            seen.add(index)
            stack.extend(nodes[index].args)
    return sorted(seen)  # arguments have smaller indices than the nodes that use them


def of_a_rule(leaf: Node) -> bool:
    """Whether a learning rule or a variable's noise takes this random number, rather than an expression's text.

    Texts name their random numbers "stream:ordinal"; names of agents and variables contain no colon.
    """
    return ":" not in str(leaf.data)
