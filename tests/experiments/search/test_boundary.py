"""Boundaries over two parameters: lengths, work, whole curves, categories, noise."""

import numpy as np
import pytest

from dynsim.errors import InputError
from dynsim.experiments.search.boundary import Boundary, Curve, Measured, Scale, boundary

UNIT = Scale(0.0, 1.0)
RADIUS = 0.3


def disc(points: np.ndarray) -> Measured:
    return Measured(((points - 0.5) ** 2).sum(axis=1))


def inside(points: np.ndarray) -> Measured:
    return Measured(np.where(disc(points).values < RADIUS**2, "in", "out"))


def length(curve: Curve) -> float:
    points = np.vstack([curve.points, curve.points[:1]]) if curve.closed else curve.points
    return float(np.hypot(*np.diff(points, axis=0).T).sum())


def slope(found: Boundary) -> float:
    """Of log2(cells) over levels, from the second level on."""
    cells = np.log2(found.cells[1:])
    return float(np.polyfit(np.arange(len(cells)), cells, 1)[0])


def test_a_circle_has_its_circumference() -> None:
    """The length of the polygon approaches 2πr as the square of the cells' width: its error falls by 4 a level."""
    errors = []
    for levels in (1, 2, 3, 4, 5):
        (curve,) = boundary(disc, UNIT, UNIT, RADIUS**2, levels=levels).curves
        assert curve.closed
        assert curve.between == ("above", "below")
        errors.append(abs(length(curve) / (2.0 * np.pi * RADIUS) - 1.0))
    assert errors[-1] < 3e-5
    assert np.polyfit(range(5), np.log2(errors), 1)[0] == pytest.approx(-2.0, abs=0.2)


def test_a_circle_of_categories_has_its_circumference() -> None:
    lengths = [length(boundary(inside, UNIT, UNIT, levels=levels).curves[0]) for levels in (2, 3, 4, 5)]
    errors = np.abs(np.array(lengths) / (2.0 * np.pi * RADIUS) - 1.0)
    assert (np.diff(errors) < 0.0).all()
    assert errors[-1] < 2e-4


def test_a_hyperbola_is_found_between_its_borders() -> None:
    """20η(1 + L) = 9.5238, where replicator dynamics with lookahead lose their stability, over (η, L)."""
    found = boundary(
        lambda p: Measured(20.0 * p[:, 0] * (1.0 + p[:, 1])), Scale(0.1, 0.6), Scale(0.0, 3.0), 9.5238, levels=5
    )
    (curve,) = found.curves
    assert not curve.closed
    eta, ahead = curve.points.T
    np.testing.assert_allclose(20.0 * eta * (1.0 + ahead), 9.5238, rtol=1e-4)
    ends = curve.points[[0, -1]]
    np.testing.assert_allclose(ends[np.argsort(ends[:, 1])], [[0.47619, 0.0], [0.119048, 3.0]], rtol=1e-4)
    assert slope(found) == pytest.approx(1.0, abs=0.15)


def test_where_random_modules_lose_their_stability() -> None:
    """σ√n(1 + τ) = d over (σ, τ) for n = 16 and d = 1 (Sommers et al. 1988): σ = 1/(4(1 + τ))."""
    found = boundary(
        lambda p: Measured(4.0 * p[:, 0] * (1.0 + p[:, 1]) >= 1.0), Scale(0.05, 1.0), Scale(-0.9, 0.9), levels=5
    )
    (curve,) = found.curves
    assert curve.between == ("False", "True")
    sigma, tau = curve.points.T
    np.testing.assert_allclose(sigma * (1.0 + tau), 0.25, atol=2.0 * found.cell / 32)


@pytest.mark.parametrize("evaluate", [disc, inside])
def test_the_work_grows_like_the_length(evaluate) -> None:
    """Twice as many cells a level, where an area would have four times as many."""
    found = boundary(evaluate, UNIT, UNIT, RADIUS**2 if evaluate is disc else None, levels=6)
    assert slope(found) == pytest.approx(1.0, abs=0.15)
    assert found.cell == 2.0**-9


def test_every_point_is_evaluated_once() -> None:
    asked = []

    def evaluate(points: np.ndarray) -> Measured:
        asked.append(points)
        return inside(points)

    found = boundary(evaluate, UNIT, UNIT, levels=3)
    everywhere = np.concatenate(asked)
    assert len(np.unique(everywhere, axis=0)) == len(everywhere) == len(found.points) == len(found.sides)


def test_curves_are_whole_wherever_they_go() -> None:
    """A curve that leaves the cells which the corners of the first grid show: it is followed through all others."""

    def waves(points: np.ndarray) -> Measured:
        return Measured(points[:, 1] - 0.5 - 0.23 * np.sin(16.0 * np.pi * points[:, 0] + 0.3))

    found = boundary(waves, UNIT, UNIT, 0.0, start=8, levels=4)
    (curve,) = found.curves
    assert sorted(curve.points[[0, -1], 0]) == [0.0, 1.0]
    assert np.ptp(curve.points[:, 1]) == pytest.approx(0.46, abs=found.cell)


