"""Events as a scenario states them: at a time, on a condition, and both."""

from __future__ import annotations

from typing import Any

import pytest

import dynsim as ds

CLOCKS: list[dict[str, Any]] = [
    {"steps": 20}, {"time": 20, "dt": 0.5}, {"time": 20, "dt": 0.3, "method": "rk4"}, {"time": 20, "method": "dopri5"},
]


@pytest.mark.parametrize("clock", CLOCKS, ids=str)
@pytest.mark.parametrize(("when", "moment"), [
    ("x <= 6", 10.0),  # has held since t = 4, and holds then
    ("x <= -4", 14.0),  # begins to hold later
    ("x >= 2", None),  # has held until t = 8
    ("t >= 0", 10.0),
    ("x < -100", None),
])
def test_an_event_with_a_time_and_a_condition(clock: dict[str, Any], when: str, moment: float | None) -> None:
    """x = 10 − t. It happens once, when the condition first holds from t = 10 on."""
    s = ds.System("both")
    s.state("x", init=10, flow=-1)
    hits, at = s.state("hits", init=0), s.state("at", init=-1)
    z = s.state("z", init=0)
    s.agent("one", controls=z, declared=z**2, rule=ds.rules.gradient(rate=0.1))
    s.event("e", at=10, when=when, set={hits: hits + 1, at: "t"})
    s.clock(**clock)
    end = ds.simulate(s, compiled=False).summary.iloc[0]
    assert end["hits"] == (moment is not None)
    step = 1e-6 if clock.get("method") == "dopri5" else clock.get("dt", 1.0)
    assert end["at"] == -1 if moment is None else moment - 1e-9 <= end["at"] <= moment + step + 1e-9


@pytest.mark.parametrize("clock", [CLOCKS[0], CLOCKS[3]], ids=str)
def test_machine_code_decides_alike(clock: dict[str, Any]) -> None:
    s = ds.System("both")
    x = s.state("x", init=10, flow=-1)
    s.state("at", init=-1)
    s.agent("one", controls=x, declared=0 * x, rule=ds.rules.gradient(rate=0.1))
    s.event("e", at=10, when=x <= -4, set={"at": "t"})
    s.clock(**clock)
    there = [ds.simulate(s, compiled=compiled).summary["at"][0] for compiled in (False, True)]
    assert abs(there[0] - 14) < 1e-6
    assert there[0] == there[1]
