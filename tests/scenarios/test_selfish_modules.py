"""Selfishness pays within machines and costs between them: Price's expectation, the edge of F_ST, what makes F_ST."""

import numpy as np
import pytest
from scipy.optimize import brentq

from dynsim.analysis.reading.genealogy import successions
from dynsim.analysis.requested_metrics.price_equation import QUANTITIES, terms

from .runs import last, run

NAME = "selfish_modules"


def variances(n, m, move, flip):
    """V_within and V_between of z without selection, at rest: of m groups of n.

    D is the chance that two draws differ, w within a group (with replacement), b from two groups; V_within = w/2.
    Reproduction within groups: w → w(1 − 1/n). Between: two groups are copies of one with the chance 1/m, b → w/m +
    (1 − 1/m)b. Of two places both keep who they have with the chance (1 − move)²; otherwise one is filled from
    anywhere. Mutation: D → 1/2 − (1 − 2 flip)²(1/2 − D).
    """

    def generation(w, b):
        w, b = w * (1 - 1 / n), w * (1 - 1 / n) / m + (1 - 1 / m) * b
        anywhere, stay, keep = w / m + (1 - 1 / m) * b, (1 - move) ** 2, (1 - 2 * flip) ** 2
        w, b = (stay * d + (1 - stay) * anywhere for d in (w * n / (n - 1), b))
        w, b = (0.5 - keep * (0.5 - d) for d in (w, b))
        return np.array([w * (1 - 1 / n), b])

    constant = generation(0, 0)
    linear = np.stack([generation(1, 0) - constant, generation(0, 1) - constant], axis=1)
    w, b = np.linalg.solve(np.eye(2) - linear, constant)
    return w / 2, (1 - 1 / m) * (b - w) / 2


def fst(*machine):
    within, between = variances(*machine)
    return between / (within + between)


def moved_so_that(n, m, flip, wanted):
    """How much has to move for this F_ST."""
    return brentq(lambda move: fst(n, m, move, flip) - wanted, 1e-5, 0.99)


def played(n, m, populations, *settings, **params):
    numbers = [f"params.{name}={value}" for name, value in params.items()]
    sizes = (f"selection.populations={populations}", f"selection.groups.count={m}")
    return run(NAME, *sizes, *numbers, "record.every=10", *settings, replicas=n * m * populations)


