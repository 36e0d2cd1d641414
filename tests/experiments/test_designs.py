"""What designs promise: which points they have, in which order."""

from collections.abc import Sequence

import numpy as np
import pytest

from dynsim.experiments.axis import Axis
from dynsim.experiments.design.base import DESIGNS, make
from dynsim.experiments.design.grid import Grid
from dynsim.experiments.design.latin_hypercube import LatinHypercube
from dynsim.experiments.design.sobol import Sobol
from dynsim.experiments.design.zip import Zip

A = Axis("a", (1, 2), "listed")
B = Axis("b", ("x", "y", "z"), "listed")
LINEAR = Axis("l", (-2, 6), "linear")
LOG = Axis("g", (0.01, 100), "log")


def unit(points: Sequence[tuple[float, ...]]) -> np.ndarray:
    """The points of LINEAR and LOG, moved back into the unit square."""
    values = np.array(points)
    return np.stack([(values[:, 0] + 2) / 8, (np.log10(values[:, 1]) + 2) / 4], axis=1)


def test_the_last_axis_of_a_grid_changes_fastest() -> None:
    expected = [(1, "x"), (1, "y"), (1, "z"), (2, "x"), (2, "y"), (2, "z")]
    assert list(Grid().points([A, B])) == expected
    assert Grid().count([A, B]) == len(expected)


def test_a_zip_goes_along_all_axes() -> None:
    assert list(Zip().points([A, Axis("c", (5, 6), "listed")])) == [(1, 5), (2, 6)]
    assert Zip().count([A, A]) == 2


@pytest.mark.parametrize("name", DESIGNS.names())
def test_without_axes_there_is_one_point_or_only_ranges(name: str) -> None:
    """Variants alone are an experiment; and which structures there are is asked with the structural axes alone."""
    design = DESIGNS.get(name)
    if not design.ranges:
        assert list(design().points([])) == [()]


@pytest.mark.parametrize("n", [1, 7, 40])
def test_a_latin_hypercube_has_one_point_in_each_stratum(n: int) -> None:
    points = list(LatinHypercube(n, seed=3).points([LINEAR, LOG]))
    strata = np.floor(unit(points) * n).astype(int)
    assert [sorted(column) for column in strata.T] == [list(range(n))] * 2
    assert LatinHypercube(n, seed=3).count([LINEAR, LOG]) == n


@pytest.mark.parametrize("m", [0, 3, 6])
def test_sobol_points_are_balanced(m: int) -> None:
    """Each elementary interval of area 2^-m has exactly one point: in both axes alone, and in all rectangles."""
    n = 2**m
    where = unit(list(Sobol(n, seed=5).points([LINEAR, LOG])))
    for k in range(m + 1):
        cells = np.floor(where * [2**k, 2 ** (m - k)]).astype(int)
        assert len({tuple(cell) for cell in cells}) == n


@pytest.mark.parametrize("kind", [LatinHypercube, Sobol])
def test_points_are_those_of_the_seed(kind: type) -> None:
    first, again, other = (list(kind(8, seed=seed).points([LINEAR, LOG])) for seed in (1, 1, 2))
    assert first == again != other
    assert all(-2 <= a <= 6 and 0.01 <= b <= 100 and type(a) is float for a, b in first)


def test_settings_are_read_as_those_of_a_rule() -> None:
    assert make("sobol", {"n": 16}, lambda key, raw: raw, lambda key, raw: raw) == Sobol(16, 0)
