"""What every part of a scenario does to a small system, number by number."""

from pathlib import Path

import networkx as nx
import numpy as np
import pytest

import dynsim as ds
from tests.verification.running import last_of_nodes, moved_by_flow, run


def test_spaces_bring_back_what_leaves_them() -> None:
    """A box clips, the circle wraps into [−π, π), the simplex takes the nearest point (Duchi et al. 2008)."""
    done = moved_by_flow(
        '  b: {space: [0, 1], init: 0.5, flow: "0.3 if t < 5 else -0.3"}\n'
        "  c: {space: circle, init: 3, flow: 0.4}\n"
        "  s: {size: 3, space: simplex, init: [0.2, 0.3, 0.5], flow: [0.5, 0, 0]}",
        "{steps: 10}", compiled=False,
    )  # fmt: skip
    states = done.states
    assert states.b.to_numpy() == pytest.approx([0.5, 0.8, 1, 1, 1, 1, 0.7, 0.4, 0.1, 0, 0])
    assert states.c.to_numpy() == pytest.approx((3 + 0.4 * np.arange(11) + np.pi) % (2 * np.pi) - np.pi)
    simplex = states[["s[0]", "s[1]", "s[2]"]].to_numpy()
    assert simplex[1] == pytest.approx([0.7 - 0.5 / 3, 0.3 - 0.5 / 3, 0.5 - 0.5 / 3])
    # The second component would become 2/15 − 1/6 < 0: it is 0, and the other two share the rest.
    assert simplex[2] == pytest.approx([0.85, 0, 0.15])
    assert simplex[3] == pytest.approx([1, 0, 0])


def test_events_of_a_discrete_clock() -> None:
    """At a tick: events in the order of the file, each seeing the ones before; then the record; then the step.

    x counts up by g; b moves in every third step. At 6, x is 9 and so `two` makes it 109, which `four` sees.
    """
    done = run("""\
params: {g: 1}
variables: {x: {init: 0}, y: {init: 0}}
agents:
  a: {controls: x, declared: "-x*g", rule: {gradient: {rate: 1}}}
  b: {controls: y, declared: "-y", rule: {gradient: {rate: 1}}, every: 3}
events:
  one: {at: 3, set: {g: 2}, silence: b}
  two: {when: "x > 8.5", set: {g: -1, x: "x + 100"}}
  three: {at: 7, restore: b}
  four: {when: "x > 100", set: {y: 50}}
clock: {steps: 12}
""", compiled=False)  # fmt: skip
    assert list(done.states.x) == [0, 1, 2, 3, 5, 7, 109, 108, 107, 106, 105, 104, 103]
    assert list(done.states.y) == [0, 1, 1, 1, 1, 1, 50, 50, 50, 50, 51, 51, 51]
    assert list(done.states.g) == [1, 1, 1, 2, 2, 2, -1, -1, -1, -1, -1, -1, -1]


@pytest.mark.parametrize(
    ("clock", "late"), [("{time: 2, dt: 0.1}", 0.05), ("{time: 2, method: dopri5}", 0.0)], ids=["rk4", "dopri5"]
)
def test_an_event_at_a_time(clock: str, late: float) -> None:
    """ẋ = 1 and from 1.05 on 2: a fixed step meets it at the next tick, an adaptive one at its time."""
    done = run(f"""\
params: {{g: 1}}
variables: {{x: {{init: 0}}}}
agents: {{a: {{controls: x, declared: "-x*g", rule: {{gradient: {{rate: 1}}}}}}}}
events: {{one: {{at: 1.05, set: {{g: 2}}}}}}
clock: {clock}
""", compiled=False)  # fmt: skip
    assert done.states.x.iloc[-1] == pytest.approx(2 + (2 - 1.05 - late), abs=1e-12)


