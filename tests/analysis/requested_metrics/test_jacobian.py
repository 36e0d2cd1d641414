"""Jacobians of the game and of the dynamics against linear algebra and finite differences."""

import numpy as np
import pytest

import dynsim as ds
from dynsim.analysis.game.game_jacobian import GameJacobian
from dynsim.analysis.linearisation.dynamics_jacobian import dynamics_jacobian
from dynsim.analysis.linearisation.tangent import Tangent
from dynsim.analysis.reading.sampling import sampled
from dynsim.analysis.reading.study import Study
from dynsim.engine.interpreted.stepping import step_discrete
from dynsim.errors import InputError
from tests.analysis.games import record

from .cases import quadratics, simulated


def test_the_game_jacobian_of_quadratics_is_made_of_their_hessians_rows():
    rng = np.random.default_rng(12)
    sizes = (1, 3, 2)
    program, h, _ = quadratics(rng, sizes)
    study = Study(program, record(program, {f"z{k}": rng.normal(size=4) for k in range(6)}, 3))
    jacobian = GameJacobian.of(study)
    expected = np.concatenate([h[0, :1], h[1, 1:4], h[2, 4:]])
    assert jacobian.levers == tuple(zip([0, 1, 1, 1, 2, 2], [f"z{k}" for k in range(6)], strict=True))
    found = jacobian.values(study, sampled(study, 3))
    np.testing.assert_allclose(found, np.broadcast_to(expected, (3, 4, 6, 6)), rtol=1e-12)


def test_who_shares_a_variable_has_a_row_and_a_column_of_its_own_and_sees_through_its_own_paths():
    """E_a = s·x², E_b = x²y + y², s = x a derived variable which a is blind to: ξ_a = 2sx, ξ_b = (2xy, x² + 2y)."""
    s = ds.System("shared")
    x, y = s.state("x", init=0.7), s.state("y", init=-1.2)
    seen = s.derived("seen", x)
    rule = ds.rules.gradient(rate=0.1)
    s.agent("a", controls=x, declared=seen * x**2, rule=rule, paths={"seen": 0})
    s.agent("b", controls=[x, y], declared=x**2 * y + y**2, rule=rule)
    s.clock(steps=1, order=["a", "b"])
    study = simulated(s)
    jacobian = GameJacobian.of(study)
    assert jacobian.levers == ((0, "x"), (1, "x"), (1, "y"))
    x, y = 0.7, -1.2
    expected = [[4 * x, 4 * x, 0.0], [2 * y, 2 * y, 2 * x], [2 * x, 2 * x, 2.0]]
    np.testing.assert_allclose(jacobian.values(study, sampled(study, 2))[0, 0], expected, rtol=1e-12)


def test_a_game_with_a_population_is_refused_by_the_name_of_who_moves_it():
    s = ds.System("crowd")
    s.population("net", generator="cycle_graph", n=4)
    s.state("p", init=0.1, on="net")
    s.agent("walkers", controls="p", declared="p**2", rule=ds.rules.gradient(rate=0.1))
    with pytest.raises(InputError, match="'walkers' moves a population"):
        GameJacobian.of(simulated(s, steps=1))


MIXED = """
dynsim: 1
title: everything that can move
graphs: {net: {generator: erdos_renyi_graph, n: 5, p: 0.6, seed: 2, directed: true}}
variables:
  x: {init: "normal(0, 1)", noise: 0.3}
  m: {init: "normal(0, 1)", space: [-2, 2]}
  p: {on: net, init: "normal(0, 1)", flow: "0.2*(mean_neighbors(sin(neighbor(p))) - p) + 0.1*x"}
  mean_p: {expr: mean(p**2)}
agents:
  one: {controls: [x, m], declared: "(x*m - 1)**2 + x*mean_p", rule: {momentum: {rate: 0.02, beta: 0.5}}}
  two: {controls: m, declared: "cos(m + x)", rule: {optimistic: {rate: 0.05}}}
  walkers: {controls: p, declared: "(p - x)**2*m", rule: {gradient: {rate: 0.1}}}
clock: {steps: 4}
ensemble: {replicas: 3, seed: 2}
"""


@pytest.mark.parametrize("order", ["", "[two, walkers, one]"])
@pytest.mark.parametrize("steps", [1, 3])
def test_the_step_map_is_linear_in_small_differences(order, steps):
    """Central differences of the interpreter's steps, at 2e-6: two kinds of memory, bounds, a population, an order."""
    text = MIXED.replace("steps: 4}", f"steps: 4, order: {order}}}") if order else MIXED
    study = simulated(ds.load_scenario(text))
    block = sampled(study, 5)[2:3]
    found = dynamics_jacobian(study, block, steps)[0]
    moving = Tangent(study.program).moving
    start = {s.name: np.array(block.values[s.name][0]) for s in study.program.states}
    start |= {name: np.array(p) for name, p in study.recording.parameters.items()}

    def after(values):
        for k in range(steps):
            values = step_discrete(study.program, values, int(block.times[0]) + k, {"noise:x": np.zeros(3)})
        return np.concatenate([values[s.name].reshape(-1, 3) for s in moving])

    columns = []
    for slot in moving:
        for index in range(start[slot.name].reshape(-1, 3).shape[0]):
            pair = []
            for sign in (1, -1):
                values = {name: array.copy() for name, array in start.items()}
                values[slot.name].reshape(-1, 3)[index] += sign * 2e-6
                pair.append(after(values))
            columns.append((pair[0] - pair[1]) / 4e-6)
    assert found.shape == (3, len(columns), len(columns))
    np.testing.assert_allclose(found, np.array(columns).transpose(2, 1, 0), atol=2e-8, rtol=1e-7)
