"""YAML ⇄ System: what is written reads back as the same model, with and without its defaults filled in."""

from importlib import resources
from pathlib import Path

import networkx as nx
import numpy as np
import pytest

import dynsim as ds
from dynsim.algebra.value import components
from dynsim.compiler.applying.build import build
from dynsim.engine.random.starts import initial_values, parameter_values
from dynsim.errors import InputError
from dynsim.system.builder import System
from dynsim.system.model import Model
from dynsim.system.scenario import load_scenario, resolved_yaml, schema, to_yaml
from dynsim.system.shipped import shipped_scenarios

EVERYTHING = """\
dynsim: 1
title: everything a scenario can hold
question: does it survive?
expect: it does
params: {b: 1.0, c: 1.0, q: [1, 2], m: [[1, 0.5], [0.25, 1]]}
phases: {training: 0, deployment: 4}
graphs:
  net: {generator: erdos_renyi_graph, n: 12, p: 0.3, seed: 3, directed: true, weights: "normal(0, 1)",
        correlation: -0.5}
  pair: {edges: [[a, b], [b, c, 0.5]]}
variables:
  x: {init: 0.5, space: [0, null], flow: -0.1*x, noise: 0.05}
  v: {size: 2, init: [0.25, "normal(0, b)"]}
  s: {size: 3, init: simplex(), space: simplex}
  p: {on: net, init: "uniform(-1, 1)", space: circle}
  wind: {init: 0, flow: 0.1*x - 0.2*wind}
  world: {expr: "b + 0.4*x + sum(m @ v)"}
  both: {expr: [world, "2*x"]}
games:
  pull: {bilinear: {actions: ["v[0]", "v[1]"], matrix: [[2]]}}
agents:
  one:
    controls: {x: 1.5, "v[0]": b}
    declared: (x - world)**2 + pull[0]
    pursues: (x - world)**2 + 0.1*pull[0] + both[1] + deployment*wind
    credit: {two: 0.3}
    paths: {world: 0, both: b/2, wind: 0.5, two: 0.25}
    horizon: 3
    during: training
    observes: {deployment: 0.5}
    rule: {gradient: {rate: 0.05}}
  two: {controls: "v[1]", declared: "pull[1]", rule: {momentum: {rate: 0.1, beta: 0.9}}, every: 2}
  three: {controls: s, declared: "dot(s, [1, 2, 3])", rule: {replicator: {rate: 0.1}}}
  four: {controls: p, declared: "1 - mean_neighbors(weight(net)*cos(neighbor(p) - p))", rule: {gradient: {rate: 0.1}}}
events:
  early: {at: 2, set: {c: 2, v: [0, 1]}, silence: one}
  late: {when: x > 1 and t > 3, restore: one, set: {x: x/2}}
selection:
  fitness: 1/(1 + world**2)
  over: end
  every: 2
  scheme: {softmax: {temperature: "exp(b)"}}
  heritable: {x: "x + normal(0, b)*uniform(0, 1)", "v[0]": null, "q[1]": "q[1]*lognormal(0, 0.1)",
              s: "s + normal(0, 0.1)", p: null, agents.one.rule.rate: "agents.one.rule.rate*choice(0.8, 1.25)"}
  groups: {count: 2, scheme: moran, fitness: "exp(-x)", every: 2, migration: 0.1}
  means: {X: x, S: "(x - X)**2"}
clock: {steps: 6, order: [two, one, four, three]}
ensemble:
  replicas: 6
  seed: 4
  vary: {b: "normal(1, 0.1)", "q[0]": [1, 2, 3]}
  grid: {agents.one.rule.rate: "logspace(-3, -2, 2)"}
record: {every: 2, derived: [world, pull]}
"""


