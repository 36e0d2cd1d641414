import numpy as np
import pytest

from dynsim.analysis.reading.study import Study
from dynsim.analysis.requested_metrics.gradient_conflict import GradientConflict
from dynsim.errors import InputError
from tests.analysis.games import record, tug_of_war

from .cases import with_gradients


def table_of(study, **settings):
    return GradientConflict(**settings).table(study).set_index(["quantity", "a", "b"])


def test_the_summary_of_random_gradients_is_that_of_numpy():
    """n = 3 agents, 4 variables, 20 ticks, 6 replicas, standard normal gradients (seed 11)."""
    g = np.random.default_rng(11).normal(size=(3, 4, 20, 6))
    found = table_of(with_gradients(g))
    norms = np.linalg.norm(g, axis=1)
    for a, b in ((0, 1), (0, 2), (1, 2)):
        cosine = (g[a] * g[b]).sum(axis=0) / norms[a] / norms[b]
        likeness = 2 * norms[a] * norms[b] / (norms[a] ** 2 + norms[b] ** 2)
        for quantity, values in (("opposed_share", cosine < 0), ("cosine", cosine), ("similarity", likeness)):
            per_replica = values.mean(axis=0)
            row = found.loc[(quantity, f"a{a}", f"a{b}")]
            assert row["mean"] == pytest.approx(per_replica.mean(), rel=1e-12)
            assert row["median"] == pytest.approx(np.median(per_replica), rel=1e-12)
            assert row["se"] == pytest.approx(per_replica.std(ddof=1) / np.sqrt(6), rel=1e-12)
            assert row["n"] == 6


def test_a_tug_of_war_opposes_between_the_goals_and_agrees_outside():
    """E = (m ± 1)²: gradients 2(m ± 1) are opposed where |m| < 1, at m = 3 their similarity is 2·4·2/(16 + 4)."""
    program = tug_of_war()
    m = np.array([[0.5, 3.0, -7.0]])
    found = table_of(Study(program, record(program, {"m": m[0]}, 1)))
    assert found.loc[("opposed_share", "left", "right"), "mean"] == pytest.approx(1 / 3)
    assert found.loc[("cosine", "left", "right"), "mean"] == pytest.approx(1 / 3)
    likeness = [2 * 1.5 * 0.5 / (1.5**2 + 0.5**2), 2 * 4 * 2 / 20, 2 * 6 * 8 / 100]
    assert found.loc[("similarity", "left", "right"), "mean"] == pytest.approx(np.mean(likeness))


def test_an_agent_at_rest_takes_part_in_no_conflict():
    """The second agent's gradient falls to 1e-9 of what it was at tick 1: only tick 0 counts, where they agree."""
    g = np.ones((2, 1, 2, 1))
    g[1, 0, 1, 0] = -1e-9
    found = table_of(with_gradients(g))
    assert found.loc[("opposed_share", "a0", "a1"), "mean"] == 0.0
    assert found.loc[("cosine", "a0", "a1"), "mean"] == pytest.approx(1.0)


def test_a_replica_that_diverged_counts_while_it_was_finite():
    g = np.ones((2, 1, 4, 2))
    g[1, 0, 0, 1] = -1.0
    g[:, :, 2:, 1] = np.nan
    found = table_of(with_gradients(g))
    assert found.loc[("opposed_share", "a0", "a1"), "mean"] == pytest.approx(np.mean([0.0, 0.5]))


def test_ticks_are_spread_over_the_whole_record():
    """Opposed at the last tick only, of 1000: with 11 ticks looked at, that is one of eleven."""
    g = np.ones((2, 1, 1000, 1))
    g[1, 0, -1] = -1.0
    assert table_of(with_gradients(g), ticks=11).loc[("opposed_share", "a0", "a1"), "mean"] == pytest.approx(1 / 11)


def test_a_lone_agent_is_told_that_there_is_nobody_to_compare_it_with():
    with pytest.raises(InputError, match="two"):
        GradientConflict().table(with_gradients(np.ones((1, 1, 2, 1))))
