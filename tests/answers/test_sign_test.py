"""The sign test, against its definition and against draws."""

from __future__ import annotations

from math import comb

import numpy as np
import pytest

from dynsim.answers.wording.sign_test import EXACT, sign_test

SEED = 77


@pytest.mark.parametrize(("up", "down"), [(0, 0), (1, 0), (5, 0), (6, 0), (3, 3), (13, 3), (4, 12), (60, 40)])
def test_it_is_the_binomial_tail_twice(up: int, down: int) -> None:
    n = up + down
    tail = sum(comb(n, k) for k in range(min(up, down) + 1)) / 2**n
    assert sign_test(up, down) == pytest.approx(min(1.0, 2 * tail), rel=1e-12)
    assert sign_test(up, down) == sign_test(down, up)


def test_the_normal_approximation_takes_over_where_it_is_as_good() -> None:
    for rarer in range(430, 501, 10):
        exact = 2 * sum(comb(EXACT, k) for k in range(rarer + 1)) / 2**EXACT
        assert sign_test(EXACT + 1 - rarer, rarer) == pytest.approx(min(1.0, exact), rel=0.1, abs=1e-3)
    assert sign_test(10**7, 10**7) == pytest.approx(1.0, abs=1e-3)


def test_of_fair_coins_one_in_twenty_at_most_is_called_clear() -> None:
    """10,000 samples of 40: the test is conservative, p < 0.05 in 3.8 % of them; standard error 0.2 %."""
    up = np.random.default_rng(SEED).binomial(40, 0.5, 10_000)
    rate = np.mean([sign_test(int(u), 40 - int(u)) < 0.05 for u in up])
    assert rate == pytest.approx(0.0385, abs=0.008)
