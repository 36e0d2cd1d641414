"""Rules that draw: what they did is found again from the recorded states alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import dynsim as ds
from dynsim.algebra.interpret import evaluate
from dynsim.analysis.game.stage_game import StageGame
from dynsim.analysis.linearisation.dynamics_jacobian import dynamics_jacobian
from dynsim.analysis.reading.sampling import evaluated, sampled
from dynsim.analysis.reading.study import Study, evaluate_block
from dynsim.analysis.requested_metrics.lyapunov import exponents
from dynsim.compiler.writing.random_numbers import variable_key
from dynsim.engine.interpreted.stepping import step_discrete
from dynsim.engine.random.noise import normals
from dynsim.engine.random.steps import random_numbers

SCENARIO = """
dynsim: 1
title: searchers, a walker, individuals and a crowd; two moved by nobody but noise and flow
params: {pull: 0.2}
graphs: {net: {generator: cycle_graph, n: 4}}
variables:
  x: {init: "normal(0, 1)"}
  y: {size: 2, init: ["normal(0, 1)", "normal(0, 1)"]}
  w: {init: 0, noise: 0.1, flow: 0.05}
  s: {size: 3, init: [0.5, 0.3, 0.2], space: simplex}
  u: {on: net, init: "normal(0, 1)"}
agents:
  search: {controls: x, declared: "(x - y[0])**2 + sin(x*w) + pull*x*s[0] + mean(u)**2", rule: {spsa: {rate: 0.05}}}
  evolve:
    controls: y
    declared: "y[0]**2 + (y[1] - x)**4 + s[1]*y[0]"
    rule: {evolution_strategies: {rate: 0.02, pairs: 2}}
    every: 2
  walk: {controls: w, declared: w**2, rule: {random_walk: {scale: 0.3}}}
  breed: {controls: s, declared: "-(s[0]*x + s[1] - s[2]*w**2)", rule: {fermi: {size: 10, mutation: 0.1}}}
  crowd: {controls: u, declared: "(u - x)**2 + sum_neighbors((u - neighbor(u))**2)", rule: {spsa: {rate: 0.02}}}
