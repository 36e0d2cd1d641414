import numpy as np
import pytest

import dynsim as ds
from dynsim.analysis.reading.study import Study
from dynsim.analysis.requested_metrics.stability import Stability, leading
from tests.analysis.games import CONTINUOUS, build, record

from .cases import pooled, quadratics, recording, simulated


def leading_eigenvalue(matrix):
    eigenvalues = np.linalg.eigvals(matrix)
    largest = eigenvalues[eigenvalues.real.argmax()]
    return largest.real, abs(largest.imag)


def test_gradient_flows_on_random_quadratics_against_linear_algebra():
    """dz/dt = −0.01 (J z + b), controls 1, 3 and 2 per agent (seed 23)."""
    rng = np.random.default_rng(23)
    program, h, _ = quadratics(rng, (1, 3, 2))
    flow = build(program.graph, list(program.states), {}, clock=CONTINUOUS, flows={
        v: move for agent in program.agents for v, move in agent.moves.items()
    })
    study = Study(flow, record(flow, {f"z{k}": rng.normal(size=4) for k in range(6)}, 3, dt=0.1))
    jacobian = -0.01 * np.concatenate([h[0, :1], h[1, 1:4], h[2, 4:]])
    growth, frequency = leading_eigenvalue(jacobian)
    found = Stability().table(study).set_index("quantity")
    np.testing.assert_allclose(found.loc["growth", ["mean", "q05", "q95"]].astype(float), growth, rtol=1e-10)
    np.testing.assert_allclose(found.loc["frequency", "mean"], frequency, rtol=1e-10)
    discrete = Study(program, record(program, {f"z{k}": rng.normal(size=4) for k in range(6)}, 3))
    multipliers = np.linalg.eigvals(np.eye(6) + jacobian)
    found = Stability().table(discrete).set_index("quantity")
    assert found.loc["growth", "mean"] == pytest.approx(np.log(np.abs(multipliers).max()), rel=1e-9)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_heavy_ball_s_memory_counts(seed):
    """x″ on λx²/2: multipliers μ² − (1 + β − ηλ)μ + β = 0 (Polyak 1964), at random η, λ, β."""
    rng = np.random.default_rng(seed)
    rate, curvature, beta = rng.uniform(0.01, 0.2), rng.uniform(0.5, 2.0), rng.uniform(0.3, 0.95)
    s = ds.System("ball")
    x = s.state("x", init=1)
    s.agent("a", controls=x, declared=curvature * x**2 / 2, rule=ds.rules.momentum(rate=rate, beta=beta))
    growth, frequency = leading(simulated(s, steps=5))
    roots = np.roots([1.0, -(1 + beta - rate * curvature), beta])
    largest = roots[np.abs(roots).argmax()]
    assert growth.item() == pytest.approx(np.log(abs(largest)), rel=1e-9)
    assert frequency.item() == pytest.approx(abs(np.angle(largest)), rel=1e-9, abs=1e-12)