def late_means(found, populations, start):
    """The mean of z after the time `start`, by population."""
    table = found.generations
    z = table[table.t > start].z.to_numpy()
    return z.reshape(-1, populations, found.manifest.replicas // populations).mean((0, 2))


@pytest.mark.parametrize("seed", [41, 42])
def test_selection_does_in_every_generation_what_price_says(seed):
    """E[Cov(W_k, Z_k)] = −s_b V_between/w̄ and E[E[Cov_k(w, z)]] = s_w V_within/w̄, w̄ = 1 + s_b(1 − z̄): the realised
    terms are that on average, and the metric's table holds the realised ones."""
    rng = np.random.default_rng(seed)
    s_w, s_b, move = rng.uniform(0.2, 0.5), rng.uniform(0.3, 0.8), rng.uniform(0.01, 0.1)
    found = played(6, 5, 300, "clock.steps=600", s_w=s_w, s_b=s_b, move=move, flip=0.05)
    off, effects = [], []
    table = found.metric("price_equation", generations=1000).set_index(["quantity", "t"])["mean"]
    for succession in successions(found.requested.study):
        got = dict(zip(QUANTITIES, terms(succession, "z"), strict=True))
        fitness = 1 + s_b * (1 - succession.before["z"].mean(axis=(1, 2)))
        expected = np.stack([-s_b * got["V_between"], s_w * got["V_within"]]) / fitness
        off.append(np.stack([got["between"], got["within"]]) - expected)
        effects.append(expected)
        parts = sum(table[name, succession.t] for name in ("between", "within", "transmission"))
        assert parts == pytest.approx(table["change", succession.t], abs=1e-12)
    off, effects = np.array(off), np.array(effects)  # (generation, term, population)
    errors = off.std(axis=(0, 2)) / np.sqrt(off.shape[0] * off.shape[2])
    assert (np.abs(off.mean(axis=(0, 2))) < 4 * errors).all()
    assert (np.abs(effects.mean(axis=(0, 2))) > 40 * errors).all(), "a tenth of the effect would be seen"


@pytest.mark.parametrize("seed", [51, 52])
def test_what_makes_machines_differ_is_small_machines_many_of_them_and_modules_that_stay(seed):
    """V_within and V_between without selection, whose share F_ST is."""
    rng = np.random.default_rng(seed)
    n, m, move, flip = int(rng.integers(3, 9)), int(rng.integers(3, 9)), rng.uniform(0.02, 0.4), rng.uniform(0.02, 0.05)
    found = played(n, m, 200, "clock.steps=200", s_w=0, s_b=0, move=move, flip=flip)
    rows = found.metric("price_equation", generations=1000)
    late = rows[rows.t > 120]
    for quantity, expected in zip(("V_within", "V_between"), variances(n, m, move, flip), strict=True):
        mine = late[late.quantity == quantity]
        assert abs(mine["mean"].mean() - expected) < 4 * mine.se.mean()  # generations are correlated: as if one
        assert mine.se.mean() < 0.1 * expected
    smaller, more, closed = fst(n - 1, m, move, flip), fst(n, m + 1, move, flip), fst(n, m, move / 2, flip)
    assert min(smaller, more, closed) > fst(n, m, move, flip)


@pytest.mark.parametrize("seed", [61, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (62, 63))])
def test_selfishness_declines_iff_f_st_is_above_s_w_over_s_w_plus_s_b(seed):
    """From both sides: so much moves that F_ST is 1.5 times, or 1/1.5 of, what it takes; mutation is symmetric."""
    rng = np.random.default_rng(seed)
    n, m, s_w = int(rng.integers(4, 9)), int(rng.integers(6, 10)), rng.uniform(0.1, 0.2)
    edge = rng.uniform(1.6 * fst(n, m, 0.9, 0.005), fst(n, m, 0.001, 0.005) / 1.6)
    s_b = s_w * (1 / edge - 1)
    means = []
    for factor in (1.5, 1 / 1.5):
        move = moved_so_that(n, m, 0.005, edge * factor)
        found = played(n, m, 60, "clock.steps=1600", "metrics=[]", s_w=s_w, s_b=s_b, move=move, flip=0.005)
        z = late_means(found, 60, 400)
        means.append((z.mean() - 0.5) / (z.std() / np.sqrt(60)))
    assert means[0] < -4
    assert means[1] > 4


@pytest.mark.slow
@pytest.mark.parametrize("factor", [0.7, 1.0, 1.4])
def test_under_weak_selection_the_mean_is_where_selection_and_mutation_meet(factor):
    """z̄ − 1/2 = (1 − 2 flip)/(2 flip) (s_w V_within − s_b V_between)/w̄ to first order in s, with the variances that
    there are without selection; at the edge itself it is 0."""
    n, m, s_w, s_b, flip, count = 5, 8, 0.02, 0.05, 0.01, 200
    move = moved_so_that(n, m, flip, factor * s_w / (s_w + s_b))
    found = played(n, m, count, "clock.steps=3000", "metrics=[]", s_w=s_w, s_b=s_b, move=move, flip=flip)
    z = late_means(found, count, 400)
    within, between = variances(n, m, move, flip)
    expected = 0.5 + (1 - 2 * flip) / (2 * flip) * (s_w * within - s_b * between) / (1 + s_b / 2)
    assert abs(z.mean() - expected) < 4 * z.std() / np.sqrt(count)


def test_modules_learn_the_effort_that_their_selfishness_says():
    end = last(played(5, 4, 10, "clock.steps=60"))
    np.testing.assert_array_equal(end.effort, 1 - end.z)
    assert set(end.z) == {0, 1}
