from dataclasses import replace

import numpy as np
import pytest

import dynsim as ds
from dynsim.analysis.reading.recorded_phases import recorded_phases
from dynsim.analysis.reading.study import Study
from dynsim.analysis.requested_metrics.base_mesa_gap import BaseMesaGap
from dynsim.errors import InputError

from .cases import at, quadratics, recording, simulated


def table_of(study, **settings):
    return BaseMesaGap(**settings).table(study).set_index(["quantity", "agent", "phase"])


def with_base(program, rng, size):
    """A base objective ½zᵀMz + cᵀz, M positive definite."""
    root, c = rng.normal(size=(size, size)), rng.normal(size=size)
    m = root @ root.T + np.eye(size)
    z = [program.graph.symbol(f"z{k}") for k in range(size)]
    base = sum((0.5 * m[i, k] * z[i] * z[k] for i in range(size) for k in range(size)), program.graph.constant(0.0))
    return replace(program, base=base + sum((c[k] * z[k] for k in range(1, size)), c[0] * z[0])), m, c


@pytest.mark.parametrize("seed", range(3))
def test_random_quadratics_against_linear_algebra(seed):
    """The gap averaged over 7 random states, and the regret ½gᵀM_ii⁻¹g at the last, g = ∇_i base."""
    rng = np.random.default_rng(seed)
    program, h, b = quadratics(rng, (1, 3, 2))
    program, m, c = with_base(program, rng, 6)
    z = rng.normal(size=(6, 7, 4))
    found = table_of(Study(program, recording({f"z{k}": z[k] for k in range(6)})))
    theirs = np.einsum("ij,jkr->ikr", m, z) + c[:, None, None]
    for i, own in enumerate((slice(0, 1), slice(1, 4), slice(4, 6))):
        mine = (np.einsum("ij,jkr->ikr", h[i], z) + b[i][:, None, None])[own]
        cosine = (mine * theirs[own]).sum(axis=0) / np.linalg.norm(mine, axis=0) / np.linalg.norm(theirs[own], axis=0)
        row = found.loc["gap", f"a{i}", "whole run"]
        assert row["mean"] == pytest.approx((1 - cosine).mean(), rel=1e-9)
        assert row["q05"] == pytest.approx(np.quantile((1 - cosine).mean(axis=0), 0.05), rel=1e-9)
        g = theirs[own][:, -1]
        regret = 0.5 * (g * np.linalg.solve(m[own, own], g)).sum(axis=0)
        assert found.loc[("regret", f"a{i}", "whole run"), "mean"] == pytest.approx(regret.mean(), rel=1e-8)


def test_phases_are_looked_at_one_by_one():
    """The agent wants x near 1, the designers near 0: opposite in training, where 0 < x < 1, the same beyond 1."""
    s = ds.System("phases")
    x = s.state("x", init=0.5)
    s.agent("a", controls=x, declared=(x - 1) ** 2, rule=ds.rules.gradient(rate=0.1))
    s.base(x**2)
    s.clock(steps=1)
    study = simulated(s)
    states = {"x": np.array([[0.5], [0.8], [3.0], [2.0]])}
    known = recording(states, times=[0.0, 5.0, 10.0, 15.0])
    program = replace(study.program, phases={"training": (0.0, 7.0), "deployment": (7.0, 15.0)})
    study = Study(program, known, study.model)
    assert recorded_phases(study) == {"training": (0, 2), "deployment": (2, 4)}
    found = table_of(study)["mean"]
    assert found.to_dict() == pytest.approx({
        ("gap", "a", "training"): 2.0, ("gap", "a", "deployment"): 0.0,
        ("regret", "a", "training"): 0.64, ("regret", "a", "deployment"): 4.0,
    })


def test_a_deceiver_is_aligned_in_training_and_not_in_deployment():
    """It pursues the base objective x² while it is trained, and (x − 3)² after: x is 0 at the end of training, 3 at the
    end of the run, which costs 9."""
    s = ds.load_scenario("""
dynsim: 1
title: two faces
phases: {training: 0, deployment: 60}
variables: {x: {init: 1}}
agents:
  one: {controls: x, declared: x**2, pursues: training*x**2 + deployment*(x - 3)**2, rule: {gradient: {rate: 0.2}}}
base: {objective: x**2}
clock: {steps: 120}
""")
    found = table_of(simulated(s), ticks=1000)["mean"]
    assert found["gap", "one", "training"] == pytest.approx(0.0, abs=1e-12)
    assert found["gap", "one", "deployment"] == pytest.approx(2.0)
    assert found["regret", "one", "training"] == pytest.approx(0.0, abs=1e-12)
    assert found["regret", "one", "deployment"] == pytest.approx(9.0, rel=1e-6)


