"""What games in normal form share: tables of payoffs, and their expectation under mixed strategies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any

from ...algebra.graph import Expr
from ...algebra.value import components
from ...algebra.vector import Vector
from ...errors import Problem
from ..base import Action, Game, expect_actions, shape_of


@dataclass(frozen=True)
class NormalForm(Game):
    """Base of the games in normal form; a subclass gives the tables.

    An action is a mixed strategy: a vector of shares, one for each pure strategy. With two pure strategies it may also
    be one number, the share of the first.
    """

    def tables(self) -> Vector:
        """The payoff array of every player, with one axis per player in their order."""
        raise NotImplementedError

    def one_round(self) -> tuple[Vector, Any]:
        return self.tables(), 1.0

    def mixed(self, actions: Sequence[Action]) -> Sequence[Action]:
        return actions

    def losses(self, actions: Sequence[Action]) -> Vector:
        """−Σ_{k₁…k_n} payoff_i[k₁]…[k_n] Π_j x_j[k_j] for every player i."""
        tables = self.tables()
        mixed = strategies(actions, shape_of(tables)[1:])
        return Vector(-_expected(table, mixed) for table in tables)


def strategies(actions: Sequence[Action], sizes: Sequence[int]) -> list[Vector]:
    """Every action as shares of `size` pure strategies; if size is 2, a single number is the share of the first.
    InputError for actions of another number or length."""
    whole = [
        Vector((action, 1.0 - action)) if size == 2 and isinstance(action, Expr) else Vector(components(action))
        for action, size in zip(actions, sizes, strict=False)
    ]
    expect_actions([*whole, *actions[len(whole) :]], sizes)
    return whole


def symmetric(payoffs: Sequence[Sequence[Any]]) -> Vector:
    """The tables of two players, each of whom gets payoffs[own pure strategy][the other's]."""
    rows = Vector(Vector(row) for row in payoffs)
    return Vector((rows, Vector(Vector(column) for column in zip(*rows, strict=True))))


def out_of_order(settings: Mapping[str, Any], order: str) -> Iterator[Problem]:
    """Problems with numeric settings that violate an order such as "reward > temptation >= sucker"."""
    words = order.split()
    for above, relation, below in zip(words[::2], words[1::2], words[2::2], strict=False):
        high, low = settings[above], settings[below]
        if not isinstance(high, Real) or not isinstance(low, Real):
            continue
        if high < low or (high == low and relation == ">"):
            yield Problem(f"expected {order}, got {above} {high:g} and {below} {low:g}", above)


def _expected(payoff: Any, mixed: Sequence[Vector]) -> Any:
    """Σ over the first player's pure strategies of the share times the expectation over the others."""
    if not mixed:
        return payoff
    return mixed[0] @ Vector(_expected(part, mixed[1:]) for part in payoff)
