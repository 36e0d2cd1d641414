"""Routing: Wardrop's equilibrium, companies, the social optimum, and what selfishness costs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize

from tests.games.evaluated import losses, xi

BRAESS = {  # links s→a, s→b, a→t, b→t, a→b; routes over a, over b, over both
    "latencies": [[0, 1], [1, 0], [1, 0], [0, 1], [0, 0]],
    "routes": [[1, 0, 1, 0, 0], [0, 1, 0, 1, 0], [1, 0, 0, 1, 1]],
}


def total_time(settings: dict[str, Any], *flows: Any) -> float:
    return losses("routing", settings | {"drivers": "social"}, *flows)[0]


def test_the_slope_of_a_selfish_crowd_s_loss_is_the_latency() -> None:
    """Cubic latencies of four links, two crowds with different demands. Seed 1."""
    rng = np.random.default_rng(1)
    a, d, x = rng.uniform(size=(4, 4)), rng.uniform(0.5, 2, size=2), rng.dirichlet(np.ones(4), size=2)
    latency = (a * (d @ x)[:, None] ** np.arange(4)).sum(axis=1)
    settings = {"latencies": a.tolist(), "demands": d.tolist()}
    np.testing.assert_allclose(xi("routing", settings, *x), np.concatenate([d[0] * latency, d[1] * latency]))
    assert total_time(settings, *x) == pytest.approx((d @ x) @ latency)
    companies = losses("routing", settings | {"drivers": "companies"}, *x)
    np.testing.assert_allclose(companies, d * (x @ latency))


def test_two_links_by_hand() -> None:
    """αx against β(1 − x): all latencies are equal at b = β/(α + β). Seed 2."""
    alpha, beta = np.random.default_rng(2).uniform(0.5, 2, size=2)
    settings = {"latencies": [[0, alpha], [0, beta]]}
    b = beta / (alpha + beta)
    np.testing.assert_allclose(xi("routing", settings, b), 0, atol=1e-15)
    x = 0.3
    assert losses("routing", settings, x) == pytest.approx([(alpha * x**2 + beta * (1 - x) ** 2) / 2])
    assert losses("routing", settings, x) == pytest.approx(losses("routing", settings, [x, 1 - x]))


def test_pigou_s_price_is_four_thirds() -> None:
    """All take the link with latency x, at a time of 1; half of them would do at 3/4."""
    settings = {"latencies": [[1, 0], [0, 1]]}
    assert xi("routing", settings, 1e-12)[0] > 0 == pytest.approx(xi("routing", settings, 0.0)[0])
    best = min(total_time(settings, x) for x in np.linspace(0, 1, 1001))
    assert total_time(settings, 0.0) / best == pytest.approx(4 / 3)


def test_no_affine_network_costs_more_than_four_thirds() -> None:
    """Three random affine links, the equilibrium and the optimum by a general minimiser. Seed 3."""
    rng = np.random.default_rng(3)
    for a in rng.uniform(size=(5, 3, 2)):
        settings = {"latencies": a.tolist()}
        ends = []
        for drivers in ("selfish", "social"):
            ends.append(minimize(
                lambda x, s=settings | {"drivers": drivers}: losses("routing", s, x)[0], np.full(3, 1 / 3),
                bounds=[(0, 1)] * 3, constraints={"type": "eq", "fun": lambda x: x.sum() - 1}, tol=1e-12,
            ).x)  # fmt: skip
        waits = a[:, 0] + a[:, 1] * ends[0]
        np.testing.assert_allclose(waits[ends[0] > 1e-4], waits[ends[0] > 1e-4].min(), atol=1e-5)
        assert 1 - 1e-9 <= total_time(settings, ends[0]) / total_time(settings, ends[1]) <= 4 / 3


def test_braess_s_road_makes_everybody_slower() -> None:
    """With the road a→b all use it, and need 2; without it half go over a and half over b, and need 3/2."""
    slopes = xi("routing", BRAESS, [0.0, 0.0, 1.0])
    np.testing.assert_allclose(slopes, 2)  # no route is faster
    half = [0.5, 0.5, 0.0]
    np.testing.assert_allclose(xi("routing", BRAESS, half), [1.5, 1.5, 1.0])
    assert total_time(BRAESS, half) == pytest.approx(1.5)
    assert total_time(BRAESS, [0.0, 0.0, 1.0]) == pytest.approx(2)


def test_many_companies_come_near_the_selfish_crowd() -> None:
    """n equal companies on Pigou's links leave 1/(n + 1) of the traffic on the slow one: ξ = 0 there. Seed 4."""
    for n in (1, 2, 5):
        settings = {"latencies": [[1, 0], [0, 1]], "demands": 1 / n, "drivers": "companies"}
        np.testing.assert_allclose(xi("routing", settings, *[1 / (n + 1)] * n), 0, atol=1e-14)
