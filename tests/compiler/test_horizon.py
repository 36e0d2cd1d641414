"""Gradients through the dynamics: an unrolled flow against the simulated one, and in closed form."""

from __future__ import annotations

import numpy as np
import pytest

import dynsim as ds
from dynsim.algebra.interpret import evaluate
from dynsim.compiler.applying.build import build
from dynsim.errors import InputError
from dynsim.system.builder import System
from dynsim.system.parameter_values import constant_values
from tests.compiler.looking_ahead import CONTINUOUS, DISCRETE, difference, linear, system, xi
from tests.work import MOMENT, at_most

# -- unrolled, against a simulation ---------------------------------------------------------------------------------

NONLINEAR = """
  theta: {init: 0}
  x: {init: 0, flow: k0*y - k1*tanh(x) + k2*theta*cos(t)}
  y: {init: 0, flow: k3*sin(x) + k4*w - 0.3*y, space: [-3, null]}
  w: {expr: x*y/4 + theta}
"""
OBJECTIVE = "(x - theta)**2 + w*cos(theta) + 0.3*y*t"


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("clock", "horizon"),
    [(DISCRETE, 1), (DISCRETE, 7), (CONTINUOUS, 0.7), ("{time: 9, dt: 0.1, method: heun}", 0.3),
     ("{time: 9, dt: 0.05, method: dopri5, rtol: 1e-11, atol: 1e-11}", 0.5)],
)  # fmt: skip
def test_the_gradient_is_that_of_the_simulated_flow(seed: int, clock: str, horizon: float) -> None:
    """ξ = dE(x(H; θ), θ)/dθ with all factors 1, at random points of random systems. Seeds 0, 1, 2."""
    rng = np.random.default_rng(seed)
    coefficients = {f"k{k}": float(c) for k, c in enumerate(rng.normal(0, 0.5, 5))}
    a_system = system(NONLINEAR, OBJECTIVE, clock, coefficients, horizon=horizon)
    point = dict(zip(("theta", "x", "y"), map(float, rng.normal(0, 1, 3)), strict=True))
    assert xi(a_system, point) == pytest.approx(difference(a_system, point, horizon), rel=1e-6, abs=1e-8)


def test_a_vector_of_which_the_agent_holds_a_component_flows_without_it() -> None:
    """x' = (·, x₀·x₁) with x₀ held: x₁(3) = x₁(1 + x₀)³, so dx₁(3)/dx₀ = 3 x₁ (1 + x₀)²."""
    text = """
dynsim: 1
title: t
variables: {x: {size: 2, flow: [5, "x[0]*x[1]"]}}
agents: {a: {controls: "x[0]", declared: "x[1]", horizon: 3, rule: {gradient: {rate: 1}}}}
clock: {steps: 9}
"""
    program = build(ds.load_scenario(text).resolve())
    x0, x1 = np.random.default_rng(1).normal(size=2)
    numbers = {"variables.x.flow[0]": 5.0, "agents.a.rule.rate": 1.0}
    (found,) = evaluate([program.agents[0].gradient["x[0]"]], {"x[0]": x0, "x[1]": x1, **numbers})
    assert found == pytest.approx(3 * x1 * (1 + x0) ** 2, rel=1e-12)


def test_a_boundary_stops_the_gradient() -> None:
    """x ← min(x + θ, 1) from ½ with θ = .4 is free for one step and at its end after two."""
    space = "  theta: {init: 0}\n  x: {init: 0, flow: theta, space: [0, 1]}\n"
    point = {"theta": 0.4, "x": 0.5}
    assert xi(system(space, "x", horizon=1), point) == 1.0
    assert xi(system(space, "x", horizon=2), point) == 0.0


