"""Where the one variable of a system ended."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dynsim.answers.ending import ending
from dynsim.answers.registry import told as everything
from tests.answers.cases import findings_of, plain, simulated, with_summary

ONE = """
dynsim: 1
title: one variable
params: {{goal: 1}}
variables: {{x: {{init: {start}}}}}
agents: {{one: {{controls: x, declared: {declared}, rule: {{gradient: {{rate: 0.1}}}}}}}}
clock: {{steps: 200}}
ensemble: {{replicas: {replicas}, seed: 3{more}}}
"""


def told(declared: str, start: str = '"normal(0, 1)"', replicas: int = 12, more: str = "") -> str:
    found = simulated(ONE.format(declared=declared, start=start, replicas=replicas, more=more))
    assert everything(found)[0].name == "ending"
    (sentence,) = ending(found)
    return plain(sentence)


def test_everywhere_the_same() -> None:
    assert told("(x - 3)**2") == "x ended at 3 in every replica."
    assert told("(x - 3)**2", replicas=1) == "x ended at 3."


def test_two_places_have_their_shares() -> None:
    found = simulated(ONE.format(declared="(x**2 - 1)**2", start='"normal(0, 1)"', replicas=12, more=""))
    left = round(100 * (found.tables.summary.x < 0).mean())
    assert plain(ending(found)[0]) == f"x ended at -1 in {left} % and at 1 in {100 - left} % of replicas."


def test_scattered_values_have_their_median_and_middle_half_if_they_are_draws_enough() -> None:
    values = np.random.default_rng(3).normal(0, 1, 12)
    low, middle, high = np.quantile(values, [0.25, 0.5, 0.75])
    table = with_summary(pd.DataFrame({"memory": values, "verdict": "converged"}))
    assert ending(table) == [f"memory ended at {middle:.3g} ({low:.3g} to {high:.3g})."]
    few = with_summary(pd.DataFrame({"memory": values[:9], "verdict": "converged"}))
    assert ending(few) == [f"memory ended at {np.median(values[:9]):.3g}."]


def test_a_sweep_is_told_by_its_values() -> None:
    few = ONE.format(declared="(x - goal)**2", start=0, replicas=2, more=", vary: {goal: [1, 2]}")
    assert everything(simulated(few))[0].sentences == ("At goal = 1: x ended at 1.", "At goal = 2: x ended at 2.")


def test_systems_of_more_than_one_number_have_other_answers() -> None:
    assert ending(findings_of("population")) == []
    assert ending(findings_of("thirty agents")) == []
    assert ending(findings_of("all diverged")) == []
