"""Label fidelity: 1 for whoever descends nothing but its label, whatever its rule and clock; known values for others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import dynsim as ds

from dynsim.algebra import graph as g
from dynsim.algebra.graph import Expr, Graph
from dynsim.algebra.interpret import evaluate
from dynsim.analysis.conflict_log import single
from dynsim.analysis.study import Study
from dynsim.compiler.build import build
from dynsim.compiler.program import Program
from dynsim.engine.plan import Chunk, Plan
from dynsim.engine.simulate import run
from dynsim.record.recording import Block, MemoryRecording
from dynsim.rules.base import RULES, RuleSpec
from dynsim.system.ensemble import constant_values
from dynsim.system.model import Clock, Model, Parameter, Space, Variable
from tests.compiler.models import agent_of, model_of, state
from tests.rules.test_contract import EVERYONE, bowl, example, one_hot

STEPS, REPLICAS, SEED = 12, 2, 3
PHASES = {"early": 0.0, "late": 4.0}
CADENCES = (1, 3, 5, 7)


def scheduled(name: str, graph: Graph) -> RuleSpec:
    """The rule with a rate that falls in time, where it has one that may."""
    spec = example(name)
    falling = {"rate": 0.05 / (1.0 + g.time(graph) / 5.0)} if "rate" in spec.settings else {}
    return RuleSpec(name, {**spec.settings, **falling})


def clocks(graph: Graph, first: Expr) -> list[tuple[dict[str, Any], bool]]:
    """Fields of an agent, and whether its rate is scheduled."""
    gain = {"gains": [0.5 + 1.0 / (1.0 + first * first)]}
    return [({}, False), ({"every": 2}, True), ({"every": 5, **gain}, False), ({"during": ("late",), **gain}, True)]


def zoo(name: str, order: bool) -> Model:
    """Two agents with the rule on each of the clocks, every pair with a game of its own. Each gets credit from its
    partner with a weight that is 0, so that what it descends is its label, and not the same expression."""
    graph = Graph()
    variables: list[Variable] = []
    agents = []
    closed = graph.symbol("closed")
    for phase in PHASES:
        graph.symbol(phase)
    on_simplex = RULES.get(name).space == "simplex"
    shape, space = ((2,), Space("simplex")) if on_simplex else ((), Space())
    for k in range(4):
        pair = [state(graph, f"{name}{k}{i}", shape, space=space) for i in "ab"]
        first = pair[0].symbols[0] if on_simplex else pair[0].symbols
        fields, falls = clocks(graph, first)[k]
        losses = (one_hot if on_simplex else bowl)(*[v.symbols for v in pair])
        rule = scheduled(name, graph) if falls else example(name)
        for v, other, loss in zip(pair, reversed(pair), losses, strict=True):
            agents.append(agent_of(graph, v.name, [v.name], loss, rule, credit={other.name: closed}, **fields))
        variables += pair
    parameters = {name: Parameter(name, (), float(name == "early")) for name in ("closed", *PHASES)}
    clock = Clock(steps=STEPS, order=tuple(agent.name for agent in agents) if order else None)
    return model_of(graph, variables, agents, clock, parameters=parameters, phases=PHASES)


def recorded(program: Program) -> Block:
    """All ticks, from numbers in (0, 1), seed 0; the two shares of a simplex sum to 1; memories as the program says."""
    rng = np.random.default_rng(0)
    values: dict[str, Any] = {}
    for slot in program.states:
        if slot.role == "state":
            other = slot.name.replace("[1]", "[0]")
            values[slot.name] = 1 - values[other] if other in values else rng.random(REPLICAS)
        else:
            values[slot.name] = np.full(REPLICAS, {"early": 1.0, "late": 0.0}.get(
                slot.name, program.initial[slot.name].constant or 0.0))
    chunks: list[Chunk] = []
    parameters = {slot.name: np.zeros(REPLICAS) for slot in program.parameters}
    run(program, Plan(REPLICAS, SEED, parameters, values), chunks.append, compiled=False)
    (chunk,) = chunks
    return Block(chunk.times, chunk.values)


def fidelity(program: Program, block: Block, cadence: int = 1) -> dict[str, Any]:
    """The columns of a record of every so many ticks, (R,)."""
    ticks = np.unique([*range(0, len(block.times), cadence), len(block.times) - 1])
    part = Block(block.times[ticks], {name: x[ticks] for name, x in block.values.items()})
    parameters = {slot.name: np.zeros(REPLICAS) for slot in program.parameters}
    nothing = np.full(REPLICAS, np.nan), np.full(REPLICAS, -1)
    found = single(Study(program, MemoryRecording([part], REPLICAS, parameters, *nothing, seed=SEED)), "label_fidelity")
    return {str(name): found[name].to_numpy(float) for name in found if name != "replica"}


@pytest.mark.parametrize("order", [False, True], ids=["at once", "in turn"])
@pytest.mark.parametrize("name", EVERYONE)
def test_whoever_descends_its_label_alone_scores_1(name: str, order: bool) -> None:
    """To 1e-9, for every rule, on a slower clock, in one phase, with a gain that varies and a rate that falls, whatever
    is recorded; NaN only where no recorded tick is one at which it moves."""
    program = build(zoo(name, order))
    block = recorded(program)
    assert all(agent.label is not None for agent in program.agents)
    for cadence in CADENCES:
        found = fidelity(program, block, cadence)
        for agent in program.agents:
            values, ticks = found[f"label_fidelity.{agent.name}"], found[f"label_fidelity_ticks.{agent.name}"]
            assert np.isnan(values[ticks == 0]).all()
            assert cadence > 1 or (ticks > 0).all()
            np.testing.assert_allclose(values[ticks > 0], 1.0, atol=1e-9, err_msg=agent.name)


def simulated(text: str, *settings: str, **options: Any) -> Any:
    """The run of a scenario by the interpreter."""
    return ds.simulate(ds.load_scenario(f"dynsim: 1\ntitle: t\n{text}", settings), compiled=False, **options)


def scores(text: str, *settings: str, **options: Any) -> dict[str, Any]:
    """The label fidelity of every agent, (R,)."""
    summary = simulated(text, *settings, **options).summary
    return {name: summary[f"label_fidelity.{name}"].to_numpy(float) for name in _agents(summary)}


def _agents(summary: Any) -> list[str]:
    return [str(c).removeprefix("label_fidelity.") for c in summary if str(c).startswith("label_fidelity.")]


def ticks(text: str, *settings: str, **options: Any) -> dict[str, list[int]]:
    summary = simulated(text, *settings, **options).summary
    return {name: summary[f"label_fidelity_ticks.{name}"].tolist() for name in _agents(summary)}


HONEST = {
    "one phase": """
