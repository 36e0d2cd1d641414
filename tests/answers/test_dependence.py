"""How what came of a run depends on what varies."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import spearmanr

from dynsim.answers.dependence import dependence
from dynsim.answers.final_value import final_value
from tests.answers.cases import findings_of, simulated

SWEPT = """
dynsim: 1
title: where it goes depends on k
params: {{k: 1, m: 0}}
variables: {{x: {{init: {start}}}, y: {{init: 0}}}}
agents:
  one: {{controls: x, declared: (x - {goal})**2, rule: {{gradient: {{rate: 0.5}}}}}}
  other: {{controls: y, declared: "(y - 1)**2 + k", rule: {{gradient: {{rate: 0.5}}}}}}
clock: {{steps: 1}}
ensemble: {{replicas: {replicas}, seed: 2, {sweep}}}
"""


def found(goal: str, sweep: str = 'vary: {k: "linspace(0, 2)"}', start: str = "0", replicas: int = 40):
    return simulated(SWEPT.format(goal=goal, sweep=sweep, start=start, replicas=replicas))


@pytest.mark.parametrize("sign", [-1, 1])
def test_what_rises_or_falls_has_its_rank_correlation_and_both_ends(sign: int) -> None:
    """One step of rate 1/2 takes x to its goal: with noise in the goal's start, k³ ± a little."""
    run = found(f"{sign}*k**3", start='"normal(0, 0.1)"').tables.summary
    rank = spearmanr(run.k, run.x).statistic
    told = dependence(found(f"{sign}*k**3", start='"normal(0, 0.1)"'))
    (x,) = (sentence for sentence in told if sentence.startswith("x at the end"))
    verb = "rises" if sign > 0 else "falls"
    low, high = (np.median(run.x[part]) for part in (run.k <= 0.16, run.k >= 1.84))
    assert x.startswith(f"x at the end {verb} with k (rank correlation {rank:.2f}): {low:.3g} at k from 0 to 0.154, ")
    assert f", {high:.3g} at k from 1.85 to 2." in x


def test_along_one_of_several_parameters_only_that_one_is_named() -> None:
    told = dependence(found("k", "grid: {k: [0, 1, 2, 3], m: [0, 1, 2, 3, 4]}", replicas=20))
    assert (
        "other's objective at the end rises with k (rank correlation 1.00): 0 at k = 0, 3 at k = 3. The same holds for "
        "x at the end."
    ) in told


def test_what_neither_rises_nor_falls_has_its_lowest_and_highest_cell() -> None:
    told = dependence(found("(k - 2.1)**2", "vary: {k: [0, 1, 2, 3, 4]}", replicas=20))
    assert "x at the end depends on k: from 0.01 (k = 2) to 4.41 (k = 0)." in told


def test_rounding_is_no_dependence() -> None:
    """The objectives end at the rounding error of 1 − (1 − 1): whatever its rank, it is nothing beside the start."""
    text = SWEPT.format(goal="k + 1", sweep='vary: {k: "linspace(0, 2)"}', start="0", replicas=40)
    run = simulated(text.replace("steps: 1}", "steps: 400}").replace("rate: 0.5", "rate: 0.3"))
    assert not any("one's objective" in sentence for sentence in dependence(run))


def test_what_is_small_beside_a_runaway_is_not_nothing() -> None:
    """x after 40 steps of growth by k: 1 at k = 1, 1e12 at k = 2."""
    told = dependence(simulated("""
dynsim: 1
title: growth
params: {k: 1}
variables: {x: {init: 1, flow: (k - 1)*x}, y: {init: 1}}
agents: {one: {controls: y, declared: "(y - 2)**2 + x", rule: {gradient: {rate: 0.1}}}}
clock: {steps: 40}
ensemble: {replicas: 20, vary: {k: [1, 1.2, 1.5, 1.8, 2]}}
"""))
    (sentence,) = (s for s in told if s.startswith("one's objective at the end rises with k"))
    assert sentence.endswith(": 1 at k = 1, 1.1e+12 at k = 2. The same holds for x at the end.")
    assert not any("y at the end" in s for s in told), "the same everywhere"


def test_few_values_are_told_one_by_one_elsewhere() -> None:
    assert dependence(found("k", "vary: {k: [0, 1, 2, 3]}")) == []
    assert dependence(findings_of("two pulls")) == []


def test_the_one_variable_comes_first_and_once() -> None:
    run = findings_of("sweep")
    assert not any(sentence.startswith("memory at the end") for sentence in dependence(run))
    alone = simulated("""
dynsim: 1
title: one variable
params: {k: 1}
variables: {x: {init: 0}}
agents: {one: {controls: x, declared: (x - k)**2, rule: {gradient: {rate: 0.5}}}}
clock: {steps: 9}
ensemble: {replicas: 40, vary: {k: "linspace(0, 2)"}}
""")
    assert final_value(alone) == [
        "x at the end rises with k (rank correlation 1.00): 0.0769 at k from 0 to 0.154, 1.92 at k from 1.85 to 2."
    ]
    assert not any(sentence.startswith("x at the end") for sentence in dependence(alone))


def test_where_nothing_is_drawn_whatever_differs_depends_on_what_varies() -> None:
    """x ends at k² in a replica for each k: no rank correlation, and no doubt."""
    found = simulated("""
dynsim: 1
title: a parabola
params: {k: 0}
variables: {x: {init: 0}, y: {init: 0}}
agents: {one: {controls: [x, y], declared: "(x - k**2)**2 + y**2 + 2*k**2", rule: {gradient: {rate: 0.1}}}}
clock: {steps: 200}
ensemble: {replicas: 11, vary: {k: "linspace(-2, 2)"}}
""")
    told = dependence(found)
    assert any(sentence.startswith("x at the end depends on k: from 0 (k = 0) to 4 (k = ") for sentence in told)


def test_the_final_state_is_not_said_to_be_independent_where_it_is_told_elsewhere() -> None:
    found = simulated("""
dynsim: 1
title: one goal
params: {k: 0}
variables: {x: {init: 0}}
agents: {one: {controls: x, declared: "(x - k)**2", rule: {gradient: {rate: 0.1}}}}
clock: {steps: 200}
ensemble: {replicas: 11, vary: {k: "linspace(-2, 2)"}}
""")
    assert not any(sentence.startswith("Neither") for sentence in dependence(found))


def test_what_depends_in_the_same_way_is_told_together() -> None:
    found = simulated("""
dynsim: 1
title: twins
params: {k: 0}
variables: {x: {init: 0}, y: {init: 0}}
agents: {one: {controls: [x, y], declared: "(x - k)**2 + (y - k)**2", rule: {gradient: {rate: 0.1}}}}
clock: {steps: 200}
ensemble: {replicas: 11, vary: {k: "linspace(0, 2)"}}
""")
    assert dependence(found)[-1] == (
        "x at the end rises with k (rank correlation 1.00): 0 at k = 0, 2 at k = 2. The same holds for y at the end."
    )
