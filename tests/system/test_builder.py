"""`System` in Python: symbols, text in any order, mistakes with their paths."""

import numpy as np
import pytest

import dynsim as ds
from dynsim.algebra.graph import Expr
from dynsim.algebra.vector import Vector
from dynsim.errors import DomainError, InputError


def small() -> ds.System:
    s = ds.System("small")
    m = s.state("m", init=ds.normal(0, 1))
    s.agent("a", m, (m - 1) ** 2, ds.rules.gradient(rate=0.1))
    s.clock(steps=3)
    return s


def messages(s: ds.System) -> list[str]:
    with pytest.raises(InputError) as error:
        s.resolve()
    return [str(p) for p in error.value.problems]


def test_resolving_twice_gives_the_same() -> None:
    s = small()
    assert str(s.resolve().agents) == str(s.resolve().agents)
    assert len(s.resolve().graph) == len(s.resolve().graph)


def test_what_methods_return() -> None:
    s = ds.System("t")
    assert isinstance(s.parameter("k", 1.5), Expr)
    assert s.parameter("q", [1, 2]).shape == (2,)
    assert s.parameter("m", np.eye(3)).shape == (3, 3)
    assert isinstance(s.state("x", size=2), Vector)
    assert s.population("net", generator="path_graph", n=3) == "net"
    assert s.state("p", on="net").domain.population == "net"
    assert isinstance(s.derived("d", "k*x[0]"), Expr)
    assert isinstance(s.derived("v", "k*x"), Vector)
    assert s.derived("pp", "p**2").domain.population == "net"
    assert len(s.game("g", "tug_of_war", actions=["k", "d"], targets=[1, 2])) == 2


def test_text_may_refer_to_what_comes_later() -> None:
    s = ds.System("t")
    first = s.derived("first", "second + 1")
    s.agent("a", "x", first**2, ds.rules.gradient(rate=1))
    s.derived("second", "2*x")
    s.state("x")
    s.clock(steps=1)
    assert s.resolve().agents["a"].declared.text() == "first*first"


def test_a_symbol_that_turned_out_to_be_a_vector() -> None:
    s = ds.System("t")
    first = s.derived("first", "second")
    x = s.state("x", size=2)
    s.derived("second", x)
    s.agent("a", x, first**2, ds.rules.gradient(rate=1))
    s.clock(steps=1)
    assert messages(s) == ["agents.a.declared: 'first' has changed since it was used here"]


def test_flow_and_noise_can_follow() -> None:
    s = small()
    s.flow("m", "-m")
    s.noise("m", 0.2)
    variable = s.resolve().variables["m"]
    assert (str(variable.flow), str(variable.noise)) == ("Expr(-m)", "Expr(variables.m.noise)")
    with pytest.raises(InputError, match="unknown variable 'mm', did you mean 'm'"):
        s.flow("mm", 1)


def test_copies_are_independent() -> None:
    s = small()
    other = s.overridden(["clock.steps=7", "agents.a.rule.rate=0.5"])
    other.ensemble(replicas=5)
    other.state("z")
    assert (s.resolve().clock.steps, other.resolve().clock.steps) == (3, 7)
    assert s.resolve().ensemble.replicas == 1
    assert list(s.resolve().variables) == ["m"]


def test_mistakes_have_paths_and_come_together() -> None:
    s = small()
    s.agent("b", "n", "m*q", {"gradient": {"rate": -1}}, credit={"c": 1})
    s.event("e1", at=float("nan"))
    assert messages(s) == [
        "events.e1.at: expected a finite number, got nan",
        "agents.b.controls.n: unknown state variable 'n' (there is: m)",
        "agents.b.declared: unknown name 'q' (character 3 of 'm*q')",
        "agents.b.credit.c: unknown agent 'c' (there is: a)",
        "agents.b.rule.rate: expected a positive number, got -1",
        "events.e1: expected something that happens: set, silence or restore",
    ]


def test_one_name_twice() -> None:
    s = small()
    with pytest.raises(InputError, match=r"variables\.m: is stated twice"):
        s.state("m")


def test_an_expression_of_another_system() -> None:
    s, other = small(), ds.System("other")
    y = other.state("y")
    with pytest.raises(DomainError, match="cannot be used in another"):
        _ = s.state("x") + y
    s.derived("d", y)
    assert messages(s) == ["variables.d.expr: y is made of another system's symbols"]


def test_numpy_numbers_are_numbers() -> None:
    s = ds.System("t")
    x = s.state("x", init=np.float64(0.5))
    s.agent("a", x, np.float64(2) * x**2, ds.rules.gradient(rate=np.float32(0.5)), every=np.int64(2))
    s.clock(steps=np.int64(3))
    s.ensemble(replicas=2, vary={"agents.a.rule.rate": np.array([0.1, 0.2])})
    model = s.resolve()
    assert model.parameters["variables.x.init"].value == 0.5
    assert model.ensemble.vary["agents.a.rule.rate"].values == (0.1, 0.2)


def test_symbols_are_keys_wherever_names_are() -> None:
    s = ds.System("t")
    x, gap = s.state("x"), s.parameter("gap", 1.0)
    far = s.derived("far", x - gap)
    s.agent("a", controls={x: 2}, declared=far**2, paths={far: 0.5}, rule=ds.rules.gradient(rate=0.1))
    s.event("e", at=1, set={gap: 2})
    s.clock(steps=2)
    s.ensemble(replicas=2, vary={gap: [1, 2]})
    s.record(derived=far)
    model = s.resolve()
    assert list(model.agents["a"].paths) == ["far"]
    assert list(model.ensemble.vary) == ["gap"]
    assert model.record.derived == ("far",)


@pytest.mark.parametrize(
    ("section", "value"),
    [("params", {3: 1}), ("ensemble", {"vary": {None: [1]}}), ("agents", {("a",): {}}), ("clock", {1.5: 2})],
)
def test_a_key_that_is_no_text_is_told(section: str, value: object) -> None:
    with pytest.raises(InputError, match=rf"{section}.*: expected text as the key, got"):
        ds.System.from_data({"dynsim": 1, "title": "t", section: value}).resolve()