def test_agents_in_turn_see_what_those_before_have_done() -> None:
    """By hand: x ← x − (x − y), then y ← y + 2(x − y) with the new x, then x ← x + y with both."""
    body = """\
variables: {x: {init: 3}, y: {init: 1}}
agents:
  first: {controls: x, declared: "(x - y)**2/2", rule: {gradient: {rate: 1}}}
  second: {controls: y, declared: "(x - y)**2", rule: {gradient: {rate: 1}}}
  third: {controls: x, declared: "-x*y", rule: {gradient: {rate: 1}}}
clock: {steps: 1, order: ORDER}
"""
    ends = {
        order: tuple(run(body.replace("ORDER", order), compiled=False).states[["x", "y"]].to_numpy()[-1])
        for order in ("simultaneous", "sequential", "[third, second, first]")
    }
    # At once: x = 3 − 2 + 1, y = 1 + 4. In turn: x = 1; y = 1; x = 2. Backwards: x = 4; y = 7; x = 7.
    assert ends == {"simultaneous": (2, 5), "sequential": (2, 1), "[third, second, first]": (7, 7)}


def test_what_replicas_are_given() -> None:
    """Lists in equal blocks, linspace and logspace over all replicas, the grid's last one changing fastest."""
    done = run("""\
params: {a: 0, b: 0, c: 0, d: 0, u: 0}
variables: {x: {init: "a + 10*b"}}
agents: {one: {controls: x, declared: x**2, rule: {gradient: {rate: 0.3}}}}
clock: {steps: 1}
ensemble:
  replicas: 12
  vary: {a: [1, 2, 3], c: "linspace(0, 11)", d: "logspace(0, 1)", u: "uniform(2, 3)"}
  grid: {b: "linspace(0, 1, 2)", agents.one.rule.rate: [0.1, 0.2]}
""", compiled=False)  # fmt: skip
    given = done.parameters
    assert list(given.a) == [1] * 4 + [2] * 4 + [3] * 4
    assert list(given.b) == [0] * 6 + [1] * 6
    assert list(given["agents.one.rule.rate"]) == [0.1] * 3 + [0.2] * 3 + [0.1] * 3 + [0.2] * 3
    assert given.c.to_numpy() == pytest.approx(np.arange(12), abs=1e-12)
    assert given.d.to_numpy() == pytest.approx(10 ** (np.arange(12) / 11), rel=1e-14)
    assert given.u.between(2, 3).all()
    assert given.u.nunique() == 12
    start, end = (done.states[done.states.t == t].x.to_numpy() for t in (0, 1))
    assert (start == given.a + 10 * given.b).all()
    assert end == pytest.approx(start * (1 - 2 * given["agents.one.rule.rate"]), abs=1e-14)


@pytest.mark.parametrize("kind", ["graphml", "edgelist", "csv", "inline"])
def test_one_graph_from_every_source(kind: str, tmp_path: Path) -> None:
    """a → b with weight 2, b → c with −½, c → a without a weight: every node adds what comes in, weighted."""
    graph = nx.DiGraph()
    graph.add_weighted_edges_from([("a", "b", 2.0), ("b", "c", -0.5)])
    graph.add_edge("c", "a")
    nx.write_graphml(graph, tmp_path / "g.graphml")
    (tmp_path / "g.edgelist").write_text("# source target weight\na b 2\nb c -0.5\nc a\n")
    (tmp_path / "g.csv").write_text("source,target,weight\na,b,2\nb,c,-0.5\nc,a,1\n")
    source = "edges: [[a, b, 2], [b, c, -0.5], [c, a]]" if kind == "inline" else f"file: g.{kind}"
    (tmp_path / "s.yaml").write_text(f"""\
dynsim: 1
title: one graph
graphs: {{g: {{{source}, directed: true}}}}
variables: {{x: {{on: g, init: index + 1}}}}
agents: {{n: {{controls: x, declared: "-x*sum_neighbors(weight*neighbor(x))", rule: {{gradient: {{rate: 1}}}}}}}}
clock: {{steps: 1}}
""")
    done = ds.simulate(tmp_path / "s.yaml", compiled=False)
    assert last_of_nodes(done, "x")[0].tolist() == [1 + 3, 2 + 2 * 1, 3 - 0.5 * 2]


