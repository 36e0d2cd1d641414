"""As steps become small a rule follows its flow: the error of T/h steps of size h falls in proportion to h."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from dynsim.algebra.graph import Expr
from dynsim.algebra.interpret import evaluate
from dynsim.compiler.applying.build import build
from dynsim.compiler.applying.game import Game
from dynsim.compiler.applying.view import View
from dynsim.engine.interpreted.stepping import derivative
from dynsim.rules.base import RULES, Rule, RuleSpec
from dynsim.system.model import Clock, Model, Space
from tests.compiler.models import scalar_game
from tests.compiler.plain_run import interpret_run
from tests.rules.test_contract import ON_SIMPLEX, example

Array = NDArray[np.float64]
Field = Callable[[float, Array], Array]

TIME = 1.0
STEPS = (100, 200, 400)
BOTH = [name for name in RULES.names() if "continuous" in RULES.get(name).clocks]
WITH_FLOW = [
    name for name in RULES.names() if RULES.get(name).flow is not Rule.flow and not RULES.get(name).random
]


def coupled(x: Expr, y: Expr) -> Sequence[Expr]:
    """General-sum, neither linear nor symmetric, no gradient is 0 on the way."""
    return (x - 0.3) ** 2.0 / 2 + 0.5 * x * y + x**4.0 / 40, 0.6 * (y - 0.3) ** 2.0 - 0.4 * x * y + x / 3


def mixed(x: Any, y: Any) -> Sequence[Expr]:
    """A general-sum game of two strategies each, in which the better one stays the same on the way."""
    return x[0] * y[0] - 0.7 * x[0] * y[1] + 0.2 * x[1], x[0] * y[1] - 0.5 * x[1] * y[0] + 0.1 * y[1]


def model(name: str, rule: RuleSpec, clock: Clock) -> tuple[Model, dict[str, float]]:
    if name in ON_SIMPLEX:
        start = {"x0[0]": 0.3, "x0[1]": 0.7, "x1[0]": 0.6, "x1[1]": 0.4}
        return scalar_game(mixed, rule, size=2, space=Space("simplex"), clock=clock), start
    return scalar_game(coupled, rule, clock=clock), {"x0": 1.5, "x1": -0.8}


def with_rate(name: str, h: float) -> RuleSpec:
    """The contract's example with the rate h, its own or that of the rule inside."""
    settings = dict(example(name).settings)
    if "rule" in settings:
        settings["rule"] = {"gradient": {"rate": h}}
    else:
        settings["rate"] = h
    return RuleSpec(name, settings)


def stepped(made: Model, start: Mapping[str, float], steps: int) -> Array:
    *_, end = interpret_run(build(made), {}, {slot: np.array([x]) for slot, x in start.items()}, steps)
    return np.array([end[slot][0] for slot in start])


def slope_of(errors: Sequence[float]) -> float:
    """d log(error)/d log(h)."""
    return float(np.polyfit(np.log(1 / np.array(STEPS)), np.log(errors), 1)[0])


def expect_first_order(field: Field, start: Mapping[str, float], ends: Sequence[Array]) -> None:
    """The slope is 1 to .1; or there is no error, where the steps are the flow itself."""
    exact = solve_ivp(field, (0, TIME), list(start.values()), method="DOP853", rtol=1e-11, atol=1e-13).y[:, -1]
    assert np.abs(exact - list(start.values())).max() > 1e-3
    errors = [float(np.abs(end - exact).max()) for end in ends]
    assert max(errors) < 1e-11 or slope_of(errors) == pytest.approx(1.0, abs=0.1), errors


def flow_of(name: str) -> tuple[list[Expr], dict[str, float]]:
    """dx/dt of all components by the rule's own statement, and where to start."""
    made, start = model(name, with_rate(name, 1e-3), Clock(steps=1))
    game = Game(made)
    parts = [made.agents[agent].rule.flow(View(game, agent)) for agent in made.agents]
    return [e for part in parts for e in part], start


@pytest.mark.parametrize("name", BOTH)
def test_small_gains_approach_the_continuous_program(name: str) -> None:
    """A rule of both clocks with gain h makes Euler's steps of its own continuous program."""
    rule = example(name, target=1.0)
    made, start = model(name, rule, Clock(time=TIME, dt=0.1))
    program = build(made)

    def field(t: float, z: Array) -> Array:
        found = derivative(program, dict(zip(start, z[:, None], strict=True)), t)
        return np.array([found[slot][0] for slot in start])

    def end(steps: int) -> Array:
        discrete, _ = model(name, rule, Clock(steps=steps))
        gain = discrete.graph.constant(TIME / steps)
        agents = {k: replace(a, controls=dict.fromkeys(a.controls, gain)) for k, a in discrete.agents.items()}
        return stepped(replace(discrete, agents=agents), start, steps)

    expect_first_order(field, start, [end(steps) for steps in STEPS])


@pytest.mark.parametrize("name", WITH_FLOW)
def test_small_rates_approach_the_stated_flow(name: str) -> None:
    flow, start = flow_of(name)

    def field(t: float, z: Array) -> Array:
        return np.array([np.ravel(v)[0] for v in evaluate(flow, dict(zip(start, z[:, None], strict=True)))])

    ends = [stepped(model(name, with_rate(name, TIME / n), Clock(steps=n))[0], start, n) for n in STEPS]
    expect_first_order(field, start, ends)