clock: {steps: 30ORDER}
ensemble: {replicas: 7, seed: 5}
"""
ORDERS = ["", ", order: [walk, crowd, search, breed, evolve]"]


def simulated(order: str = "", **settings: Any) -> Study:
    run = ds.simulate(ds.load_scenario(SCENARIO.replace("ORDER", order)), **{"compiled": False, **settings})
    return run.requested.study


@pytest.mark.parametrize("order", ORDERS)
def test_moves_and_noise_add_up_to_the_recorded_differences(order: str) -> None:
    """x(t+1) − x(t) = Σ_j u_j + f + s·z for every variable without bounds, to rounding; the numbers are those of the
    step, also where agents act in turn or not at every step."""
    study = simulated(order)
    program = study.program
    (block,) = study.recording.blocks()
    leaf = next(n for n in program.graph.random(program.stages[-1].values()) if n.data == "w")
    z = random_numbers([leaf], {}, 5, np.arange(7), block.times[:, None])["noise:w"]
    for slot in ("x", "y[0]", "y[1]", "w", "u"):
        moves = [agent.moves[slot] for agent in program.agents if slot in agent.moves]
        flow = [program.flows[slot]] if slot in program.flows else []
        parts = evaluate_block(program, block, study.recording, [*moves, *flow])
        whole = sum(parts) + (0.1 * z if slot == "w" else 0.0)
        states = block.values[slot] if slot != "u" else np.moveaxis(block.values[slot], 1, 0)
        np.testing.assert_allclose(whole[..., :-1, :], np.diff(states, axis=-2), rtol=1e-9, atol=1e-14)


def test_a_move_recomputed_is_exactly_the_recorded_difference() -> None:
    """x(t) + u(t) = x(t + 1) in every bit: the interpreter made the record from the same expressions."""
    study = simulated()
    (block,) = study.recording.blocks()
    for slot, agent in (("x", 0), ("y[0]", 1), ("s[2]", 3)):
        (move,) = evaluate_block(study.program, block, study.recording, [study.program.agents[agent].moves[slot]])
        x = block.values[slot]
        assert np.abs(move).max() > 0.0
        if slot.startswith("s"):  # brought back to the simplex by a division by a sum that is 1 but for rounding
            np.testing.assert_allclose(x[:-1] + move[:-1], x[1:], rtol=4e-16, atol=0.0)
        else:
            np.testing.assert_array_equal(x[:-1] + move[:-1], x[1:])


@pytest.mark.parametrize("order", ORDERS)
def test_row_sums_and_the_flow_are_the_first_order_change_by_the_moves_that_were_made(order: str) -> None:
    """E along the straight line of the recorded differences less the noise: its slope at the start by central
    differences at ±1e-4, error O(h²)."""
    study = simulated(order)
    seen, program = study.observables, study.program
    (sample,) = study.samples(["ledger"], seen.flow_parts)
    expected = sample.ledger.sum(axis=1) + sample.stack(seen.flow_parts)
    (block,) = study.recording.blocks()
    start = {n: x if x.ndim == 2 else np.moveaxis(x, 1, 0) for n, x in block.values.items()}
    leaf = next(n for n in program.graph.random(program.stages[-1].values()) if n.data == "w")
    z = random_numbers([leaf], {}, 5, np.arange(7), block.times[:, None])["noise:w"]
    names = [slot.name for slot in seen.slots]
    step = {n: np.diff(start[n], axis=-2) for n in names}
    step["w"] = step["w"] - 0.1 * z[:-1]

    def objectives(h: float) -> Any:
        at = {n: start[n][..., :-1, :] + h * step[n] for n in names} | dict(study.recording.parameters)
        return np.array(evaluate(list(seen.objectives), at, program.topologies))

    slope = (objectives(1e-4) - objectives(-1e-4)) / 2e-4
    np.testing.assert_allclose(expected[:, :-1], slope, rtol=1e-5, atol=1e-6)


def test_a_run_directory_is_analysed_with_its_own_seed(tmp_path: Any) -> None:
    scenario = ds.load_scenario(SCENARIO.replace("ORDER", ""))
    ds.simulate(scenario, compiled=False, seed=11, out=tmp_path / "run")
    again, memory = ds.load(tmp_path / "run").requested.study, simulated(seed=11)
    assert again.recording.seed == memory.recording.seed == 11
    exprs = list(memory.observables.move_norms)
    for mine, other in zip(evaluated(again, sampled(again, 31), list(again.observables.move_norms)),
                           evaluated(memory, sampled(memory, 31), exprs), strict=True):  # fmt: skip
        np.testing.assert_array_equal(mine, other)


@pytest.mark.parametrize("steps", [1, 3])
def test_the_jacobian_is_that_of_the_steps_that_were_made(steps: int) -> None:
    """Central differences, at ±1e-6, of the interpreter's steps with the numbers that rules drew, without noise.

    By x and w: the step is smooth there (the individuals are whole numbers)."""
    study = simulated()
    program = study.program
    block = sampled(study, 31)[4:5]
    found = dynamics_jacobian(study, block, steps)[0]
    leaves = program.graph.random(e for stage in program.stages for e in stage.values())
    start = {n: np.array(x[0]) for n, x in block.values.items()}
    start |= {n: np.array(p) for n, p in study.recording.parameters.items()}
    first = int(block.times[0])

    def after(slot: str, h: float) -> Any:
        values = {**start, slot: start[slot] + h}
        for tick in range(first, first + steps):
            numbers = random_numbers(leaves, program.topologies, 5, np.arange(7), tick) | {"noise:w": np.zeros(7)}
            values = step_discrete(program, values, tick, numbers)
        return np.concatenate([values[s.name].reshape(-1, 7) for s in program.states])

    for column, slot in ((0, "x"), (3, "w")):
        slope = (after(slot, 1e-6) - after(slot, -1e-6)) / 2e-6
        np.testing.assert_allclose(found[:, :, column].T, slope, rtol=1e-6, atol=1e-7)


def test_the_lyapunov_exponent_is_that_of_the_numbers_that_were_drawn() -> None:
    """E = k x²/2, one antithetic pair z: a step multiplies x, and every perturbation, by 1 − rate·k·z²."""
    rng = np.random.default_rng(8)
    rate, k = rng.uniform(0.05, 0.2), rng.uniform(0.5, 2.0)
    s = ds.System("an evolver")
    x = s.state("x", init=1)
    s.agent("a", controls=x, declared=k * x**2 / 2, rule={"evolution_strategies": {"rate": rate, "pairs": 1}})
    study = ds.simulate(s, steps=40, replicas=3, seed=6, compiled=False).requested.study
    z = normals(6, np.arange(3), variable_key("a.pair 0.x"), np.arange(40)[:, None])
    expected = np.log(np.abs(1.0 - rate * k * z**2)).mean(axis=0)
    np.testing.assert_allclose(exponents(study, 0.0, np.arange(3)), expected, rtol=1e-9)


def test_a_gradient_through_the_learning_of_one_who_draws_is_evaluated_with_what_it_draws() -> None:
    """Of one number y and a quadratic objective SPSA's estimate is ∂E/∂y whatever sign it draws, so that the other's ξ
    through its learning, and the game at a moment, are those with a learner by gradients."""
    found = []
    for rule in ("gradient", "spsa"):
        s = ds.System("a teacher")
        x, y = s.state("x", init=ds.normal(0, 1)), s.state("y", init=1)
        s.agent("teacher", controls=x, declared=(y - 1) ** 2 + x * y + x**2, rule={"gradient": {"rate": 0.1}},
                paths={"pupil": 0.5})
        s.agent("pupil", controls=y, declared=(y - x) ** 2, rule={rule: {"rate": 0.2}})
        study = ds.simulate(s, steps=5, replicas=3, compiled=False).requested.study
        norms = evaluated(study, sampled(study, 6), list(study.observables.move_norms))
        game = StageGame.of(study, sampled(study, 6)[3:4], 1)
        found.append((norms, game.slopes(np.array([[0.3, 0.7], [1.0, -2.0]]))))
    for one, other in zip(*found, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9)
