"""Random games as dynsim plays them, and what came of it as plain arrays: what other packages are compared with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

import dynsim as ds
from dynsim.system.builder import System

Array = NDArray[np.float64]


def mixture(rng: np.random.Generator, n: int) -> Array:
    """A point of the simplex, evenly distributed."""
    return rng.dirichlet(np.ones(n))


def matrix_game(payoffs: Sequence[Array], rules: Sequence[Any], starts: Sequence[Array]) -> System:
    """Players x0, x1, … with mixed strategies; payoffs: one array for each, its axes in the players' order."""
    s = ds.System("a matrix game")
    actions = [s.state(f"x{k}", init=x.tolist(), size=len(x), space="simplex") for k, x in enumerate(starts)]
    losses = s.game("game", "matrix_game", actions=actions, payoffs=[payoff.tolist() for payoff in payoffs])
    for k, (action, loss, rule) in enumerate(zip(actions, losses, rules, strict=True)):
        s.agent(f"player{k}", controls=action, declared=loss, rule=rule)
    return s


def population_game(payoffs: Array, rule: Any, start: Array) -> System:
    """One population x that plays against itself: everyone takes the payoffs A x as given."""
    s = ds.System("a population game")
    x = s.state("x0", init=start.tolist(), size=len(start), space="simplex")
    field = s.derived("payoff", [sum(float(a) * e for a, e in zip(row, x, strict=True)) for row in payoffs])
    s.agent("all", controls=x, declared=-(x @ field), paths={"payoff": 0}, rule=rule)
    return s


def trajectories(system: System, steps: int, *names: str, compiled: bool = False, **settings: Any) -> list[Array]:
    """The components of each of these vector variables at steps 0, 1, …, (steps + 1, k); of the first replica."""
    states = ds.simulate(system, steps=steps, compiled=compiled, **settings).states
    states = states[states.replica == 0]
    return [states[[c for c in states.columns if c.split("[")[0] == name]].to_numpy() for name in names]


def ends(system: System, steps: int, *names: str, **settings: Any) -> list[Array]:
    """The same at the end, of all replicas: (R, k)."""
    states = ds.simulate(system, steps=steps, every=steps, **settings).states
    states = states[states.t == states.t.max()]
    return [states[[c for c in states.columns if c.split("[")[0] == name]].to_numpy() for name in names]
