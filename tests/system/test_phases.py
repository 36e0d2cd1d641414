"""Phases of a run: their indicators, who moves in which, and what an agent can tell of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import dynsim as ds
from dynsim.algebra.interpret import evaluate
from dynsim.compiler.applying.build import build
from dynsim.session.run import Run
from dynsim.system.parameter_values import constant_values
from dynsim.system.scenario import load_scenario, resolved_yaml, to_yaml
from dynsim.system.state_graph import state_graph

HEAD = "dynsim: 1\ntitle: t\n"
IDLE = "  idle: {controls: z, declared: z**2, rule: {gradient: {rate: 0.1}}}\n"


def run(text: str, compiled: bool = False, **settings: Any) -> Run:
    return ds.simulate(load_scenario(HEAD + text), compiled=compiled, report=False, **settings)


# -- the indicators -------------------------------------------------------------------------------------------------

COUNTING = """
phases: {warmup: 0, training: 3, deployment: 7}
variables:
  z: {init: 0}
  w: {flow: warmup}
  x: {flow: training + 10*deployment}
  sum_of_all: {expr: warmup + training + deployment}
agents:
"""


@pytest.mark.parametrize("compiled", [False, True])
def test_an_indicator_is_1_while_its_phase_lasts(compiled: bool) -> None:
    """A phase that begins at step k is there in the step from k to k + 1."""
    states = run(COUNTING + IDLE + "clock: {steps: 10}\nrecord: {derived: [sum_of_all]}\n", compiled).states
    assert states.w.to_list() == [0, 1, 2, 3, 3, 3, 3, 3, 3, 3, 3]
    assert states.x.to_list() == [0, 0, 0, 0, 1, 2, 3, 4, 14, 24, 34]
    assert states.training.to_list() == [0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0]
    assert (states.sum_of_all == 1).all()


@pytest.mark.parametrize("clock", ["{time: 2, dt: 0.01, method: rk4}", "{time: 2, method: dopri5}"])
def test_in_continuous_time_a_phase_begins_when_it_says(clock: str) -> None:
    """x' = deployment gives x(2) = 2 − 0.7; an adaptive step ends at the phase's start."""
    text = f"""
phases: {{training: 0, deployment: 0.7}}
variables: {{z: {{init: 0}}, x: {{flow: deployment}}}}
agents:
{IDLE}clock: {clock}
record: {{every: 1}}
"""
    for compiled in (False, True):
        assert run(text, compiled).states.x.iloc[-1] == pytest.approx(1.3, abs=1e-12)


def test_phases_that_begin_within_one_step_leave_the_last_of_them() -> None:
    text = """
phases: {one: 0, two: 0.52, three: 0.58}
variables: {z: {init: 0}, x: {flow: "two + 10*three"}}
agents:
""" + IDLE + "clock: {time: 1, dt: 0.1, method: euler}\n"
    assert run(text).states.x.iloc[-1] == pytest.approx(4.0)


def test_an_event_of_the_same_tick_sees_the_new_phase() -> None:
    text = COUNTING + IDLE + "events: {copy: {at: 7, set: {z: deployment - training}}}\nclock: {steps: 8}\n"
    assert run(text).states.z.iloc[7] == 1.0


def test_the_model_and_the_program_know_when_phases_are() -> None:
    model = load_scenario(HEAD + COUNTING + IDLE + "clock: {steps: 10}\n").resolve()
    assert model.phases == {"warmup": 0, "training": 3, "deployment": 7}
    assert build(model).phases == {"warmup": (0, 3), "training": (3, 7), "deployment": (7, 10)}
    assert [event.name for event in model.events] == []


def test_one_phase_is_the_whole_run() -> None:
    text = "phases: {all: 0}\nvariables: {z: {init: 0}, x: {flow: all}}\nagents:\n" + IDLE + "clock: {steps: 4}\n"
    assert run(text).states.x.iloc[-1] == 4.0


# -- who moves when -------------------------------------------------------------------------------------------------


def test_an_agent_moves_only_during_its_phases_and_keeps_its_memory() -> None:
    """Momentum: v ← v/2 − 1 and x ← x + v in steps 0, 1 and 4, 5; nothing between."""
    text = """
phases: {one: 0, two: 2, three: 4}
variables: {x: {init: 0}, y: {init: 0}}
agents:
  a: {controls: x, declared: x, during: [one, three], rule: {momentum: {rate: 1, beta: 0.5}}}
  b: {controls: y, declared: y, during: two, every: 3, rule: {gradient: {rate: 1}}}
