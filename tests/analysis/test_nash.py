"""Payoffs at Nash equilibria, against games whose equilibria are known."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from dynsim.analysis.game.nash import MOST, nash_payoffs


def both(rows: list[list[float]]) -> np.ndarray:
    """A symmetric game of two players."""
    table = np.array(rows, dtype=float)
    return np.stack([table, table.T])


def found(payoffs: np.ndarray) -> list[tuple[float, ...]]:
    return sorted(tuple(row) for row in nash_payoffs(payoffs).round(9) + 0.0)


def test_games_of_the_textbooks() -> None:
    assert found(both([[3, 0], [5, 1]])) == [(1, 1)]
    assert found(np.array([[[3, 0], [0, 2]], [[2, 0], [0, 3]]], float)) == [(1.2, 1.2), (2, 3), (3, 2)]
    rock = np.array([[0, -1, 1], [1, 0, -1], [-1, 1, 0]], float)
    assert found(np.stack([rock, -rock])) == [(0, 0)]


def test_hawk_and_dove_mix() -> None:
    """V = 2, C = 4: two pure equilibria, and hawks with V/C, which gives each V(1 − V/C)/2 = 0.5."""
    assert found(both([[-1, 2], [0, 1]])) == [(0, 2), (0.5, 0.5), (2, 0)]


def test_a_degenerate_game_has_all_its_extreme_equilibria() -> None:
    """Whatever the first does, it gets 1 or 0 by the second's choice, who does not care: all four corners."""
    assert found(np.array([[[1, 0], [1, 0]], [[0, 0], [0, 0]]], float)) == [(0, 0), (0, 0), (1, 0), (1, 0)]


@pytest.mark.parametrize("seed", range(8))
def test_random_games_have_an_odd_number_whose_value_no_deviation_beats(seed: int) -> None:
    """Wilson's oddness theorem (1971); and in a zero-sum game all have the value of the game, here by linear search."""
    rng = np.random.default_rng(seed)
    assert len(nash_payoffs(rng.normal(size=(2, 3, 4)))) % 2 == 1
    table = rng.normal(size=(2, 2))
    shares = np.linspace(0, 1, 20_001)
    mixed = np.outer(shares, table[0]) + np.outer(1 - shares, table[1])
    (value, other), = nash_payoffs(np.stack([table, -table]))
    assert value == pytest.approx(mixed.min(axis=1).max(), abs=1e-3)
    assert other == pytest.approx(-value)


def test_many_players_have_their_pure_equilibria() -> None:
    """Three who all want the same action: both unanimous profiles."""
    payoffs = np.zeros((3, 2, 2, 2))
    for profile in product(range(2), repeat=3):
        payoffs[(slice(None), *profile)] = 1.0 if len(set(profile)) == 1 else 0.0
    assert found(payoffs) == [(1, 1, 1), (1, 1, 1)]
    large = np.eye(MOST)
    assert len(nash_payoffs(np.stack([large, large]))) == MOST
