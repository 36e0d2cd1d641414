"""Whatever a stranger writes is answered at once: with a model, or with messages; never with anything else."""

import tracemalloc
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dynsim.errors import InputError
from dynsim.system.builder import System
from dynsim.system.model import Model
from dynsim.system.scenario import load_scenario, to_yaml
from tests.system.test_round_trip import EVERYTHING
from tests.work import MOMENT, at_most

fuzz = settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def answered(system: Any) -> Model | None:
    """The model, or None where an InputError with at least one message came; without much work."""
    try:
        with at_most(MOMENT):
            return (load_scenario(system) if isinstance(system, str) else System.from_data(system)).resolve()
    except InputError as error:
        assert error.problems
        assert all(str(problem) and len(str(problem)) < 2000 for problem in error.problems)
        return None


NAMES = st.sampled_from([
    *"xyvpqbm", "one", "two", "net", "pair", "world", "both", "pull", "t", "pi", "exp", "weight", "init", "expr",
    "flow", "controls", "declared", "rule", "rate", "gradient", "blend", "steps", "time", "edges", "generator", "n",
    "on", "size",
    "x[0]", "agents.one.rule.rate", "", "0", "a b", "é",
])  # fmt: skip
SCALARS = st.one_of(
    NAMES, st.none(), st.booleans(), st.integers(-(10**18), 10**18), st.floats(allow_nan=True, allow_infinity=True),
    st.sampled_from([
        "normal(0, 1)", "simplex()", "linspace(0, 1)", "logspace(0, 400, 3)", "x + y", "mean(p)", "v", "9**9**9",
        "x if x > 1 else y", "[x, y]", "weight", "index", "sum_neighbors(p)", "1e999", "x.y", "lambda: 1", "(" * 200,
    ]), st.text(max_size=20),
)  # fmt: skip
DATA = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4), max_leaves=25
)
SECTIONS = [
    "params", "graphs", "variables", "games", "agents", "events", "clock", "ensemble", "record", "dynsim", "title"
]  # fmt: skip


@fuzz
@given(st.dictionaries(st.sampled_from(SECTIONS), DATA, max_size=11))
def test_arbitrary_data(data: dict[str, Any]) -> None:
    answered({"dynsim": 1, "title": "t", **data})


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else []
    return [path, *(place for key, item in items for place in _places(item, (*path, key)))]


PLACES = _places(load_scenario(EVERYTHING).data)[1:]


def _changed(value: Any, place: tuple[Any, ...], new: Any) -> Any:
    if not place:
        return new
    changed = dict(value) if isinstance(value, dict) else list(value)
    changed[place[0]] = _changed(value[place[0]], place[1:], new)
    return changed


@fuzz
@given(st.sampled_from(PLACES), DATA)
def test_one_thing_changed(place: tuple[Any, ...], new: Any) -> None:
    answered(_changed(load_scenario(EVERYTHING).data, place, new))


@fuzz
@given(st.integers(0, len(EVERYTHING)), st.integers(0, 30), st.text(max_size=10))
def test_a_piece_of_the_text_changed(start: int, length: int, new: str) -> None:
    text = EVERYTHING[:start] + new + EVERYTHING[start + length :]
    model = answered(text)
    if model is not None:
        assert load_scenario(to_yaml(load_scenario(text))).resolve().title == model.title


@fuzz
@given(st.text(max_size=40) | st.builds("{}={}".format, st.sampled_from([".".join(map(str, p)) for p in PLACES]),
       st.text(max_size=20) | SCALARS.map(str)))  # fmt: skip
def test_overrides(override: str) -> None:
    try:
        with at_most(MOMENT):
            load_scenario(EVERYTHING, [override]).resolve()
    except InputError as error:
        assert error.problems


HEAD = "dynsim: 1\ntitle: t\n"
TAIL = "agents: {a: {controls: x, declared: x**2, rule: {gradient: {rate: 1}}}}\nclock: {steps: 1}\n"


FOREVER = [
    "graphs: {net: {generator: complete_graph, n: 1000000000}}\nvariables: {x: {}}\n",
    "graphs: {net: {generator: balanced_tree, r: 1000000, h: 1000000}}\nvariables: {x: {}}\n",
    "graphs: {net: {generator: watts_strogatz_graph, n: 9, k: 1000000000000, p: 0}}\nvariables: {x: {}}\n",
    "graphs: {net: {generator: stochastic_block_model, sizes: [1000000000], p: [[1]]}}\nvariables: {x: {}}\n",
    "graphs: {net: {nodes: 1000000000, edges: []}}\nvariables: {x: {}}\n",
    "variables: {x: {size: 1000000000}}\n",
    "variables: {x: {}}\nensemble: {replicas: 1000000000000000000}\n",
    "variables: {x: {}}\nensemble: {replicas: 1000000000, vary: {agents.a.rule.rate: linspace(0, 1)}}\n",
        'variables: {x: {}}\nensemble: {vary: {agents.a.rule.rate: "linspace(0, 1, 999999999)"}}\n',
    "variables:\n  x: {}\n" + "".join(f"  d{k}: {{expr: d{k + 1}}}\n" for k in range(3000)),
    "variables:\n  x: {}\n" + "".join(f"  d{k}: {{expr: d{(k + 1) % 3000}}}\n" for k in range(3000)),
    "variables:\n  x: {}\n  d: {expr: " + "(" * 5000 + "x" + ")" * 5000 + "}\n",
    "variables:\n  x: {}\n  d: {expr: " + "+".join(["x"] * 4000) + "}\n",
    "variables: {x: {size: 1000}, y: {size: 1000, flow: x*y@x}}\n",
    "variables:\n  x: {size: 1000}\n" + "".join(f"  d{k}: {{expr: {'x+' * 40}x}}\n" for k in range(3000)),
    "params: {k: [" + ", ".join(["1"] * 20000) + "]}\nvariables: {x: {}}\n",
    "agent: " + "[" * 40 + "]" * 40 + "\n",
    ]


@pytest.mark.parametrize("text", FOREVER, ids=range(len(FOREVER)))
def test_what_would_take_forever_is_refused_at_once(text: str) -> None:
    load_scenario(HEAD + "variables: {x: {}}\n" + TAIL).resolve()  # imports are not what is counted
    assert answered(HEAD + text + TAIL) is None


@pytest.mark.parametrize("text", FOREVER[:9], ids=range(9))
def test_what_would_take_all_memory_is_refused_before(text: str) -> None:
    tracemalloc.start()
    try:
        assert answered(HEAD + text + TAIL) is None
        assert tracemalloc.get_traced_memory()[1] < 500e6
    finally:
        tracemalloc.stop()


def test_a_chain_of_derived_variables_may_be_long() -> None:
    chain = "".join(f"  d{k}: {{expr: d{k + 1} + 1}}\n" for k in range(3000))
    model = answered(f"{HEAD}variables:\n  x: {{}}\n{chain}  d3000: {{expr: x}}\n{TAIL}")
    assert model is not None
    assert len(model.variables) == 3002