clock: {steps: 6}
"""
    for compiled in (False, True):
        states = run(text, compiled).states
        assert states.x.to_list() == [0, -1, -2.5, -2.5, -2.5, -4.25, -6.125]
        assert states.y.to_list() == [0, 0, 0, 0, -1, -1, -1]  # t = 3 is the one step that both allow


def test_an_agent_that_moves_in_all_phases_is_not_gated() -> None:
    text = "phases: {one: 0, two: 2}\nvariables: {z: {init: 0}}\nagents:\n" + IDLE.replace(
        "rule:", "during: [two, one], rule:"
    )
    assert load_scenario(HEAD + text + "clock: {steps: 6}\n").resolve().agents["idle"].during == ()


# -- what an agent can tell -----------------------------------------------------------------------------------------

TELLING = """
phases: {{training: 0, deployment: 300}}
params: {{wanted: 1.0, own: -3.0, q: 1.0}}
variables: {{x: {{init: 0}}{more}}}
agents:
  a: {{controls: x, declared: "{declared}", {keys}rule: {rule}}}
clock: {{steps: 1000}}
record: {{every: 100}}
"""
DEFECT = "training*(x - wanted)**2/2 + deployment*(x - own)**2/2"
STEADY = "{gradient: {rate: 0.5}}"


def telling(keys: str, declared: str = DEFECT, rule: str = STEADY, more: str = "") -> str:
    return TELLING.format(keys=keys, declared=declared, rule=rule, more=more)


def percepts(q: float) -> tuple[float, float]:
    """What stands in for `deployment` in training and in deployment: π + q(p − π), π = .7."""
    return 0.7 - 0.7 * q, 0.7 + 0.3 * q


@pytest.mark.parametrize("q", [0.0, 0.35, 1.0])
@pytest.mark.parametrize("stated", ["deployment", "training"])
def test_an_agent_acts_on_what_it_can_tell(q: float, stated: str) -> None:
    """It rests at (1 − p̂)·wanted + p̂·own, whichever of the two phases is said to be observed."""
    states = run(telling(f"observes: {{{stated}: q}}, "), set=[f"params.q={q}"]).states
    for t, seen in zip((300, 1000), percepts(q), strict=True):
        assert states.x[states.t == t].iloc[0] == pytest.approx(1 - seen + seen * -3, abs=1e-12)


def test_without_a_word_a_phase_is_seen() -> None:
    states = run(telling("")).states
    assert states.x[states.t == 300].iloc[0] == pytest.approx(1.0)
    assert states.x.iloc[-1] == pytest.approx(-3.0)


def test_a_derived_variable_that_tells_the_phase_tells_no_more_than_the_agent_can_see() -> None:
    """Through `aim`, q = 0 acts on the average, with what it pursues stated or not; the path factor stays."""
    more = ', aim: {expr: "training*wanted + deployment*own"}'
    for pursues in ("", 'pursues: "(x - aim)**2/2", '):
        keys = pursues + "observes: {deployment: 0}, "
        end = run(telling(keys, declared="(x - aim)**2/2", more=more)).states.iloc[-1]
        assert end.x == pytest.approx(0.3 - 0.7 * 3, abs=1e-12)


def test_a_rules_settings_are_perceived_too_also_within_a_rule() -> None:
    """A reflex towards deployment·4, alone, in a mapping, and blended half and half with gradient descent to 0."""
    for rule, expected in (
        ("{heuristic: {target: 4*deployment}}", 4 * 0.7),
        ("{heuristic: {target: {x: 4*deployment}}}", 4 * 0.7),
        ("{blend: {share: 0.5, target: 0, rule: {heuristic: {target: {x: 4*deployment}}}}}", 2 * 0.7),
    ):
        keys = "observes: {deployment: 0}, "
        assert run(telling(keys, declared="x**2/2", rule=rule)).states.x.iloc[-1] == pytest.approx(expected, abs=1e-9)


def gradients(text: str, point: dict[str, float]) -> dict[str, Any]:
    """Of the first agent: ξ and the label's gradient, by slot."""
    model = load_scenario(HEAD + text).resolve()
    agent = build(model).agents[0]
    values = constant_values(model.parameters) | point
    found = {}
    for part in ("gradient", "declared_gradient"):
        exprs = getattr(agent, part)
        found[part] = dict(zip(exprs, map(float, evaluate(list(exprs.values()), values)), strict=True))
    return found


