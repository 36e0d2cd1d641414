"""Paired differences: known answers, and intervals that hold the truth as often as they say."""

import numpy as np
import pytest

from dynsim.answers.wording.wilson import wilson
from dynsim.experiments.effects.paired import holm, mean_differences, share_differences

stats = pytest.importorskip("scipy.stats")


def test_the_interval_is_that_of_a_paired_t_test():
    rng = np.random.default_rng(1)
    a, b = rng.normal(size=(2, 9))
    exact = stats.ttest_rel(b, a)
    found = mean_differences((b - a)[None])
    ends = exact.confidence_interval(0.95)
    np.testing.assert_allclose(found.loc[0, ["low", "high", "p"]].astype(float), [*ends, exact.pvalue], rtol=1e-12)


def test_unknown_pairs_are_left_out_and_one_pair_has_no_interval():
    found = mean_differences(np.array([[1.0, np.nan, 3.0], [2.0, np.nan, np.nan], [np.nan] * 3, [5.0, 5.0, 5.0]]))
    assert list(found["n"]) == [2, 1, 0, 3]
    np.testing.assert_array_equal(found["difference"], [2.0, 2.0, np.nan, 5.0])
    assert found["low"].isna().tolist() == [False, True, True, False]
    assert found["p"].isna().tolist() == [False, True, True, False]
    assert (found.loc[3, ["low", "high"]] == 5.0).all()
    assert found.loc[3, "p"] == 0.0
    assert mean_differences(np.zeros((1, 4))).loc[0, "p"] == 1.0


@pytest.mark.parametrize("replicas", [4, 16])
def test_intervals_of_means_cover(replicas):
    """4,000 repetitions: 95 % of normal differences, with a standard error of 0.34 %; 92.7 % of 4 uniform ones."""
    rng = np.random.default_rng(7)
    for draws in (rng.normal(0.3, 2.0, (4000, replicas)), rng.uniform(-1.0, 1.6, (4000, replicas))):
        found = mean_differences(draws)
        assert 0.92 < ((found["low"] <= 0.3) & (found["high"] >= 0.3)).mean() < 0.965


def test_intervals_of_shares_cover():
    """Pairs that agree often: each counts in both with 0.5, in the variant only with 0.25, the reference only 0.1."""
    rng = np.random.default_rng(11)
    kind = rng.choice(4, p=[0.5, 0.25, 0.1, 0.15], size=(2000, 1, 30))
    reference, variant = np.isin(kind, [0, 2]).astype(float), np.isin(kind, [0, 1]).astype(float)
    found = share_differences(reference, variant)
    assert 0.93 < ((found["low"] <= 0.15) & (found["high"] >= 0.15)).mean() < 0.975
    assert (found["low"] >= -1).all()
    assert (found["high"] <= 1).all()


def test_without_correlation_it_is_newcombes_interval_of_two_shares():
    """a d = b c: 4·4 = 4·4 pairs."""
    reference = np.repeat([1.0, 0.0, 1.0, 0.0], 4)[None, None]
    variant = np.repeat([1.0, 1.0, 0.0, 0.0], 4)[None, None]
    low, high = wilson(8, 16)
    found = share_differences(reference, variant).loc[0]
    assert found["high"] == pytest.approx(np.hypot(high - 0.5, 0.5 - low), rel=1e-12)
    assert found["difference"] == 0.0
    assert found["p"] == 1.0


def test_mcnemar_counts_the_pairs_that_differ():
    reference, variant = np.zeros((1, 1, 20)), np.zeros((1, 1, 20))
    variant[..., :7], reference[..., 7] = 1.0, 1.0
    found = share_differences(reference, variant).loc[0]
    assert found["p"] == pytest.approx(stats.binomtest(1, 8).pvalue)
    assert found["difference"] == pytest.approx(0.3)


def test_replicas_and_not_cells_are_the_sample():
    """100 cells with the same 4 replicas say no more than one cell: neither a smaller p nor a narrower interval."""
    reference, variant = np.zeros((1, 100, 4)), np.ones((1, 100, 4))
    many, one = share_differences(reference, variant), share_differences(reference[:, :1], variant[:, :1])
    np.testing.assert_allclose(many, one)
    assert one.loc[0, "p"] == pytest.approx(0.125)
    assert one.loc[0, "low"] < 0.6


def test_a_share_without_a_known_pair_is_unknown():
    found = share_differences(np.full((1, 1, 3), np.nan), np.ones((1, 1, 3))).loc[0]
    assert found.drop("n").isna().all()
    assert found["n"] == 0


def test_holm():
    found = holm(np.array([0.01, np.nan, 0.04, 0.03, 0.5]))
    np.testing.assert_allclose(found, [0.04, np.nan, 0.09, 0.09, 0.5])


def test_holm_is_wrong_about_any_of_many_in_five_percent():
    rng = np.random.default_rng(3)
    wrong = [(holm(rng.uniform(size=20)) < 0.05).any() for _ in range(2000)]
    assert 0.03 < np.mean(wrong) < 0.065