phases: {one: 0, two: 60}
params: {late: 1, closed: 0}
variables: {x: {init: 0}, y: {init: 1}, far: {init: 0, flow: "late*two*0.5"}}
agents:
  a: {controls: x, declared: "(x - 1 - far)**2/2", during: one, credit: {b: closed}, rule: {gradient: {rate: 0.05}}}
  b: {controls: y, declared: "(y - x)**2/2", during: two, credit: {a: closed}, rule: {gradient: {rate: 0.05}}}
clock: {steps: 100}
""",
    "a gain that decays": """
params: {closed: 0}
variables: {x: {init: 5}, k: {init: 1, flow: "-0.02*k"}, y: {init: 1}}
agents:
  a: {controls: {x: k}, declared: "x**4/4", credit: {b: closed}, rule: {gradient: {rate: "0.002/(1 + t/5)"}}}
  b: {controls: {y: -k}, declared: "-(y - x)**2/2", credit: {a: closed}, rule: {momentum: {rate: 0.05}}}
clock: {steps: 50}
""",
    "continuous time": """
phases: {one: 0, two: 2}
params: {closed: 0}
variables: {x: {init: 5, noise: 0.1}, k: {init: 1, flow: "-0.2*k"}, y: {init: 1}}
agents:
  a: {controls: {x: k}, declared: "x**4/400", credit: {b: closed}, during: two, rule: {gradient: {rate: "1/(1 + t)"}}}
  b: {controls: y, declared: "(y - x)**2/2", credit: {a: closed}, rule: {consensus: {rate: 0.05, gamma: 0.3}}}
clock: {time: 4, dt: 0.05}
""",
    "a horizon and others' learning": """
params: {closed: 0}
variables: {x: {init: 5}, far: {init: 0, flow: "0.1*(x - far)"}, y: {init: 1}, z: {init: 2}}
agents:
  a: {controls: x, declared: "(far - y)**2 + x**2/9", horizon: 3, paths: {far: 0.7}, credit: {b: closed}, rule: {gradient: {rate: 0.1}}}
  b: {controls: y, declared: "(y - z)**2 + z*y", paths: {c: 0.5}, credit: {a: closed}, rule: {gradient: {rate: 0.1}}}
  c: {controls: z, declared: "(z - y)**2 + z**2/9", rule: {lola: {rate: 0.1, foresight: 0.5}}}
