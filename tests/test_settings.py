"""Settings of rules and games: one way in, all mistakes at once, each with its place."""

from __future__ import annotations

import inspect
import re
from typing import Any

import numpy as np
import pytest

import dynsim as ds
import dynsim.rules as rules
from dynsim.algebra.graph import Graph
from dynsim.algebra.vector import Vector
from dynsim.analysis.requested_metrics.base import REQUESTED_METRICS
from dynsim.errors import InputError
from dynsim.games import GAMES
from dynsim.games import make as make_game
from dynsim.rules.base import RULES, RuleSpec, make, spec
from dynsim.selection import SCHEMES
from dynsim.settings import Number, settings_of


def as_number(key: str, raw: Any) -> Any:
    """Stands for a system that knows the parameter `g`."""
    if isinstance(raw, str) and raw != "g":
        raise InputError(f"unknown name {raw!r}")
    return (key, raw)


def messages(name: str, settings: Any) -> list[str]:
    with pytest.raises(InputError) as caught:
        make(name, settings, as_number, as_number)
    return [str(problem) for problem in caught.value.problems]


def test_numbers_and_defaults_go_through_the_parser_with_their_place() -> None:
    rule: Any = make("adam", {"rate": "g", "beta1": 0.5}, as_number, as_number)
    assert rule.rate == ("rate", "g")
    assert rule.beta1 == ("beta1", 0.5)
    assert rule.beta2 == ("beta2", 0.999)


def test_nested_rule_has_its_place_below_the_setting() -> None:
    settings = {"share": 0.5, "target": "h", "rule": {"gradient": {"rate": 0.1}}}
    rule: Any = make("blend", settings, as_number, lambda key, raw: raw)
    assert rule.rule == RULES.get("gradient")(rate=("rule.rate", 0.1))
    assert messages("blend", settings | {"target": "g", "rule": {"gradient": {"rate": -1}}}) == [
        "rule.rate: expected a positive number, got -1"
    ]


@pytest.mark.parametrize(
    ("name", "settings", "expected"),
    [
        ("gradient", {"rate": "fast"}, "rate: expected a positive number, got 'fast': unknown name 'fast'"),
        ("gradient", {"rate": True}, "rate: expected a positive number, got True"),
        ("gradient", {"rate": [1]}, "rate: expected a positive number, got [1]"),
        ("gradient", {"rate": float("nan")}, "rate: expected a positive number, got nan"),
        ("momentum", {"rate": 1, "beta": 1.0}, "beta: expected a number above -1 and below 1, got 1.0"),
        ("gradient", {}, "rule 'gradient' needs the setting 'rate': step size"),
        ("gradient", 3, "expected the settings of rule 'gradient' as a mapping, got 3"),
        (
            "lola",
            {"rate": 1, "foresight": 1, "convention": "half"},
            "convention: expected one of full, stop_gradient, got 'half'",
        ),
        ("blend", {"share": 0.5, "target": "g", "rule": 3}, "rule: expected a rule as {name: {settings}}, got 3"),
    ],
)
def test_one_mistake(name: str, settings: Any, expected: str) -> None:
    assert messages(name, settings) == [expected]


def test_all_mistakes_at_once() -> None:
    assert messages("momentum", {"rte": 1, "beta": 7}) == [
        "unknown setting 'rte' of rule 'momentum': did you mean 'rate'? known are beta, rate",
        "rule 'momentum' needs the setting 'rate': step size",
        "beta: expected a number above -1 and below 1, got 7",
    ]


def test_every_default_lies_within_its_bounds() -> None:
    for name in RULES.names():
        for key, kind in settings_of(RULES.get(name)).items():
            default = getattr(RULES.get(name), key, None)
            if isinstance(default, float):
                assert kind.allows(default), f"{name}.{key}"


def test_rules_are_stated_in_a_script() -> None:
    assert rules.gradient(rate=0.05) == RuleSpec("gradient", {"rate": 0.05})
    with pytest.raises(InputError, match="rate: expected a positive number, got 0"):
        rules.gradient(rate=0)
    nested = rules.blend(share=0.5, target="x", rule=rules.gradient(rate=0.1))
    assert spec(nested) == nested
    assert spec({"gradient": {"rate": 1}}) == RuleSpec("gradient", {"rate": 1})


