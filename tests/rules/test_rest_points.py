"""Where the dynamics on the simplex rest, and that they go uphill, in random games of two players. Seeds are stated."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import softmax

import dynsim.rules as rules
from dynsim.compiler.applying.build import build
from dynsim.rules.base import RuleSpec
from dynsim.system.model import Clock
from tests.rules.strategies import (
    bimatrix,
    field,
    games,
    mixtures,
    on_faces,
    play,
    read,
    worth,
)

CONTINUOUS = Clock(time=1.0, dt=0.01)
NASH = {
    "projection": rules.projection(),
    "smith": rules.smith(),
    "brown_von_neumann_nash": rules.brown_von_neumann_nash(),
    "best_response": rules.best_response(),
}
UPHILL = NASH | {"replicator": rules.replicator()}


@pytest.fixture
def rng() -> np.random.Generator:
    """Seed 0."""
    return np.random.default_rng(0)


@pytest.mark.parametrize("name", NASH)
def test_pure_profiles_rest_precisely_if_they_are_equilibria(name: str, rng: np.random.Generator) -> None:
    """All nine in 100 random games: Nash stationarity where most strategies are out of use (Sandholm 2010)."""
    a, b = (np.repeat(m, 9, axis=0) for m in games(rng, 100))
    pure = np.eye(3)
    x, y = np.tile(np.repeat(pure, 3, axis=0), (100, 1)), np.tile(pure, (300, 1))
    u, v = worth(a, b, x, y)
    equilibrium = ((u * x).sum(1) == u.max(1)) & ((v * y).sum(1) == v.max(1))
    dx, dy = field(bimatrix(NASH[name], clock=CONTINUOUS), a, b, x, y)
    np.testing.assert_array_equal((np.abs(np.hstack([dx, dy])) < 1e-12).all(1), equilibrium)
    assert 60 < equilibrium.sum() < 140  # one is expected in a game


@pytest.mark.parametrize("name", [*UPHILL, "multiplicative_weights", "iga", "regret_matching"])
def test_mixed_equilibrium_rests(name: str) -> None:
    """Player 1 mixes (¼, ¾) and 2 (½, ½): payoffs are whole, so that the ties that best responses see are exact."""
    a, b = np.array([[[2.0, -2.0], [-1.0, 1.0]]]), np.array([[[-3.0, 0.0], [1.0, 0.0]]])
    x, y = np.array([[0.25, 0.75]]), np.array([[0.5, 0.5]])
    rule = UPHILL.get(name) or RuleSpec(name, {} if name == "regret_matching" else {"rate": 0.1})
    end = play(build(bimatrix(rule, 2)), a, b, x, y, 10)[-1]
    np.testing.assert_allclose(np.hstack([read(end, 0), read(end, 1)]), [[0.25, 0.75, 0.5, 0.5]], atol=1e-14)


@pytest.mark.parametrize(
    ("x", "mixed"), [((0.7, 0.2, 0.1), (0.0, 2 / 3, 1 / 3)), ((1.0, 0.0, 0.0), (0.0, 0.5, 0.5))], ids=["used", "unused"]
)
def test_best_strategies_are_mixed_as_they_are_used_or_evenly(x: tuple[float, ...], mixed: tuple[float, ...]) -> None:
    """The second and the third strategy are equally good, the first is worse."""
    a = np.array([[[0.0] * 3, [1.0] * 3, [1.0] * 3]])
    dx, _ = field(bimatrix(rules.best_response(), clock=CONTINUOUS), a, a, np.array([x]), np.array([x]))
    np.testing.assert_allclose(dx + x, [mixed], atol=1e-15)


QUANTAL = {
    "logit": rules.logit(rate=0.2, temperature=1.5),
    "boltzmann_q": rules.boltzmann_q(rate=0.2, temperature=1.5),
    "frequency_adjusted_q": rules.frequency_adjusted_q(rate=0.5, temperature=1.5, beta=0.1),
}


@pytest.mark.parametrize("name", QUANTAL)
def test_perturbed_dynamics_end_at_logit_equilibria(name: str, rng: np.random.Generator) -> None:
    """x = softmax(u/T) for both players in 20 random games (McKelvey & Palfrey 1995).

    From even mixtures: what Boltzmann Q-learning seldom tries, it seldom learns about, and takes long to come back to.
    """
    a, b = games(rng, 20)
    even = np.full((20, 3), 1 / 3)
    end = play(build(bimatrix(QUANTAL[name])), a, b, even, even, 1500)[-1]
    x, y = read(end, 0), read(end, 1)
    u, v = worth(a, b, x, y)
    np.testing.assert_allclose(x, softmax(u / 1.5, axis=1), atol=1e-9)
    np.testing.assert_allclose(y, softmax(v / 1.5, axis=1), atol=1e-9)
    assert x.std(axis=0).min() > 0.05


@pytest.mark.parametrize("name", UPHILL)
def test_growth_correlates_with_payoff(name: str, rng: np.random.Generator) -> None:
    """Σ_k u_k dx_k/dt ≥ 0, and > 0 where anything moves (positive correlation: Sandholm 2010)."""
    a, b = games(rng, 500)
    x, y = (on_faces(rng, m) for m in mixtures(rng, 500))
    for rate, value in zip(field(bimatrix(UPHILL[name], clock=CONTINUOUS), a, b, x, y), worth(a, b, x, y), strict=True):
        moving = np.abs(rate).max(axis=1) > 1e-9
        assert ((rate * value).sum(axis=1)[moving] > 0.0).all()
        assert moving.mean() > 0.9


@pytest.mark.parametrize("name", [*UPHILL, "logit"])
def test_shares_keep_their_sum_and_do_not_leave_through_a_face(name: str, rng: np.random.Generator) -> None:
    """Σ_k dx_k/dt = 0, and dx_k/dt ≥ 0 where x_k = 0: the simplex is invariant, before anything is projected."""
    a, b = games(rng, 500)
    x, y = (on_faces(rng, m) for m in mixtures(rng, 500))
    rule = UPHILL.get(name) or rules.logit(temperature=0.3)
    for rate, share in zip(field(bimatrix(rule, clock=CONTINUOUS), a, b, x, y), (x, y), strict=True):
        np.testing.assert_allclose(rate.sum(axis=1), 0.0, atol=1e-12)
        assert (rate[share == 0.0] >= 0.0).all()


def test_projection_is_the_nearest_direction_that_stays(rng: np.random.Generator) -> None:
    """No other direction of the tangent cone is nearer to u: ⟨u − z, w − z⟩ ≤ 0 for w in the cone; 5 strategies."""
    a, b = games(rng, 200, 5)
    x, y = mixtures(rng, 200, 5)
    x = np.where(x < 0.15, 0.0, x)
    x /= x.sum(axis=1, keepdims=True)
    z, _ = field(bimatrix(rules.projection(), 5, clock=CONTINUOUS), a, b, x, y)
    u, _ = worth(a, b, x, y)
    for _ in range(50):
        other = rng.dirichlet(np.ones(5), size=200) - x  # w = s(p − x) for a point p of the simplex and s ≥ 0
        assert (((u - z) * (rng.exponential(size=(200, 1)) * other - z)).sum(axis=1) <= 1e-12).all()
    np.testing.assert_allclose(((u - z) * z).sum(axis=1), 0.0, atol=1e-12)


@pytest.mark.parametrize("name", UPHILL)
def test_common_interest_grows(name: str, rng: np.random.Generator) -> None:
    """With A = B the payoff is a potential: it never falls (Monderer & Shapley 1996; Sandholm 2001). 50 games, T = 4.

    Euler steps of .002; from a kink to the next such a step may lose what is second order in it.
    """
    a, _ = games(rng, 50)
    x, y = mixtures(rng, 50)
    program = build(bimatrix(UPHILL[name], clock=Clock(time=4.0, dt=0.002, method="euler")))
    path = play(program, a, a, x, y, 2000)[::20]
    potential = np.array([np.einsum("gj,gjk,gk->g", read(s, 0), a, read(s, 1)) for s in path])
    assert np.diff(potential, axis=0).min() > -1e-5
    assert (potential[-1] - potential[0] > 0.1).mean() > 0.9