def test_a_population_that_flows_is_unrolled_too() -> None:
    """p_i ← p_i + θ − p_i/2 at five nodes, E = mean p²: x(H) = 2θ + (p − 2θ)/2^H."""
    text = """
dynsim: 1
title: t
graphs: {net: {generator: cycle_graph, n: 5}}
variables: {theta: {init: 0}, p: {on: net, flow: theta - p/2}}
agents: {a: {controls: theta, declared: mean(p**2), horizon: 4, rule: {gradient: {rate: 1}}}}
clock: {steps: 9}
"""
    program = build(ds.load_scenario(text).resolve())
    p, theta = np.random.default_rng(2).normal(size=5), 0.3
    values = {"p": p, "theta": theta, "agents.a.rule.rate": 1.0}
    (found,) = evaluate([program.agents[0].gradient["theta"]], values, program.topologies)
    later = 2 * theta + (p - 2 * theta) / 16
    assert found == pytest.approx(np.mean(2 * later * (2 - 2 / 16)), rel=1e-12)


def test_a_learner_at_every_node_sees_what_its_own_node_will_be() -> None:
    """p_i ← p_i + θ_i + c Σ_j p_j: a node takes its neighbours' values as given, so ∂p_i(2)/∂θ_i = 2."""
    text = """
dynsim: 1
title: t
graphs: {net: {generator: cycle_graph, n: 4}}
variables: {theta: {on: net, init: 0}, p: {on: net, flow: theta + 0.5*sum_neighbors(neighbor(p))}}
agents: {a: {controls: theta, declared: p**2/2, horizon: 2, rule: {gradient: {rate: 1}}}}
clock: {steps: 9}
"""
    program = build(ds.load_scenario(text).resolve())
    rng = np.random.default_rng(3)
    p, theta = rng.normal(size=(2, 4))
    values = {"p": p, "theta": theta, "agents.a.rule.rate": 1.0}
    (found,) = evaluate([program.agents[0].gradient["theta"]], values, program.topologies)
    near = np.roll(p, 1) + np.roll(p, -1)
    once = p + theta + 0.5 * near
    twice = once + theta + 0.5 * (np.roll(once, 1) + np.roll(once, -1))
    np.testing.assert_allclose(found, twice * 2, rtol=1e-12)


def test_the_compiled_run_moves_by_this_gradient() -> None:
    """One step of gradient descent, compiled: θ ← θ − rate·ξ."""
    coefficients = {f"k{k}": 0.1 * (k + 1) for k in range(5)}
    a_system = system(NONLINEAR, OBJECTIVE, DISCRETE, coefficients, horizon=4)
    run = ds.simulate(a_system, steps=1, set=["variables.x.init=0.4", "variables.y.init=-0.2"], report=False)
    expected = -0.1 * xi(a_system, {"theta": 0.0, "x": 0.4, "y": -0.2})
    assert run.states.theta.iloc[-1] == pytest.approx(expected, rel=1e-12)


# -- closed forms ---------------------------------------------------------------------------------------------------


def test_a_linear_flow_has_a_closed_form() -> None:
    """x(H) = m^H x + bθ(m^H − 1)/a, m = 1 + a: ξ = (x(H) − 1) b (m^H − 1)/a + θ/10, at random values. Seed 4."""
    rng = np.random.default_rng(4)
    for horizon in (1, 2, 5, 30):
        theta, x, a, b = rng.normal(0, 0.7, 4)
        power = (1 + a) ** horizon
        later = power * x + b * theta * (power - 1) / a
        expected = (later - 1) * b * (power - 1) / a + theta / 10
        found = xi(linear(horizon=horizon), {"theta": theta, "x": x, "a": a, "b": b})
        assert found == pytest.approx(expected, rel=1e-10)


