"""What every registered rule promises, whoever wrote it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from dynsim.algebra.domain import node
from dynsim.algebra.graph import Expr, Graph
from dynsim.algebra.nodes import RANDOM
from dynsim.algebra.topology import Topology
from dynsim.compiler.applying.build import build, check_rules
from dynsim.compiler.program import Program
from dynsim.engine.interpreted.stepping import derivative, step_discrete
from dynsim.rules.base import RULES, RuleSpec
from dynsim.settings import (
    ArraySetting,
    CountSetting,
    ExpressionSetting,
    NestedListSetting,
    NestedSetting,
    NumberSetting,
    settings_of,
)
from dynsim.system.model import Clock, Model, Population, Space
from tests.compiler.models import agent_of, model_of, scalar_game, state
from tests.compiler.plain_run import interpret_run, keyed

MINIMUM = 0.3
EVERYONE = RULES.names()
ON_SIMPLEX = [name for name in EVERYONE if RULES.get(name).space == "simplex"]
ANYWHERE = [name for name in EVERYONE if name not in ON_SIMPLEX]


def settling(names: Sequence[str]) -> list[str]:
    """The rules among them that come to rest somewhere."""
    return [name for name in names if RULES.get(name).rests != "nowhere"]


def example(name: str, target: Any = MINIMUM, size: int = 2) -> RuleSpec:
    """The rule with the settings of its own example, and for what else must be given some number within its bounds
    (0.05 where that is possible), `target` for every expression, and 1/size in every array."""
    inner = {"gradient": {"rate": 0.05}}
    settings: dict[str, Any] = {}
    for field in dataclasses.fields(RULES.get(name)):
        if field.default is dataclasses.MISSING:
            kind = settings_of(RULES.get(name))[field.name]
            samples = {
                ExpressionSetting: target, NestedSetting: inner,
                NestedListSetting: [inner, {"gradient": {"rate": 0.5}}], ArraySetting: [1 / size] * size,
            }
            numeric = isinstance(kind, NumberSetting | CountSetting)
            settings[field.name] = kind.example if numeric else samples[type(kind)]
    return RuleSpec(name, settings | RULES.get(name).example)


def bowl(x: Expr, y: Expr) -> Sequence[Expr]:
    """Common interest, strongly convex, both variables coupled; minimum at (.3, .3)."""
    a, b = x - MINIMUM, y - MINIMUM
    loss = (a * a + b * b + 0.5 * a * b) / 2
    return loss, loss


def one_hot(x: Any, y: Any) -> Sequence[Expr]:
    """Common interest on two simplices: both want the first strategy."""
    loss = -x[0] * y[0] - 0.5 * x[0] - 0.5 * y[0]
    return loss, loss


def game(name: str, **fields: Any) -> Model:
    if name in ON_SIMPLEX:
        return scalar_game(one_hot, example(name), size=2, space=Space("simplex"), **fields)
    return scalar_game(bowl, example(name), **fields)


def run(program: Program, start: dict[str, Any], ticks: int) -> dict[str, Any]:
    given = {name: np.atleast_1d(x) for name, x in start.items()}
    replicas = max(x.shape[-1] for x in given.values())
    *_, last = interpret_run(program, {}, given, ticks, keyed(program, replicas))
    return last


@pytest.mark.parametrize("name", settling(ANYWHERE))
def test_fixed_point_stays_fixed(name: str) -> None:
    values = run(build(game(name)), {"x0": MINIMUM, "x1": MINIMUM}, 20)
    assert values["x0"] == pytest.approx(MINIMUM, abs=1e-12)
    assert values["x1"] == pytest.approx(MINIMUM, abs=1e-12)


def on_simplices(losses: Callable[..., Sequence[Expr]], name: str, start: Sequence[float], ticks: int) -> list[float]:
    """Where the four shares of two players end who start there."""
    model = scalar_game(losses, example(name), size=2, space=Space("simplex"))
    names = ["x0[0]", "x0[1]", "x1[0]", "x1[1]"]
    values = run(build(model), dict(zip(names, start, strict=True)), ticks)
    return [values[n][0] for n in names]


def pennies(x: Any, y: Any) -> Sequence[Expr]:
    """Zero-sum: the first player wants to differ, the second to match; (½, ½) against (½, ½) is the one equilibrium."""
    loss = x[0] * y[0] + x[1] * y[1] - x[0] * y[1] - x[1] * y[0]
    return loss, -loss


@pytest.mark.parametrize("name", settling(ON_SIMPLEX))
def test_indifference_stays_fixed(name: str) -> None:
    start = (0.5, 0.5, 0.5, 0.5)
    np.testing.assert_allclose(on_simplices(pennies, name, start, 20), start, atol=1e-12)


@pytest.mark.parametrize("name", [n for n in settling(ON_SIMPLEX) if RULES.get(n).rests != "perturbed equilibria"])
def test_pure_equilibrium_stays_fixed(name: str) -> None:
    start = (1.0, 0.0, 1.0, 0.0)
    np.testing.assert_allclose(on_simplices(one_hot, name, start, 20), start, atol=1e-12)


@pytest.mark.parametrize("name", [n for n in settling(ON_SIMPLEX) if RULES.get(n).rests != "perturbed equilibria"])
def test_vertex_that_is_no_equilibrium_holds_only_who_rests_at_restricted_equilibria(name: str) -> None:
    """The first player would rather switch, and does unless the rule never takes up what is not in use."""
    leaves = on_simplices(pennies, name, (1.0, 0.0, 1.0, 0.0), 1)[0] < 1.0 - 1e-3
    assert leaves == (RULES.get(name).rests == "equilibria")


@pytest.mark.parametrize("name", settling(ANYWHERE))
def test_strongly_convex_common_interest_is_solved(name: str) -> None:
    """To .001 in 3,000 steps; or to the last step's length, where steps keep a length (about the rate, .05); or, at a
    harmonic pace, with an error that is still halved when the steps double.
    """
    start = {"x0": np.full(1, 2.0), "x1": np.full(1, -1.0)}
    program = build(game(name))
    places = np.array([[v["x0"][0], v["x1"][0]] for v in interpret_run(program, {}, start, 3000, keyed(program, 1))])
    middle, end = np.abs(places[[1500, -1]] - MINIMUM).max(axis=1)
    step = np.abs(places[-1] - places[-2]).max()
    halved = RULES.get(name).pace == "harmonic" and end < 0.55 * middle
    assert end < 1e-3 or (end < 0.05 and (end <= step or halved))


@pytest.mark.parametrize("name", settling(ON_SIMPLEX))
def test_dominant_strategy_is_found(name: str) -> None:
    start = {"x0[0]": 0.2, "x0[1]": 0.8, "x1[0]": 0.4, "x1[1]": 0.6}
    values = run(build(game(name)), start, 1000)
    near = 1e-3 if RULES.get(name).pace == "harmonic" else 1e-6
    assert values["x0[0]"] == pytest.approx(1.0, abs=near)
    assert values["x1[0]"] == pytest.approx(1.0, abs=near)


@pytest.mark.parametrize("name", EVERYONE)
def test_only_controlled_variables_move(name: str) -> None:
    """A variable that the objectives read and nobody controls stands still; so does the other player's."""
    model = game(name)
    bystander = state(model.graph, "z")
    first = model.agents["a"]
    first = replace(first, declared=first.declared * bystander.symbols, pursues=first.pursues * bystander.symbols)
    model = replace(model, agents={"a": first}, variables={**model.variables, "z": bystander})
    for part in build(model).stages:
        assert {slot for slot in part if not slot.startswith("a.")} <= {"x0", "x0[0]", "x0[1]"}


