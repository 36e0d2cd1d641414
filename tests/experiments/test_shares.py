"""Paired shares and their interactions: published examples, and intervals that hold the truth as often as they say."""

import numpy as np
import pytest

from dynsim.answers.wording.wilson import wilson
from dynsim.experiments.effects.pairs import Pairs

stats = pytest.importorskip("scipy.stats")


def pairs(values, reference):
    """The last of (k, points, replicas) values, against a sum of the others; NaN where one is unknown."""
    values = np.asarray(values, dtype=float)
    point, replica = np.nonzero(np.isfinite(values.sum(axis=0)))
    first, last = (values[which][point, replica] for which in (0, -1))
    return Pairs(first, np.asarray(reference)[point, replica], last, point, replica, values.shape[1], len(replica))


def differences(reference, variant):
    """Of shares (points, replicas): a row for each point, and one over all."""
    return pairs([reference, variant], reference).shares()


def interactions(reference, first, second, both):
    return pairs([reference, first, second, both], first + second - reference).contrasts()


def counted(both, gained, lost, neither):
    """The reference and the variant of one point, with so many replicas of each kind."""
    kinds = np.repeat([0, 1, 2, 3], [both, gained, lost, neither])[None]
    return np.isin(kinds, [0, 2]).astype(float), np.isin(kinds, [0, 1]).astype(float)


def newcombe(a, b, c, d):
    """Method 10 of Newcombe (1998), from the counts of a fourfold table."""
    n = a + b + c + d
    (l1, u1), (l2, u2) = wilson(a + b, n), wilson(a + c, n)
    p1, p2, margins = (a + b) / n, (a + c) / n, (a + b) * (c + d) * (a + c) * (b + d)
    top = a * d - b * c
    top = max(top - n / 2, 0) if top > 0 else top
    phi = top / margins**0.5 if margins else 0
    below = ((p1 - l1) ** 2 - 2 * phi * (p1 - l1) * (u2 - p2) + (u2 - p2) ** 2) ** 0.5
    above = ((p2 - l2) ** 2 - 2 * phi * (p2 - l2) * (u1 - p1) + (u1 - p1) ** 2) ** 0.5
    return p1 - p2 - below, p1 - p2 + above


def test_published_intervals():
    """The airway data of Bentur et al. (2009) in Fagerland, Lydersen and Laake (2014), by Newcombe's method, with the
    exact McNemar test, and by the method of Bonett and Price."""
    reference, variant = counted(1, 1, 7, 12)
    found = differences(reference, variant).loc[0]
    np.testing.assert_allclose(found[["low", "high"]], [-0.507, -0.026], atol=5e-4)
    assert found["p"] == pytest.approx(stats.binomtest(1, 8).pvalue)
    nothing = np.zeros_like(reference)
    alike = interactions(nothing, reference, nothing, variant).loc[0]
    np.testing.assert_allclose(alike[["low", "high"]], [-0.508, -0.013], atol=5e-4)


def test_many_rows_are_those_of_one_table_at_a_time():
    rng = np.random.default_rng(5)
    tables = [*rng.integers(0, 9, (40, 4)), (0, 0, 0, 5), (5, 0, 0, 0), (0, 7, 0, 0), (3, 0, 0, 3)]
    width = max(map(sum, tables))
    reference, variant = np.full((2, len(tables), width), np.nan)
    for k, table in enumerate(tables):
        own = counted(*table)
        for column, values in zip((reference, variant), own, strict=True):
            column[k, : values.size] = values[0]
    found = differences(reference, variant)
    for k, (a, b, c, d) in enumerate(tables):
        low, high = newcombe(a, b, c, d)
        assert found.loc[k, ["difference", "low", "high", "n"]].tolist() == pytest.approx(
            [(b - c) / (a + b + c + d), low, high, a + b + c + d], rel=1e-12, abs=1e-12)
        assert found.loc[k, "p"] == pytest.approx(stats.binomtest(int(b), int(b + c)).pvalue if b + c else 1.0)


def test_intervals_of_shares_cover():
    """Pairs that agree often: each counts in both with 0.5, in the variant only with 0.25, the reference only 0.1."""
    kind = np.random.default_rng(11).choice(4, p=[0.5, 0.25, 0.1, 0.15], size=(2000, 30))
    found = differences(np.isin(kind, [0, 2]).astype(float), np.isin(kind, [0, 1]).astype(float))[:-1]
    assert 0.93 < ((found["low"] <= 0.15) & (found["high"] >= 0.15)).mean() < 0.975
    assert (found["low"] >= -1).all()
    assert (found["high"] <= 1).all()