def test_a_tick_between_two_phases_belongs_to_the_later_and_what_was_not_recorded_is_left_out():
    s = ds.System("phases")
    x = s.state("x", init=0.5)
    s.agent("a", controls=x, declared=(x - 1) ** 2, rule=ds.rules.gradient(rate=0.1))
    s.clock(steps=1)
    spans = {"one": (0.0, 10.0), "short": (10.0, 12.0), "last": (12.0, 30.0)}
    program = replace(simulated(s).program, phases=spans)
    study = Study(program, recording({"x": np.zeros((4, 1))}, times=[0.0, 10.0, 20.0, 30.0]))
    assert recorded_phases(study) == {"one": (0, 1), "short": (1, 2), "last": (2, 4)}
    study = Study(program, recording({"x": np.zeros((3, 1))}, times=[0.0, 15.0, 30.0]))
    assert recorded_phases(study) == {"one": (0, 1), "last": (1, 3)}


def test_it_is_by_the_own_controls_and_blind_to_paths():
    """Two agents share two variables; a path factor of 0 changes what one sees, not what it wants."""
    s = ds.System("shared")
    x, y = s.state("x", init=2.0), s.state("y", init=1.0)
    seen = s.derived("seen", x + y)
    s.agent("a", controls=[x, y], declared=seen**2 + x, rule=ds.rules.gradient(rate=0.1), paths={"seen": 0})
    s.agent("b", controls=y, declared=y, pursues=-y, rule=ds.rules.gradient(rate=0.1))
    s.base(x**2 + y**2)
    s.clock(steps=1)
    found = table_of(at(simulated(s), {"x": [2.0], "y": [1.0]}))["mean"]
    mine, theirs = np.array([7.0, 6.0]), np.array([4.0, 2.0])
    cosine = mine @ theirs / np.linalg.norm(mine) / np.linalg.norm(theirs)
    assert found["gap", "a", "whole run"] == pytest.approx(1 - cosine)
    assert found["gap", "b", "whole run"] == pytest.approx(2.0)


def test_where_an_agent_or_the_designers_are_at_rest_there_is_no_gap():
    s = ds.System("rest")
    x, y = s.state("x", init=1.0), s.state("y", init=1.0)
    s.agent("a", controls=x, declared=x**2, rule=ds.rules.gradient(rate=0.1))
    s.agent("b", controls=y, declared=y**2, rule=ds.rules.gradient(rate=0.1))
    s.base((x - 1) ** 2)
    s.clock(steps=3)
    found = table_of(simulated(s))
    assert found.loc[("gap", "b", "whole run"), "n"] == 0
    assert found.loc[("regret", "b", "whole run"), "mean"] == 0.0
    assert found.loc[("gap", "a", "whole run"), "mean"] == pytest.approx(2.0)


def test_a_population_has_a_gap_of_all_its_nodes_and_no_regret():
    s = ds.System("crowd")
    s.population("net", generator="cycle_graph", n=3)
    p = s.state("p", init="index", on="net")
    s.agent("crowd", controls=p, declared="(p - 1)**2", rule=ds.rules.gradient(rate=0.1))
    s.base("mean(p**2)")
    s.clock(steps=1)
    found = table_of(at(simulated(s), {"p": [[0.0], [2.0], [3.0]]}))
    mine, theirs = np.array([-1.0, 1.0, 2.0]), np.array([0.0, 2.0, 3.0])
    cosine = mine @ theirs / np.linalg.norm(mine) / np.linalg.norm(theirs)
    assert found.loc[("gap", "crowd", "whole run"), "mean"] == pytest.approx(1 - cosine)
    assert found.loc[("regret", "crowd", "whole run"), "n"] == 0


def test_without_a_base_objective_it_says_so():
    rng = np.random.default_rng(0)
    program, _, _ = quadratics(rng, (1, 1))
    with pytest.raises(InputError, match="no base objective"):
        BaseMesaGap().table(Study(program, recording({f"z{k}": [[1.0]] for k in range(2)})))
