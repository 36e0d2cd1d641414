"""Named games in normal form: equilibria and other closed forms at random parameters (seeds in the tests)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import dynsim.rules as rules
from dynsim.compiler.applying.build import build
from dynsim.games.base import GAMES
from dynsim.games.building.social_dilemma import in_order
from dynsim.system.model import Clock, Space
from tests.compiler.models import scalar_game
from tests.compiler.plain_run import interpret_run
from tests.games.evaluated import game_of, losses, xi


def tables(name: str, settings: dict[str, Any]) -> Any:
    return np.array(game_of(name, settings).tables(), float)


def is_equilibrium(name: str, settings: dict[str, Any], *mixed: Any) -> bool:
    """Whether no pure strategy of any player is better, by the tables."""
    first, second = tables(name, settings)
    x, y = mixed
    return bool(
        (first @ y).max() <= x @ first @ y + 1e-12 and (x @ second).max() <= x @ second @ y + 1e-12
    )


def pair(p: float) -> Any:
    return np.array([p, 1 - p])


def test_defection_is_the_one_equilibrium_of_the_prisoners_dilemma() -> None:
    """Seed 1."""
    rng = np.random.default_rng(1)
    for _ in range(5):
        payoffs = in_order("temptation > reward > punishment > sucker")(rng)
        assert (xi("prisoners_dilemma", payoffs, *rng.uniform(size=2)) > 0).all()  # less cooperation, always
        assert losses("prisoners_dilemma", payoffs, 1.0, 0.0) == [-payoffs["sucker"], -payoffs["temptation"]]
        assert losses("prisoners_dilemma", payoffs, 0.0, 0.0) == [-payoffs["punishment"]] * 2
        assert losses("prisoners_dilemma", payoffs, 1.0, 1.0) == [-payoffs["reward"]] * 2


@pytest.mark.parametrize(
    ("name", "order", "pure"),
    [
        ("chicken", ("temptation", "reward", "sucker", "punishment"), ((1, 0), (0, 1))),
        ("stag_hunt", ("reward", "temptation", "punishment", "sucker"), ((1, 1), (0, 0))),
    ],
)
def test_the_equilibria_of_chicken_and_of_the_stag_hunt(name: str, order: Any, pure: Any) -> None:
    """p = (P − S)/(R − T + P − S) of both games, and two pure ones. Seed 2."""
    rng = np.random.default_rng(2)
    for _ in range(5):
        payoffs = in_order(" > ".join(order))(rng)
        t, r, p, s = (payoffs[key] for key in ("temptation", "reward", "punishment", "sucker"))
        mixed = (p - s) / (r - t + p - s)
        assert 0 < mixed < 1
        np.testing.assert_allclose(xi(name, payoffs, mixed, mixed), 0, atol=1e-12)
        for one, two in pure:
            assert is_equilibrium(name, payoffs, pair(one), pair(two))
        assert not is_equilibrium(name, payoffs, pair(pure[0][0]), pair(1 - pure[0][1]))


def test_hare_and_hare_are_an_equilibrium_where_company_does_not_matter() -> None:
    """T = P is allowed: a hare is a hare."""
    assert losses("stag_hunt", {}, 0.0, 0.5) == [-3.0, -1.5]


def test_the_mixture_of_hawks_and_doves() -> None:
    """(v + 2t)/(d + 2t) where d > v; only hawks where d < v. Seed 3."""
    rng = np.random.default_rng(3)
    for v, d, t in rng.uniform((0.5, 2, 0), (2, 4, 1), size=(5, 3)):
        p = (v + 2 * t) / (d + 2 * t)
        settings = {"value": v, "damage": d, "display": t}
        np.testing.assert_allclose(xi("hawk_dove", settings, p, p), 0, atol=1e-12)
        assert is_equilibrium("hawk_dove", settings, pair(p), pair(p))
        assert is_equilibrium("hawk_dove", {"value": d, "damage": v}, pair(1), pair(1))
    assert tables("hawk_dove", {"display": 1.0})[0].tolist() == [[-0.5, 2.0], [0.0, 0.0]]


def test_pennies_are_shown_as_often_as_they_should_be() -> None:
    """Heads with 2/(3 + h); zero-sum. Seed 4."""
    rng = np.random.default_rng(4)
    for h in rng.uniform(-0.9, 4, size=5):
        p = 2 / (3 + h)
        np.testing.assert_allclose(xi("matching_pennies", {"heads": h}, p, p), 0, atol=1e-12)
        assert sum(losses("matching_pennies", {"heads": h}, *rng.uniform(size=2))) == pytest.approx(0, abs=1e-12)
        assert is_equilibrium("matching_pennies", {"heads": h}, pair(p), pair(p))
    assert losses("matching_pennies", {}, 1.0, 1.0) == [-1.0, 1.0]


def test_rock_paper_scissors_by_its_rules() -> None:
    """Rock loses to paper, beats scissors, and so on; draws give everyone their own. Seed 5."""
    rng = np.random.default_rng(5)
    a, b, one, two = rng.uniform(0.5, 2, size=4)
    first, second = tables("rock_paper_scissors", {"win": a, "loss": b, "draws": [one, two]})
    assert first.tolist() == [[one, -b, a], [a, one, -b], [-b, a, one]]
    assert second.T.tolist() == [[two, -b, a], [a, two, -b], [-b, a, two]]
    third = np.full(3, 1 / 3)
    assert is_equilibrium("rock_paper_scissors", {"win": a, "loss": b}, third, third)
    x, y = rng.dirichlet(np.ones(3), size=2)
    zero_sum = {"draws": [one, -one]}
    assert sum(losses("rock_paper_scissors", zero_sum, x, y)) == pytest.approx(0, abs=1e-14)


def test_shapley_s_game_and_its_family() -> None:
    """Uniform play makes everybody indifferent at every β; at 0 the tables are Shapley's. Seed 6."""
    first, second = tables("shapley", {})
    assert first.tolist() == np.eye(3).tolist()
    assert second.tolist() == [[0, 1, 0], [0, 0, 1], [1, 0, 0]]
    third = np.full(3, 1 / 3)
    for beta in np.random.default_rng(6).uniform(-1, 1, size=5):
        assert is_equilibrium("shapley", {"beta": beta}, third, third)
        first, second = tables("shapley", {"beta": beta})
        np.testing.assert_allclose(first @ third, (1 + beta) / 3)
        np.testing.assert_allclose(third @ second, (1 - beta) / 3)