clock: {steps: 30}
""",
    "what it can tell of a phase": """
phases: {training: 0, deployment: 30}
params: {closed: 0, q: 0.3}
variables: {x: {init: 5}, y: {init: 1}, aim: {expr: "1 - 4*deployment"}}
agents:
  a: {controls: x, declared: "(x - aim)**2/2", observes: {deployment: q}, rule: {gradient: {rate: 0.1}}}
  b: {controls: y, declared: "(y - aim*x)**2/2", observes: {deployment: 0}, credit: {a: closed}, rule: {gradient: {rate: 0.1}}}
clock: {steps: 100}
""",
    "a population, and two on one variable": """
graphs: {net: {generator: cycle_graph, n: 5}}
params: {closed: 0}
variables: {u: {on: net, init: "normal(0, 1)"}, x: {init: 1}}
agents:
  crowd: {controls: u, declared: "(u - x)**2 + sum_neighbors((u - neighbor(u))**2)", credit: {a: closed}, rule: {adam: {rate: 0.1}}}
  a: {controls: x, declared: "(x - mean(u))**2", credit: {crowd: closed}, rule: {gradient: {rate: 0.1}}}
  b: {controls: x, declared: "(x + 1)**2", credit: {a: closed}, rule: {spsa: {rate: 0.1}}}
clock: {steps: 20}
ensemble: {replicas: 2}
""".replace("crowd: closed", "b: closed"),
    "selection": """
params: {closed: 0}
variables: {x: {init: "normal(0, 1)"}, y: {init: 1}}
agents:
  a: {controls: x, declared: "(x - y)**2", credit: {b: closed}, every: 3, rule: {momentum: {rate: 0.05}}}
  b: {controls: y, declared: "(y + x)**2", credit: {a: closed}, rule: {gradient: {rate: "0.1*rate"}}}
selection: {fitness: -(x - 1)**2, over: end, every: 8, scheme: {truncation: {share: 0.25}}, heritable: {rate: "rate*lognormal(0, 0.1)"}}
clock: {steps: 40}
ensemble: {replicas: 8}
""".replace("closed: 0", "closed: 0, rate: 1"),
}  # fmt: skip


@pytest.mark.parametrize("cadence", [1, 7])
@pytest.mark.parametrize("case", HONEST)
def test_whoever_descends_its_label_alone_scores_1_in_whole_scenarios(case: str, cadence: int) -> None:
    """Every one gets credit with a weight of 0, so that its objective is its label, and another expression."""
    found = scores(HONEST[case], every=cadence)
    for name, values in found.items():
        np.testing.assert_allclose(values, 1.0, atol=1e-9, err_msg=name)


def test_an_honest_agents_move_by_its_label_is_its_move() -> None:
    """No second expression is built: the score is 1 in every bit."""
    text = HONEST["a horizon and others' learning"].replace(", credit: {b: closed}", "").replace(
        ", credit: {a: closed}", "").replace("params: {closed: 0}", "")  # fmt: skip
    study = simulated(text).measured.study
    assert [agent.label for agent in study.program.agents] == [None] * 3
    assert all((values == 1.0).all() for values in scores(text).values())


TURNED = """
params: {c: 1, s: 0}
variables: {x: {init: 0}, y: {init: 0}, k: {init: 1, flow: "-0.1*k"}}
agents:
  a: {controls: {x: k, y: k}, declared: x, pursues: c*x + s*y, RULE}
