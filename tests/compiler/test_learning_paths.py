"""Gradients through what others learn: LOLA's term as a path, and the same for learners by any rule."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import dynsim as ds
from dynsim.algebra.interpret import evaluate
from dynsim.compiler.applying.build import build
from dynsim.compiler.program import Program
from dynsim.errors import InputError
from dynsim.system.model import Model
from dynsim.system.parameter_values import constant_values

TWO = """
dynsim: 1
title: t
params: {{alpha: 0.3, g: 1.0, k: 1.0}}
variables: {{x: {{size: 2}}, y: {{size: 2}}, w: {{expr: "x[0]*y[1] + y[0]**2"}}}}
agents:
  a: {{controls: x, declared: "sin(x[0])*y[0] + x[1]**2*y[1] + w**2/2", {a}}}
  b: {{controls: {{y: k}}, declared: "cos(y[0] - x[1]) + y[1]**2*x[0] + y[0]*x[0]*x[1]/2 + w**2/4", {b}}}
clock: {{steps: 10}}
"""
PLAIN = "rule: {gradient: {rate: 0.1}}"


def two(a: str = PLAIN, b: str = "rule: {gradient: {rate: alpha}}") -> Model:
    return ds.load_scenario(TWO.format(a=a, b=b)).resolve()


def at(program: Program, model: Model, exprs: Any, point: dict[str, Any], **params: float) -> np.ndarray:
    values = constant_values(model.parameters) | {s.name: 0.0 for s in program.states} | point | params
    return np.array(evaluate(list(exprs), values, program.topologies, 3.0))


def random_point(seed: int) -> dict[str, float]:
    names = ("x[0]", "x[1]", "y[0]", "y[1]")
    return dict(zip(names, map(float, np.random.default_rng(seed).normal(0, 1, 4)), strict=True))


@pytest.mark.parametrize("seed", range(5))
def test_the_learning_of_a_gradient_learner_gives_lolas_step(seed: int) -> None:
    """g = 1 is `lola` with stopped gradients and foresight = the rate of the other, at random points."""
    point, alpha = random_point(seed), float(np.random.default_rng(seed + 100).uniform(0.1, 1))
    opened = two("paths: {b: 1}, " + PLAIN)
    rule = two("rule: {lola: {rate: 0.1, foresight: alpha, convention: stop_gradient}}")
    moves = []
    for model in (opened, rule):
        program = build(model)
        moves.append(at(program, model, program.agents[0].moves.values(), point, alpha=alpha))
    np.testing.assert_allclose(moves[0], moves[1], rtol=1e-12, atol=1e-14)


def through_learning(model: Model, point: dict[str, Any], mask: float = 1.0, **params: float) -> np.ndarray:
    """Σ_v ∂u_bv/∂θ · ∂E_a/∂y_v by central differences of b's moves; the way through w in E_a is scaled by the mask."""
    program, h = build(model), 1e-5
    y, x = np.array([point["y[0]"], point["y[1]"]]), np.array([point["x[0]"], point["x[1]"]])
    w = x[0] * y[1] + y[0] ** 2
    slopes = np.array([np.sin(x[0]) + mask * w * 2 * y[0], x[1] ** 2 + mask * w * x[0]])
    result = []
    for name in ("x[0]", "x[1]"):
        ahead, back = (
            at(program, model, program.agents[1].moves.values(), point | {name: point[name] + d}, **params)
            for d in (h, -h)
        )
        result.append((ahead - back) / (2 * h) @ slopes)
    return np.array(result)


RULES = {
    "momentum": "{momentum: {rate: alpha, beta: 0.8}}",
    "adam": "{adam: {rate: alpha}}",
    "extragradient": "{extragradient: {rate: alpha}}",
    "lola": "{lola: {rate: alpha, foresight: 0.2}}",
    "heuristic": "{heuristic: {target: {y: ['x[0]*x[1]', 'sin(x[0])']}, rate: alpha}}",
}


@pytest.mark.parametrize("name", RULES)
def test_any_rule_of_the_other_is_differentiated(name: str) -> None:
    """ξ_a += g (∂u_b/∂θ)ᵀ ∂E_a/∂y with the gain in u_b and the memory held, against differences of b's moves.

    Some of these rules look at a's gradient; they are taken with a's path closed, g = 0.
    """
    rng = np.random.default_rng(11)
    point: dict[str, Any] = dict(random_point(12))
    opened = two("paths: {b: g}, " + PLAIN, f"rule: {RULES[name]}")
    memories = [s.name for s in build(opened).states if s.role == "memory"]
    point |= {memory: float(abs(rng.normal())) + 0.5 for memory in memories}
    numbers = {"alpha": 0.4, "k": 1.7}
    program = build(opened)
    blind, seen = (
        at(program, opened, program.agents[0].gradient.values(), point, g=g, **numbers) for g in (0.0, 0.7)
    )
    expected = 0.7 * through_learning(opened, point, g=0.0, **numbers)
    np.testing.assert_allclose(seen - blind, expected, rtol=1e-6, atol=1e-8)
    assert np.abs(expected).max() > 1e-3