def test_python_and_yaml_make_the_same_bits() -> None:
    """A system built with symbols, its YAML, and one that was written as YAML from the start."""
    s = ds.System("twins")
    goal = s.parameter("goal", 1.0)
    matrix = s.parameter("A", [[0.1, 0.2], [-0.3, 0.1]])
    net = s.population("net", generator="cycle_graph", n=5, weights="normal(0, 1)", seed=4)
    x = s.state("x", init=ds.normal(0, 1), noise=0.05)
    v = s.state("v", size=2, init=ds.uniform(-1, 1))
    s.flow("v", matrix @ v)
    p = s.state("p", on=net, init=ds.normal(0, 0.5), flow="0.05*sum_neighbors(weight*neighbor(p))")
    far = s.derived("far", (x - goal) ** 2 + v[0] * v[1])
    s.agent("one", controls={x: 0.5}, declared=far * 2 - x, rule=ds.rules.momentum(rate=0.05, beta=0.9),
            credit={"two": 0.25}, paths={far: 0.5})  # fmt: skip
    s.agent("two", controls=[v], declared=far + v @ v, rule=ds.rules.lookahead(rate=0.1, foresight=0.2))
    s.agent("all", controls=p, declared=(p - x) ** 2 / 2, rule=ds.rules.gradient(rate=0.1))
    s.event("later", at=10, set={goal: goal + 2}, silence="one")
    s.event("alarm", when=x > 1.5, set={x: 0})
    s.clock(steps=30, order="sequential")
    s.ensemble(replicas=6, seed=2, vary={"goal": "linspace(0, 2)"})
    written = """\
dynsim: 1
title: twins
params: {goal: 1.0, A: [[0.1, 0.2], [-0.3, 0.1]]}
graphs: {net: {generator: cycle_graph, n: 5, weights: "normal(0, 1)", seed: 4}}
variables:
  x: {init: "normal(0, 1)", noise: 0.05}
  v: {size: 2, init: "uniform(-1, 1)", flow: A @ v}
  p: {on: net, init: "normal(0, 0.5)", flow: 0.05*sum_neighbors(weight*neighbor(p))}
  far: {expr: "(x - goal)**2 + v[0]*v[1]"}
agents:
  one:
    controls: {x: 0.5}
    declared: far*2 - x
    credit: {two: 0.25}
    paths: {far: 0.5}
    rule: {momentum: {rate: 0.05, beta: 0.9}}
  two: {controls: v, declared: far + v @ v, rule: {lookahead: {rate: 0.1, foresight: 0.2}}}
  all: {controls: p, declared: "(p - x)**2/2", rule: {gradient: {rate: 0.1}}}
events:
  later: {at: 10, set: {goal: goal + 2}, silence: one}
  alarm: {when: x > 1.5, set: {x: 0}}
clock: {steps: 30, order: sequential}
ensemble: {replicas: 6, seed: 2, vary: {goal: "linspace(0, 2)"}}
"""
    runs = [ds.simulate(system) for system in (s, ds.load_scenario(ds.to_yaml(s)), ds.load_scenario(written))]
    assert runs[0].states.x.nunique() > 100
    for other in runs[1:]:
        assert other.states.equals(runs[0].states)
        assert other.population("p").equals(runs[0].population("p"))
        assert other.conflicts.equals(runs[0].conflicts)


def test_in_sequence_an_agent_is_judged_by_what_it_saw():
    """Gradient descent follows its own label whatever the order: the fidelity of its updates is 1."""
    text = """
dynsim: 1
title: Two pull each other
variables: {x: {init: "normal(0, 1)"}, y: {init: "normal(0, 1)"}}
agents:
  one: {controls: x, declared: "(x - y)**2/2 + x**2/8", rule: {gradient: {rate: 0.9}}}
  two: {controls: y, declared: "(y + x)**2/2", rule: {gradient: {rate: 0.9}}}
clock: {steps: 30, order: sequential}
ensemble: {replicas: 4, seed: 11}
"""
    run = ds.simulate(ds.load_scenario(text))
    columns = [name for name in run.summary.columns if name.startswith("label_fidelity.")]
    assert len(columns) == 2
    np.testing.assert_allclose(run.summary[columns], 1.0, rtol=1e-9)
