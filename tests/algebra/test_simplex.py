"""The projections onto the simplex and its tangent cone, against their definitions as nearest points."""

from itertools import product
from typing import Any

import numpy as np
import pytest

from dynsim.algebra.algorithms.simplex import ROUNDING, descending, in_tangent_cone, projected
from dynsim.algebra.graph import Graph
from dynsim.algebra.interpret import evaluate


def computed(function: Any, *vectors: Any) -> np.ndarray:
    """The function of vectors whose components are unknown to it."""
    graph = Graph()
    names = [[f"{name}{k}" for k in range(len(v))] for name, v in zip("xu", vectors, strict=False)]
    values = {n: float(e) for row, v in zip(names, vectors, strict=True) for n, e in zip(row, v, strict=True)}
    return np.array(evaluate(function(*[[graph.symbol(n) for n in row] for row in names]), values))


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_the_projection_is_the_nearest_point(n: int) -> None:
    """z is nearest to x among the simplex's points if (x − z)·(e_k − z) ≤ 0 for every corner e_k."""
    rng = np.random.default_rng(n)
    for x in [*rng.normal(0.3, 1.0, (20, n)), np.full(n, -2.0), np.full(n, 3.0), np.eye(n)[0] * 1.2]:
        z = computed(projected, x)
        assert (z >= 0).all()
        assert z.sum() == pytest.approx(1.0, abs=1e-12)
        assert max((x - z) @ (corner - z) for corner in np.eye(n)) < 1e-12


def test_a_point_of_the_simplex_stays_and_keeps_its_smallest_shares() -> None:
    inside = np.array([0.7, 0.3, 1e-300])
    np.testing.assert_array_equal(computed(projected, inside), inside)
    off = np.array([0.7, 0.3 + 0.9 * ROUNDING, 1e-300])
    np.testing.assert_array_equal(computed(projected, off), off / off.sum())
    below = computed(projected, [0.7, 0.3 - 0.9 * ROUNDING, 1e-300])
    assert below[2] == pytest.approx(1e-300)
    shifted = computed(projected, [0.7, 0.3 + 3 * ROUNDING, 1e-300])
    assert shifted[2] == 0.0
    assert computed(projected, [1.0 + 1e-13, -1e-13])[1] == 0.0


def test_the_network_sorts() -> None:
    for x in product((0.0, 1.0, 2.0, 3.0), repeat=4):
        assert computed(descending, x).tolist() == sorted(x, reverse=True)
    assert computed(descending, (5, 1, 4, 2, 3)).tolist() == [5, 4, 3, 2, 1]


def test_the_direction_is_the_nearest_that_stays_inside() -> None:
    """Against every choice of the components that stay at 0: the best one that is allowed."""
    rng = np.random.default_rng(1)
    for x in ([0.2, 0.3, 0.5], [1.0, 0.0, 0.0], [0.5, 0.5, 0.0], [0.0, 0.4, 0.6], [0.0, 0.0, 0.0, 1.0], [1.0]):
        for u in rng.normal(size=(12, len(x))):
            candidates = []
            for moves in product((False, True), repeat=len(x)):
                moving = np.array(moves) | (np.array(x) > 0)
                z = np.where(moving, u - u[moving].mean(), 0.0)
                if (z[np.array(x) == 0] >= 0).all():
                    candidates.append(z)
            nearest = min(candidates, key=lambda z: float(((z - u) ** 2).sum()))
            np.testing.assert_allclose(computed(in_tangent_cone, x, u), nearest, atol=1e-14)