def test_the_logistic_map_s_fixed_point_in_every_replica():
    """x ← rx(1 − x) rests at 1 − 1/r with multiplier 2 − r."""
    s = ds.System("logistic")
    r = s.parameter("r", 2.0)
    s.state("x", init="1 - 1/r")
    s.agent("a", controls="x", declared="0", rule={"heuristic": {"target": "r*x*(1 - x)", "rate": 1}})
    s.ensemble(replicas=5, vary={r: "linspace(1.5, 3.9)"})
    s.clock(steps=1)
    growth, frequency = leading(simulated(s))
    at = np.linspace(1.5, 3.9, 5)
    np.testing.assert_allclose(growth, np.log(np.abs(2 - at)), rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(frequency, np.where(at > 2, np.pi, 0.0), atol=1e-12)


def test_an_agent_on_a_slower_clock_is_as_slow():
    """It multiplies its distance by 1 − ηλ every third step; the other, faster one, by 0.5 each step."""
    s = ds.System("slow and fast")
    x, y = s.state("x", init=1), s.state("y", init=1)
    s.agent("slow", controls=x, declared=x**2, rule=ds.rules.gradient(rate=0.15), every=3)
    s.agent("fast", controls=y, declared=y**2, rule=ds.rules.gradient(rate=0.25))
    growth, _ = leading(simulated(s, steps=7))
    assert growth.item() == pytest.approx(np.log(0.7) / 3, rel=1e-12)


def test_taking_turns_on_a_zero_sum_game_turns_without_growing():
    """Alternating gradient on xy conserves x² + y² − ηxy: |μ| = 1, cos(arg μ) = 1 − η²/2."""
    s = ds.System("turns")
    x, y = s.state("x", init=1), s.state("y", init=1)
    s.agent("a", controls=x, declared=x * y, rule=ds.rules.gradient(rate=0.3))
    s.agent("b", controls=y, declared=-x * y, rule=ds.rules.gradient(rate=0.3))
    s.clock(steps=3, order=["a", "b"])
    growth, frequency = leading(simulated(s))
    assert growth.item() == pytest.approx(0.0, abs=1e-12)
    assert frequency.item() == pytest.approx(np.arccos(1 - 0.09 / 2), rel=1e-12)


@pytest.mark.parametrize("clock", [{"steps": 50}, {"time": 20, "dt": 0.1}])
def test_what_is_pressed_against_a_bound_does_not_grow(clock):
    """x runs away from 0 (growth +0.3) into its bound at 1, y decays with 0.2."""
    s = ds.System("pinned")
    x, y = s.state("x", init=0.5, space=[-1, 1]), s.state("y", init=1)
    rate = 1.0
    s.agent("a", controls=x, declared=-0.15 * x**2, rule=ds.rules.gradient(rate=rate))
    s.agent("b", controls=y, declared=0.1 * y**2, rule=ds.rules.gradient(rate=rate))
    s.clock(**clock)
    growth, _ = leading(simulated(s))
    assert growth.item() == pytest.approx(np.log(0.8) if "steps" in clock else -0.2, rel=1e-9)


def test_only_perturbations_within_a_simplex_count():
    """Rock, paper, scissors under replicators at the centre: growth 0, one turn in 2π√3 (Hofbauer & Sigmund 1998); the
    payoffs are raised by 5, which lets the sum of the shares grow at the rate 5 off the simplex."""
    payoffs = [[5, 4, 6], [6, 5, 4], [4, 6, 5]]
    s = ds.System("rps")
    x, y = (s.state(name, init=[1 / 3] * 3, size=3, space="simplex") for name in "xy")
    game = s.game("g", "matrix_game", actions=[x, y], payoffs=[payoffs, np.transpose(payoffs).tolist()])
    for k, (name, z) in enumerate({"a": x, "b": y}.items()):
        s.agent(name, controls=z, declared=game[k], rule=ds.rules.replicator())
    s.clock(time=1, dt=0.1)
    growth, frequency = leading(simulated(s))
    assert growth.item() == pytest.approx(0.0, abs=1e-6)
    assert frequency.item() == pytest.approx(1 / np.sqrt(3), rel=1e-6)


def test_random_modules_turn_unstable_where_may_says():
    """Modules on a random graph, x′ = −x + strength·W tanh x: at rest max Re λ = strength·max Re eig(W) − 1, with W's
    entry from source to target (May 1972)."""
    s = ds.load_scenario("""
dynsim: 1
title: modules
params: {strength: 0.2}
graphs: {wiring: {generator: erdos_renyi_graph, n: 40, p: 0.2, seed: 3, directed: true, weights: "normal(0, 1)"}}
variables:
  x: {on: wiring, init: 0}
  input: {expr: strength*sum_neighbors(weight*tanh(neighbor(x)))}
agents: {modules: {controls: x, declared: x**2/2 - x*input, rule: {gradient: {rate: 1.0}}}}
clock: {time: 1, dt: 0.5}
ensemble: {replicas: 3, vary: {strength: "linspace(0.1, 0.6)"}}
""")
    study = simulated(s)
    topology = study.program.topologies["wiring"]
    weights = np.zeros((40, 40))
    np.add.at(weights, (topology.target, topology.source), topology.weight)
    expected = np.array([0.1, 0.35, 0.6]) * np.linalg.eigvals(weights).real.max() - 1
    growth, _ = leading(study)
    assert growth.min() < 0 < growth.max()
    np.testing.assert_allclose(growth, expected, rtol=1e-9)


def test_the_sums_of_fitness_that_selection_keeps_are_no_part_of_the_dynamics():
    s = ds.System("generations")
    x = s.state("x", init="normal(0, 1)")
    s.agent("a", controls=x, declared=x**2, rule=ds.rules.gradient(rate=0.1))
    s.clock(steps=9)
    s.ensemble(replicas=4)
    s.selection(every=5, fitness=-(x**2), scheme="truncation", heritable=x, over="sum")
    study = simulated(s)
    assert study.program.selection.counters
    np.testing.assert_allclose(leading(study)[0], np.log(0.8), rtol=1e-9)


def test_lost_replicas_are_left_out_and_dead_ones_too():
    """x ← x/2, x ← 0·x, and a replica that is no number any more."""
    s = ds.System("halves")
    x, keep = s.state("x", init=1), s.parameter("keep", 0.5)
    s.agent("a", controls=x, declared=x**2 / 2, rule=ds.rules.gradient(rate=1 - keep))
    s.clock(steps=1)
    program = simulated(s).program
    states = {"x": [[1.0, 1.0, 1.0], [0.5, 0.0, np.nan]]}
    study = Study(program, recording(states, parameters={"keep": [0.5, 0.0, 0.5]}))
    found = Stability().table(pooled(study))
    assert found["n"].tolist() == [1, 1]
    assert found["mean"].tolist() == pytest.approx([np.log(0.5), 0.0])
