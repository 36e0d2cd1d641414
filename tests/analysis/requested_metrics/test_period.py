import numpy as np
import pytest

import dynsim as ds
from dynsim.algebra.graph import Graph
from dynsim.analysis.reading.study import Study
from dynsim.analysis.requested_metrics.period import Period
from dynsim.system.model import Clock
from tests.analysis.games import build

from .cases import pooled, recording, simulated


def study_of(times=None, clock=None, **values):
    clock = clock or Clock(steps=1)
    return Study(build(Graph(), list(values), {}, clock=clock), recording(values, times))


def rows(study, **settings):
    return Period(**settings).table(pooled(study)).set_index("quantity")


def logistic(r, steps, every=1):
    s = ds.System("logistic")
    rate = s.parameter("r", 2.0)
    s.state("x", init=0.3)
    s.agent("a", controls="x", declared="0", rule={"heuristic": {"target": "r*x*(1 - x)", "rate": 1}})
    s.clock(steps=steps)
    s.record(every=every)
    s.ensemble(replicas=len(r), vary={rate: r})
    return simulated(s)


def test_the_logistic_map_doubles_its_period():
    """r = 2.8, 3.2, 3.5, 3.55, 3.83 and 3.9: periods 1, 2, 4, 8, 3, and chaos (Strogatz 2015, chapter 10)."""
    found = rows(logistic([2.8, 3.2, 3.5, 3.55, 3.83, 3.9], 2000)).loc["exact"]
    assert found["n"] == 5
    assert found["mean"] == pytest.approx(np.mean([1, 2, 4, 8, 3]))
    assert found["q95"] == pytest.approx(np.quantile([1, 2, 4, 8, 3], 0.95))


@pytest.mark.parametrize(("r", "every", "expected"), [(3.5, 3, 4), (3.5, 2, 4), (3.83, 2, 3), (3.2, 2, 2), (2.8, 7, 1)])
def test_the_steps_between_two_records_are_made_again(r, every, expected):
    """Of a cycle of n steps, a record of every k-th step alone shows the least common multiple of n and k."""
    assert rows(logistic([r], 2400, every)).loc["exact", "mean"] == expected


@pytest.mark.parametrize("seed", range(3))
def test_the_smallest_period_of_all_variables_together(seed):
    """Cycles of random numbers of lengths 2 to 9 in three variables, different in each replica."""
    rng = np.random.default_rng(seed)
    lengths = rng.integers(2, 10, size=(3, 4))
    t = np.arange(4000)
    values = {f"x{k}": np.stack([rng.normal(size=n)[t % n] for n in row], axis=1) for k, row in enumerate(lengths)}
    expected = np.lcm.reduce(lengths, axis=0)
    found = rows(study_of(**values), longest=1000).loc["exact"]
    assert found["n"] == 4
    assert [found["q05"], found["mean"]] == pytest.approx([np.quantile(expected, 0.05), expected.mean()])
    assert rows(study_of(**values), longest=int(expected.max()) - 1).loc["exact", "n"] < 4


@pytest.mark.parametrize("seed", range(3))
def test_a_turn_that_is_no_whole_number_of_steps_has_a_return(seed):
    period = np.random.default_rng(seed).uniform(12.1, 47.9)
    t = np.arange(1500.0)[:, None]
    found = rows(study_of(x=np.sin(2 * np.pi * t / period), y=np.cos(2 * np.pi * t / period)))
    assert found.loc["return", "mean"] == pytest.approx(period, rel=1e-5)
    assert found.loc["exact", "n"] == 0 or found.loc["exact", "mean"] % period == pytest.approx(0.0, abs=0.01)


def test_on_a_continuous_clock_there_are_only_returns():
    t = np.linspace(0, 50, 2001)
    found = rows(study_of(t, Clock(time=50.0, dt=0.025), x=np.sin(2 * t)[:, None] + np.cos(4 * t)[:, None]))
    assert found.index.tolist() == ["return"]
    assert found.loc["return", "mean"] == pytest.approx(np.pi, rel=1e-5)


def test_what_creeps_does_not_rest():
    """1e-7 of the range a step, after a jump: over 200 ticks it is 2e-5 of it."""
    x = np.where(np.arange(800) < 10, 1.0, 1e-7 * np.arange(800))[:, None]
    assert rows(study_of(x=x)).loc["exact", "n"] == 0
    assert rows(study_of(x=x), tolerance=1e-4).loc["exact", "mean"] == 1


def test_what_is_lost_or_noise_has_no_period():
    x = np.random.default_rng(0).normal(size=(200, 2))
    x[50:, 1] = np.nan
    assert rows(study_of(x=x))["n"].tolist() == [0, 0]