def test_the_gain_of_the_other_is_part_of_its_move() -> None:
    """u_b is proportional to b's gain k, so the added part of ξ_a is."""
    model, point = two("paths: {b: g}, " + PLAIN), random_point(18)
    program = build(model)
    blind, once, more = (
        at(program, model, program.agents[0].gradient.values(), point, g=g, k=k)
        for g, k in ((0.0, 1.0), (1.0, 1.0), (1.0, 1.7))
    )
    np.testing.assert_allclose(more - blind, 1.7 * (once - blind), rtol=1e-12)


def test_the_factors_of_the_agent_act_on_what_the_others_moves_do_to_it() -> None:
    """∂E_a/∂y is masked by a's factor on w; ∂u_b/∂θ is the true derivative."""
    point = random_point(13)
    model = two("paths: {b: 1, w: 0.25}, " + PLAIN)
    closed = two("paths: {w: 0.25}, " + PLAIN)
    found = [at(p, m, p.agents[0].gradient.values(), point) for m in (model, closed) for p in [build(m)]]
    np.testing.assert_allclose(found[0] - found[1], through_learning(model, point, mask=0.25), rtol=1e-6)


def test_the_other_is_taken_for_one_who_does_not_look_at_learning_itself() -> None:
    """With both paths open each differentiates the other's move with that path closed."""
    point = random_point(14)
    both = two("paths: {b: 1}, " + PLAIN, "paths: {a: 1}, rule: {gradient: {rate: alpha}}")
    one = two("paths: {b: 1}, " + PLAIN)
    found = [at(p, m, p.agents[0].gradient.values(), point) for m in (both, one) for p in [build(m)]]
    np.testing.assert_array_equal(found[0], found[1])
    assert build(both).agents[1].moves != build(one).agents[1].moves


def test_a_slower_or_silenced_learner_is_taken_at_its_next_move() -> None:
    point = random_point(15)
    model = two("paths: {b: 1}, " + PLAIN, "every: 2, rule: {gradient: {rate: alpha}}")
    program = build(model)
    assert at(program, model, program.agents[1].moves.values(), point).tolist() == [0.0, 0.0]  # t = 3
    always = two("paths: {b: 1}, " + PLAIN)
    expected = at(build(always), always, build(always).agents[0].gradient.values(), point)
    np.testing.assert_array_equal(at(program, model, program.agents[0].gradient.values(), point), expected)


def test_the_label_and_the_objective_stay_what_they_are() -> None:
    """Learning is a leak: the gradient of the label does not go through it."""
    point = random_point(16)
    opened, closed = two("paths: {b: 1}, " + PLAIN), two()
    for part in ("declared_gradient", "gradient"):
        programs = [(build(model), model) for model in (opened, closed)]
        found = [at(program, model, getattr(program.agents[0], part).values(), point) for program, model in programs]
        assert (found[0] == found[1]).all() == (part == "declared_gradient")


def test_a_population_of_learners_counts_as_their_sum() -> None:
    """p_i learns (p_i − x)²/2 at rate α, E = mean p²/2: ξ_x += Σ_i α·p_i/n."""
    text = """
dynsim: 1
title: t
graphs: {net: {generator: cycle_graph, n: 5}}
variables: {x: {init: 0}, p: {on: net}}
agents:
  a: {controls: x, declared: mean(p**2)/2 + x**2/2, paths: {crowd: 1}, rule: {gradient: {rate: 1}}}
  crowd: {controls: p, declared: (p - x)**2/2, rule: {gradient: {rate: 0.3}}}
clock: {steps: 3}
"""
    model = ds.load_scenario(text).resolve()
    program = build(model)
    p = np.random.default_rng(17).normal(size=5)
    found = at(program, model, program.agents[0].gradient.values(), {"x": 0.4, "p": p})
    assert found == pytest.approx(0.4 + 0.3 * p.mean(), rel=1e-12)


def test_an_objective_per_node_has_no_such_path() -> None:
    text = """
dynsim: 1
title: t
graphs: {net: {generator: cycle_graph, n: 5}}
variables: {x: {init: 0}, p: {on: net}}
agents:
  a: {controls: x, declared: mean(p**2)/2 + x**2/2, rule: {gradient: {rate: 1}}}
  crowd: {controls: p, declared: (p - x)**2/2, paths: {a: 1}, rule: {gradient: {rate: 0.3}}}
clock: {steps: 3}
"""
    with pytest.raises(InputError) as error:
        build(ds.load_scenario(text).resolve())
    assert str(error.value) == (
        "agents.crowd.paths.a: the gradient through another's learning is that of one number, and the objective has "
        "one value per node of net: reduce it with mean(...) or sum(...)"
    )