@pytest.mark.parametrize("name", EVERYONE)
def test_stated_memory_is_all_the_memory(name: str) -> None:
    """The step reads only slots, its own clock and, if the rule says so, random numbers of the step; every memory
    starts at a stated value."""
    program = build(game(name))
    slots = {slot.name for slot in program.states}
    outputs = [e for stage in program.stages for e in stage.values()]
    nodes = [program.graph.nodes[k] for k in program.graph.reachable(outputs)]
    assert {str(n.data) for n in nodes if n.op == "symbol"} <= slots
    assert "sample" not in {n.op for n in nodes}
    assert any(n.op in RANDOM for n in nodes) == RULES.get(name).random
    assert {slot.name for slot in program.states if slot.role == "memory"} <= program.initial.keys()
    assert {slot for stage in program.stages for slot in stage} <= slots


@pytest.mark.parametrize("name", EVERYONE)
def test_order_of_agents_is_irrelevant_when_all_move_at_once(name: str) -> None:
    model = game(name)
    swapped = replace(model, agents=dict(reversed(model.agents.items())))
    start = {s.name: 0.4 if s.name.endswith("0]") else 0.6 for s in build(model).states if s.role == "state"}
    found, expected = (run(build(m), start, 10) for m in (swapped, model))
    for slot, value in expected.items():
        np.testing.assert_allclose(found[slot], value, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("name", [n for n in ANYWHERE if RULES.get(n).populations])
def test_population_of_loners_learns_like_replicas(name: str) -> None:
    """Nodes whose objectives don't touch each other do what as many separate systems with their numbers would."""
    start = np.linspace(-1.0, 2.0, 5)

    def loss(x: Expr) -> Expr:
        return (x - MINIMUM) ** 4.0 + (x - MINIMUM) ** 2.0

    rule = example(name)
    alone = build(scalar_game(lambda x: [loss(x)], rule, players=1))
    graph = Graph()
    x = state(graph, "x", domain=node("net"))
    population = Population("net", Topology.build(5, [], [], []), {})
    agent = agent_of(graph, "a", ["x"], loss(x.symbols), rule)
    together = build(model_of(graph, [x], [agent], populations={"net": population}))
    expected = run(alone, {"x0": start}, 30)["x0"]
    numbers = keyed(alone, 5)

    def same(tick: int) -> dict[str, Any]:
        return {f"{leaf.replace('.x0', '.x')}@net": z[:, None] for leaf, z in numbers(tick).items()}

    *_, found = interpret_run(together, {}, {"x": start[:, None]}, 30, same)
    np.testing.assert_allclose(found["x"][:, 0], expected, rtol=1e-12)


@pytest.mark.parametrize("name", [n for n in ON_SIMPLEX if RULES.get(n).populations])
def test_population_of_loners_mixes_like_replicas(name: str) -> None:
    """The same on a simplex of three strategies, of which everybody starts with others."""
    starts = np.array([[0.2, 0.5, 0.3], [0.6, 0.0, 0.4], [0.1, 0.1, 0.8]])  # (strategy, node)
    starts /= starts.sum(axis=0)
    rule = example(name, size=3)

    def loss(x: Any) -> Expr:
        return -x[0] * x[0] - 0.3 * x[1] - 0.5 * x[2]

    alone = build(scalar_game(lambda x: [loss(x)], rule, players=1, size=3, space=Space("simplex")))
    graph = Graph()
    x = state(graph, "x0", (3,), domain=node("net"), space=Space("simplex"))
    population = Population("net", Topology.build(3, [], [], []), {})
    agent = agent_of(graph, "a", ["x0"], loss(x.symbols), rule)
    together = build(model_of(graph, [x], [agent], populations={"net": population}))
    expected = run(alone, {f"x0[{k}]": start for k, start in enumerate(starts)}, 30)
    found = run(together, {f"x0[{k}]": start[:, None] for k, start in enumerate(starts)}, 30)
    for k in range(3):
        np.testing.assert_allclose(found[f"x0[{k}]"][:, 0], expected[f"x0[{k}]"], rtol=1e-12)


@pytest.mark.parametrize("name", [n for n in EVERYONE if not RULES.get(n).populations])
def test_rule_that_cannot_move_a_population_says_so(name: str) -> None:
    graph = Graph()
    x = state(graph, "x", domain=node("net"))
    population = Population("net", Topology.build(2, [], [], []), {})
    agent = agent_of(graph, "a", ["x"], x.symbols * x.symbols, example(name))
    problems = check_rules(model_of(graph, [x], [agent], populations={"net": population}))
    assert str(problems[0]) == f"agents.a.rule: rule {name!r} cannot move a population"


@pytest.mark.parametrize("name", EVERYONE)
def test_continuous_clock_is_served_or_refused(name: str) -> None:
    """On a continuous clock a rule's field is its move: the limit of its discrete steps for vanishing gain. There are
    no random numbers for rules there."""
    model = game(name, clock=Clock(time=1.0, dt=0.1))
    if "continuous" not in RULES.get(name).clocks:
        assert [str(p) for p in check_rules(model)] == [
            f"agents.{agent}.rule: rule {name!r} works on a discrete clock, not a continuous one" for agent in "ab"
        ]
        return
    assert not RULES.get(name).random
    states = [s.name for s in build(model).states]
    start = {s: np.full(1, 0.4 if s.endswith("0]") else 0.6) for s in states}
    field = derivative(build(model), start, 0.0)
    stepped = step_discrete(build(replace(model, clock=Clock(steps=1))), start, 0)
    for slot, rate in field.items():
        np.testing.assert_allclose(stepped[slot] - start[slot], rate, atol=1e-12)


@pytest.mark.parametrize("name", EVERYONE)
def test_rule_is_documented(name: str) -> None:
    rule = RULES.get(name)
    assert rule.__doc__
    assert not rule.__doc__.startswith(f"{rule.__name__}("), "the docstring is the one that dataclass generates"
    assert all(kind.doc for kind in settings_of(rule).values())
