"""Small systems with known answers, built by hand, and their records by a plain NumPy loop."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from dynsim.algebra.differentiate import gradient
from dynsim.algebra.domain import SCALAR, node
from dynsim.algebra.graph import Expr, Graph
from dynsim.algebra.interpret import evaluate, random_name
from dynsim.algebra.topology import Topology
from dynsim.compiler.program import AgentProgram, Program, Slot
from dynsim.record.recording import Block, MemoryRecording
from dynsim.system.model import Clock


@dataclass
class Player:
    """An agent that descends `pursues` (default: what it declares) by its controls: u = −rate·∂E/∂x, or `moves`."""

    controls: Sequence[str]
    declared: Expr
    rate: float = 0.1
    pursues: Expr | None = None
    moves: Mapping[str, Expr] = field(default_factory=dict)


def build(
    graph: Graph,
    slots: Sequence[str | Slot],
    players: Mapping[str, Player],
    *,
    clock: Clock | None = None,
    flows: Mapping[str, Expr] | None = None,
    noises: Mapping[str, Expr] | None = None,
    topologies: Mapping[str, Topology] | None = None,
    parameters: Sequence[str] = (),
) -> Program:
    """The program of a system with simultaneous moves (discrete unless the clock says otherwise)."""
    states = tuple(slot if isinstance(slot, Slot) else Slot(slot) for slot in slots)
    symbols = {slot.name: graph.symbol(slot.name, slot.domain) for slot in states}
    agents = tuple(_agent(name, player, symbols) for name, player in players.items())
    noises = noises or {}
    total: dict[str, Expr] = {}
    for moves in [*(agent.moves for agent in agents), flows or {}]:
        for v, move in moves.items():
            total[v] = total[v] + move if v in total else move
    clock = clock or Clock(steps=1)
    stages = {} if clock.continuous else {
        v: symbols[v] + u + noises.get(v, 0.0) * graph.add("noise", data=v, domain=symbols[v].domain)
        for v, u in total.items()
    }
    return Program(
        title="test", graph=graph, topologies=topologies or {}, clock=clock,
        parameters=tuple(Slot(p, role="parameter") for p in parameters), states=states, initial={},
        stages=(stages,) if stages else (), drift=total if clock.continuous else {}, flows=flows or {},
        noises=noises, agents=agents,
    )


def _agent(name: str, player: Player, symbols: Mapping[str, Expr]) -> AgentProgram:
    own = [symbols[v] for v in player.controls]
    objective = player.pursues if player.pursues is not None else player.declared
    xi = dict(zip(player.controls, gradient([objective], own), strict=True))
    declared = dict(zip(player.controls, gradient([player.declared], own), strict=True))
    moves = player.moves or {v: -player.rate * g for v, g in xi.items()}
    label = ByLabel({v: -player.rate * g for v, g in declared.items()})
    return AgentProgram(
        name, tuple(player.controls), objective, player.declared, objective, xi, declared, moves, label=label
    )


@dataclass(frozen=True)
class ByLabel:
    """What a gradient learner would do by its label alone, in the place of compiler.label.Label."""

    found: Mapping[str, Expr]

    def moves(self) -> Mapping[str, Expr]:
        return self.found


def record(
    program: Program,
    initial: Mapping[str, Any],
    ticks: int,
    dt: float = 1.0,
    every: int = 1,
    parameters: Mapping[str, Any] | None = None,
    rng: np.random.Generator | None = None,
) -> MemoryRecording:
    """Steps of the discrete program (without noise unless there is an rng), or RK4 steps of the continuous one;
    recorded every `every` steps."""
    state = {name: np.array(value, dtype=float) for name, value in initial.items()}
    params = {name: np.array(value, dtype=float) for name, value in (parameters or {}).items()}
    replicas = next(iter(state.values())).shape[-1]
    step = _rk4(program, params, dt) if program.clock.continuous else _map(program, params, rng)
    rows: dict[str, list[Any]] = {name: [] for name in state}
    diverged = np.full(replicas, np.nan)
    where = np.full(replicas, -1)
    names = [slot.name for slot in program.states]
    for tick in range(ticks):
        for name, value in state.items():
            finite = np.isfinite(value)
            bad = ~(finite if value.ndim == 1 else finite.all(axis=0)) & np.isnan(diverged)
            diverged[bad], where[bad] = tick * every * dt, names.index(name)
        for name in state:
            state[name] = np.where(np.isnan(diverged), state[name], np.nan)
            rows[name].append(state[name])
        for k in range(every):
            with np.errstate(all="ignore"):
                state = step(state, (tick * every + k) * dt)
    times = np.arange(ticks) * every * dt
    block = Block(times, {name: np.array(values) for name, values in rows.items()})
    return MemoryRecording([block], replicas, params, diverged, where)


def _map(program: Program, params: Mapping[str, Any], rng: np.random.Generator | None) -> Callable[..., Any]:
    def step(state: dict[str, Any], time: float) -> dict[str, Any]:
        state = dict(state)
        for stage in program.stages:
            noise = {
                random_name(leaf): rng.normal(size=state[v].shape) if rng else np.zeros(())
                for v, leaf in program.wiener.items()
            }
            new = evaluate(list(stage.values()), {**params, **state, **noise}, program.topologies, time)
            state |= dict(zip(stage, new, strict=True))
        return state

    return step


def _rk4(program: Program, params: Mapping[str, Any], dt: float) -> Callable[..., Any]:
    def slope(state: dict[str, Any], time: float) -> dict[str, Any]:
        found = evaluate(list(program.drift.values()), {**params, **state}, program.topologies, time)
        return dict(zip(program.drift, found, strict=True))

    def step(state: dict[str, Any], t: float) -> dict[str, Any]:
        def moved(k: dict[str, Any], h: float) -> dict[str, Any]:
            return {v: x + h * k[v] if v in k else x for v, x in state.items()}

        a = slope(state, t)
        b = slope(moved(a, dt / 2), t + dt / 2)
        c = slope(moved(b, dt / 2), t + dt / 2)
        d = slope(moved(c, dt), t + dt)
        return {
            v: x + dt / 6 * (a[v] + 2 * b[v] + 2 * c[v] + d[v]) if v in a else x for v, x in state.items()
        }

    return step


def tug_of_war(rate: float = 0.1, gap: float = 1.0, **options: Any) -> Program:
    """Two agents pull one memory to −gap and +gap: E = (m ± gap)²."""
    graph = Graph()
    m = graph.symbol("m")
    players = {"left": Player(["m"], (m + gap) ** 2, rate), "right": Player(["m"], (m - gap) ** 2, rate)}
    return build(graph, ["m"], players, **options)


def bilinear(rate: float = 0.1, **options: Any) -> Program:
    """min_x max_y xy: E_min = xy, E_max = −xy."""
    graph = Graph()
    x, y = graph.symbol("x"), graph.symbol("y")
    players = {"min": Player(["x"], x * y, rate), "max": Player(["y"], -(x * y), rate)}
    return build(graph, ["x", "y"], players, **options)


CONTINUOUS = Clock(time=1.0, dt=0.1)

__all__ = ["CONTINUOUS", "SCALAR", "Player", "bilinear", "build", "node", "record", "tug_of_war"]