def described(model: Model) -> dict[str, object]:
    """All of a model as comparable data: expressions as text, the topology as arrays."""
    return {
        "texts": (model.title, model.description),
        "parameters": {n: (p.shape, np.ravel(p.value).tolist()) for n, p in model.parameters.items()},
        "topologies": {n: [p.topology.source.tolist(), p.topology.target.tolist(), p.topology.weight.tolist(),
                           p.topology.labels] for n, p in model.populations.items()},
        "variables": {
            n: (v.kind, v.shape, v.population, v.space, *(
                None if e is None else [str(c) for c in components(e)] for e in (v.init, v.flow, v.noise, v.expr)
            )) for n, v in model.variables.items()
        },
        "agents": {n: str(a) for n, a in model.agents.items()},
        "events": str(model.events),
        "selection": str(model.selection),
        "rest": (model.clock, str(model.ensemble), model.record, model.phases),
    }  # fmt: skip


@pytest.mark.parametrize("write", [to_yaml, resolved_yaml])
def test_everything_survives(write) -> None:
    system = load_scenario(EVERYTHING)
    again = load_scenario(write(system))
    assert described(again.resolve()) == described(system.resolve())
    assert write(again) == write(system)


@pytest.mark.parametrize("path", shipped_scenarios().values(), ids=lambda path: path.stem)
def test_shipped_scenarios_survive(path: Path) -> None:
    system = load_scenario(path)
    for write in (to_yaml, resolved_yaml):
        assert described(load_scenario(write(system)).resolve()) == described(system.resolve())


def test_every_default_is_filled_in() -> None:
    text = resolved_yaml(load_scenario(EVERYTHING.replace("{steps: 6, order: [two, one, four, three]}", "{steps: 6}")))
    for written in ("space: real", "every: 1", "correlation: -0.5", "convention"):
        assert (written in text) == (written != "convention")
    continuous = "dynsim: 1\ntitle: t\nvariables: {x: {}}\nagents: {a: {controls: x, declared: x**2, rule: " \
        "{gradient: {rate: 1}}}}\nclock: {time: 1, dt: 0.1}\n"  # fmt: skip
    assert "clock: {time: 1, dt: 0.1, method: rk4}" in resolved_yaml(load_scenario(continuous))


def python_twin() -> System:
    """The scenario EVERYTHING, stated in Python, with Python's own expressions wherever they can stand."""
    s = System("everything a scenario can hold", "does it survive?", "it does")
    training, deployment = s.phases(training=0, deployment=4)
    b = s.parameter("b", 1.0)
    s.parameter("c", 1.0)
    q = s.parameter("q", [1, 2])
    m = s.parameter("m", np.array([[1, 0.5], [0.25, 1]]))
    s.population(
        "net", generator="erdos_renyi_graph", n=12, p=0.3, seed=3, directed=True, weights=ds.normal(0, 1),
        correlation=-0.5,
    )  # fmt: skip
    pair = nx.Graph([("a", "b")])
    pair.add_edge("b", "c", weight=0.5)
    s.population("pair", pair)
    x = s.state("x", 0.5, space=[0, None], noise=0.05)
    v = s.state("v", [0.25, ds.normal(0, b)], size=2)
    sx = s.state("s", ds.simplex(), size=3, space="simplex")
    p = s.state("p", ds.uniform(-1, 1), on="net", space="circle")
    wind = s.state("wind", 0, flow="0.1*x - 0.2*wind")
    mv = m @ v
    world = s.derived("world", b + 0.4 * x + (mv[0] + mv[1]))
    both = s.derived("both", ["world", 2 * x])
    s.flow("x", -0.1 * x)
    pull = s.game("pull", "bilinear", actions=[v[0], v[1]], matrix=[[2]])
    s.agent(
        "one", {x: 1.5, v[0]: b}, (x - world) ** 2 + pull[0], ds.rules.gradient(rate=0.05),
        pursues=(x - world) ** 2 + 0.1 * pull[0] + both[1] + deployment * wind, credit={"two": 0.3},
        paths={"world": 0, "both": b / 2, wind: 0.5, "two": 0.25}, horizon=3, during=training,
        observes={deployment: 0.5},
    )  # fmt: skip
    s.agent("two", v[1], pull[1], ds.rules.momentum(rate=0.1, beta=0.9), every=2)
    s.agent("three", sx, sx[0] + 2 * sx[1] + 3 * sx[2], ds.rules.replicator(rate=0.1))
    s.agent("four", p, "1 - mean_neighbors(weight(net)*cos(neighbor(p) - p))", ds.rules.gradient(rate=0.1))
    s.event("early", at=2, set={"c": 2, "v": [0, 1]}, silence="one")
    s.event("late", when="x > 1 and t > 3", restore=["one"], set={x: x / 2})
    s.selection(
        fitness=1 / (1 + world**2), over="end", every=2, scheme={"softmax": {"temperature": "exp(b)"}},
        heritable={x: "x + normal(0, b)*uniform(0, 1)", v[0]: None, q[1]: "q[1]*lognormal(0, 0.1)",
                   sx: "s + normal(0, 0.1)", p: None,
                   "agents.one.rule.rate": "agents.one.rule.rate*choice(0.8, 1.25)"},
        groups={"count": 2, "scheme": "moran", "fitness": "exp(-x)", "every": 2, "migration": 0.1},
        means={"X": x, "S": "(x - X)**2"},
    )  # fmt: skip
    s.clock(steps=6, order=["two", "one", "four", "three"])
    s.ensemble(replicas=6, seed=4, vary={"b": ds.normal(1, 0.1), "q[0]": [1, 2, 3]})
    s.ensemble(grid={"agents.one.rule.rate": "logspace(-3, -2, 2)"})
    s.record(every=2, derived=["world", "pull"])
    return s


