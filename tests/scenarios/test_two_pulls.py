"""Two gradient learners, one with heavy-ball momentum (Polyak 1964), pull one memory to +1 and −1."""

import numpy as np
import pytest

from .runs import last, run


@pytest.mark.parametrize("beta", [0.9, 0.5, 0.0])
def test_the_memory_rests_where_the_pulls_balance(beta):
    """m* = (r − r′)/(r + r′), r′ = r/(1 − β): a constant gradient moves a heavy ball at 1/(1 − β) times the rate."""
    r, fast = 0.05, 0.05 / (1 - beta)
    end = last(run("two_pulls", f"params.beta={beta}", replicas=16))
    np.testing.assert_allclose(end.memory, (r - fast) / (r + fast), atol=1e-9)


def test_the_conflict_never_ends_and_the_faster_learner_is_ahead():
    found = run("two_pulls")
    conflicts = found.conflicts.query("kind == 'conflict'")
    assert set(conflicts.replica) == set(range(256))
    assert set(conflicts.agents) == {"critic, actor"}
    at_end = conflicts[conflicts.open]
    assert at_end.replica.nunique() == 256
    assert (at_end.variables == "memory").all()
    assert (found.summary.verdict == "converged").all()
    losses = found.summary  # (m − 1)² and (m + 1)² at m = −9/11
    np.testing.assert_allclose(losses["objective.critic"], (20 / 11) ** 2, atol=1e-9)
    np.testing.assert_allclose(losses["objective.actor"], (2 / 11) ** 2, atol=1e-9)
