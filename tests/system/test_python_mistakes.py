"""Mistakes of scripts: each has one clear message, with the path where there is one; and what NumPy makes works."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest

import dynsim as ds
from dynsim.algebra.graph import Expr
from dynsim.algebra.vector import Vector
from dynsim.session.simulate import checked

RULE = ds.rules.gradient(rate=0.1)
System = tuple[ds.System, Expr]


def new() -> System:
    s = ds.System("t")
    m = s.state("m", init=1)
    s.clock(steps=2)
    return s, m


def declared(objective: Callable[[Any], Any]) -> str:
    """The objective of an agent, as text."""
    s, m = new()
    s.agent("a", m, objective(m), RULE)
    return s.resolve().agents["a"].declared.text()


SAME: list[tuple[Callable[[Any], Any], str]] = [
    (lambda m: np.exp(m), "exp(m)"), (lambda m: np.sin(m) + np.cos(m), "sin(m) + cos(m)"),
    (lambda m: np.maximum(m, 0), "max(m, 0)"), (lambda m: np.minimum(1, m), "min(1, m)"),
    (lambda m: np.power(m, 2), "m*m"), (lambda m: np.sqrt(np.abs(m)), "sqrt(abs(m))"),
    (lambda m: np.float64(2) * m, "m*2"), (lambda m: m - np.int64(1), "m - 1"), (lambda m: Fraction(1, 2) * m, "m*0.5"),
    (lambda m: (np.array([1.0, 2.0]) * m)[1], "m*2"), (lambda m: (m * [1, 2])[1], "m*2"),
    (lambda m: ((1, 2) * m)[1], "m*2"), (lambda m: (np.eye(2) @ Vector([m, 2 * m]))[1], "(m*0) + (m*2)"),
    (lambda m: sum([m, m]), "m*2"), (lambda m: Vector([m, m]) @ [1, 2], "m + (m*2)"),
    (lambda m: [1, 2] @ Vector([m, m]), "m + (m*2)"), (lambda m: abs(Vector([m]))[0], "abs(m)"),
    (lambda m: np.where(m > 0, m, 2), "where(m > 0, m, 2)"), (lambda m: np.clip(m, 0, 1), "clip(m, 0, 1)"),
    (lambda m: np.sum(Vector([m, m])), "m*2"), (lambda m: np.dot([1, 2], Vector([m, m])), "m + (m*2)"),
    (lambda m: np.floor(m / 2), "floor(m/2)"), (lambda m: np.tanh(np.log(m)), "tanh(log(m))"),
]


@pytest.mark.parametrize(("objective", "text"), SAME, ids=[text for _, text in SAME])
def test_numpy_and_lists_work_with_symbols(objective: Callable[[Any], Any], text: str) -> None:
    assert declared(objective) == declared(lambda m: text)


def test_comparisons_by_numpy_are_conditions() -> None:
    m = new()[1]
    conditions = [np.less(m, 1), np.greater(m, 1), np.greater_equal(2.0, m), np.equal(m, 1), np.not_equal(m, 1)]
    assert [c.text() for c in conditions] == ["m < 1", "1 < m", "m <= 2", "m == 1", "m != 1"]


REFUSED: list[tuple[Callable[[Any], Any], str]] = [
    (lambda m: (m - 1) ^ 2, "'^' is not allowed: a power is **"),
    (lambda m: 2 ^ m, "'^' is not allowed: a power is **"),
    (lambda m: Vector([m]) ^ 2, "'^' is not allowed: a power is **"),
    (lambda m: m // 2, "'//' is not allowed: write floor(a / b)"),
    (lambda m: 2 % m, "'%' is not allowed: write mod(a, b)"),
    (lambda m: m << 2, "'<<' is not allowed: write a * 2**b"),
    (lambda m: m & m, "and: expected a condition, got a number: m (comparisons need brackets: (a < b) & (c < d))"),
    (lambda m: (m > 0) & 1 < m, "and: expected a condition, got a number: 1 (comparisons need brackets"),
    (lambda m: 1 | m, "or: expected a condition, got a number: 1"),
    (lambda m: ~m, "not: expected a condition, got a number: m"),
    (lambda m: m @ m, "@: expected a vector on both sides"),
    (lambda m: m @ Vector([m]), "@: expected a vector on both"),
    (lambda m: bool(m > 0), "has no truth value before it runs"), (lambda m: 0 < m < 1, "has no truth value before it"),
    (lambda m: m and m, "has no truth value before it runs: combine conditions with & | ~ in brackets"),
    (lambda m: max(m, 0), "has no truth value before it runs"),
    (lambda m: math.exp(m), "has no value before it runs: take NumPy's function, np.exp(x), or text, 'exp(x)'"),
    (lambda m: float(m), "has no value before it runs"), (lambda m: int(m), "has no value before it runs"),
    (lambda m: round(m), "has no value before it runs"), (lambda m: complex(m), "has no value before it runs"),
    (lambda m: m[0], "m is no vector: it has no components"),
    (lambda m: list(m), "m is no vector: it has no components"),
    (lambda m: Vector([m, m])[2], "the vector has the components [0] to [1], got index 2"),
    (lambda m: np.arctan(m), "np.arctan: expected a function that expressions have"),
    (lambda m: np.add.reduce(Vector([m, m])), "np.add.reduce: expected a function that expressions have"),
    (lambda m: m + "1", "expected a symbol or a number, got the text '1': write the whole as text"),
    (lambda m: m + None, "expected a scalar expression or a number, got None"),
    (lambda m: m + True, "expected a scalar expression or a number, got True"),
    (lambda m: m + 1j, "expected a scalar expression or a number, got 1j"),
    (lambda m: m * 10**400, "the number is too large"), (lambda m: m * [], "a vector needs at least one component"),
    (lambda m: m + ds.System("u").state("q"), "an expression of one system cannot be used in another: q belongs"),
]


@pytest.mark.parametrize(("make", "message"), REFUSED, ids=range(len(REFUSED)))
def test_what_python_can_write_and_expressions_cannot(make: Callable[[Any], Any], message: str) -> None:
    with pytest.raises(ds.DomainError) as caught:
        make(new()[1])
    assert message in str(caught.value)


def test_pythons_own_errors_are_what_python_expects() -> None:
    """A truth value is a TypeError, a component an IndexError, a misspelt name an AttributeError."""
    m = new()[1]
    for kind, attempt in ((TypeError, lambda: bool(m)), (TypeError, lambda: math.exp(m)),
                          (IndexError, lambda: Vector([m])[1])):
        with pytest.raises(kind):
            attempt()
    assert not hasattr(m, "mean")


@pytest.mark.parametrize(("get", "message"), [
    (lambda: ds.rules.gradiant, "there is no learning rule 'gradiant', did you mean 'gradient'?"),
    (lambda: ds.rules.Gradient, "did you mean 'gradient'?"),
    (lambda: ds.games.prisoners_dilema, "there is no game 'prisoners_dilema', did you mean 'prisoners_dilemma'?"),
    (lambda: ds.simulat, "module 'dynsim' has no attribute 'simulat', did you mean 'simulate'?"),
])
def test_misspelt_names(get: Callable[[], Any], message: str) -> None:
    with pytest.raises(AttributeError) as caught:
        get()
    assert message in str(caught.value)


Build = Callable[[ds.System, Any], None]


def _agent(objective: Any = "m**2", rule: Any = RULE, controls: Any = None) -> Build:
    return lambda s, m: s.agent("a", m if controls is None else controls(s, m), objective, rule)


def _also(change: Callable[[ds.System, Any], Any]) -> Build:
    def build(s: ds.System, m: Any) -> None:
        s.agent("a", m, "m**2", RULE)
        change(s, m)

    return build


NOT_NAMES = "expected the names of metrics, one by one, got"
MISTAKES: list[tuple[Build, list[str]]] = [
    (_agent(lambda x: x**2),
     ["agents.a.declared: expected an expression or a number, got the function <lambda>: write what it gives, "
      "(m - 1)**2"]),
    (_agent(rule=ds.rules.gradient),
     ["agents.a.rule: expected a learning rule, got the function gradient: call it with its settings"]),
    (_agent(rule={"gradient": {"rate": "5 ms"}}),
     ["agents.a.rule.rate: expected a positive number, got '5 ms': an operator is missing before 'ms': a product is "
      "written with * (character 3 of '5 ms')"]),
    (_agent(rule={"gradient": {"rate": [0.1, 0.2]}}),
     ["agents.a.rule.rate: expected a positive number, got [0.1, 0.2]"]),
    (_agent(controls=lambda s, m: s.derived("d", m)),
     ["agents.a.controls.d: 'd' is a derived variable: only a state variable can be controlled"]),
    (_agent(controls=lambda s, m: [m, m]), ["agents.a.controls: 'm' is listed twice"]),
    (_agent(controls=lambda s, m: m + 1),
     ["agents.a.controls: expected a variable, a list of variables, or variables with their gains, got Expr(m + 1)"]),
    (_agent(ds.System("u").state("q") ** 2), ["agents.a.declared: q*q is made of another system's symbols"]),
    (_agent(new()[1] ** 2), ["agents.a.declared: m*m is made of another system's symbols"]),
    (_also(lambda s, m: s.derived("d", m * math.nan)), ["variables.d.expr: expected finite numbers, got m*nan"]),
    (_also(lambda s, m: s.derived("d", m * np.inf)), ["variables.d.expr: expected finite numbers, got m*inf"]),
    (_also(lambda s, m: s.state("x", init=math.nan)), ["variables.x.init: expected a finite number, got nan"]),
    (_also(lambda s, m: s.state("x", init=np.bool_(True))),
     ["variables.x.init: expected an expression or a number, got true: a comparison is written as text, 'x == 1'"]),
    (_also(lambda s, m: s.event("e", when=(m == 1), set={m: 2})),
     ["events.e.when: expected an expression or a number, got false: a comparison is written as text, 'x == 1'"]),
    (_also(lambda s, m: s.event("e", at=1, set=True)),
     ["events.e.set: expected a mapping of names to expressions, got true"]),
    (_also(lambda s, m: s.state("x", size=0)), ["variables.x.size: expected a positive whole number, got 0"]),
    (_also(lambda s, m: s.state("x", size="2")), ["variables.x.size: expected a positive whole number, got '2'"]),
    (_also(lambda s, m: s.state("x", size=-1)), ["variables.x.size: expected a positive whole number, got -1"]),
    (_also(lambda s, m: s.state("x", size=10**12)),
     ["variables.x.size: expected at most 1,000 components, got 1,000,000,000,000: put the variable on a graph"]),
    (_also(lambda s, m: s.state("x", size=2, init=np.array([1, 2, 3]))),
     ["variables.x.init: expected a vector of 2, got a vector of 3"]),
    (_also(lambda s, m: s.game("g", "tug_of_war", actions=m, targets=[1])),
     ["games.g: expected `actions`, a list with one expression per player, got Expr(m)"]),
    (_also(lambda s, m: s.ensemble(replicas=2.5)), ["ensemble.replicas: expected a positive whole number, got 2.5"]),
    (_also(lambda s, m: s.ensemble(replicas=True)), ["ensemble.replicas: expected a positive whole number, got true"]),
    (_also(lambda s, m: s.ensemble(vary={"variables.m.init": []})),
     ["ensemble.vary.'variables.m.init': expected a list of finite numbers, got an empty one"]),
    (_also(lambda s, m: s.ensemble(vary={"variables.m.init": [1, math.nan]})),
     ["ensemble.vary.'variables.m.init': expected a list of finite numbers, got nan among them"]),
    (_also(lambda s, m: s.clock(steps=-5)), ["clock.steps: expected a positive whole number, got -5"]),
    (_also(lambda s, m: s.clock(time=1, dt=0.1, method="RK4")),
     ["clock.method: unknown integration method 'RK4', did you mean 'rk4'?"]),
    (_also(lambda s, m: s.metrics("verdict")),
     ["metrics.verdict: 'verdict' belongs to the conflict log, which every run has: it need not be asked for"]),
]


@pytest.mark.parametrize(("build", "messages"), MISTAKES, ids=range(len(MISTAKES)))
def test_mistakes_have_a_path_and_one_message(build: Build, messages: list[str]) -> None:
    s, m = new()
    build(s, m)
    with pytest.raises(ds.InputError) as caught:
        checked(s)
    assert [str(problem) for problem in caught.value.problems] == messages


@pytest.mark.parametrize("use", [
    lambda s, q: s.agent("a", q, "m**2", RULE), lambda s, q: s.ensemble(vary={q: [1]}),
    lambda s, q: s.event("e", at=1, set={q: 1}), lambda s, q: s.record(derived=q), lambda s, q: s.base("m", goals=q),
    lambda s, q: s.agent("a", "m", "m**2", RULE, paths={q: 0.5}),
])
def test_a_symbol_of_another_system_is_no_name_here(use: Callable[[ds.System, Any], Any]) -> None:
    with pytest.raises(ds.DomainError, match="cannot be used in another: q belongs to another"):
        use(new()[0], ds.System("u").state("q"))


def test_a_copy_has_the_symbols_of_its_original() -> None:
    s, m = new()
    for other in (s.copy(), copy.copy(s)):
        other.agent("a", m, m**2, RULE)
        assert other.resolve().agents["a"].declared.text() == "m*m"
        del other.data["agents"]


def test_metrics_are_named_one_by_one() -> None:
    for wrong in (["stability"], 3):
        with pytest.raises(ds.InputError, match=f"metrics: {NOT_NAMES}"):
            new()[0].metrics(wrong)


@pytest.mark.parametrize("values", [
    np.arange(4), range(4), pd.Series([0, 1, 2, 3]), (0, 1, 2, 3), [np.int64(k) for k in range(4)],
])
def test_columns_of_numbers(values: Any) -> None:
    s, m = new()
    s.agent("a", m, m**2, RULE)
    s.ensemble(replicas=4.0, vary={"variables.m.init": values})
    assert s.resolve().ensemble.vary["variables.m.init"].values == (0, 1, 2, 3)


@pytest.mark.parametrize(("arguments", "message"), [
    ({"steps": "5"}, "clock.steps: expected a number, got '5'"), ({"seed": "a"}, "ensemble.seed: expected a number"),
    ({"replicas": True}, "ensemble.replicas: expected a number, got true"),
    ({"replicas": 2.5}, "positive whole number, got 2.5"),
    ({"threads": 1.5}, "threads: expected a positive whole number, got 1.5"), ({"threads": "2"}, "threads: expected"),
    ({"compiled": "no"}, "compiled: expected True or False, got 'no'"),
    ({"report": 1}, "report: expected True or False"),
    ({"set": 5}, "set: expected texts PATH=VALUE, got 5"), ({"set": [5]}, "set: expected texts PATH=VALUE, got 5"),
    ({"set": {"clock.steps": 3}}, "expected PATH=VALUE"),
    ({"steps": -5}, "clock.steps: expected a positive whole number"),
    ({"steps": math.nan}, "clock.steps"), ({"every": math.inf}, "record.every"),
])
def test_arguments_of_simulate(arguments: dict[str, Any], message: str) -> None:
    s, m = new()
    s.agent("a", m, m**2, RULE)
    with pytest.raises(ds.InputError) as caught:
        ds.simulate(s, **({"compiled": False} | arguments))
    assert message in str(caught.value)


def test_numpy_numbers_are_arguments() -> None:
    s, m = new()
    s.agent("a", m, m**2, RULE)
    run = ds.simulate(s, steps=np.int64(3), replicas=np.float64(2), seed=np.int32(5), threads=np.int64(1),
                      compiled=np.bool_(False))
    assert (run.manifest.time, run.manifest.replicas, run.manifest.seed) == (3, 2, 5)


@pytest.mark.parametrize("what", [None, {"dynsim": 1}, 3, ["x"]])
def test_what_is_no_system(what: Any) -> None:
    with pytest.raises(ds.InputError, match="expected a System, a scenario file or the name of a scenario, got"):
        ds.simulate(what)
    with pytest.raises(ds.InputError, match="expected a System, got"):
        ds.to_yaml(what)
    with pytest.raises(ds.InputError, match=r"expected a model, which `System.resolve` gives, got"):
        ds.state_graph(what)


U = [[1.0, 2.0], [3.0, 4.0]]


@pytest.mark.parametrize(("call", "message"), [
    (lambda: ds.evolution.fixation(U, 10, 1.0, process="Fermi"),
     "unknown process 'Fermi': did you mean 'fermi'? known are"),
    (lambda: ds.evolution.fixation(U, 10, 1.0, process=None), "unknown process 'None': known are fermi, moran"),
    (lambda: ds.evolution.fixation(U, "10", 1.0), "a population has two individuals or more, got '10'"),
    (lambda: ds.evolution.fixation(U, math.inf, 1.0), "a population has two individuals or more, got inf"),
    (lambda: ds.evolution.fixation(U, 10, math.nan), "intensity: expected a number of 0 or more, got nan"),
    (lambda: ds.evolution.fixation(U, 10, -1), "intensity: expected a number of 0 or more, got -1"),
    (lambda: ds.evolution.fixation(U, 10, 2, process="moran"), "intensity: expected a number from 0 to 1, got 2"),
    (lambda: ds.evolution.fixation([[1, 2], [3]], 10, 1),
     "payoffs are numbers in rows of equal length, got a list of 2"),
    (lambda: ds.evolution.alpha_rank(U, alpha="inf"), "alpha: expected a number of 0 or more, got 'inf'"),
    (lambda: ds.evolution.moran_fixation("a", 3), "fitness: expected a number of 0 or more, got 'a'"),
])
def test_arguments_of_evolution(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(ds.InputError) as caught:
        call()
    assert message in str(caught.value)


def test_settings_of_a_rule_have_names() -> None:
    with pytest.raises(ds.InputError, match="settings of rule 'momentum' are given by name: rate=…, beta=…"):
        ds.rules.momentum(0.1)


@pytest.mark.parametrize("values", [range(2), pd.Series([0, 1]), pd.Index([0, 1]), np.arange(2)])
def test_what_holds_numbers_is_a_list_of_them(values: Any) -> None:
    s, _ = new()
    p = s.parameter("p", 1.0)
    s.parameter("w", values)
    s.flow("m", p)
    s.ensemble(replicas=2, vary={"p": values})
    assert ds.simulate(s, compiled=False).states.query("t == 1").m.tolist() == [1, 2]


def test_a_message_names_the_function_that_was_written() -> None:
    for name in ("argmin", "argmax"):
        s, _ = new()
        s.flow("m", f"{name}(m)")
        with pytest.raises(ds.InputError, match=rf"{name}: expected a vector or a population, got a scalar: m \("):
            s.resolve()
