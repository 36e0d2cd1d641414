"""What differs between resolved scenarios, place by place."""

import pytest

from dynsim.comparison.scenarios import NOTHING, scenario_differences

BASE = {
    "title": "one", "params": {"rate": 0.1, "beta": 0.9}, "variables": {"x": {"init": 0}},
    "agents": {"a": {"controls": ["x"], "rule": {"gradient": {"rate": "rate"}}}},
    "events": [{"at": 10, "set": {"x": 1}}, {"at": 20, "set": {"x": 2}}],
}


def rows(other, base=BASE):
    return scenario_differences({"a": base, "b": other}).to_numpy().tolist()


@pytest.mark.parametrize(("changes", "expected"), [
    ({}, []),
    ({"params": {"beta": 0.9, "rate": 0.1}}, []),
    ({"params": {"rate": 0.1, "beta": 0.9, "c": 1}}, [["params.c", NOTHING, "1"]]),
    ({"params": {"rate": 0.2, "beta": 0.9}}, [["params.rate", "0.1", "0.2"]]),
    ({"title": "yes: no"}, [["title", "one", "'yes: no'"]]),
    ({"agents": {"a": {"controls": ["x"], "rule": {"gradient": {"rate": 1}}}}}, [["agents.a.rule.rate", "rate", "1"]]),
    ({"agents": {"a": {"controls": ["x"], "rule": {"iga": {}}}}},
     [["agents.a.rule", "{gradient: {rate: rate}}", "{iga: {}}"]]),
    ({"events": [{"at": 10, "set": {"x": 1}}, {"at": 25, "set": {"x": 2}}]}, [["events[1].at", "20", "25"]]),
    ({"events": []}, [["events", "[{at: 10, set: {x: 1}}, {at: 20, set: {x: 2}}]", "[]"]]),
])  # fmt: skip
def test_a_row_per_place(changes, expected):
    assert rows({**BASE, **changes}) == expected


def test_a_whole_number_is_a_number_and_true_is_not():
    assert rows({"n": 1.0}, {"n": 1}) == []
    assert rows({"n": True}, {"n": 1}) == [["n", "1", "true"]]
    assert rows({"n": [1, {"m": True}]}, {"n": [1, {"m": 1}]}) == [["n[1].m", "1", "true"]]


def test_three_scenarios_have_a_column_each():
    found = scenario_differences({"a": {"k": 1, "m": 1}, "b": {"k": 1, "m": 2}, "c": {"k": 1}})
    assert list(found.columns) == ["path", "a", "b", "c"]
    assert found.to_numpy().tolist() == [["m", "1", "2", NOTHING]]
