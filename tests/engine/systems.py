"""Programs built by hand, and what tests of the engine do with them: run, record, compare bits."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynsim.algebra.domain import SCALAR, Domain, node
from dynsim.algebra.graph import Expr, Graph, fill
from dynsim.algebra.leaves import noise, uniform
from dynsim.algebra.reading.parse import parse
from dynsim.algebra.topology import Topology
from dynsim.compiler.program import EventProgram, Program, Slot
from dynsim.engine.plan import Checkpoint, Chunk, Outcome, Plan
from dynsim.engine.simulate import run
from dynsim.system.model import Clock

Floats = NDArray[np.float64]
Texts = Mapping[str, str]


@dataclass(frozen=True)
class Recorded:
    """Everything a run gave: times (T,), values by slot (T, R) or (T, n, R), the outcome and the checkpoints."""

    times: Floats
    values: dict[str, Floats]
    outcome: Outcome
    checkpoints: list[Checkpoint]


def program(
    clock: Clock,
    states: Texts | Sequence[str],
    *,
    parameters: Sequence[str] = (),
    populations: Mapping[str, str] | None = None,
    topology: Topology | None = None,
    stages: Sequence[Texts] = (),
    drift: Texts | None = None,
    diffusion: Texts | None = None,
    projection: Texts | None = None,
    events: Sequence[tuple[str, str, Texts]] = (),
) -> Program:
    """A program from texts. states: scalar slots; populations: slot → "net". The random numbers
    of a stage are written `z_SLOT` (normal) and `r_SLOT` (uniform).

    events: (name, condition, assignments); a condition "t >= NUMBER" is waited for exactly.
    """
    graph = Graph()
    domains: dict[str, Domain] = dict.fromkeys(states, SCALAR) | {s: node(p) for s, p in (populations or {}).items()}
    fired = [f"events.{name}.fired" for name, _, _ in events]
    scope: dict[str, Any] = {name: graph.symbol(name) for name in (*parameters, *fired)}
    scope |= {name: graph.symbol(name, domain) for name, domain in domains.items()}
    for letter, leaf in (("z", noise), ("r", uniform)):
        scope |= {f"{letter}_{name}": leaf(graph, name, domain) for name, domain in domains.items()}

    def read(texts: Texts | None) -> dict[str, Expr]:
        population = "net" if topology else None
        parsed = {slot: parse(text, scope, graph, population=population) for slot, text in (texts or {}).items()}
        return {slot: fill(e, domains.get(slot, SCALAR)) for slot, e in parsed.items()}  # type: ignore[arg-type]

    return Program(
        title="test",
        graph=graph,
        topologies={"net": topology} if topology else {},
        clock=clock,
        parameters=tuple(Slot(name, role="parameter") for name in parameters),
        states=(*(Slot(s, d) for s, d in domains.items()), *(Slot(name, role="switch") for name in fired)),
        initial={},
        events=tuple(
            EventProgram(
                name, f"events.{name}.fired", parse(condition, scope, graph), read(assignments),  # type: ignore[arg-type]
                graph.constant(float(condition[5:])) if condition.startswith("t >= ") and "and" not in condition
                else None,
            )
            for name, condition, assignments in events
        ),
        stages=tuple(read(stage) for stage in stages),
        drift=read(drift),
        diffusion=read(diffusion),
        projection=read(projection),
    )


def plan_of(
    system: Program, replicas: int, start: Mapping[str, Any], parameters: Mapping[str, Any] | None = None,
    *, seed: int = 1, every: float = 1,
) -> Plan:
    """A plan whose switches start at 0 and whose values are broadcast to their shapes."""
    initial = {}
    for slot in system.states:
        n = () if slot.domain.kind == "scalar" else (system.topologies[slot.domain.population].n,)
        value = np.asarray(start.get(slot.name, 0.0), dtype=float)
        value = value[:, None] if n and value.ndim == 1 else value
        initial[slot.name] = np.broadcast_to(value, (*n, replicas)).copy()
    given = {name: np.broadcast_to(np.asarray(x, float), (replicas,)) for name, x in (parameters or {}).items()}
    return Plan(replicas, seed, given, initial, every)


def recorded(system: Program, plan: Plan, **options: Any) -> Recorded:
    """Run to the end and put the chunks together."""
    chunks: list[Chunk] = []
    outcome = run(system, plan, chunks.append, **options)
    return joined(chunks, outcome)


def joined(chunks: Sequence[Chunk], outcome: Outcome) -> Recorded:
    values = {s: np.concatenate([c.values[s] for c in chunks]) for s in chunks[0].values} if chunks else {}
    times = np.concatenate([c.times for c in chunks]) if chunks else np.zeros(0)
    return Recorded(times, values, outcome, [c.checkpoint for c in chunks])


def same_bits(a: Mapping[str, Floats], b: Mapping[str, Floats]) -> bool:
    """Equal as float64 bit patterns; all NaN count as one."""
    return a.keys() == b.keys() and all(
        np.array_equal(_bits(a[slot]), _bits(b[slot])) for slot in a
    )


def _bits(x: Floats) -> NDArray[np.int64]:
    return np.ascontiguousarray(np.where(np.isnan(x), np.nan, x)).view(np.int64)


def random_topology(n: int, m: int, seed: int) -> Topology:
    """A random directed graph with weights in [0.5, 1.5)."""
    rng = np.random.default_rng(seed)
    return Topology.build(n, rng.integers(0, n, m), rng.integers(0, n, m), rng.uniform(0.5, 1.5, m))


def with_clock(system: Program, **changes: Any) -> Program:
    return replace(system, clock=replace(system.clock, **changes))


# -- one system of every kind -----------------------------------------------------------------------------------------

Case = tuple[Program, Callable[[int], Plan]]
STEPS = 1100


def scalar_noise_events() -> Case:
    """Two noisy scalars; a parameter that an event at a time changes; an event on a condition."""
    system = program(
        Clock(steps=STEPS), ["x", "y", "pull"], parameters=["a"],
        stages=[{"x": "0.99*x + 0.1*tanh(y) + 0.05*z_x", "y": "y - pull*(y - a*x) + 0.05*z_y*sigmoid(x)"}],
        events=[("late", "t >= 300", {"pull": "0.2"}), ("high", "x > 0.9", {"x": "x - 1", "y": "-y"})],
    )
    return system, lambda r: plan_of(
        system, r, {"x": np.sin(np.arange(r)), "y": 0.5, "pull": 0.02}, {"a": 1.0 + np.arange(r) / 7}
    )


def sequential() -> Case:
    """Two stages: the second sees the first's result; some replicas overflow."""
    system = program(
        Clock(steps=STEPS), ["x", "y"], parameters=["rate"],
        stages=[{"x": "x - rate*(x**3 - y)"}, {"y": "y - rate*(y + x) + 0.01*z_y"}],
    )
    return system, lambda r: plan_of(system, r, {"x": 1.0, "y": -1.0}, {"rate": 0.05 + 0.3 * np.arange(r)})