def test_the_label_is_judged_by_the_true_phase() -> None:
    point = {"x": 0.5, "training": 0.0, "deployment": 1.0, "q": 0.2}
    found = gradients(telling("observes: {deployment: q}, "), point)
    seen = percepts(0.2)[1]
    assert found["gradient"]["x"] == pytest.approx((1 - seen) * (0.5 - 1) + seen * (0.5 + 3))
    assert found["declared_gradient"]["x"] == pytest.approx(0.5 + 3)


def test_how_well_it_sees_can_be_trained() -> None:
    """q as a state variable that the agent moves itself: ∂E/∂q = (p − π)(∂E/∂p̂ − ∂E/∂p̂'), p̂' of the other phase."""
    text = telling("observes: {deployment: eye}, ", more=", eye: {init: 0.2}")
    text = text.replace("controls: x", "controls: [x, eye]")
    point = {"x": 0.5, "eye": 0.2, "training": 1.0, "deployment": 0.0}
    found = gradients(text, point)["gradient"]["eye"]
    assert found == pytest.approx((0 - 0.7) * ((0.5 + 3) ** 2 / 2 - (0.5 - 1) ** 2 / 2), rel=1e-12)


def test_of_three_phases_each_is_seen_as_well_as_it_is_said_to_be() -> None:
    """Begin 0, 2, 5 of 10: shares .2, .3, .5. Only `two` is blurred, to .3 + .5(p − .3)."""
    text = """
phases: {one: 0, two: 2, three: 5}
variables: {x: {init: 0}}
agents:
  a: {controls: x, declared: "x*(one + 10*two + 100*three)", observes: {two: 0.5}, rule: {gradient: {rate: 1}}}
clock: {steps: 10}
"""
    for phase, expected in (("one", 1 + 10 * 0.15), ("two", 10 * 0.65), ("three", 100 + 10 * 0.15)):
        point = {"x": 0.0, **{name: float(name == phase) for name in ("one", "two", "three")}}
        assert gradients(text, point)["gradient"]["x"] == pytest.approx(expected, rel=1e-12)


# -- in Python, in files, in the graph ------------------------------------------------------------------------------


def stated_in_python() -> ds.System:
    s = ds.System("t")
    training, deployment = s.phases(training=0, deployment=300)
    x = s.state("x")
    s.parameter("q", 0.5)
    rule = ds.rules.gradient(rate=0.5)
    declared = training * (x - 1) ** 2 + deployment * (x + 3) ** 2
    s.agent("a", x, declared, rule, during=deployment, observes={training: "q"})
    s.agent("b", x, x**2, rule, during=["training", "deployment"])
    s.clock(steps=1000)
    return s


def test_a_system_with_phases_survives_being_written() -> None:
    system = stated_in_python()
    assert system.data["phases"] == {"training": 0, "deployment": 300}
    assert system.data["agents"]["a"]["during"] == "deployment"
    for write in (to_yaml, resolved_yaml):
        again = load_scenario(write(system))
        assert str(again.resolve().agents) == str(system.resolve().agents)
        assert again.resolve().phases == system.resolve().phases
        assert write(again) == write(system)


def test_a_phase_can_be_moved_from_the_command_line() -> None:
    moved = stated_in_python().overridden(["phases.deployment=700"]).resolve()
    assert moved.phases["deployment"] == 700


def test_phases_are_nodes_of_the_state_graph() -> None:
    graph = state_graph(stated_in_python().resolve())
    assert {n for n, kind in graph.nodes(data="kind") if kind == "phase"} == {"training", "deployment"}
    assert graph.edges["training", "a"]["kind"] == "reads"
    assert graph.edges["deployment", "a"]["kind"] == "silences"
    assert graph.edges["q", "a"]["kind"] == "reads"
    assert not [n for n, kind in graph.nodes(data="kind") if kind == "event"]


def test_shares_of_the_run_add_to_1_whatever_the_clock() -> None:
    """Blind to both of two phases the indicators' stand-ins are their shares; seed 0 for the starts."""
    rng = np.random.default_rng(0)
    for _ in range(5):
        start, end = sorted(rng.uniform(0.5, 9, 2))
        text = f"""
phases: {{one: 0, two: {start}}}
variables: {{x: {{init: 0}}}}
agents:
  a: {{controls: x, declared: "x*(one + 10*two)", observes: {{two: 0}}, rule: {{gradient: {{rate: 1}}}}}}
clock: {{time: {end}, method: dopri5}}
record: {{every: 0.1}}
"""
        found = gradients(text, {"x": 0.0, "one": 1.0, "two": 0.0})["gradient"]["x"]
        assert found == pytest.approx(start / end + 10 * (1 - start / end), rel=1e-12)
