"""From model to program: who moves when, by how much, and where it ends up."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import dynsim.rules as rules
from dynsim.algebra import functions as f
from dynsim.algebra import leaves
from dynsim.algebra.domain import node
from dynsim.algebra.graph import Graph
from dynsim.algebra.interpret import evaluate
from dynsim.algebra.structural import named
from dynsim.algebra.topology import Topology
from dynsim.algebra.vector import Vector
from dynsim.compiler.applying.build import build
from dynsim.compiler.applying.game import Game
from dynsim.compiler.applying.view import View
from dynsim.compiler.program import Program
from dynsim.engine.interpreted.stepping import derivative, fire_events, step_discrete
from dynsim.errors import InputError
from dynsim.system.model import Clock, Event, Model, Parameter, Population, Space, Variable
from tests.compiler.models import agent_of, model_of, scalar_game, state
from tests.compiler.plain_run import interpret_run


def trajectory(program: Program, start: dict[str, Any], ticks: int, **fields: Any) -> dict[str, Any]:
    """Values by slot over time, (ticks + 1, R)."""
    given = {name: np.atleast_1d(np.asarray(x, float)) for name, x in start.items()}
    states = list(interpret_run(program, fields.pop("parameters", {}), given, ticks, **fields))
    return {slot.name: np.array([s[slot.name] for s in states]) for slot in program.states}


def descent(**fields: Any) -> Model:
    """One agent descends x²/2 at rate .5: x halves in every step."""
    graph = Graph()
    x = state(graph, "x", init=graph.constant(1.0))
    agent = agent_of(graph, "a", ["x"], x.symbols * x.symbols / 2, rules.gradient(rate=0.5), **fields)
    return model_of(graph, [x], [agent])


# -- what an agent wants ------------------------------------------------------------------------------------------


def test_effective_objective_adds_weighted_declared_objectives() -> None:
    """E_a = pursues_a + c · declared_b, not what b pursues."""
    graph = Graph()
    x, y = state(graph, "x"), state(graph, "y")
    a = agent_of(graph, "a", ["x"], x.symbols**2.0, rules.gradient(rate=1.0), credit={"b": graph.constant(0.25)})
    a = replace(a, pursues=x.symbols**3.0)
    b = agent_of(graph, "b", ["y"], x.symbols * y.symbols, rules.gradient(rate=1.0), pursues=y.symbols)
    program = build(model_of(graph, [x, y], [a, b]))
    point = {"x": np.array(2.0), "y": np.array(5.0)}
    (first, second) = program.agents
    assert evaluate([first.objective, first.gradient["x"], first.declared_gradient["x"]], point) == [
        8.0 + 0.25 * 10.0,
        12.0 + 0.25 * 5.0,
        4.0,
    ]
    assert evaluate([second.objective], point) == [5.0]


def test_path_factor_scales_the_gradient_through_a_derived_variable() -> None:
    """declared = (x − world)²/2 with world = 1 + x/2: the own path gives r, the way through the world −g·r/2."""
    graph = Graph()
    x = state(graph, "x")
    factor = graph.symbol("g")
    world = named(1.0 + x.symbols / 2, "world")
    derived = Variable("world", "derived", world, expr=world.args[0])
    loss = (x.symbols - world) ** 2.0 / 2
    agent = agent_of(graph, "a", ["x"], loss, rules.gradient(rate=1.0), paths={"world": factor})
    program = build(model_of(graph, [x, derived], [agent], parameters={"g": Parameter("g", (), 0.0)}))
    residual = 4.0 - 3.0
    for value in (0.0, 0.3, 1.0):
        (slope,) = evaluate([program.agents[0].gradient["x"]], {"x": np.array(4.0), "g": np.array(value)})
        assert slope == pytest.approx(residual * (1 - value / 2), abs=1e-15)
    assert set(program.derived) == {"world"}
    assert [slot.name for slot in program.parameters] == ["g"]


def test_objective_per_node_does_not_leak_into_one_number() -> None:
    graph = Graph()
    x, y = state(graph, "x", domain=node("net")), state(graph, "y")
    b = agent_of(graph, "b", ["x"], x.symbols**2.0, rules.gradient(rate=1.0))
    a = agent_of(graph, "a", ["y"], y.symbols**2.0, rules.gradient(rate=1.0), credit={"b": graph.constant(1.0)})
    population = Population("net", Topology.build(3, [], [], []), {})
    with pytest.raises(InputError, match=r"agents.a.credit.b: .*one value per node of net.*reduce it with mean"):
        build(model_of(graph, [x, y], [a, b], populations={"net": population}))


def test_scalar_objective_moves_a_population_by_its_full_gradient() -> None:
    """E = Σ_i i·x_i²/2 has the gradient i·x_i at node i."""
    graph = Graph()
    x = state(graph, "x", domain=node("net"))
    loss = f.sum_(leaves.index(graph, "net") * x.symbols**2.0) / 2
    population = Population("net", Topology.build(3, [], [], []), {})
    program = build(
        model_of(
            graph, [x], [agent_of(graph, "a", ["x"], loss, rules.gradient(rate=0.1))], populations={"net": population}
        )
    )
    after = step_discrete(program, {"x": np.ones((3, 1))}, 0)
    np.testing.assert_allclose(after["x"][:, 0], [1.0, 0.9, 0.8], atol=1e-15)


# -- the game as a rule sees it -----------------------------------------------------------------------------------


def cubic() -> tuple[Model, View]:
    """L_a = x²y³, L_b = x³y, at symbols x0, x1."""
    model = scalar_game(lambda x, y: (x**2.0 * y**3.0, x**3.0 * y), rules.gradient(rate=1.0))
    return model, View(Game(model), "a")


def test_jacobian_products_at_the_state_and_at_another_point() -> None:
    """ξ = (2xy³, x³): J = [[2y³, 6xy²], [3x², 0]]."""
    _, view = cubic()
    graph = view.graph
    here = {"x0": np.array(1.5), "x1": np.array(-0.5)}
    direction = {"a": [view.xs["b"][0]], "b": [view.xs["a"][0] * 2.0]}
    elsewhere = {"a": [view.xs["b"][0]], "b": [view.xs["a"][0] + graph.constant(1.0)]}
    v = np.array([-0.5, 3.0])
    for at, (x, y) in ((view, (1.5, -0.5)), (view.at(elsewhere), (-0.5, 2.5))):
        jacobian = np.array([[2 * y**3, 6 * x * y**2], [3 * x**2, 0.0]])
        rows = [at.of(name).jvp(direction)[0] for name in "ab"]
        columns = [at.of(name).vjp(direction)[0] for name in "ab"]
        np.testing.assert_allclose(evaluate(rows, here), jacobian @ v, atol=1e-14)
        np.testing.assert_allclose(evaluate(columns, here), jacobian.T @ v, atol=1e-14)
        np.testing.assert_allclose(evaluate(at.gradient, here), [2 * x * y**3], atol=1e-14)
        np.testing.assert_allclose(evaluate(at.gradient_of("a", by="b"), here), [3 * x**2 * y**2], atol=1e-14)


def test_displacements_of_a_shared_variable_add() -> None:
    """Both push x: at(x+1 for a, x+2 for b) is the game at x+3, and J v takes v_a + v_b."""
    graph = Graph()
    x = state(graph, "x")
    losses = (x.symbols**3.0, 2.0 * x.symbols**2.0)
    agents = [agent_of(graph, n, ["x"], e, rules.gradient(rate=1.0)) for n, e in zip("ab", losses, strict=True)]
    view = View(Game(model_of(graph, [x], agents)), "a")
    shifted = view.at({"a": [x.symbols + 1.0], "b": [x.symbols + 2.0]})
    here = {"x": np.array(0.5)}
    assert evaluate(shifted.gradient, here) == [pytest.approx(3 * 3.5**2)]
    assert evaluate(view.jvp({"a": [graph.constant(1.0)], "b": [graph.constant(2.0)]}), here) == [3.0 * 3.0]


def test_moves_of_a_shared_variable_add() -> None:
    graph = Graph()
    x = state(graph, "x")
    losses = ((x.symbols - 1.0) ** 2.0 / 2, (x.symbols + 1.0) ** 2.0 / 2)
    gains = [[graph.constant(1.0)], [graph.constant(3.0)]]
    agents = [
        agent_of(graph, n, ["x"], e, rules.gradient(rate=0.1), gains=k)
        for n, e, k in zip("ab", losses, gains, strict=True)
    ]
    program = build(model_of(graph, [x], agents))
    after = step_discrete(program, {"x": np.zeros(1)}, 0)
    assert after["x"] == pytest.approx(0.1 - 0.3)
    assert [evaluate([a.moves["x"]], {"x": 0.0})[0] for a in program.agents] == [
        pytest.approx(0.1),
        pytest.approx(-0.3),
    ]


# -- when agents move ---------------------------------------------------------------------------------------------


def test_slower_clock_moves_every_third_step_and_memory_stands_still_between() -> None:
    graph = Graph()
    x = state(graph, "x", init=graph.constant(1.0))
    agent = agent_of(graph, "a", ["x"], x.symbols, rules.momentum(rate=1.0, beta=0.5), every=3)
    found = trajectory(build(model_of(graph, [x], [agent])), {}, 7)
    np.testing.assert_array_equal(found["x"][:, 0], [1, 0, 0, 0, -1.5, -1.5, -1.5, -3.25])
    np.testing.assert_array_equal(found["a.v"][:, 0], [0, -1, -1, -1, -1.5, -1.5, -1.5, -1.75])


def test_order_lets_each_agent_see_those_before_it() -> None:
    """b copies a in the same step; flow and noise come with the last; recorded moves are functions of the start."""
    graph = Graph()
    x = state(graph, "x")
    y = state(graph, "y", flow=graph.constant(10.0))
    a = agent_of(graph, "a", ["x"], x.symbols, rules.heuristic(target=graph.constant(7.0)))
    b = agent_of(graph, "b", ["y"], x.symbols, rules.heuristic(target=x.symbols))
    model = model_of(graph, [x, y], [a, b], Clock(steps=1, order=("a", "b")))
    start = {"x": np.array([1.0]), "y": np.array([2.0])}
    program = build(model)
    after = step_discrete(program, start, 0)
    assert (after["x"], after["y"]) == (7.0, 17.0)
    assert evaluate([program.agents[1].moves["y"]], start) == [7.0 - 2.0]
    together = step_discrete(build(replace(model, clock=Clock(steps=1))), start, 0)
    assert (together["x"], together["y"]) == (7.0, 11.0)


def test_order_that_misses_an_agent_is_refused() -> None:
    with pytest.raises(InputError, match=r"clock.order: expected every agent once: a"):
        build(replace(descent(), clock=Clock(steps=1, order=())))


# -- events -------------------------------------------------------------------------------------------------------


def test_event_silences_and_restores_an_agent() -> None:
    model = descent()
    graph = model.graph
    events = (
        Event("stop", at=graph.constant(2.0), silence=("a",)),
        Event("go", when=leaves.time(graph) > 3.5, restore=("a",)),
    )
    program = build(replace(model, events=events))
    found = trajectory(program, {}, 5)
    np.testing.assert_array_equal(found["x"][:, 0], [1, 0.5, 0.25, 0.25, 0.25, 0.125])
    np.testing.assert_array_equal(found["agents.a.active"][:, 0], [1, 1, 0, 0, 1, 1])
    np.testing.assert_array_equal(found["events.go.fired"][:, 0], [0, 0, 0, 0, 1, 1])
    assert {s.name for s in program.states if s.role == "switch"} == {
        "agents.a.active",
        "events.stop.fired",
        "events.go.fired",
    }


def test_event_fires_once_in_each_replica_when_its_condition_first_holds() -> None:
    """x falls below .3 after 2 steps from 1, at once from .2; then it is set back to 1 and never again."""
    model = descent()
    x = model.variables["x"].symbols
    event = Event("reset", when=x < 0.3, set={"x": model.graph.constant(1.0)})
    found = trajectory(build(replace(model, events=(event,))), {"x": [1.0, 0.2]}, 4)
    np.testing.assert_array_equal(found["x"][:, 0], [1, 0.5, 1, 0.5, 0.25])
    np.testing.assert_array_equal(found["x"][:, 1], [1, 0.5, 0.25, 0.125, 0.0625])


def test_parameter_that_an_event_changes_becomes_a_state() -> None:
    graph = Graph()
    x = state(graph, "x", flow=graph.symbol("p"), init=graph.constant(0.0))
    event = Event("double", at=graph.constant(2.0), set={"p": 2.0 * graph.symbol("p")})
    parameters = {"p": Parameter("p", (), 1.0), "q": Parameter("q", (2,), (1.0, 2.0))}
    program = build(model_of(graph, [x], events=[event], parameters=parameters))
    assert [slot.name for slot in program.parameters] == ["q[0]", "q[1]"]
    assert [slot.name for slot in program.states if slot.role == "parameter"] == ["p"]
    found = trajectory(program, {}, 4, parameters={"p": np.array([1.0, 10.0])})
    np.testing.assert_array_equal(found["x"], [[0, 0], [1, 10], [2, 20], [4, 40], [6, 60]])


def test_simultaneous_events_fire_in_the_order_in_which_they_stand() -> None:
    graph = Graph()
    x = state(graph, "x", init=graph.constant(1.0))
    at = graph.constant(0.0)
    events = [Event("add", at=at, set={"x": x.symbols + 1.0}), Event("double", at=at, set={"x": x.symbols * 2.0})]
    program = build(model_of(graph, [x], events=events))
    values = {"x": np.ones(1), "events.add.fired": np.zeros(1), "events.double.fired": np.zeros(1)}
    assert fire_events(program, values, 0.0)["x"] == 4.0


def test_event_sets_every_node_of_a_population() -> None:
    graph = Graph()
    x = state(graph, "x", domain=node("net"), init=graph.constant(0.0))
    event = Event("shift", at=graph.constant(1.0), set={"x": graph.constant(5.0)})
    population = Population("net", Topology.build(3, [], [], []), {})
    program = build(model_of(graph, [x], events=[event], populations={"net": population}))
    assert program.events[0].assignments["x"].domain == node("net")
    assert trajectory(program, {}, 1)["x"][:, :, 0].tolist() == [[0, 0, 0], [5, 5, 5]]


# -- spaces -------------------------------------------------------------------------------------------------------


def pushed(space: Space, start: Any, push: Any) -> Any:
    """One step of a flow on a space."""
    graph = Graph()
    size = len(start)
    x = state(graph, "x", (size,), space=space, flow=Vector([graph.constant(p) for p in push]))
    program = build(model_of(graph, [x]))
    after = step_discrete(program, {f"x[{k}]": np.array([v]) for k, v in enumerate(start)}, 0)
    return np.array([after[f"x[{k}]"][0] for k in range(size)])


def test_box_clips_and_keeps_what_is_not_a_number() -> None:
    found = pushed(Space("box", -1.0, 2.0), (0.0, 0.0, 0.0, np.nan), (5.0, -5.0, 0.5, 1.0))
    np.testing.assert_array_equal(found, [2.0, -1.0, 0.5, np.nan])


def test_circle_wraps_into_a_half_open_interval() -> None:
    found = pushed(Space("circle"), (3.0, -3.0, 0.0), (1.0, -1.0, np.pi))
    np.testing.assert_allclose(found, [4 - 2 * np.pi, 2 * np.pi - 4, -np.pi], atol=1e-15)


def test_simplex_projection_is_the_nearest_point() -> None:
    """Against the definition: bisection on τ with Σ max(x − τ, 0) = 1. Seed 0, 1 to 6 components."""
    rng = np.random.default_rng(0)
    for _ in range(200):
        x = rng.normal(scale=2.0, size=rng.integers(1, 7))
        low, high = x.min() - 2.0, x.max()
        for _ in range(200):
            middle = (low + high) / 2
            low, high = (middle, high) if np.maximum(x - middle, 0).sum() > 1 else (low, middle)
        found = pushed(Space("simplex"), np.zeros(len(x)), x)
        np.testing.assert_allclose(found, np.maximum(x - low, 0), atol=1e-12)


def test_simplex_keeps_tiny_shares() -> None:
    """Off the simplex only by rounding: 1e-200 stays 1e-200."""
    found = pushed(Space("simplex"), (1e-200, 0.4, 0.6), (0.0, 0.1, -0.1 + 1e-16))
    assert found[0] == pytest.approx(1e-200, rel=1e-12)
    assert found.sum() == pytest.approx(1.0, abs=1e-15)


# -- continuous time ----------------------------------------------------------------------------------------------


def test_runge_kutta_order_and_drift() -> None:
    """dx/dt = x − rate·ξ with ξ = 3x: x(t) = e^{−2t}; halving dt divides the error by about 16."""
    graph = Graph()
    x = state(graph, "x", init=graph.constant(1.0))
    x = replace(x, flow=x.symbols)
    agent = agent_of(graph, "a", ["x"], 1.5 * x.symbols * x.symbols, rules.gradient(rate=1.0))
    errors = []
    for steps in (10, 20):
        program = build(model_of(graph, [x], [agent], Clock(time=1.0, dt=1 / steps)))
        assert program.stages == ()
        assert derivative(program, {"x": np.array([2.0])}, 0.0) == {"x": -4.0}
        errors.append(abs(trajectory(program, {}, steps)["x"][-1, 0] - np.exp(-2.0)))
    assert np.log2(errors[0] / errors[1]) == pytest.approx(4.0, abs=0.15)


def test_euler_maruyama_takes_the_given_noise() -> None:
    """x + dt·drift + √dt·σ·z."""
    graph = Graph()
    x = state(graph, "x", init=graph.constant(1.0), noise=graph.constant(3.0))
    x = replace(x, flow=-x.symbols)
    program = build(model_of(graph, [x], clock=Clock(time=1.0, dt=0.25, method="euler")))
    found = trajectory(program, {}, 1, numbers=lambda tick: {"noise:x": np.array([2.0])})
    assert found["x"][1] == pytest.approx(1.0 - 0.25 + 0.5 * 3.0 * 2.0)


def test_noise_on_a_discrete_clock_adds_with_its_amplitude() -> None:
    graph = Graph()
    x = state(graph, "x", init=graph.constant(1.0))
    x = replace(x, noise=2.0 * x.symbols)
    found = trajectory(build(model_of(graph, [x])), {}, 2, numbers=lambda tick: {"noise:x": np.array([0.5 + tick])})
    np.testing.assert_array_equal(found["x"][:, 0], [1.0, 2.0, 8.0])


def test_continuous_projection_wraps_only_what_moves() -> None:
    graph = Graph()
    turning = state(graph, "x", space=Space("circle"), flow=graph.constant(1.0), init=graph.constant(3.0))
    resting = state(graph, "y", space=Space("circle"), init=graph.constant(1.0))
    program = build(model_of(graph, [turning, resting], clock=Clock(time=1.0, dt=1.0)))
    assert set(program.projection) == {"x"}
    assert trajectory(program, {}, 1)["x"][1] == pytest.approx(4.0 - 2 * np.pi)


# -- mistakes -----------------------------------------------------------------------------------------------------


def test_mistakes_of_all_agents_come_at_once() -> None:
    model = scalar_game(lambda x, y: (x, y), [rules.replicator(), rules.adam(rate=0.1)], clock=Clock(time=1.0))
    with pytest.raises(InputError) as caught:
        build(model)
    assert [str(p) for p in caught.value.problems] == [
        "agents.a.rule: rule 'replicator' moves whole points of a simplex, not x0",
        "agents.b.rule: rule 'adam' works on a discrete clock, not a continuous one",
    ]


def test_slower_clock_needs_steps() -> None:
    with pytest.raises(InputError, match=r"agents.a.every: a slower clock needs steps"):
        build(replace(descent(every=2), clock=Clock(time=1.0)))


def test_target_of_the_wrong_length_is_placed() -> None:
    graph = Graph()
    x = state(graph, "x", (2,))
    target = Vector([graph.constant(1.0)] * 3)
    agent = agent_of(graph, "a", ["x"], x.symbols[0], rules.heuristic(target=target))
    with pytest.raises(InputError, match=r"agents.a.rule.target: expected 2 values, got 3"):
        build(model_of(graph, [x], [agent]))


def test_target_per_node_for_one_number_is_placed() -> None:
    graph = Graph()
    x, z = state(graph, "x"), state(graph, "z", domain=node("net"))
    agent = agent_of(graph, "a", ["x"], x.symbols, rules.heuristic(target=z.symbols))
    population = Population("net", Topology.build(2, [], [], []), {})
    with pytest.raises(InputError, match=r"agents.a.rule: .*one value per node of net: z"):
        build(model_of(graph, [x, z], [agent], populations={"net": population}))
