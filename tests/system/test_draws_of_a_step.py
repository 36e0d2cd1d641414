"""Random numbers in what is computed at every step: what they are functions of, their laws, and who may use them."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
from scipy import stats

import dynsim as ds
from dynsim.analysis.reading.study import evaluate_block
from dynsim.analysis.requested_metrics.base import REQUESTED_METRICS
from dynsim.analysis.variants.replay import replayed, silenced
from dynsim.compiler.applying.build import build
from dynsim.compiler.writing.random_numbers import variable_key
from dynsim.engine.compiled.kernel import compile_program
from dynsim.engine.random.noise import normals, uniforms
from dynsim.errors import InputError


def scenario(variables: str, clock: str = "{steps: 40}", more: str = "", agents: str = "", replicas: int = 5) -> Any:
    return ds.load_scenario(f"""
dynsim: 1
title: t
params: {{k: 0.5}}
graphs: {{net: {{generator: cycle_graph, n: 4}}}}
variables: {{m: {{init: 0}}, {variables}}}
agents:
  a: {{controls: m, declared: m**2, rule: {{gradient: {{rate: 0.1}}}}}}
{agents}
clock: {clock}
ensemble: {{replicas: {replicas}, seed: 11}}
{more}
""")


def course(run: ds.Run, name: str) -> np.ndarray:
    """(ticks, replicas)."""
    return run.states.pivot(index="t", columns="replica", values=name).to_numpy()


def simulated(system: Any, **settings: Any) -> ds.Run:
    return ds.simulate(system, **{"compiled": False, "report": False, **settings})


def test_the_numbers_are_the_keyed_ones() -> None:
    """A number is a function of seed, replica, place of the text, ordinal, step and node, and of nothing else."""
    run = simulated(scenario(
        "x: {init: 0, flow: 'normal(1, 2) + uniform(0, k) - uniform(0, k)'}, "
        "w: {on: net, init: 0, flow: 'normal(0, 1)'}"
    ))
    replica, tick = np.arange(5), np.arange(40)[:, None]

    def u(ordinal: int) -> np.ndarray:
        return uniforms(11, replica, variable_key(f"variables.x.flow:{ordinal}", "uniform"), tick)

    z = normals(11, replica, variable_key("variables.x.flow:0"), tick)
    expected = 1 + 2 * z + 0.5 * u(1) - 0.5 * u(2)
    np.testing.assert_allclose(np.diff(course(run, "x"), axis=0), expected, rtol=1e-12, atol=1e-13)
    (block,) = run.recording.blocks()
    nodes = normals(11, replica, variable_key("variables.w.flow:0"), tick[:, None], np.arange(4)[:, None])
    np.testing.assert_allclose(np.diff(block.values["w"], axis=0), nodes, rtol=1e-12, atol=1e-13)


LAWS = {
    "normal(1, 2)": stats.norm(1, 2),
    "uniform(-1, 3)": stats.uniform(-1, 4),
    "lognormal(0, 0.5)": stats.lognorm(0.5),
    "exponential(2)": stats.expon(scale=2),
    "cauchy(1, 0.5)": stats.cauchy(1, 0.5),
}


@pytest.mark.parametrize("text", LAWS)
def test_continuous_laws(text: str) -> None:
    """40 steps of 500 replicas against the distribution (Kolmogorov and Smirnov's test, seed 11, level 1e-3); numbers
    of neighbouring steps and replicas are uncorrelated (|r| < 4 standard errors)."""
    run = simulated(scenario(f"d: {{expr: '{text}'}}", more="record: {derived: [d]}", replicas=500))
    found = course(run, "d")
    law = LAWS[text]
    assert stats.kstest(found.ravel(), law.cdf).pvalue > 1e-3
    ranks = stats.norm.ppf(law.cdf(found))
    for a, b in ((ranks[1:], ranks[:-1]), (ranks[:, 1:], ranks[:, :-1])):
        assert abs(np.corrcoef(a.ravel(), b.ravel())[0, 1]) < 4 / np.sqrt(a.size)


@pytest.mark.parametrize(("text", "values", "chances"), [
    ("bernoulli(0.3)", [0, 1], [0.7, 0.3]),
    ("choice(4, 5, 7)", [4, 5, 7], [1 / 3] * 3),
    ("integers(-1, 2)", [-1, 0, 1, 2], [0.25] * 4),
    ("integers(-1.5, 2.5)", [-1, 0, 1, 2], [0.25] * 4),
])
def test_discrete_laws(text: str, values: list[float], chances: list[float]) -> None:
    """χ² over 41 · 500 numbers, seed 11, level 1e-3."""
    run = simulated(scenario(f"d: {{expr: '{text}'}}", more="record: {derived: [d]}", replicas=500))
    found, counts = np.unique(course(run, "d"), return_counts=True)
    assert found.tolist() == values
    assert stats.chisquare(counts, np.array(chances) * counts.sum()).pvalue > 1e-3


def test_a_point_of_the_simplex_is_drawn_as_a_whole() -> None:
    run = simulated(scenario("d: {size: 3, expr: 'simplex()'}", more="record: {derived: [d]}", replicas=400))
    parts = np.stack([course(run, f"d[{k}]") for k in range(3)])
    np.testing.assert_allclose(parts.sum(axis=0), 1, rtol=1e-12)
    se = np.sqrt(1 / 18 / parts[0].size)  # Beta(1, 2)
    assert np.all(abs(parts.mean(axis=(1, 2)) - 1 / 3) < 4 * se)


def test_stochastic_gradient_descent_has_its_stationary_variance() -> None:
    """x ← x − η(x − ξ), ξ ~ N(1, s²): mean 1, variance ηs²/(2 − η), and noise is seen by all who read the variable.

    2,000 replicas, seed 11; the standard error of a variance is v·√(2/R).
    """
    eta, s = 0.3, 0.7
    system = scenario(
        "x: {init: 1}, data: {expr: 'normal(1, 0.7)'}", clock="{steps: 60}", replicas=2000, more="record: {every: 60}",
        agents="  sgd: {controls: x, declared: (x - data)**2/2, rule: {gradient: {rate: 0.3}}}",
    )
    x = course(simulated(system), "x")[-1]
    variance = eta * s**2 / (2 - eta)
    assert abs(x.var() - variance) < 4 * variance * np.sqrt(2 / 2000)
    assert abs(x.mean() - 1) < 4 * np.sqrt(variance / 2000)


def test_who_reads_a_name_sees_one_number_and_every_occurrence_is_a_number_of_its_own() -> None:
    system = scenario(
        "d: {expr: 'normal(0, 1)'}, x: {init: 0, flow: d}, y: {init: 0, flow: 'd + 0'}, "
        "z: {init: 0, flow: 'normal(0, 1)'}, "
        "w: {init: 0, flow: 'normal(0, 1) - normal(0, 1)'}, v: {init: 0, flow: '(normal(0, 1) + d)**2'}"
    )
    run = simulated(system)
    steps = {name: np.diff(course(run, name), axis=0) for name in "xyzwv"}
    np.testing.assert_allclose(steps["x"], steps["y"], rtol=1e-12, atol=1e-12)
    assert np.all(steps["x"] != steps["z"])
    assert np.all(steps["w"] != 0)
    assert np.all(steps["v"] >= 0)  # one occurrence, squared


def test_nodes_and_components_draw_for_themselves_where_the_text_has_one_value_for_each() -> None:
    """A text that is one number draws one number, which a population shares; one per node draws one per node."""
    program = build(scenario(
        "w: {on: net, init: 1}, own: {expr: 'w + normal(0, 1)'}, one: {expr: 'mean(w) + normal(0, 1)'}, "
        "shared: {expr: 'w*one'}, v: {size: 3}, each: {expr: 'v + normal(0, 1)'}, all: {expr: 'sum(v) + normal(0, 1)'}"
    ).resolve())
    random = {name: program.graph.random([e]) for name, e in program.derived.items()}
    assert [leaf.domain.kind for leaf in random["own"]] == ["node"]
    assert [leaf.domain.kind for leaf in random["one"]] == ["scalar"] == [leaf.domain.kind for leaf in random["shared"]]
    assert len({random[f"each[{k}]"][0] for k in range(3)}) == 3
    assert len(random["all"]) == 1


SYSTEM = """
dynsim: 1
title: everything that may draw
params: {s: 0.5}
graphs: {net: {generator: cycle_graph, n: 5}}
variables:
  x: {init: "normal(0, 1)", flow: "-0.1*x + uniform(-1, 1)*0.1", noise: "0.1 + 0.05*uniform(0, 1)", draw: z}
  v: {size: 2, init: "normal(0, 1)", flow: "0.1*normal(0, s)"}
  w: {on: net, init: 0, flow: "0.1*normal(0, 1) + 0.1*sum_neighbors(neighbor(w) - w)"}
  d: {expr: "1 + normal(0, s)"}
  c: {expr: "choice(d, v[0], exp(-x**2))"}
  p: {init: 0}
agents:
  a: {controls: [v], declared: "(v[0] - d)**2/2 + (v[1] - c)**2/2", rule: {gradient: {rate: "uniform(0.05, 0.1)"}}}
  b: {controls: w, declared: "(w - normal(d, 1))**2/2", rule: {momentum: {rate: 0.05, beta: 0.5}}, GATE}
  h: {controls: {p: "bernoulli(0.5)"}, declared: "(p - d)**2", credit: {a: "0.1*bernoulli(0.5)"},
      rule: {heuristic: {target: "bernoulli(0.3)*x", rate: 0.5}}}
clock: CLOCK
ensemble: {replicas: 9, seed: 3}
record: {every: 4}
"""
CLOCKS = {
    "discrete": ("{steps: 60}", "every: 2"),
    "ordered": ("{steps: 60, order: [h, a, b]}", "every: 3"),
    "continuous": ("{time: 6, dt: 0.1, method: stochastic_heun}", "every: 1"),
}


def everything(clock: str) -> Any:
    text, gate = CLOCKS[clock]
    text = SYSTEM.replace("CLOCK", text).replace("GATE", gate)
    if clock == "continuous":
        text = text.replace("momentum: {rate: 0.05, beta: 0.5}", "gradient: {rate: 0.05}")
    return ds.load_scenario(text)


@pytest.mark.slow
@pytest.mark.parametrize("clock", ["discrete", "continuous"])
def test_the_same_bits_however_it_is_run(clock: str, tmp_path: Any) -> None:
    """Threads, lanes (by the number of replicas), cadence and a stop with resume change no bit; the interpreter agrees
    to rounding."""
    run = simulated(everything(clock), compiled=True)
    states = run.states
    other = simulated(everything(clock), compiled=True, threads=3, set=["record.every=1"]).states
    merged = other[other.t.isin(states.t)].reset_index(drop=True)
    assert merged.equals(states)
    wide = simulated(everything(clock), compiled=True, replicas=70).states
    assert wide[wide.replica < 9].reset_index(drop=True).equals(states)
    slow = simulated(everything(clock)).states
    np.testing.assert_allclose(slow.to_numpy(float), states.to_numpy(float), rtol=1e-9, atol=1e-11)


def test_the_compiler_draws_what_the_interpreter_draws() -> None:
    system = scenario("x: {init: 1, flow: 'normal(0, k) - 0.1*x'}", replicas=4)
    one, two = (course(simulated(system, compiled=compiled), "x") for compiled in (True, False))
    np.testing.assert_allclose(one, two, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("clock", ["discrete", "ordered"])
def test_the_analysis_draws_the_same_numbers_again(clock: str) -> None:
    """Moves, flow and noise, computed again from the record, add up to what happened."""
    system = everything(clock)
    run = simulated(system, set=["record.every=1"])
    study = run.requested.study
    program, (block,) = study.program, study.recording.blocks()
    for slot in ("x", "v[0]", "v[1]", "p", "w"):
        parts = [agent.moves[slot] for agent in program.agents if slot in agent.moves]
        parts += [part[slot] for part in (program.flows,) if slot in part]
        change = np.diff(block.values[slot], axis=0)
        total = 0.0
        for value in evaluate_block(program, block[:-1], study.recording, parts):
            value = np.moveaxis(value, 0, 1) if value.ndim == 3 else value
            total = total + value
        if slot in program.noises:
            (amplitude,) = evaluate_block(program, block[:-1], study.recording, [program.noises[slot]])
            total = total + amplitude * normals(3, np.arange(9), variable_key("z"), np.arange(60)[:, None])
        np.testing.assert_allclose(change, total, rtol=1e-9, atol=1e-12)


def test_the_record_of_a_continuous_clock_shows_the_numbers_of_its_steps() -> None:
    """At time t the number is that of the step from t on, also where t/dt is rounded to below or above it."""
    run = simulated(scenario(
        "x: {init: 0}, d: {expr: 'normal(0, 1)'}", clock="{time: 1.5, dt: 0.03, method: rk4}",
        more="record: {derived: [d]}",
    ))
    found = course(run, "d")
    steps = np.rint(run.states.t.unique() / 0.03).astype(int)
    np.testing.assert_array_equal(found, normals(11, np.arange(5), variable_key("variables.d.expr:0"), steps[:, None]))


@pytest.mark.parametrize("clock", CLOCKS)
def test_every_answer_and_table_of_a_system_that_draws(clock: str) -> None:
    run = simulated(everything(clock))
    assert len(run.conflicts.columns)
    assert len(run.summary)
    assert run.answers
    assert np.isfinite(run.ledger.select_dtypes(float).to_numpy()).all()


def test_replaying_with_a_silent_agent_meets_the_same_numbers() -> None:
    """Common random numbers: x, which no agent moves, goes the same way whoever is silent."""
    system = everything("discrete")
    run = simulated(system)
    (record,) = replayed(run.requested.study, silenced(run.requested.study, [["a", "b", "h"]]))
    (block,), (own,) = record.blocks(), run.recording.blocks()
    np.testing.assert_array_equal(block.values["x"], own.values["x"])
    assert (block.values["v[0]"] != own.values["v[0]"]).any()


def test_a_continuous_clock_holds_the_numbers_over_the_stages_of_a_step() -> None:
    """dx/dt = −x + n_k in step k, under rk4: the exact solution x' = x·q + n_k (1 − q), q the method's e^{−h}."""
    run = simulated(scenario("x: {init: 1, flow: '-x + normal(0, 1)'}", clock="{time: 2, dt: 0.1, method: rk4}"))
    x, h = course(run, "x"), 0.1
    q = 1 - h + h**2 / 2 - h**3 / 6 + h**4 / 24
    n = normals(11, np.arange(5), variable_key("variables.x.flow:0"), np.arange(20)[:, None])
    np.testing.assert_allclose(x[1:], x[:-1] * q + n * (1 - q), rtol=1e-12, atol=1e-13)


def test_location_and_scale_carry_gradients_and_chances_do_not() -> None:
    """E = (m + s·N)²/2 in expectation: ∂E/∂m = m + sN, ∂E/∂s = (m + sN)N of the same N; bernoulli(m) has none."""
    system = ds.load_scenario("""
dynsim: 1
title: t
variables: {m: {init: 2}, s: {init: 0.5}}
agents:
  a: {controls: [m, s], declared: "normal(m, s)**2/2 + 100*bernoulli(m/4)", rule: {gradient: {rate: 0.1}}}
clock: {steps: 1}
ensemble: {replicas: 6, seed: 2}
""")
    run = simulated(system)
    n = normals(2, np.arange(6), variable_key("agents.a.declared:0"), 0)
    end = run.states[run.states.t == 1]
    np.testing.assert_allclose(end.m, 2 - 0.1 * (2 + 0.5 * n), rtol=1e-12)
    np.testing.assert_allclose(end.s, 0.5 - 0.1 * (2 + 0.5 * n) * n, rtol=1e-12)


@pytest.mark.parametrize("rule", ["extragradient: {rate: 0.1}", "lookahead: {rate: 0.1, foresight: 0.2}"])
def test_what_looks_elsewhere_in_a_step_sees_the_same_number(rule: str) -> None:
    system = ds.load_scenario(f"""
dynsim: 1
title: t
variables: {{x: {{init: 1}}}}
agents: {{a: {{controls: x, declared: "(x - normal(0, 1))**2/2", rule: {{{rule}}}}}}}
clock: {{steps: 3}}
""")
    program = build(system.resolve())
    assert len({leaf.data for leaf in program.graph.random(program.computed)}) == 1


def test_senseless_parameters_of_a_step_end_the_replica() -> None:
    run = simulated(scenario("x: {init: 1, flow: 'normal(0, 3 - t)'}", clock="{steps: 10}"))
    assert (run.recording.diverged_at == 5).all()


# -- names ------------------------------------------------------------------------------------------------------------

NAMED = "init: 'normal(0, 1)', noise: 0.3, flow: 'normal(0, 1)'"


@pytest.mark.parametrize("clock", ["{steps: 5}", "{time: 1, dt: 0.1}"])
def test_a_variable_that_says_what_it_draws_as_can_be_renamed(clock: str) -> None:
    rules = "  walk: {controls: NAME, declared: NAME**2, rule: {random_walk: {scale: 1}}}" if "steps" in clock else ""
    old = simulated(scenario(f"old: {{{NAMED}}}", clock=clock, agents=rules.replace("NAME", "old")))
    for settings, same in (("", False), (", draw: old", True)):
        agents = rules.replace("NAME", "new")
        new = simulated(scenario(f"new: {{{NAMED}{settings}}}", clock=clock, agents=agents))
        assert (course(new, "new") == course(old, "old")).all() == same


@pytest.mark.parametrize("clock", ["{steps: 5}", "{time: 1, dt: 0.1}"])
def test_the_compiled_step_draws_under_the_name_too(clock: str) -> None:
    system = scenario(f"new: {{{NAMED}, draw: old}}", clock=clock)
    text = compile_program(build(system.resolve()), 4).text
    for name in ("old", "variables.old.flow:0"):
        assert str(variable_key(name)) in text
    for name in ("new", "variables.new.flow:0"):
        assert str(variable_key(name)) not in text


def test_two_variables_that_draw_as_one_meet_the_same_luck() -> None:
    """Also a population and a single number, whose number is that of the first node."""
    run = simulated(scenario(f"x: {{{NAMED}}}, y: {{{NAMED}, draw: x}}, w: {{on: net, {NAMED}, draw: x}}"))
    np.testing.assert_array_equal(course(run, "x"), course(run, "y"))
    (block,) = run.recording.blocks()
    np.testing.assert_array_equal(block.values["w"][:, 0], course(run, "x"))
    assert len(run.summary)


def test_a_rule_that_would_draw_one_number_for_two_variables_is_refused() -> None:
    system = ds.load_scenario("""
dynsim: 1
title: t
variables: {x: {init: 1}, y: {init: 1, draw: x}}
agents: {a: {controls: [x, y], declared: x**2 + y**2, rule: {spsa: {rate: 0.1}}}}
clock: {steps: 3}
""")
    with pytest.raises(InputError) as error:
        build(system.resolve())
    assert str(error.value) == (
        "agents.a.rule: the rule draws a random number for each of x, y, which have the same `draw` 'x': the numbers "
        "would be the same"
    )


# -- scripts ----------------------------------------------------------------------------------------------------------


def scripted() -> ds.System:
    s = ds.System("sgd")
    k = s.parameter("k", 0.7)
    x, v = s.state("x", init=ds.normal(0, k)), s.state("v", size=2, init=ds.normal(0, 1))
    data = s.derived("data", 1 + ds.normal(0, k))
    s.flow("v", v * 0 - 0.1 * v + ds.normal(0, 1))
    declared = (x - ds.normal(data, 1)) ** 3 + 2 * ds.bernoulli(0.5)
    s.agent("a", controls=x, declared=declared, rule=ds.rules.gradient(rate=0.01))
    s.clock(steps=6)
    s.ensemble(replicas=3, seed=4)
    return s


def test_a_script_says_the_same_as_its_file() -> None:
    one = scripted()
    two = ds.load_scenario(ds.to_yaml(one))
    assert simulated(one).states.equals(simulated(two).states)
    assert "(x - normal(data, 1))**3" in ds.to_yaml(one)


def test_a_distribution_is_text_and_arithmetic() -> None:
    d = 2 * ds.normal(0, 1) - 3
    assert d == "((2*normal(0, 1)) - 3)"
    assert ds.uniform(-1, 1) == "uniform(-1, 1)"
    assert np.exp(ds.normal(0, 1)) * np.float64(2) == "(exp(normal(0, 1))*2.0)"
    assert copy.deepcopy(d) == d == copy.copy(d)


def test_a_random_number_that_a_script_uses_twice_needs_a_name() -> None:
    s = ds.System("t")
    x = s.state("x", init=1)
    off = x - ds.normal(0, 1)
    s.agent("a", controls=x, declared=off * off, rule=ds.rules.gradient(rate=0.1))
    s.clock(steps=3)
    with pytest.raises(InputError) as error:
        s.resolve()
    assert str(error.value) == (
        "agents.a.declared: normal(0, 1) occurs more than once in this expression, so it is not clear whether it is "
        "one random number or several: make a derived variable of it, and use that"
    )


TWO_LEARNERS = """
dynsim: 1
title: two learners with random data
params: {k: 1, goal: 1}
phases: {training: 0, deployment: 5}
variables:
  x: {init: "normal(0, 1)", space: [-3, 3]}
  y: {init: "normal(0, 1)", space: [-3, 3]}
  w: {init: 0, flow: "-0.1*w + 0.1*uniform(-1, 1)"}
  d: {expr: "normal(0, 0.1)"}
agents:
  a:
    controls: x
    declared: "(x - y - d)**2/2 + x**2"
    pursues: "(x - goal - d)**2/2 + training*x*d"
    goals: goal
    rule: {gradient: {rate: 0.1}}
  b: {controls: y, declared: "(y + x - d)**2/2 + w*y", credit: {a: 0.1}, rule: {gradient: {rate: 0.1}}}
base: {objective: "(x - d)**2 + y**2"}
clock: CLOCK
ensemble: {replicas: 3, seed: 1, vary: {k: "uniform(0, 1)"}}
"""


@pytest.mark.parametrize("clock", ["{steps: 10}", "{time: 10, dt: 0.5, method: rk4}"])
def test_no_metric_wants_for_numbers(clock: str) -> None:
    """Those that cannot be told say why, and are few."""
    run = simulated(ds.load_scenario(TWO_LEARNERS.replace("CLOCK", clock)))
    told = 0
    for name in REQUESTED_METRICS.names():
        try:
            told += len(run.metric(name)) > 0
        except InputError:
            continue
    assert told > 25


def test_a_parameter_that_is_drawn_under_a_name_can_be_renamed() -> None:
    def drawn(name: str, sweep: str) -> list[float]:
        system = scenario("x: {init: 0}", more="").data
        system = {**system, "params": {name: 1}, "ensemble": {"replicas": 5, "seed": 11, "vary": {name: sweep}}}
        return ds.simulate(ds.System.from_data(system), compiled=False, report=False).parameters[name].tolist()

    plain = drawn("k", "normal(0, 1)")
    assert drawn("strength", {"distribution": "normal(0, 1)", "draw": "k"}) == plain
    assert drawn("strength", "normal(0, 1)") != plain


@pytest.mark.parametrize("over", ["mean", "end"])
def test_a_fitness_may_be_random(over: str) -> None:
    """Fitness of nothing but luck is drift: the fitness is the mean of 5 numbers N(0, 1), or the last one."""
    system = ds.load_scenario(f"""
dynsim: 1
title: t
params: {{g: 0}}
variables: {{x: {{init: 0, noise: 0.1}}, luck: {{expr: "normal(0, 1)"}}}}
clock: {{steps: 20}}
selection: {{fitness: luck, over: {over}, every: 5, scheme: {{truncation: {{share: 0.5}}}}, heritable: [g]}}
ensemble: {{replicas: 10, seed: 3}}
""")
    run = simulated(system)
    found = run.generations.query("t == 10").fitness.to_numpy()
    z = normals(3, np.arange(10), variable_key("variables.luck.expr:0"), np.arange(21)[:, None])
    np.testing.assert_allclose(found, z[5:10].mean(axis=0) if over == "mean" else z[10], rtol=1e-12)