def test_a_horizon_in_time_uses_the_clocks_table_and_a_shorter_last_step() -> None:
    """RK4 multiplies by R(z) = 1 + z + z²/2 + z³/6 + z⁴/24; .25 is two steps of .1 and one of .05."""
    rng = np.random.default_rng(5)
    theta, x, a, b = rng.normal(0, 1, 4)

    def growth(z: float) -> float:
        return 1 + z + z**2 / 2 + z**3 / 6 + z**4 / 24

    power = growth(0.1 * a) ** 2 * growth(0.05 * a)
    later = power * x + b * theta * (power - 1) / a
    expected = (later - 1) * b * (power - 1) / a + theta / 10
    assert xi(linear(CONTINUOUS, horizon=0.25), {"theta": theta, "x": x, "a": a, "b": b}) == pytest.approx(expected)
    assert xi(linear(CONTINUOUS, horizon=0.3), {"theta": 0.0, "x": x, "a": 0.0, "b": b}) == pytest.approx(
        0.3 * b * (x - 1), rel=1e-12
    )


def test_the_gradient_is_linear_in_the_factor() -> None:
    """With g = 0 the agent is blind to what it does to x(H), not to x(H) itself; in between it is linear. Seed 6."""
    theta, x, a, b = np.random.default_rng(6).normal(0, 0.7, 4)
    for horizon in (4, "fixed_point"):
        a_system = linear(horizon=horizon, paths="{x: g}")
        blind, half, all_of_it = (
            xi(a_system, {"theta": theta, "x": x, "a": a, "b": b, "g": g}) for g in (0.0, 0.5, 1.0)
        )
        assert blind == pytest.approx(theta / 10, rel=1e-12)
        assert half == pytest.approx((blind + all_of_it) / 2, rel=1e-12)
        assert all_of_it == xi(linear(horizon=horizon), {"theta": theta, "x": x, "a": a, "b": b})
        assert abs(all_of_it - blind) > 1e-3


def test_a_factor_on_a_derived_variable_acts_in_the_flow_at_every_step() -> None:
    """x ← x + w with w = bθ + cx seen by g: dx(2)/dθ = gb(1 + gc) + gb."""
    variables = "  theta: {init: 0}\n  x: {init: 0, flow: w}\n  w: {expr: b*theta + c*x}"
    numbers = {"b": 0.8, "c": -0.3, "g": 0.25}
    found = xi(system(variables, "x", params=numbers, horizon=2, paths="{w: g}"), {"theta": 0.1, "x": 0.2})
    assert found == pytest.approx(0.25 * 0.8 * (1 - 0.25 * 0.3) + 0.25 * 0.8, rel=1e-12)


def test_noise_and_other_agents_controls_are_held() -> None:
    """z is moved by another agent: x(3) = x + 3(θ + z), whatever noise x has."""
    text = """
dynsim: 1
title: t
variables: {theta: {init: 0}, z: {init: 0}, x: {flow: theta + z, noise: 2}}
agents:
  a: {controls: theta, declared: x**2/2, horizon: 3, rule: {gradient: {rate: 1}}}
  b: {controls: z, declared: z**2/2, rule: {gradient: {rate: 1}}}
clock: {steps: 9}
"""
    program = build(ds.load_scenario(text).resolve())
    (found,) = evaluate([program.agents[0].gradient["theta"]], {"theta": 0.5, "z": -0.2, "x": 1.0})
    assert found == pytest.approx(3 * (1.0 + 3 * 0.3))


# -- the label, and rules that ask for more -------------------------------------------------------------------------


def test_the_label_is_read_through_the_same_horizon_and_without_credit() -> None:
    """An agent that pursues its label through the flow does what its label says; with credit it does not only that."""
    text = """
dynsim: 1
title: t
params: {a: -0.4}
variables: {theta: {init: 0}, x: {init: 0.5, flow: a*x + theta}, z: {init: 0}}
agents:
  a: {controls: theta, declared: (x - 1)**2/2, credit: {b: 1}, horizon: 3, rule: {gradient: {rate: 0.1}}}
  b: {controls: z, declared: (z + theta)**2, rule: {gradient: {rate: 0.1}}}
clock: {steps: 9}
"""
    program = build(ds.load_scenario(text).resolve())
    values = {"theta": 0.3, "x": 0.5, "z": 0.2, "a": -0.4, "agents.a.credit.b": 1.0}
    agent = program.agents[0]
    own, label = evaluate([agent.gradient["theta"], agent.declared_gradient["theta"]], values)
    alone = xi(system("  theta: {init: 0}\n  x: {init: 0.5, flow: a*x + theta}", "(x - 1)**2/2", params={"a": -0.4},
                      horizon=3), {"theta": 0.3, "x": 0.5})  # fmt: skip
    assert label == pytest.approx(alone, rel=1e-14)
    assert own == pytest.approx(label + 2 * (0.2 + 0.3), rel=1e-14)


