"""Where the one variable of a system ended."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dynsim.answers.base import told as everything
from dynsim.answers.final_value import final_value
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
    (sentence,) = final_value(found)
    return plain(sentence)


def test_everywhere_the_same() -> None:
    assert told("(x - 3)**2") == "x ended at 3 in every replica."
    assert told("(x - 3)**2", replicas=1) == "x ended at 3."


def test_two_places_have_their_shares() -> None:
    found = simulated(ONE.format(declared="(x**2 - 1)**2", start='"normal(0, 1)"', replicas=12, more=""))
    left = round(100 * (found.tables.summary.x < 0).mean())
    assert plain(final_value(found)[0]) == f"x ended at -1 in {left} % and at 1 in {100 - left} % of replicas."


def test_scattered_values_have_their_median_and_middle_half_if_they_are_draws_enough() -> None:
    values = np.random.default_rng(3).normal(0, 1, 12)
    low, middle, high = np.quantile(values, [0.25, 0.5, 0.75])
    table = with_summary(pd.DataFrame({"memory": values, "verdict": "converged"}))
    assert final_value(table) == [f"memory ended at {middle:.3g} ({low:.3g} to {high:.3g})."]
    few = with_summary(pd.DataFrame({"memory": values[:9], "verdict": "converged"}))
    assert final_value(few) == [f"memory ended at {np.median(values[:9]):.3g}."]


def test_a_sweep_is_told_by_its_values() -> None:
    few = ONE.format(declared="(x - goal)**2", start=0, replicas=2, more=", vary: {goal: [1, 2]}")
    assert everything(simulated(few))[0].sentences == ("At goal = 1: x ended at 1.", "At goal = 2: x ended at 2.")


def test_systems_of_more_than_one_number_have_other_answers() -> None:
    assert final_value(findings_of("population")) == []
    assert final_value(findings_of("thirty agents")) == []
    assert final_value(findings_of("all diverged")) == []


def test_places_between_which_nothing_ended_are_told_however_few() -> None:
    table = with_summary(pd.DataFrame({"memory": [-1.0, 1.0], "verdict": "converged"}))
    assert plain(final_value(table)[0]) == "memory ended at -1 in 50 % and at 1 in 50 % of replicas."
    spread = with_summary(pd.DataFrame({"memory": [-1.0, -0.98, 0.97, 1.0, 1.0], "verdict": "converged"}))
    assert plain(final_value(spread)[0]) == "memory ended near -0.99 in 40 % and near 1 in 60 % of replicas."
    loose = with_summary(pd.DataFrame({"memory": [-1.0, -0.7, 0.97, 1.0, 1.0], "verdict": "converged"}))
    assert plain(final_value(loose)[0]) == "memory ended at 0.97."


def test_those_that_diverged_are_told_first() -> None:
    ends = {"memory": [1e300, 1e300, 1e300, 2.0], "verdict": ["diverged"] * 3 + ["converged"]}
    table = with_summary(pd.DataFrame(ends))
    assert plain(final_value(table)[0]) == "memory diverged in 75 % of replicas; in the others it ended at 2."


def test_what_is_left_of_the_start_is_nothing_and_what_grew_from_it_is_all() -> None:
    assert told("x**2", start="1", replicas=1) == "x ended at 0."
    assert told("-x**2", start="1", replicas=1).startswith("x ended at 6.8")