def test_a_path_through_a_learner_whom_nothing_reaches_is_told() -> None:
    text = """
dynsim: 1
title: t
variables: {x: {init: 0}, y: {init: 0}}
agents:
  a: {controls: x, declared: (x - y)**2/2, paths: {b: 1}, rule: {gradient: {rate: 1}}}
  b: {controls: y, declared: y**2/2, rule: {gradient: {rate: 0.3}}}
clock: {steps: 3}
"""
    with pytest.raises(InputError) as error:
        build(ds.load_scenario(text).resolve())
    assert str(error.value) == (
        "agents.a.paths.b: what 'b' does next does not depend on what 'a' moves, or does not matter to it: a factor on "
        "this path changes nothing"
    )


TRAINED = """
dynsim: 1
title: a policy that knows of its training, which acts by what the policy does next
params: {{g: 0.7, h: 0.6}}
variables: {{x: {{init: 2}}, phi: {{init: -1}}, w: {{init: 0.5}}}}
agents:
  policy: {{controls: x, declared: "{objective}", {policy}rule: {{gradient: {{rate: 0.3}}}}}}
  trainer: {{controls: phi, declared: (x - w)**2/2, paths: {{policy: g}}, rule: {{gradient: {{rate: 0.5}}}}}}
  {designer}
clock: {{steps: 3}}
"""
SEES_TRAINING = "paths: {trainer: h}, "
DESIGNER = "designer: {controls: w, declared: phi**2/2, paths: {trainer: 1}, rule: {gradient: {rate: 0.2}}}"


def trained(policy: str = SEES_TRAINING, objective: str = "(x - phi)**2/2", designer: str = "") -> Model:
    return ds.load_scenario(TRAINED.format(policy=policy, objective=objective, designer=designer)).resolve()


def test_two_who_see_each_others_learning_where_one_acts_only_through_it() -> None:
    """With rates α and β: the naive policy moves by −α(x − φ), so the trainer by −βgα(x − w), and nothing else. The
    policy looks through that: ξ = (x − φ) − hβgα·∂E/∂φ = (x − φ)(1 + hβgα)."""
    model = trained()
    program = build(model)
    point = {"x": 2.0, "phi": -1.0, "w": 0.5}
    policy, trainer = (at(program, model, agent.gradient.values(), point)[0] for agent in program.agents)
    assert policy == pytest.approx(3.0 * (1 + 0.6 * 0.5 * 0.7 * 0.3), rel=1e-12)
    assert trainer == pytest.approx(0.7 * 0.3 * 1.5, rel=1e-12)
    assert trainer == at(build(trained("")), trained(""), build(trained("")).agents[1].gradient.values(), point)[0]


def test_the_move_that_is_looked_through_is_differentiated_as_it_stands() -> None:
    """Against differences of the moves that the trainer makes of a naive policy, for an objective that is no square."""
    objective = "sin(x)*phi + x**2*phi**2/4"
    model, naive = trained(objective=objective), trained("", objective)
    program, plain = build(model), build(naive)
    point, h = {"x": 0.8, "phi": -0.6, "w": 0.3}, 1e-5

    def move(x: float) -> float:
        return float(at(plain, naive, plain.agents[1].moves.values(), point | {"x": x})[0])

    own, seen = (at(p, m, p.agents[0].gradient.values(), point)[0] for p, m in ((plain, naive), (program, model)))
    slope = np.sin(0.8) + 0.8**2 * -0.6 / 2
    assert seen - own == pytest.approx(0.6 * slope * (move(0.8 + h) - move(0.8 - h)) / (2 * h), rel=1e-7)
    assert abs(seen - own) > 1e-3


def test_one_who_sees_a_learner_who_acts_through_a_learner() -> None:
    """The designer moves what the trainer wants: ∂u_trainer/∂w = βgα, so ξ_designer = βgα·φ."""
    model = trained("", designer=DESIGNER)
    program = build(model)
    (xi,) = at(program, model, program.agents[2].gradient.values(), {"x": 2.0, "phi": -1.0, "w": 0.5})
    assert xi == pytest.approx(0.5 * 0.7 * 0.3 * -1.0, rel=1e-12)


def test_two_who_act_only_through_each_others_learning_are_told() -> None:
    """Neither moves unless the other does: there is nothing to look through."""
    text = TRAINED.format(policy="paths: {trainer: h}, ", objective="(phi - 1)**2/2", designer="")
    with pytest.raises(InputError) as error:
        build(ds.load_scenario(text).resolve())
    assert str(error.value).count("changes nothing") == 2


def test_a_run_with_the_path_open_is_a_run_with_the_rule() -> None:
    """Twenty compiled steps of the two."""
    ends = []
    for a in ("paths: {b: 1}, " + PLAIN, "rule: {lola: {rate: 0.1, foresight: alpha, convention: stop_gradient}}"):
        system = ds.load_scenario(TWO.format(a=a, b="rule: {gradient: {rate: alpha}}"))
        starts = [f"variables.{v}.init=[0.3, {k}]" for v, k in (("x", 0.5), ("y", -0.2))]
        ends.append(ds.simulate(system, steps=20, set=starts, report=False).states.iloc[-1])
    np.testing.assert_allclose(ends[0].to_numpy(float), ends[1].to_numpy(float), rtol=1e-10)
