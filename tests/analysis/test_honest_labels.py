"""Whoever descends nothing but its label has label fidelity 1, whatever its rule, its clock, and the record."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from dynsim.algebra import leaves
from dynsim.algebra.graph import Expr, Graph
from dynsim.algebra.interpret import evaluate, random_name
from dynsim.analysis.conflict_log.tables import single
from dynsim.analysis.reading.study import Study
from dynsim.compiler.applying.build import build
from dynsim.compiler.program import Program
from dynsim.engine.plan import Chunk, Plan
from dynsim.engine.simulate import run
from dynsim.record.recording import Block, MemoryRecording
from dynsim.rules.base import RULES, RuleSpec
from dynsim.system.model import Clock, Model, Parameter, Space, Variable
from tests.analysis.labels import scores, simulated
from tests.compiler.models import agent_of, model_of, state
from tests.rules.test_contract import EVERYONE, bowl, example, one_hot

STEPS, REPLICAS, SEED = 12, 2, 3
PHASES = {"early": 0.0, "late": 4.0}
CADENCES = (1, 3, 5, 7)


def scheduled(name: str, graph: Graph) -> RuleSpec:
    """The rule with a rate that falls in time, where it has one that may."""
    spec = example(name)
    falling = {"rate": 0.05 / (1.0 + leaves.time(graph) / 5.0)} if "rate" in spec.settings else {}
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
            first = {"early": 1.0}.get(slot.name, program.initial[slot.name].constant or 0.0)
            values[slot.name] = np.full(REPLICAS, first)
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
  a:
    controls: x
    declared: "(far - y)**2 + x**2/9"
    horizon: 3
    paths: {far: 0.7}
    credit: {b: closed}
    rule: {gradient: {rate: 0.1}}
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
  b:
    controls: y
    declared: "(y - aim*x)**2/2"
    observes: {deployment: 0}
    credit: {a: closed}
    rule: {gradient: {rate: 0.1}}
clock: {steps: 100}
""",
    "a population, and two on one variable": """
graphs: {net: {generator: cycle_graph, n: 5}}
params: {closed: 0}
variables: {u: {on: net, init: "normal(0, 1)"}, x: {init: 1}}
agents:
  crowd:
    controls: u
    declared: "(u - x)**2 + sum_neighbors((u - neighbor(u))**2)"
    credit: {a: closed}
    rule: {adam: {rate: 0.1}}
  a: {controls: x, declared: "(x - mean(u))**2", credit: {b: closed}, rule: {gradient: {rate: 0.1}}}
  b: {controls: x, declared: "(x + 1)**2", credit: {a: closed}, rule: {spsa: {rate: 0.1}}}
clock: {steps: 20}
ensemble: {replicas: 2}
""",
    "selection": """
params: {closed: 0, rate: 1}
variables: {x: {init: "normal(0, 1)"}, y: {init: 1}}
agents:
  a: {controls: x, declared: "(x - y)**2", credit: {b: closed}, every: 3, rule: {momentum: {rate: 0.05}}}
  b: {controls: y, declared: "(y + x)**2", credit: {a: closed}, rule: {gradient: {rate: "0.1*rate"}}}
selection:
  fitness: -(x - 1)**2
  over: end
  every: 8
  scheme: {truncation: {share: 0.25}}
  heritable: {rate: "rate*lognormal(0, 0.1)"}
clock: {steps: 40}
ensemble: {replicas: 8}
""",
}


@pytest.mark.parametrize("cadence", [1, 7])
@pytest.mark.parametrize("case", HONEST)
def test_whoever_descends_its_label_alone_scores_1_in_whole_scenarios(case: str, cadence: int) -> None:
    """Every one gets credit with a weight of 0, so that its objective is its label, and another expression."""
    found = scores(HONEST[case], every=cadence)
    for name, values in found.items():
        np.testing.assert_allclose(values, 1.0, atol=1e-9, err_msg=name)


def test_an_honest_agents_move_by_its_label_is_its_move() -> None:
    """No second expression is built: the score is 1 in every bit."""
    text = re.sub(r"(, |\n    )credit: \{\w: closed\}", "", HONEST["a horizon and others' learning"])
    study = simulated(text).requested.study
    assert [agent.label for agent in study.program.agents] == [None] * 3
    assert all((values == 1.0).all() for values in scores(text).values())


@pytest.mark.parametrize("name", EVERYONE)
def test_the_move_by_the_label_is_that_of_one_who_pursues_it_among_the_same_others(name: str) -> None:
    """At random states, memories and numbers: also where the rule looks at what others want and how they learn."""
    on_simplex = RULES.get(name).space == "simplex"
    rng = np.random.default_rng(4)
    found, values = [], dict[str, float]()
    for pursued in ("another", "label"):
        graph = Graph()
        shape, space = ((2,), Space("simplex")) if on_simplex else ((), Space())
        pair = [state(graph, f"x{i}", shape, space=space) for i in "ab"]
        (x, y), z = [v.symbols for v in pair], graph.symbol("z")
        label, loss = (one_hot if on_simplex else bowl)(x, y)
        one, two = (x[0], y[0]) if on_simplex else (x, y)
        pursues = {"another": 2.0 * z * one * two - 3.0 * one + one * one, "label": label}[pursued]
        me = agent_of(graph, "a", ["xa"], label, example(name), pursues=pursues)
        other = agent_of(graph, "b", ["xb"], loss + 0.3 * z * one * two, example(name))
        program = build(model_of(graph, [*pair, state(graph, "z")], [me, other]))
        values |= {slot.name: rng.uniform(0.1, 0.9) for slot in program.states if slot.name not in values}
        moves = (program.agents[0].label_moves if pursued == "another" else program.agents[0].moves).values()
        values |= {random_name(leaf): rng.uniform() for leaf in graph.random(moves) if random_name(leaf) not in values}
        found.append(np.array(evaluate(list(moves), values)))
    np.testing.assert_allclose(found[0], found[1], rtol=1e-9, atol=1e-12)


def test_by_its_label_an_agent_stands_still_when_it_does() -> None:
    """On a slower clock, in another phase, and while an event has silenced it."""
    text = """
phases: {one: 0, two: 60}
variables: {x: {init: 0}}
agents:
  a: {controls: x, declared: x**2, pursues: x**4, every: 3, during: two, rule: {gradient: {rate: 0.05}}}
events: {off: {at: 70, silence: [a]}}
clock: {steps: 100}
"""
    program = simulated(text).program
    (agent,) = program.agents
    moving = {"x": 2.0, "one": 0.0, "two": 1.0, "agents.a.active": 1.0, "agents.a.rule.rate": 0.05}
    moving["agents.a.controls.x"] = 1.0
    for changes, time, expected in (
        ({}, 63, -0.2), ({}, 64, 0.0), ({"two": 0.0, "one": 1.0}, 63, 0.0), ({"agents.a.active": 0.0}, 63, 0.0)
    ):  # fmt: skip
        (found,) = evaluate([agent.label_moves["x"]], moving | changes, time=float(time))
        assert float(found) == pytest.approx(expected)