def test_other_derivatives_that_a_rule_asks_for_look_ahead_too() -> None:
    """LOLA with stopped gradients: ξ_a − αχ, χ = (∂ξ_b/∂θ)ᵀ ∂E_a/∂z, with E_a = x(2)·z, x(2) = x + 2θ, ξ_b = z + θ."""
    text = """
dynsim: 1
title: t
variables: {theta: {init: 0}, z: {init: 0}, x: {init: 0, flow: theta}}
agents:
  a: {controls: theta, declared: x*z, horizon: 2,
      rule: {lola: {rate: 1, foresight: 0.5, convention: stop_gradient}}}
  b: {controls: z, declared: (z + theta)**2/2, rule: {gradient: {rate: 1}}}
clock: {steps: 9}
"""
    model = ds.load_scenario(text).resolve()
    program = build(model)
    theta, z, x = 0.3, -0.7, 1.1
    values = constant_values(model.parameters) | {"theta": theta, "z": z, "x": x}
    (move,) = evaluate([program.agents[0].moves["theta"]], values)
    assert move == pytest.approx(-(2 * z - 0.5 * (x + 2 * theta)), rel=1e-12)


# -- mistakes that show when the program is built -------------------------------------------------------------------


def messages(a_system: System) -> list[str]:
    model = a_system.resolve()
    with pytest.raises(InputError) as error:
        build(model)
    return [str(problem) for problem in error.value.problems]


def test_a_horizon_beyond_all_bounds_is_refused_at_once() -> None:
    for horizon, shown in ((10**6, "1e+06"), (5000, "5000")):
        coefficients = {f"k{k}": 0.1 for k in range(5)}
        with at_most(MOMENT):
            found = messages(system(NONLINEAR, OBJECTIVE, DISCRETE, coefficients, horizon=horizon))
        assert found == [
            f"agents.a.horizon: a horizon of {shown} makes a program of more than 200,000 values with what comes "
            "before it: shorten it, or take `fixed_point`"
        ]


def test_a_factor_that_no_move_depends_on_is_told() -> None:
    """d depends on x alone, which theta reaches in time: the remedy is a horizon."""
    variables = "  theta: {init: 0}\n  x: {init: 0, flow: theta}\n  d: {expr: 2*x}\n  far: {expr: 3*y}\n  y: {init: 1}"
    assert messages(system(variables, "(theta - d)**2", paths="{d: 0}")) == [
        "agents.a.paths.d: what 'a' moves reaches 'd' only through a flow, in time: `horizon` opens that path"
    ]
    assert messages(system(variables, "(theta - far)**2", paths="{far: 0.5}")) == [
        "agents.a.paths.far: 'far' does not depend on what 'a' moves: a factor on this path changes nothing"
    ]
    assert build(system(variables, "(theta - d)**2", paths="{d: 0}", horizon=2).resolve()).agents


def test_a_factor_for_a_rule_that_looks_at_no_gradient_is_told() -> None:
    """Unless the gradient of the label has it, with which the moves are compared."""
    variables = "  theta: {init: 0}\n  d: {expr: 2*theta}"
    blind = "{heuristic: {target: 1}}"
    assert messages(system(variables, "theta**2", pursues="d**2", paths="{d: 0.5}", rule=blind)) == [
        "agents.a.paths.d: the rule 'heuristic' of 'a' does not use its gradient: a factor on this path changes nothing"
    ]
    assert build(system(variables, "d**2", paths="{d: 0.5}", rule=blind).resolve()).agents