clock: {steps: 20}
"""
ANGLES = (0.4, 1.2, np.pi / 2, 2.0, np.pi)


@pytest.mark.parametrize("rule", [
    "every: 3, rule: {gradient: {rate: 0.1}}", "rule: {gradient: {rate: '0.1/(1 + t)'}}",
    "rule: {normalized_gradient: {rate: 0.1, floor: 0.01}}", "rule: {one_of: {which: 0, rules: [{gradient: {rate: 0.1}}]}}",
])  # fmt: skip
@pytest.mark.parametrize("angle", ANGLES)
def test_a_gradient_turned_by_an_angle_scores_its_squared_cosine_with_its_sign(angle: float, rule: str) -> None:
    """cos θ |cos θ|: −1 for an agent that climbs its label; whatever its clock, gain and rate."""
    text = TURNED.replace("RULE", rule)
    (found,) = scores(text, f"params.c={np.cos(angle)}", f"params.s={np.sin(angle)}")["a"]
    assert found == pytest.approx(np.cos(angle) * abs(np.cos(angle)), abs=1e-12)


def test_moves_weigh_by_their_squared_length() -> None:
    """The pursued slope is (1, 0) at length 3 for t < 2 and (cos θ, sin θ) at length 1 from then on, the label's is
    (1, 0): two moves of length 3, three of length 1."""
    angle = 1.1
    text = """
params: {c: 1, s: 0}
variables: {x: {init: 0}, y: {init: 0}}
agents:
  a: {controls: [x, y], declared: 7*x, pursues: "where(t < 2, 3*x, c*x + s*y)", rule: {gradient: {rate: 0.1}}}
clock: {steps: 5}
"""
    settings = [f"params.c={np.cos(angle)}", f"params.s={np.sin(angle)}"]
    expected = (2 * 9 + 3 * np.cos(angle) ** 2) / (2 * 9 + 3)
    assert scores(text, *settings)["a"] == pytest.approx(expected, abs=1e-12)
    assert ticks(text, *settings)["a"] == [5], "no step is made from the last tick"
    later = (9 + np.cos(angle) ** 2) / (9 + 1)  # of a record of t = 0, 3, 5
    assert scores(text, *settings, every=3)["a"] == pytest.approx(later, abs=1e-12)
    assert ticks(text, *settings, every=3)["a"] == [2]


def test_a_label_that_asks_for_no_move_explains_none() -> None:
    """û = 0 at t < 2, u = û from then on: 3 of 5 equal moves."""
    text = """
variables: {x: {init: 0}}
agents: {a: {controls: x, declared: "where(t < 2, 0*x, x)", pursues: x, rule: {gradient: {rate: 0.1}}}}
clock: {steps: 5}
"""
    assert scores(text)["a"] == pytest.approx(3 / 5)


def test_a_memory_is_shared_by_both_moves() -> None:
    """u ← βu − rate·ξ: by its label alone the next move is βu − rate·d."""
    text = """
variables: {x: {init: 0}, y: {init: 0}}
agents: {a: {controls: [x, y], declared: x, pursues: y, rule: {momentum: {rate: 0.1, beta: 0.5}}}}
clock: {steps: 4}
"""
    found = scores(text)["a"]
    m, top, bottom = 0.0, 0.0, 0.0
    for _ in range(4):
        u, other = np.array([0.0, 0.5 * m + 1]), np.array([1.0, 0.5 * m])
        top += (u @ other) ** 2 / (other @ other)
        bottom += u @ u
        m = 0.5 * m + 1
    assert found == pytest.approx(top / bottom, rel=1e-12)


def test_in_turn_a_move_is_compared_at_the_state_that_it_is_made_from() -> None:
    """b goes first, from y to y/2; a then descends (x − y)² in place of (x + y)²: against its label where |x| < y/2."""
    text = """
variables: {x: {init: 0.8}, y: {init: 2}}
agents:
  a: {controls: x, declared: "(x + y)**2/2", pursues: "(x - y)**2/2", rule: {gradient: {rate: 0.01}}}
  b: {controls: y, declared: "y**2/2", rule: {gradient: {rate: 0.5}}}
clock: {steps: 1, order: [b, a]}
"""
    assert scores(text)["a"] == -1.0
    assert scores(text, "variables.x.init=1.2")["a"] == 1.0
    assert scores(text, "variables.x.init=1.2", "clock.order=[a, b]")["a"] == -1.0


def test_random_numbers_are_those_of_the_move() -> None:
    """SPSA moves along δ, a vector of signs, by −rate·(E⁺ − E⁻)/2c: for linear E with slopes p, and d of the label,
    by −rate·(p·δ) δ. So a tick counts (p·δ)², with the sign of (p·δ)(d·δ)."""
    text = """
