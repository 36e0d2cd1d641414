"""Matrix games as programs: two players, many games at once as replicas; one population that plays itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynsim.algebra.graph import Expr, Graph
from dynsim.algebra.structural import named
from dynsim.algebra.vector import Vector
from dynsim.compiler.applying.build import build
from dynsim.compiler.program import Program
from dynsim.engine.interpreted.stepping import derivative
from dynsim.rules.base import RuleSpec
from dynsim.system.model import Clock, Model, Space, Variable
from tests.compiler.models import agent_of, model_of, scalar_game, state
from tests.compiler.plain_run import interpret_run

Array = NDArray[np.float64]
Pair = tuple[Array, Array]


def bimatrix(rules: RuleSpec | Sequence[RuleSpec], strategies: int = 3, clock: Clock | None = None) -> Model:
    """Payoffs xᵀAy and xᵀBy; the entries of A and B are parameters."""

    def losses(x: Any, y: Any) -> Sequence[Expr]:
        def payoff(name: str) -> Expr:
            rows = range(strategies)
            matrix = Vector(Vector(x[0].graph.symbol(f"{name}[{j}][{k}]") for k in rows) for j in rows)
            return x @ (matrix @ y)

        return -payoff("A"), -payoff("B")

    return scalar_game(losses, rules, size=strategies, space=Space("simplex"), clock=clock)


def payoffs(a: Array, b: Array) -> dict[str, Array]:
    """The parameters of `bimatrix`; a, b: (games, n, n)."""
    n = a.shape[1]
    return {f"{m}[{j}][{k}]": v[:, j, k] for m, v in (("A", a), ("B", b)) for j in range(n) for k in range(n)}


def shares(x: Array, y: Array) -> dict[str, Array]:
    """The start; x, y: (games, n)."""
    return {f"x{i}[{k}]": z[:, k] for i, z in enumerate((x, y)) for k in range(z.shape[1])}


def read(values: Any, player: int = 0) -> Array:
    """The shares of a player, (games, n)."""
    n = sum(name.startswith(f"x{player}[") for name in values)
    return np.stack([values[f"x{player}[{k}]"] for k in range(n)], axis=-1)


def field(model: Model, a: Array, b: Array, x: Array, y: Array) -> Pair:
    """dx/dt and dy/dt of all games on a continuous clock."""
    rates = derivative(build(model), payoffs(a, b) | shares(x, y), 0.0)
    return read(rates, 0), read(rates, 1)


def play(program: Program, a: Array, b: Array, x: Array, y: Array, ticks: int) -> list[dict[str, Array]]:
    """The states at ticks 0, 1, …"""
    return list(interpret_run(program, payoffs(a, b), shares(x, y), ticks))


def alone(rule: RuleSpec, matrix: Sequence[Sequence[float]], clock: Clock) -> Program:
    """One population x that plays against itself: its payoffs are u = Ax.

    Its loss is −x·f with the field f = Ax on a blind path, so that ξ = −Ax.
    """
    graph = Graph()
    n = len(matrix)
    x = state(graph, "x0", (n,), space=Space("simplex"))
    values = Vector(Vector(row) @ x.symbols for row in matrix)
    seen = Vector(named(p, f"f[{k}]") for k, p in enumerate(values))
    derived = Variable("f", "derived", seen, (n,), expr=values)
    blind = {f"f[{k}]": graph.constant(0.0) for k in range(n)}
    own: Any = x.symbols
    agent = agent_of(graph, "a", ["x0"], -(own @ seen), rule, paths=blind)
    return build(model_of(graph, [x, derived], [agent], clock))


def orbit(program: Program, start: Sequence[float], ticks: int) -> Array:
    """The shares of one population over time, (ticks + 1, n)."""
    given = {f"x0[{k}]": np.array([s]) for k, s in enumerate(start)}
    return np.array([read(values)[0] for values in interpret_run(program, {}, given, ticks)])


def games(rng: np.random.Generator, count: int, strategies: int = 3) -> Pair:
    """Random payoffs, standard normal."""
    a, b = rng.normal(size=(2, count, strategies, strategies))
    return a, b


def mixtures(rng: np.random.Generator, count: int, strategies: int = 3) -> Pair:
    """Random mixed strategies, uniform on the simplex."""
    x, y = rng.dirichlet(np.ones(strategies), size=(2, count))
    return x, y


def on_faces(rng: np.random.Generator, x: Array) -> Array:
    """The same with one share put to 0 in two of three rows."""
    k = rng.integers(0, int(1.5 * x.shape[1]), size=len(x))
    x = np.where(np.arange(x.shape[1]) == k[:, None], 0.0, x)
    return x / x.sum(axis=1, keepdims=True)


def worth(a: Array, b: Array, x: Array, y: Array) -> Pair:
    """The payoff of every pure strategy of both players, (games, n)."""
    return np.einsum("gjk,gk->gj", a, y), np.einsum("gjk,gj->gk", b, x)