def test_the_replicator_of_two_players_conserves_where_pennies_are_zero_sum() -> None:
    """Σ_i Σ_k p*_k log x_ik is constant (Hofbauer 1996), for h drawn with seed 7. Runge–Kutta, dt .01, T = 10."""
    h = np.random.default_rng(7).uniform(0, 3)
    game = game_of("matching_pennies", {"heads": h})
    model = scalar_game(
        lambda x, y: list(game.losses([x, y])), rules.replicator(), size=2, space=Space("simplex"),
        clock=Clock(time=10.0, dt=0.01),
    )  # fmt: skip
    start = {"x0[0]": 0.3, "x0[1]": 0.7, "x1[0]": 0.6, "x1[1]": 0.4}
    states = interpret_run(build(model), {}, {k: np.array([v]) for k, v in start.items()}, 1000)
    shares = np.array([[s[name][0] for name in start] for s in states])
    p = pair(2 / (3 + h))
    conserved = np.log(shares) @ np.concatenate([p, p])
    assert np.ptp(shares[:, 0]) > 0.2
    np.testing.assert_allclose(conserved, conserved[0], atol=1e-8)


def test_an_iterated_game_takes_its_round_from_a_named_game() -> None:
    """The same losses as with the table written out, with random settings and with none. Seed 8."""
    rng = np.random.default_rng(8)
    x, y = rng.normal(size=(2, 5))
    for name in ("prisoners_dilemma", "chicken", "stag_hunt", "hawk_dove", "matching_pennies"):
        for settings in (GAMES.get(name).example.settings(rng), {}):
            named = losses("iterated_matrix", {"payoffs": {name: settings}, "discount": 0.9}, x, y)
            written = {"payoffs": tables(name, settings).tolist(), "discount": 0.9}
            np.testing.assert_allclose(named, losses("iterated_matrix", written, x, y), rtol=1e-13)