def test_three_categories_meet_in_a_point() -> None:
    def thirds(points: np.ndarray) -> Measured:
        angle = np.arctan2(points[:, 1] - 0.47, points[:, 0] - 0.52)
        return Measured(np.select([np.abs(angle) < 1.0, angle >= 1.0], ["a", "b"], "c"))

    found = boundary(thirds, UNIT, UNIT, levels=5)
    assert sorted(curve.between for curve in found.curves) == [("a", "b"), ("a", "c"), ("b", "c")]
    for curve in found.curves:
        assert not curve.closed
        assert np.hypot(*(curve.points - [0.52, 0.47]).T).min() < 2.0 * 2.0**-8


@pytest.mark.parametrize("level", [0.001, -0.001])
def test_a_saddle_has_two_curves(level: float) -> None:
    """(x − ½)(y − ½) = ±.001: the middle of the cell around the saddle is below, or above, the level, so that each of
    the two curves stays in a quadrant of its own."""
    found = boundary(lambda p: Measured((p[:, 0] - 0.5) * (p[:, 1] - 0.5)), UNIT, UNIT, level, start=5, levels=0)
    assert len(found.curves) == 2
    for curve in found.curves:
        assert (np.sign(curve.points - 0.5) == np.sign(curve.points[0] - 0.5)).all()


def test_points_that_failed_have_a_border() -> None:
    def failing(points: np.ndarray) -> Measured:
        return Measured(np.where(points[:, 0] > 0.7, np.nan, points[:, 1] - 0.5))

    found = boundary(failing, UNIT, UNIT, 0.0, levels=4)
    kinds = {curve.between for curve in found.curves}
    assert kinds == {("above", "below"), ("above", "failed"), ("below", "failed")}


def test_the_uncertainty_is_that_of_the_values() -> None:
    """x/2 + y with a standard error of .01 everywhere: ±1.96·.01 on the values move the line by that over the slope
    √1.25, at right angles to it."""
    found = boundary(
        lambda p: Measured(p[:, 0] / 2.0 + p[:, 1], np.full(len(p), 0.01)), UNIT, UNIT, 0.7, start=4, levels=2
    )
    (curve,) = found.curves
    middle = slice(2, -2)
    for moved, sign in ((curve.low, -1.0), (curve.high, 1.0)):
        shift = (moved - curve.points)[middle]
        np.testing.assert_allclose(shift, sign * 0.0195996 * np.array([[0.5, 1.0]]) / 1.25 + 0.0 * shift, rtol=1e-5)
    assert found.message == ""


@pytest.mark.parametrize(("values", "halvings"), [("share", 2), ("category", 3), ("bent", 2)])
def test_a_vertex_lies_between_two_points_that_differ(values: str, halvings: int) -> None:
    """A jump at x + y/3 = .611, or a number with slopes of 1 below and of 100 above: the interval of each vertex is the
    last part of a halved edge, and holds the line."""

    def evaluate(points: np.ndarray) -> Measured:
        beyond = points @ [1.0, 1.0 / 3.0] - 0.611
        kinds = {"share": 0.5 + 0.5 * np.sign(beyond), "category": beyond > 0.0}
        return Measured(kinds.get(values, 0.5 + np.where(beyond > 0.0, 100.0 * beyond, beyond)))

    found = boundary(evaluate, UNIT, UNIT, None if values == "category" else 0.5, levels=3)
    (curve,) = found.curves
    np.testing.assert_allclose(np.hypot(*(curve.high - curve.low).T), found.cell / 2**halvings)
    ends = np.sort([curve.low @ [1.0, 1.0 / 3.0], curve.high @ [1.0, 1.0 / 3.0]], axis=0)
    assert (ends[0] <= 0.611).all()
    assert (ends[1] >= 0.611).all()


def test_refinement_ends_in_the_noise() -> None:
    rng = np.random.default_rng(1)

    def noisy(points: np.ndarray) -> Measured:
        return Measured(points[:, 0] - 0.4 + rng.normal(0.0, 0.01, len(points)), np.full(len(points), 0.01))

    found = boundary(noisy, UNIT, UNIT, 0.0, start=8, levels=8)
    assert found.cell >= 1 / 128
    assert found.message.startswith("refinement ended early: finer cells would follow the noise")
    assert len(found.points) < 2000


@pytest.mark.parametrize(("level", "told"), [(-1.0, "are above the level -1"), (9.0, "are below the level 9")])
def test_without_a_boundary_there_is_a_message(level: float, told: str) -> None:
    found = boundary(disc, UNIT, UNIT, level)
    assert found.curves == ()
    assert told in found.message
    assert "islands between them may be missed" in found.message


def test_axes_may_be_logarithmic() -> None:
    """xy = 1 over two logarithmic axes is a straight line there."""
    axis = Scale(0.1, 10.0, log=True)
    (curve,) = boundary(lambda p: Measured(np.log(p[:, 0] * p[:, 1])), axis, axis, 0.0, levels=2).curves
    np.testing.assert_allclose(curve.points.prod(axis=1), 1.0, rtol=1e-12)


def test_wrong_arguments_are_told() -> None:
    with pytest.raises(InputError, match="a start of 1 cell or more"):
        boundary(disc, UNIT, UNIT, 0.1, start=0)
