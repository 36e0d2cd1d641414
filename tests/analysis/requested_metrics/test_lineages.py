"""Founders die out as the neutral coalescent says, and sooner under selection."""

from __future__ import annotations

from math import comb

import numpy as np
import pandas as pd
import pytest

import dynsim as ds
from dynsim.analysis.requested_metrics.lineages import Lineages

N, POPULATIONS = 8, 2000


def lineages(scheme: object, steps: int, fitness: str = "1", **settings: float) -> pd.DataFrame:
    s = ds.System("heirs")
    a = s.parameter("a", 0.0)
    s.agent("idle", controls=s.state("rest"), declared="0*rest", rule=ds.rules.gradient(rate=1))
    s.selection(fitness=fitness, every=1, over="end", scheme=scheme, heritable=a, populations=POPULATIONS)
    s.clock(steps=steps)
    s.ensemble(replicas=N * POPULATIONS, seed=3, vary={"a": "normal(0, 1)"})
    table = Lineages(**settings).table(ds.simulate(s, compiled=False, every=steps).requested.study)
    return table.pivot(index="t", columns="quantity", values=["mean", "se"])


def ancestors(step: np.ndarray, generations: int) -> np.ndarray:
    """The law of the number of ancestors, 1 … N, that all N systems had so many generations ago: (generations, N)."""
    law = np.eye(N)[-1]
    found = []
    for _ in range(generations):
        law = law @ step
        found.append(law)
    return np.array(found)


def wright_fisher() -> np.ndarray:
    """k systems have j parents among N with the chance S(k, j) N!/(N − j)!/N^k, S of Stirling's second kind."""
    step = np.zeros((N, N))
    for k in range(1, N + 1):
        for j in range(1, k + 1):
            onto = sum((-1) ** i * comb(j, i) * (j - i) ** k for i in range(j + 1))  # S(k, j) j!
            step[k - 1, j - 1] = onto * comb(N, j) / N**k
    return step


def moran() -> np.ndarray:
    """Of k lines two become one with the chance k(k − 1)/N²: the child's place is one of them, its mother another."""
    k = np.arange(1, N + 1)
    merge = k * (k - 1) / N**2
    return np.diag(1 - merge) + np.diag(merge[1:], -1)


@pytest.mark.parametrize(
    ("scheme", "step", "steps"),
    [({"softmax": {"temperature": 1}}, wright_fisher(), 60), ("moran", moran(), 300)],
    ids=["all replaced", "one replaced"],
)
def test_founders_are_left_as_the_coalescent_says(scheme: object, step: np.ndarray, steps: int) -> None:
    """As many founders have heirs in generation t as all had ancestors t generations ago (Kingman 1982), exactly."""
    found = lineages(scheme, steps, generations=1000)
    law = ancestors(step, steps - 1)
    for quantity, expected in (("founders", law @ np.arange(1, N + 1)), ("common", law[:, 0])):
        mean, se = found["mean", quantity].to_numpy(), found["se", quantity].to_numpy()
        far = np.abs(mean - expected)
        assert (far <= 4 * np.maximum(se, np.sqrt(expected * np.abs(1 - expected) / POPULATIONS) + 1e-9)).all()
    assert law.shape == (steps - 1, N)


def test_the_mean_time_until_one_founder_is_left() -> None:
    """2N(1 − 1/N) generations by the coalescent, which is exact for Moran's steps: N(N − 1)."""
    found = lineages("moran", 600, generations=1000)["mean", "common"]
    time = 1 + (1 - found).sum()
    deviation = np.sqrt(sum((1 - p) / p**2 for p in (k * (k - 1) / N**2 for k in range(2, N + 1))))
    assert found.iloc[-1] > 0.999
    assert abs(time - N * (N - 1)) < 4 * deviation / np.sqrt(POPULATIONS)


def test_under_selection_fewer_founders_are_left_and_one_has_most() -> None:
    free, chosen = (lineages({"softmax": {"temperature": 1}}, 6, fitness) for fitness in ("1", "a"))
    assert (chosen["mean", "founders"] < free["mean", "founders"] - 0.2).all()
    assert (chosen["mean", "largest"] > free["mean", "largest"] + 0.05).all()
    assert (free["mean", "largest"] >= 1 / N).all()


def test_it_looks_at_so_many_generations() -> None:
    times = lineages("moran", 101, generations=11).index
    assert (len(times), times[0], times[-1]) == (11, 1, 100)