def test_a_single_point_and_all_of_it_are_the_same():
    reference, variant = counted(4, 3, 1, 8)
    found = differences(reference, variant)
    np.testing.assert_array_equal(found.loc[0], found.loc[1])
    found = interactions(reference, variant, reference, variant)
    np.testing.assert_array_equal(found.loc[0], found.loc[1])


def test_points_that_repeat_the_same_accident_are_one():
    """100 points with the same 4 replicas say no more than one: neither a smaller p nor a narrower interval."""
    for shape in ((np.zeros((100, 4)), np.ones((100, 4))), [np.repeat(one, 100, 0) for one in counted(1, 2, 0, 1)]):
        many, one = differences(*shape), differences(*(values[:1] for values in shape))
        np.testing.assert_allclose(many.loc[100], one.loc[1], rtol=1e-12)
    assert differences(np.zeros((100, 4)), np.ones((100, 4))).loc[100, "low"] < 0.6


def drawn(rng, shape, shared, chances):
    """0 or 1 with these chances, (k, *shape, replicas); with the correlation `shared` between the k values of a replica
    at a point, of the normal variables behind them."""
    common = rng.normal(size=shape) * np.sqrt(shared)
    return np.stack([common + rng.normal(size=shape) * np.sqrt(1 - shared) < stats.norm.ppf(p) for p in chances]) * 1.0


@pytest.mark.parametrize("replicas", [8, 32])
def test_many_independent_points_narrow_the_interval_which_still_covers(replicas):
    """200 experiments of 50 points. 95 %, with a standard error of 1.5 %; each width is about that of Student's."""
    rng, truth = np.random.default_rng(replicas), 0.1
    hits, widths, students = [], [], []
    for _ in range(200):
        reference, variant = drawn(rng, (50, replicas), 0.5, (0.3, 0.4))
        found = differences(reference, variant).loc[50]
        hits.append(found["low"] <= truth <= found["high"])
        widths.append(found["high"] - found["low"])
        ends = stats.ttest_1samp((variant - reference).mean(axis=0), 0).confidence_interval()
        students.append(ends.high - ends.low)
    assert np.mean(hits) > 0.95 - 3 * 0.0154
    assert 0.95 < np.mean(widths) / np.mean(students) < 1.15


@pytest.mark.parametrize("chances", [(0.5, 0.5, 0.5, 0.5), (0.02, 0.02, 0.02, 0.02), (0.1, 0.3, 0.5, 0.95),
                                     (0.5, 0.9, 0.9, 0.95), (1.0, 0.5, 1.0, 1.0)])  # fmt: skip
@pytest.mark.parametrize("replicas", [8, 64])
@pytest.mark.parametrize("shared", [0.0, 0.5, 0.95])
def test_intervals_of_interactions_cover(chances, replicas, shared):
    """4,000 repetitions: at least 95 %, with a standard error of 0.34 %, whatever replicas have in common. (Student's
    interval of the same contrasts covers 92.8 % of the last with 8.)"""
    reference, first, second, both = drawn(np.random.default_rng(3), (4000, replicas), shared, chances)
    found = interactions(reference, first, second, both)[:-1]
    truth = chances[3] - chances[2] - chances[1] + chances[0]
    covered = ((found["low"] <= truth) & (found["high"] >= truth)).mean()
    assert covered > 0.95 - 3 * 0.0034
    assert ((found["p"] < 0.05) == ((found["low"] > 0) | (found["high"] < 0))).all()
    assert found["low"].min() >= -2
    assert found["high"].max() <= 2


def test_agreement_of_few_replicas_proves_no_additivity():
    """0.277 = 1.96 √2 / (8 + 2)."""
    nothing = np.zeros((1, 8))
    found = interactions(nothing, nothing, nothing, nothing).loc[0]
    assert found["difference"] == 0.0
    np.testing.assert_allclose(found[["low", "high"]], [-0.277, 0.277], atol=5e-4)
    assert found["p"] == 1.0


def test_a_share_without_a_known_pair_is_unknown():
    for found in (differences(np.full((1, 3), np.nan), np.ones((1, 3))),
                  interactions(*np.full((3, 1, 3), np.nan), np.ones((1, 3)))):
        assert found.drop(columns="n").isna().all(axis=None)
        assert (found["n"] == 0).all()