@pytest.mark.parametrize(("function", "shown", "said"), [
    (ds.rules.gradient, "(*, rate: Number) -> RuleSpec", "rate: step size"),
    (ds.rules.random_walk, "(*, scale: Number) -> RuleSpec", "scale:"),
    (ds.games.tandem, "() -> GameSpec", ""),
    (ds.schemes.tournament, "(*, size: Number = 2) -> SchemeSpec", "size:"),
    (ds.rules.lola, "(*, rate: Number, foresight: Number, "
     "convention: Literal['full', 'stop_gradient'] = 'full') -> RuleSpec", "convention: what"),
    (ds.metrics.welfare, "(*, ticks: float = 200) -> MetricSpec", "ticks:"),
])  # fmt: skip
def test_what_states_a_plug_in_shows_its_settings(function: Any, shown: str, said: str) -> None:
    """In help() and in an editor, which read the signature and the docstring."""
    signature = str(inspect.signature(function)).replace(str(Number), "Number").replace("typing.", "")
    assert re.sub(r"dynsim\.[\w.]+\.base\.", "", signature) == shown
    name = function.__name__
    registries = (RULES, GAMES, SCHEMES, REQUESTED_METRICS)
    plugin = next(registry.get(name) for registry in registries if name in registry.names())
    assert function.__doc__.startswith(inspect.cleandoc(plugin.__doc__))
    assert said in function.__doc__


def test_names_are_listed_and_a_plug_in_from_outside_is_among_them(monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(RULES.names()) < set(dir(ds.rules))
    assert {"cournot", "GameSpec"} < set(dir(ds.games))
    assert "moran" in dir(ds.schemes)
    assert "power" in dir(ds.metrics)
    monkeypatch.setitem(RULES._plugins, "imaginary", RULES.get("gradient"))
    assert "imaginary" in dir(ds.rules)
    assert ds.rules.imaginary(rate=1) == RuleSpec("imaginary", {"rate": 1})
    with pytest.raises(AttributeError, match="there is no selection scheme 'tornament', did you mean 'tournament'"):
        ds.schemes.tornament  # noqa: B018


def test_a_stated_game_is_the_game_by_its_name() -> None:
    stated, named = ds.System(), ds.System()
    for s, kind, settings in ((stated, ds.games.dirac_gan(penalty=0.5), {}), (named, "dirac_gan", {"penalty": 0.5})):
        s.game("g", kind, actions=[s.state("x", init=1), s.state("y", init=0)], **settings)
    (one,), (other,) = (list(s.data["games"]["g"].items()) for s in (stated, named))
    assert one[0] == other[0] == "dirac_gan"
    assert repr(sorted(one[1].items())) == repr(sorted(other[1].items()))
    with pytest.raises(InputError, match="unknown setting 'penalti'"):
        ds.games.dirac_gan(penalti=0.5)


def test_a_stated_metric_is_the_metric_with_these_settings() -> None:
    s = ds.System("one")
    m = s.state("m", init=1)
    s.agent("a", controls=m, declared=m**2, rule=ds.rules.gradient(rate=0.1))
    s.clock(steps=20)
    s.metrics("power", ds.metrics.time_averages(skip=0.3), welfare={})
    assert s.data["metrics"] == {"power": None, "time_averages": {"skip": 0.3}, "welfare": {}}
    run = ds.simulate(s, compiled=False, report=False)
    assert run.metric(ds.metrics.time_averages(skip=0.2)).equals(run.metric("time_averages", skip=0.2))
    with pytest.raises(InputError, match="unknown setting 'skipp'"):
        ds.metrics.time_averages(skipp=5)
    with pytest.raises(AttributeError, match="there is no requested metric 'powr', did you mean 'power'"):
        ds.metrics.powr  # noqa: B018


def test_constants_are_checked_after_reading_too() -> None:
    """A text that reads as −1 is refused like the number; NumPy's numbers are numbers."""
    with pytest.raises(InputError, match="rate: expected a positive number, got '0 - 1'"):
        make("gradient", {"rate": "0 - 1"}, lambda key, raw: Graph().constant(-1.0), as_number)
    assert make("gradient", {"rate": np.int64(2)}, lambda key, raw: raw, as_number).rate == 2  # type: ignore[attr-defined]


def test_arrays_become_nested_vectors() -> None:
    game: Any = make_game("bilinear", {"matrix": [[1, "g"]]}, as_number, as_number)
    assert game.matrix == Vector([Vector([("matrix[0][0]", 1), ("matrix[0][1]", "g")])])


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ([], "matrix: expected numbers, got []"),
        ([[1, 2], [3]], "matrix: expected rows of one length, got 2 and 1"),
        ([[1, None]], "matrix[0][1]: expected a number, got None"),
    ],
)
def test_mistakes_in_arrays(raw: Any, expected: str) -> None:
    with pytest.raises(InputError) as caught:
        make_game("bilinear", {"matrix": raw}, as_number, as_number)
    assert str(caught.value) == expected


def test_expression_settings_may_be_expressions_of_the_graph() -> None:
    x = Graph().symbol("x")
    assert make("heuristic", {"target": x}, lambda k, v: v, lambda k, v: v).target == x  # type: ignore[attr-defined]