NET = random_topology(40, 150, seed=5)


def population() -> Case:
    """Sums over edges in both directions, a maximum over neighbours, over all nodes, and a sum over all."""
    from dynsim.algebra import functions as f
    from dynsim.algebra import leaves
    from dynsim.algebra.structural import gather_source, gather_target

    system = program(
        Clock(steps=60), ["level"], populations={"x": "net", "y": "net"}, topology=NET,
        stages=[{
            "x": "x + 0.01*(sum_neighbors(weight*sin(neighbor(x) - x)) + level - x) + 0.02*z_x",
            "y": "0.9*y + 0.1*max_neighbors(neighbor(x)*weight) - 0.01*index/size",
            "level": "0.9*level + 0.1*mean(x*y) + 0.01*max(tanh(x))",
        }],
    )
    y = system.graph.symbol("y", node("net"))
    x = system.graph.symbol("x", node("net"))
    outgoing = f.sum_outgoing(gather_target(x) * gather_source(y) * leaves.weight(system.graph, "net"))
    stage = dict(system.stages[0])
    system = replace(system, stages=(stage | {"y": stage["y"] + 0.01 * outgoing},))
    rng = np.random.default_rng(2)
    whole = rng.standard_normal((2, NET.n, 64))
    return system, lambda r: plan_of(system, r, {"x": whole[0, :, :r], "y": whole[1, :, :r], "level": 0.1})


