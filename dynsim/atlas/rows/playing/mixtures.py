"""Mixed strategies: matrix games of two players, and a population that plays against itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

import dynsim as ds

Shares = NDArray[np.float64]
Matrix = Sequence[Sequence[float]]

PENNIES = [[1, -1], [-1, 1]]


def rock_paper_scissors(win: float = 1.0, loss: float = 1.0, draw: float = 0.0) -> list[list[float]]:
    """The payoffs of the row player; every strategy beats the one before it."""
    return [[draw, -loss, win], [win, draw, -loss], [-loss, win, draw]]


def zero_sum(matrix: Matrix) -> tuple[Matrix, Matrix]:
    """The payoffs of both players; rows are the first player's strategies."""
    return matrix, [[-entry for entry in row] for row in matrix]


def pair(payoffs: Sequence[Matrix], rules: Any, starts: Sequence[Sequence[float]]) -> ds.System:
    """Players `one` and `two` with the mixtures x and y. rules: one for both players, or a list of two."""
    system = ds.System("two players who mix")
    own = [system.state(n, size=len(s), space="simplex", init=list(s)) for n, s in zip("xy", starts, strict=True)]
    losses = system.game("table", "matrix_game", actions=own, payoffs=[list(map(list, m)) for m in payoffs])
    both = rules if isinstance(rules, list | tuple) else (rules, rules)
    for name, mixture, loss, rule in zip(("one", "two"), own, losses, both, strict=True):
        system.agent(name, controls=mixture, declared=loss, rule=rule)
    return system


def population(matrix: Matrix, rule: Any, start: Sequence[float]) -> ds.System:
    """A population with the shares x that plays against itself. Strategies earn f = Ax, which the agent takes as
    fixed."""
    system = ds.System("a population that plays itself")
    x: Any = system.state("x", size=len(start), space="simplex", init=list(start))
    earned = system.derived("f", [sum(a * share for a, share in zip(row, x, strict=True)) for row in matrix])
    system.agent("all", controls=x, declared=-(x @ earned), rule=rule, paths={"f": 0})
    return system


def shares(run: ds.Run, name: str = "x") -> Shares:
    """The mixture, or another vector, of that name over the recorded ticks, (ticks, strategies)."""
    states = run.states
    return states[[column for column in states.columns if column.startswith(f"{name}[")]].to_numpy()


def exploitability(matrix: Matrix, x: Shares, y: Shares) -> Shares:
    """max_j (Ay)_j − min_k (xᵀA)_k of a zero-sum game, 0 at its equilibria; x, y: (…, strategies)."""
    a = np.asarray(matrix, float)
    return (y @ a.T).max(axis=-1) - (x @ a).min(axis=-1)


def turns(x: Shares, step: float) -> Shares:
    """The times of upward passages through 0, by linear interpolation between points that are `step` apart."""
    before = np.flatnonzero((x[:-1] < 0) & (x[1:] >= 0))
    return step * (before - x[before] / (x[before + 1] - x[before]))