@pytest.mark.parametrize("rewritten", [False, True])
def test_python_and_yaml_say_the_same(rewritten: bool) -> None:
    system = python_twin()
    ours, theirs = (
        (load_scenario(to_yaml(system)) if rewritten else system).resolve(),
        load_scenario(EVERYTHING).resolve(),
    )
    one, other = described(ours), described(theirs)
    for part in ("texts", "parameters", "topologies", "selection", "rest"):
        assert one[part] == other[part]
    starts = []
    for model in (ours, theirs):
        program, values = build(model), parameter_values(model)
        starts.append(values | initial_values(program, values, 4, range(6)))
    assert starts[0].keys() == starts[1].keys()
    for name, value in starts[0].items():
        np.testing.assert_array_equal(value, starts[1][name])


def test_the_schema_accepts_what_the_loader_accepts() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    validator = jsonschema.Draft202012Validator(schema())
    validator.check_schema(schema())
    for text in (EVERYTHING, to_yaml(python_twin()), *(p.read_text("utf-8") for p in shipped_scenarios().values())):
        assert not list(validator.iter_errors(load_scenario(text).data))
    for wrong in ({"dynsim": 2, "title": "t"}, {"dynsim": 1}, {"dynsim": 1, "title": "t", "agnts": {}}):
        assert list(validator.iter_errors(wrong))


def test_every_key_of_the_schema_has_a_meaning_and_an_example() -> None:
    sections = [schema(), *(schema()["$defs"][name] for name in schema()["$defs"] if name.endswith("Spec"))]
    for section in sections:
        for key, described_key in section["properties"].items():
            if "$ref" not in described_key or "examples" in described_key:
                assert described_key.get("description"), key
                assert described_key.get("examples"), key


def test_an_expression_too_long_for_a_file() -> None:
    s = python_twin()
    x = s.state("y")
    for _ in range(12):
        x = x * x + x
    s.derived("long", x)
    with pytest.raises(InputError, match=r"variables\.long\.expr: the expression has more than 10,000 characters"):
        to_yaml(s)


def test_the_template_is_a_good_scenario() -> None:
    template = resources.files("dynsim.cli").joinpath("template.yaml").read_text("utf-8")
    assert load_scenario(template).resolve().agents