def random_numbers() -> Case:
    """Normal and uniform numbers of nodes and of the whole: gathered, summed, compared, in two stages and levels."""
    system = program(
        Clock(steps=60), ["x", "level"], populations={"u": "net"}, topology=NET,
        stages=[
            {"x": "0.9*x + 0.1*z_x*r_x",
             "u": "0.5*u + 0.1*sum_neighbors(weight*neighbor(z_u)) + z_x*r_u - exp(r_x)*mean(u)*z_u"},
            {"level": "mean(r_u*z_u) + where(r_level < 0.3, x, level)"},
        ],
    )
    whole = np.random.default_rng(4).standard_normal((NET.n, 64))
    return system, lambda r: plan_of(system, r, {"u": whole[:, :r], "x": np.arange(r)})


def fixed_flow() -> Case:
    """Kuramoto oscillators and a scalar that they drive, Runge–Kutta 4."""
    system = program(
        Clock(time=3.0, dt=0.05, method="rk4"), ["r"], parameters=["k"], populations={"theta": "net"}, topology=NET,
        drift={"theta": "index/size + k*sum_neighbors(sin(neighbor(theta) - theta))", "r": "mean(cos(theta)) - r"},
        projection={"theta": "theta - 2*pi*floor((theta + pi)/(2*pi))"},
        events=[("stronger", "t >= 1", {"r": "r + 1"})],
    )
    whole = np.random.default_rng(3).uniform(-3, 3, (NET.n, 64))
    return system, lambda r: plan_of(system, r, {"theta": whole[:, :r]}, {"k": 0.1 + 0.01 * np.arange(r)})


def adaptive_flow() -> Case:
    """The van der Pol oscillator, of different stiffness, kicked at a time and where a condition holds."""
    system = program(
        Clock(time=20.0, method="dopri5"), ["x", "v", "push"], parameters=["mu"],
        drift={"x": "v", "v": "mu*(1 - x**2)*v - x + push"},
        events=[("kick", "t >= 3.3", {"v": "v + 1", "push": "0.3"}), ("low", "x < -1.5", {"x": "x + 0.5"})],
    )
    return system, lambda r: plan_of(
        system, r, {"x": 1.0, "v": 0.1 * np.arange(r)}, {"mu": 0.5 + 0.4 * np.arange(r)}, every=0.25
    )


def stochastic_flow() -> Case:
    """Geometric Brownian motion and a node-wise Ornstein–Uhlenbeck process, stochastic Heun."""
    system = program(
        Clock(time=3.0, dt=0.01, method="stochastic_heun"), ["s"], parameters=["mu"],
        populations={"u": "net"}, topology=NET,
        drift={"s": "mu*s", "u": "-u"}, diffusion={"s": "0.3*s", "u": "0.1 + 0.05*s"},
    )
    return system, lambda r: plan_of(system, r, {"s": 1.0, "u": 0.0}, {"mu": 0.1 * np.arange(r)})


SYSTEMS: dict[str, Callable[[], Case]] = {
    f.__name__: f
    for f in (scalar_noise_events, sequential, population, random_numbers, fixed_flow, adaptive_flow, stochastic_flow)
}
