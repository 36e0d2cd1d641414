"""Ready-made games against NumPy and closed forms."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import dynsim.rules as rules
from dynsim.errors import InputError
from dynsim.games import make
from tests.compiler.models import scalar_game
from tests.games.evaluated import losses
from tests.rules.linear import final


def test_quadratic() -> None:
    """½zᵀAz + bᵀz against NumPy; actions of different lengths. Seed 0."""
    rng = np.random.default_rng(0)
    a, b, z = rng.normal(size=(2, 3, 3)), rng.normal(size=(2, 3)), rng.normal(size=3)
    settings = {"matrices": a.tolist(), "vectors": b.tolist()}
    expected = [z @ m @ z / 2 + v @ z for m, v in zip(a, b, strict=True)]
    assert losses("quadratic", settings, z[0], list(z[1:])) == pytest.approx(expected, rel=1e-13)
    del settings["vectors"]
    assert losses("quadratic", settings, z[0], list(z[1:])) == pytest.approx([z @ m @ z / 2 for m in a], rel=1e-13)


def test_bilinear() -> None:
    """Seed 0."""
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 2, 3))
    x, y = rng.normal(size=2), rng.normal(size=3)
    assert losses("bilinear", {"matrix": a.tolist()}, list(x), list(y)) == pytest.approx([x @ a @ y, -x @ a @ y])
    both = {"matrix": a.tolist(), "second": b.tolist()}
    assert losses("bilinear", both, list(x), list(y)) == pytest.approx([x @ a @ y, x @ b @ y])
    assert losses("bilinear", {"matrix": [[2.0]]}, 3.0, 5.0) == [30.0, -30.0]


def test_matrix_game_of_three_players() -> None:
    """Expected payoffs against an Einstein sum. Seed 0."""
    rng = np.random.default_rng(0)
    payoffs = rng.normal(size=(3, 2, 3, 2))
    x, y, z = (rng.dirichlet(np.ones(n)) for n in (2, 3, 2))
    expected = -np.einsum("iabc,a,b,c->i", payoffs, x, y, z)
    found = losses("matrix_game", {"payoffs": payoffs.tolist()}, list(x), list(y), list(z))
    assert found == pytest.approx(expected, rel=1e-13)


def test_tug_of_war_reaches_its_nash_equilibrium() -> None:
    """x* = Σk_iμ_i/(1+K), k_i = q_i/c_i, K = Σk; here k = (2, 3, ½), μ = (1, −2, 4): x* = −2/6.5."""
    settings = {"targets": [1.0, -2.0, 4.0], "weights": [2.0, 3.0, 0.5], "costs": [1.0, 1.0, 1.0]}
    game = make("tug_of_war", settings, lambda k, v: v, lambda k, v: v)
    model = scalar_game(lambda *x: list(game.losses(x)), rules.gradient(rate=0.1), players=3)
    end = final(model, {"x0": 0.0, "x1": 0.0, "x2": 0.0}, 2000)
    assert sum(end.values()) == pytest.approx((2 - 6 + 2) / 6.5, abs=1e-12)


def test_tug_of_war_by_hand() -> None:
    """Efforts 1 and 2, x = 3, targets 0 and 5, weights and costs 1: ½·9 + ½·1 and ½·4 + ½·4."""
    assert losses("tug_of_war", {"targets": [0.0, 5.0]}, 1.0, 2.0) == [5.0, 4.0]


@pytest.mark.parametrize(
    ("name", "settings", "actions", "expected"),
    [
        ("bilinear", {"matrix": [[1.0]]}, (1.0,), "actions: expected 2 actions, one per player, got 1"),
        ("bilinear", {"matrix": [[1.0]]}, (1.0, [1.0, 2.0]), "matrix: expected an array of shape 1 × 2, got 1 × 1"),
        ("matrix_game", {"payoffs": [[1.0, 2.0]]}, ([1.0],), r"actions\[0\]: expected 2 components, got 1"),
        ("matrix_game", {"payoffs": [1.0, 2.0]}, ([1.0],), "payoffs: expected one array for each player"),
        (
            "quadratic",
            {"matrices": [[[1.0]]]},
            (1.0, 2.0),
            "matrices: expected one matrix for each of 2 players, got 1",
        ),
        ("tug_of_war", {"targets": [1.0]}, (1.0, 2.0), "targets: expected one number for each of 2 players, got 1"),
        (
            "iterated_matrix",
            {"payoffs": [[[1.0]]], "discount": 0.5},
            ([0.0] * 5, [0.0] * 5),
            "payoffs: expected an array of shape 2 × 2 × 2, got 1 × 1 × 1",
        ),
    ],
)
def test_mistakes(name: str, settings: dict[str, Any], actions: Any, expected: str) -> None:
    with pytest.raises(InputError, match=expected):
        losses(name, settings, *actions)