variables: {x: {size: 3}}
agents: {a: {controls: x, declared: "x[0] + 2*x[1] + 4*x[2]", pursues: "5*x[0] - x[1] - x[2]", rule: {spsa: {rate: 0.1}}}}
clock: {steps: 40}
"""  # fmt: skip
    states = simulated(text).states
    moves = np.diff(states[["x[0]", "x[1]", "x[2]"]].to_numpy(), axis=0)
    delta = np.sign(moves)
    pursued, declared = delta @ [5, -1, -1], delta @ [1, 2, 4]
    expected = (pursued**2 * np.sign(pursued * declared)).sum() / (pursued**2).sum()
    assert -0.99 < expected < 0.99
    assert scores(text)["a"] == pytest.approx(expected, abs=1e-12)


def test_a_rule_that_looks_at_the_others_sees_them_as_they_are() -> None:
    """LOLA adds foresight·(∂E/∂y)(∂u_b/∂x): of a label d it would be that of d, with b's move as it is."""
    text = """
variables: {x: {init: 1}, y: {init: 0.5}}
agents:
  a: {controls: x, declared: "x**2/2 + c*x*y", pursues: "x**2/2 - x*y", rule: {lola: {rate: 0.1, foresight: 0.3}}}
  b: {controls: y, declared: "y**2/2 + x*y", credit: {a: w}, rule: {gradient: {rate: 0.1}}}
clock: {steps: 1}
params: {c: 1, w: 0.7}
"""
    one = ds.load_scenario(f"dynsim: 1\ntitle: t\n{text}").resolve()
    other = ds.load_scenario(f"dynsim: 1\ntitle: t\n{text}".replace('pursues: "x**2/2 - x*y", ', "")).resolve()
    agent, honest = build(one).agents[0], build(other).agents[0]
    point = constant_values(one.parameters) | {"x": 0.3, "y": -0.8}
    label, alone, move = evaluate([agent.label_moves["x"], honest.moves["x"], agent.moves["x"]], point)
    assert float(label) == pytest.approx(float(alone), rel=1e-12)
    assert float(label) != pytest.approx(float(move), rel=1e-3)


def test_objectives_in_a_rules_settings_are_goals_of_its_own() -> None:
    """Descent of the label and of another objective at once, at a right angle: the least combination halves them."""
    text = """
variables: {x: {init: 0}, y: {init: 0}}
agents: {a: {controls: [x, y], declared: x, rule: {multiple_gradient: {rate: 0.1, objectives: "[x, y]"}}}}
clock: {steps: 5}
"""
    assert scores(text)["a"] == pytest.approx(0.5, abs=1e-12)
    assert scores(text.replace("[x, y]}", "[x]}").replace('"[x, y]"', '"[x]"'))["a"] == 1.0


@pytest.mark.parametrize("which", ["never", "between records", "at the end"])
def test_without_a_tick_there_is_no_fidelity(which: str) -> None:
    off = {"never": 30, "between records": 17, "at the end": 20}[which]
    text = f"""
variables: {{x: {{init: 1}}}}
agents: {{a: {{controls: x, declared: x**2, pursues: -x, rule: {{gradient: {{rate: 0.1}}}}}}}}
events:
  first: {{at: 0, silence: [a]}}
  then: {{at: {off}, restore: [a]}}
  later: {{at: {off + 2}, silence: [a]}}
clock: {{steps: 20}}
"""
    every = 10 if which == "between records" else 1
    assert np.isnan(scores(text, every=every)["a"]).all()
    assert ticks(text, every=every)["a"] == [0]


def test_a_replica_that_diverges_counts_until_then() -> None:
    text = """
params: {closed: 0}
variables: {x: {init: 1}, y: {init: 0}}
agents:
  a: {controls: x, declared: "-x**4", credit: {b: closed}, rule: {gradient: {rate: 1}}}
  b: {controls: y, declared: y**2 + y, pursues: y, rule: {gradient: {rate: 0.1}}}
clock: {steps: 30}
"""
    run = simulated(text)
    assert run.summary.verdict.tolist() == ["diverged"]
    assert run.summary["label_fidelity.a"].tolist() == [1.0]
    assert 0 < run.summary["label_fidelity_ticks.a"][0] < 30


def test_blocks_change_no_bit() -> None:
    """A record in one block and tick by tick."""
    study = simulated(TURNED.replace("RULE", "rule: {momentum: {rate: 0.1}}"), "params.s=2").measured.study
    (block,) = study.recording.blocks()
    pieces = [block[k : k + 1] for k in range(block.ticks)]
    chopped = replace(study, recording=replace(study.recording, chunks=pieces))
    assert single(study, "label_fidelity").equals(single(chopped, "label_fidelity"))
