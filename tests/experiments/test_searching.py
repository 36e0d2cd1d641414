"""Searches of several variants side by side."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import pandas as pd
import pytest

from dynsim.errors import InputError, Interrupted
from dynsim.experiments.axis import Axis
from dynsim.experiments.design.base import Adaptive, Ask
from dynsim.experiments.model import Cell
from dynsim.experiments.searching import searched
from dynsim.experiments.state import stated_experiment
from dynsim.system.scenario import load_scenario

SCENARIO = """
dynsim: 1
title: t
params: {k: 0.5}
variables: {x: {init: 1, flow: -k*x}}
clock: {steps: 20}
"""


@dataclass(frozen=True)
class Halves(Adaptive):
    """Asks for k = 1, 1/2, 1/4, … until the answer is below its `least`."""

    name: ClassVar[str] = "halves"

    def search(self, axes: Sequence[Axis], ask: Ask) -> list[dict[str, Any]]:
        value = 1.0
        while True:
            (rows,) = ask([(value,)], 0, None)
            if rows["wrong"].any():
                raise InputError("no such number")
            if value < rows["least"][0]:
                return [{"k": value}]
            value /= 2


def found(least: dict[str, float], wrong: str = "", interrupted: bool = False) -> tuple[list[list[Cell]], Any]:
    """What is asked for in each round, and the function that searches."""
    variants = {name: {"set": {"variables.x.init": k + 2}} for k, name in enumerate(least)}
    experiment = stated_experiment(
        load_scenario(SCENARIO), vary={"k": [0, 1]}, variants=variants, design={"boundary": {"of": "x"}}, collect="x"
    )
    asked = []

    def compute(cells: Sequence[Cell], first: int, count: int | None) -> list[pd.DataFrame]:
        if interrupted and asked:
            raise Interrupted("stopped")
        asked.append(list(cells))
        return [pd.DataFrame({"least": [least[c.variant]], "wrong": [c.variant == wrong]}) for c in cells]

    return asked, lambda: searched(experiment, Halves(), compute)


def test_each_round_has_a_question_of_each_search() -> None:
    asked, run = found({"a": 0.3, "b": 0.9, "c": 0.6})
    table = run()
    assert table.to_pylist() == [{"variant": "a", "k": 0.25}, {"variant": "b", "k": 0.5}, {"variant": "c", "k": 0.5}]
    assert [[(c.number, c.variant, c.values["k"]) for c in cells] for cells in asked] == [
        [(0, "a", 1.0), (1, "b", 1.0), (2, "c", 1.0)], [(3, "a", 0.5), (4, "b", 0.5), (5, "c", 0.5)], [(6, "a", 0.25)],
    ]


def test_an_error_of_one_search_ends_all() -> None:
    before = threading.active_count()
    _, run = found({"a": 0.3, "b": 0.1}, wrong="b")
    with pytest.raises(InputError, match="no such number"):
        run()
    assert threading.active_count() == before


def test_an_interruption_ends_all() -> None:
    before = threading.active_count()
    asked, run = found({"a": 0.3, "b": 0.1}, interrupted=True)
    with pytest.raises(Interrupted):
        run()
    assert len(asked) == 1
    assert threading.active_count() == before
