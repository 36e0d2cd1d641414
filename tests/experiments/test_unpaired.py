"""Differences between independent replicas: those of SciPy, closed forms, and intervals that cover."""

import numpy as np
import pandas as pd
import pytest

from dynsim.answers.wording.wilson import wilson
from dynsim.experiments.effects.unpaired import unpaired_effects
from dynsim.experiments.effects.values import values_of

stats = pytest.importorskip("scipy.stats")


def compared(reference, variant):
    """Of tables (points, replicas): a row for each point, and one over all."""
    parts, cells = [], []
    for k, (name, table) in enumerate({"a": reference, "b": variant}.items()):
        table = np.asarray(table, dtype=float)
        for point, row in enumerate(table):
            cells.append({"cell": 10_000 * k + point, "variant": name, "point": point})
            parts.append(pd.DataFrame({"cell": 10_000 * k + point, "replica": np.arange(len(row)), "x": row}))
    return unpaired_effects(values_of(pd.DataFrame(cells), pd.concat(parts), ["point"]))


def newcombe(hits1, n1, hits2, n2):
    """Method 10 of Newcombe (1998) for independent shares: second − first."""
    (l1, u1), (l2, u2) = wilson(hits1, n1), wilson(hits2, n2)
    p1, p2 = hits1 / n1, hits2 / n2
    return p2 - p1 - np.hypot(p2 - l2, u1 - p1), p2 - p1 + np.hypot(u2 - p2, p1 - l1)


def test_numbers_have_welchs_interval_and_test():
    rng = np.random.default_rng(2)
    a, b = rng.normal(0, 1, 9), rng.normal(1, 3, 14)
    exact = stats.ttest_ind(b, a, equal_var=False)
    found = compared([a], [b])
    for row in (0, 1):
        np.testing.assert_allclose(
            found.loc[row, ["reference", "difference", "low", "high", "p"]].astype(float),
            [a.mean(), b.mean() - a.mean(), *exact.confidence_interval(), exact.pvalue], rtol=1e-12)
    assert found["n"].tolist() == found["pairs"].tolist() == [9, 9]
    assert (found["changed"] == 1).all()


def test_shares_have_newcombes_interval_and_fishers_test():
    """56 of 70 against 48 of 80: 0.2 (0.0524 to 0.3339), the first example of Newcombe (1998)."""
    a, b = np.repeat([1, 0], [48, 32]), np.repeat([1, 0], [56, 14])
    found = compared([a], [b]).loc[1]
    np.testing.assert_allclose(found[["low", "high"]].astype(float), [0.0524, 0.3339], atol=5e-5)
    assert found["p"] == pytest.approx(stats.fisher_exact([[48, 32], [56, 14]]).pvalue)
    nothing, one = compared([np.zeros(8)], [np.repeat([0, 1], [7, 1])]).loc[1], newcombe(0, 8, 1, 8)
    np.testing.assert_allclose(nothing[["low", "high"]].astype(float), one, rtol=1e-12)


def test_over_all_is_the_mean_of_the_points_and_replicas_are_the_sample():
    """Replicas that are at every point count once, with their means; those that are at one point alone are strata."""
    rng = np.random.default_rng(4)
    own, other = rng.normal(size=(5, 8)) + rng.normal(size=8) * 3, rng.normal(size=(5, 12))
    exact = stats.ttest_ind(other.mean(axis=0), own.mean(axis=0), equal_var=False)
    found = compared(own, other).loc[5]
    np.testing.assert_allclose(
        found[["low", "high", "p"]].astype(float), [*exact.confidence_interval(), exact.pvalue], rtol=1e-12)
    cells = pd.DataFrame({"cell": range(4), "variant": list("aabb"), "point": [0, 1, 0, 1]})
    rows = pd.DataFrame({"cell": np.repeat(range(4), 6), "replica": np.tile(range(12), 2), "x": rng.normal(size=24)})
    last = unpaired_effects(values_of(cells, rows, ["point"])).iloc[-1]
    by_cell = rows.groupby("cell")["x"].var() / 6 / 4
    sides = by_cell[:2].sum(), by_cell[2:].sum()
    freedom = sum(sides) ** 2 / sum(side**2 / 10 for side in sides)
    assert last["high"] - last["difference"] == pytest.approx(stats.t.ppf(0.975, freedom) * sum(sides) ** 0.5)


def test_points_without_a_partner_and_single_replicas_have_no_interval():
    a = np.array([[1.0, 2.0, 3.0], [4.0, np.nan, np.nan], [np.nan] * 3])
    b = np.array([[5.0, 6.0, 7.0], [8.0, 9.0, 10.0], [1.0, 2.0, 3.0]])
    found = compared(a, b)
    np.testing.assert_array_equal(found["difference"], [4.0, 5.0, np.nan, 4.5])
    assert found["low"].isna().tolist() == [False, True, True, False]
    assert found["pairs"].tolist() == [3, 1, 0, 4]
    one = compared([[1.0]], [[2.0]])
    assert one["low"].isna().all()


def test_constants_differ_for_certain():
    found = compared([np.full(6, 2.0), np.full(6, 1.0)], [np.full(6, 2.0), np.full(6, 4.0)])
    np.testing.assert_array_equal(found[["difference", "low", "high"]], np.array([[0, 3, 1.5]] * 3).T)
    assert found["p"].tolist() == [1.0, 0.0, 0.0]
    assert found["changed"].tolist() == [0.0, 1.0, 1.0]


@pytest.mark.parametrize(("draw", "truth"), [
    (lambda rng, n, k: rng.normal(k, 1 + 2 * k, (2000, n)), 1.0),
    (lambda rng, n, k: (rng.uniform(size=(2000, n)) < 0.2 + 0.5 * k).astype(float), 0.5),
])  # fmt: skip
def test_intervals_cover(draw, truth):
    """2,000 repetitions with 12 and 20 replicas: 95 %, with a standard error of 0.49 %."""
    rng = np.random.default_rng(8)
    found = compared(draw(rng, 12, 0), draw(rng, 20, 1))[:-1]
    covered = ((found["low"] <= truth) & (found["high"] >= truth)).mean()
    assert abs(covered - 0.95) < 3 * 0.0049
