"""An agent's horizon: where the flow alone takes the system, unrolled step by step as expressions of the state.

Unrolled, the way has exact derivatives with the operations that the graph has; a loop would need its own adjoint.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ...algebra import leaves
from ...algebra.graph import Expr, fill
from ...algebra.substitute import substitute
from ...integrators.base import INTEGRATORS
from ...system.flows import Flows
from ...system.model import Clock, Model
from ...system.ticks import step_length, whole_units
from .advance import advance
from .sizes import MOST_VALUES, expect_room, too_large

ADVICE = "shorten it, or take `fixed_point`"

Step = Mapping[Expr, Expr]


def unrolled(model: Model, flows: Flows, horizon: float, path: str) -> dict[Expr, Expr]:
    """x_v(H) for every component v that flows, and the time t + H, by the symbols that they stand in for.

        discrete clock     x(k+1) = project(x(k) + f(x(k), t + k)),   H steps
        continuous clock   the same with the increment of the clock's Runge–Kutta table for dx/dt = f, in steps of dt
                           and a shorter last one where H is no multiple of it

    f is the joint flow of these components. All others, including parameters, keep their values: an agent foresees the
    world, not what other agents will do. Noise is at its mean, 0. InputError if the program becomes too large.
    """
    graph = model.graph
    now = leaves.time(graph)
    length = step_length(model.clock)
    whole, rest = whole_units(horizon, length)
    step = _step(model, flows, length)
    _expect_few(whole, step, horizon, path)
    states: dict[Expr, Expr] = {symbol: symbol for symbol in flows}
    for k in range(whole):
        states = _after(step, states, now, k * length)
        expect_room(graph, f"a horizon of {horizon:g}", ADVICE, path)
    if rest:
        states = _after(_step(model, flows, rest), states, now, whole * length)
    return states | {now: now + horizon}


def _expect_few(steps: int, step: Step, horizon: float, path: str) -> None:
    """InputError, before anything is built, if the steps and their gradient would make too many values."""
    values = list(step.values())
    graph = values[0].graph
    work = sum(bool(graph.nodes[k].args) for k in graph.reachable(values))
    # a gradient visits every value once more on its way back
    if 2 * steps * max(1, work) > MOST_VALUES:
        raise too_large(f"a horizon of {horizon:g}", ADVICE, path)


def _after(step: Step, states: Mapping[Expr, Expr], now: Expr, passed: float) -> dict[Expr, Expr]:
    """The states after one more step."""
    new = substitute(list(step.values()), {**states, now: now + passed})
    return dict(zip(step, new, strict=True))


def _step(model: Model, flows: Flows, length: float) -> dict[Expr, Expr]:
    """The map from the state before a step of this length to that after it."""
    symbols = list(flows)
    if model.clock.continuous:
        increments = _runge_kutta(model.clock, list(flows.values()), symbols, length)
    else:
        increments = list(flows.values())
    moved = advance(model, {str(s.name): i for s, i in zip(symbols, increments, strict=True)})
    return {s: moved[str(s.name)] for s in symbols}


def _runge_kutta(clock: Clock, flows: Sequence[Expr], symbols: Sequence[Expr], length: float) -> list[Expr]:
    """Σ_j b_j I_j of the clock's method (integrators/base.py)."""
    table = INTEGRATORS.get(clock.method)
    now = leaves.time(symbols[0].graph)
    stages: list[list[Expr]] = []
    for weights, c in zip(table.a, table.c, strict=True):
        point = {s: s + _weighted(weights, stages, k) for k, s in enumerate(symbols)} if stages else {}
        rates = substitute(flows, {**point, now: now + c * length})
        stages.append([fill(length * rate, s.domain) for rate, s in zip(rates, symbols, strict=True)])
    return [_weighted(table.b, stages, k) for k in range(len(symbols))]


def _weighted(weights: Sequence[float], stages: Sequence[Sequence[Expr]], component: int) -> Expr:
    result = stages[0][component].graph.constant(0.0)
    for weight, stage in zip(weights, stages, strict=False):  # an explicit table: later stages are not there yet
        result = result + weight * stage[component]
    return result
