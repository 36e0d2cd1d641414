"""Branches that are followed: folds, period doubling, the onset of oscillation, basins. Against known answers."""

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

from dynsim.errors import InputError
from dynsim.experiments.search.attractor import Advance, Course, periods
from dynsim.experiments.search.basins import Basin, basins, matched
from dynsim.experiments.search.continuation import Change, Continuation, continuation

FOLD = 2.0 / (3.0 * np.sqrt(3.0))  # .3849001795
FLIP, DOUBLED, WINDOW = 9.523809524, 12.906015253, 17.896089020
Step = Callable[[np.ndarray, np.ndarray], np.ndarray]


def map_of(step: Step, steps: int, kept: int, every: int = 1) -> Advance:
    """`steps` steps, of which the last `kept` moments, `every` steps apart, are the record."""

    def advance(parameters: np.ndarray, states: np.ndarray) -> Course:
        record, start, states = [], states, np.moveaxis(states, 1, 0)  # the variables first
        for k in range(1, steps + 1):
            states = step(parameters[:, None], states)
            if k > steps - kept * every and (steps - k) % every == 0:
                record.append(np.moveaxis(states, 0, 1))
        return Course(np.where(np.isfinite(record[-1]), record[-1], start), np.array(record))

    return advance


def runge_kutta(flow: Step, dt: float) -> Step:
    def step(p: np.ndarray, x: np.ndarray) -> np.ndarray:
        a = flow(p, x)
        b = flow(p, x + dt / 2.0 * a)
        c = flow(p, x + dt / 2.0 * b)
        return x + dt / 6.0 * (a + 2.0 * b + 2.0 * c + flow(p, x + dt * c))

    return step


# A step of Euler's method has the fixed points, and so the folds, of the flow.
folds = map_of(lambda mu, x: x + 0.25 * (mu + x - x**3), 160, 120)
replicator = map_of(lambda alpha, p: p / (p + (1.0 - p) * np.exp(alpha * (p - 0.7))), 900, 300)


@cache
def hysteresis() -> Continuation:
    return continuation(folds, np.linspace(-0.8, 0.8, 9), [[-1.0, -1.2]], tolerance=1e-4, patience=12)


@cache
def doublings() -> Continuation:
    return continuation(replicator, np.linspace(9.0, 13.4, 5), [[0.4]], tolerance=2e-6)


def holds(change: Change, value: float) -> bool:
    return change.low <= value <= change.high


def test_folds_are_where_they_are() -> None:
    """x' = μ + x − x³: both replicas jump at .3849001795 on the way up, and at −.3849001795 on the way down."""
    found = hysteresis().changes
    assert [(c.way, c.replica, c.kind) for c in found] == [
        ("up", 0, "jump"), ("up", 1, "jump"), ("down", 0, "jump"), ("down", 1, "jump"),
    ]
    for change in found:
        fold = FOLD if change.way == "up" else -FOLD
        assert holds(change, fold)
        assert change.high - change.low < 2e-3


def test_between_the_folds_the_way_matters() -> None:
    found = hysteresis()
    assert found.hysteresis(0) == pytest.approx((-FOLD, FOLD), abs=1e-3)
    np.testing.assert_array_equal(found.bistable[:, 0], np.abs(found.up.values) < FOLD)
    assert (found.up.periods == 1).all()
    x = found.up.states[:, 0, 0]
    np.testing.assert_allclose(found.up.values + x - x**3, 0.0, atol=1e-6)


def test_a_map_doubles_its_period() -> None:
    """p ← p/(p + (1 − p)e^{α(p − .7)}): period 2 from α = 2/(.7·.3) = 9.523809524, period 4 from 12.906015253.

    On the way up they are located to 1e-5 and 5e-5; on the way down they lie in the interval that critical slowing
    leaves.
    """
    found = doublings().changes
    assert {c.kind for c in found} == {"period doubling"}
    assert [(c.way, c.before, c.after) for c in found] == [
        ("up", 1, 2), ("up", 2, 4), ("down", 4, 2), ("down", 2, 1),
    ]
    for change, value in zip(found, (FLIP, DOUBLED, DOUBLED, FLIP), strict=True):
        assert holds(change, value)
    assert found[0].value == pytest.approx(FLIP, abs=1e-5)
    assert found[1].value == pytest.approx(DOUBLED, abs=5e-5)
    assert doublings().hysteresis(0) is None


def test_the_extremes_are_those_of_the_cycle() -> None:
    """At α = 12.3 the two points of the cycle are each other's image."""
    up = doublings().up
    low, high = up.low[3, 0, 0], up.high[3, 0, 0]
    assert up.periods[3, 0] == 2
    for a, b in ((low, high), (high, low)):
        assert a / (a + (1.0 - a) * np.exp(12.3 * (a - 0.7))) == pytest.approx(b, abs=1e-6)


def test_a_window_of_period_three_ends_where_it_does() -> None:
    """Followed down, the cycle of three points vanishes at α = 17.896089020, and chaos follows."""
    found = continuation(replicator, [17.8, 17.9, 18.0], [[0.4]], tolerance=5e-6)
    (change,) = [c for c in found.changes if c.way == "down"]
    assert (change.kind, change.before, change.after) == ("period", 3, 0)
    assert change.value == pytest.approx(WINDOW, abs=1e-5)
    (upwards,) = [c for c in found.changes if c.way == "up"]
    assert holds(upwards, WINDOW)


def test_the_brusselator_oscillates_from_b_on() -> None:
    """x' = A + x²y − (B + 1)x, y' = Bx − x²y has its Hopf bifurcation at B = 1 + A² = 2 for A = 1."""

    def flow(b: np.ndarray, s: np.ndarray) -> np.ndarray:
        x, y = s
        return np.stack([1.0 + x * x * y - (b + 1.0) * x, b * x - x * x * y])

    advance = map_of(runge_kutta(flow, 0.2), 300, 150, every=2)
    found = continuation(advance, [1.6, 1.8, 2.1, 2.4], [[1.1], [1.1]], tolerance=1e-3, patience=12).changes
    assert [(c.way, c.kind) for c in found] == [("up", "oscillation"), ("down", "oscillation")]
    for change in found:
        assert holds(change, 2.0)
        assert change.high - change.low < 0.08


def test_a_steep_branch_is_no_jump() -> None:
    """x' = tanh(50μ) − x moves by as much as at a fold, and comes back."""
    steep = map_of(lambda mu, x: x + 0.5 * (np.tanh(50.0 * mu) - x), 60, 30)
    found = continuation(steep, np.linspace(-0.5, 0.5, 11), [[0.0]])
    assert found.changes == ()
    assert not found.bistable.any()


def test_a_logarithmic_axis_is_halved_in_its_logarithm() -> None:
    """Beyond 10 the state is 1 for ever. Over four decades, a thousandth is a factor of 10^.004."""
    latch = map_of(lambda p, x: np.where(p > 10.0, 1.0, x), 12, 6)
    found = continuation(latch, [0.1, 1.0, 100.0, 1000.0], [[0.0]], tolerance=1e-3, log=True)
    (change,) = found.changes
    assert (change.kind, change.way) == ("jump", "up")
    assert holds(change, 10.0)
    assert change.high / change.low < 10**0.004
    assert change.value == pytest.approx(np.sqrt(change.low * change.high), rel=1e-12)


def test_critical_slowing_is_no_jump() -> None:
    """x' = μx − x³ splits in two at μ = 0 without a jump. There itself x decays like t^(−1/2) and takes for ever."""
    pitchfork = map_of(lambda mu, x: x + 0.25 * (mu * x - x**3), 160, 80)
    found = continuation(pitchfork, [-0.9, -0.6, -0.3, 0.0, 0.3, 0.6], [[0.5]], tolerance=1e-2, patience=8)
    assert found.changes == ()
    assert not found.bistable.any()
    assert found.down.drifting[:, 0].tolist() == [False, False, True, False, False, False]
    np.testing.assert_allclose(found.up.high[4:, 0, 0] ** 2, [0.3, 0.6], rtol=1e-4)


def test_basins_have_their_shares() -> None:
    """x' = .2 + x − x³: starts uniform on (−2, 2) end below if they start left of the middle root −.2091, in a share of
    .4477. 400 starts, seed 1: the 95 % interval is ±.05."""
    middle = min(np.roots([-1.0, 0.0, 1.0, 0.2]).real, key=abs)
    starts = np.random.default_rng(1).uniform(-2.0, 2.0, (1, 400))
    ((above, below),) = basins(folds, [0.2], [starts])
    assert (below.low, below.high) != (above.low, above.high)
    assert below.low <= (middle + 2.0) / 4.0 <= below.high
    assert below.share == (starts < middle).mean()
    np.testing.assert_array_equal(below.replicas, np.flatnonzero(starts[0] < middle))
    assert below.period == 1
    np.testing.assert_allclose(above.extremes[:, 0], max(np.roots([-1.0, 0.0, 1.0, 0.2]).real), rtol=1e-6)


def test_attractors_keep_their_numbers_where_they_continue() -> None:
    """−1, then ±1, then +1.1 alone, and in the end 0: far from both."""
    def there(*ends: float) -> tuple[Basin, ...]:
        return tuple(Basin(1.0, 0.9, 1.0, np.arange(2), np.full((2, 1), end), 1) for end in ends)

    assert matched([there(-1.0), there(1.0, -1.0), there(1.1), there(0.0)]) == [(0,), (1, 0), (1,), (2,)]
    assert matched([(), ()]) == [(), ()]


def test_all_phases_of_a_cycle_are_one_attractor() -> None:
    starts = np.random.default_rng(2).uniform(0.05, 0.95, (1, 50))
    ((cycle,),) = basins(replicator, [12.0], [starts])
    assert (cycle.share, cycle.period) == (1.0, 2)


def test_near_ends_are_linked_through_others() -> None:
    """Where every state is at rest, ends .008 apart make one attractor with `tolerance` .01, and a gap makes two."""
    starts = [[*(1.0 - 0.008 * np.arange(20)), 0.5]]
    (found,) = basins(map_of(lambda p, x: x, 12, 6), [0.0], [starts], tolerance=0.01)
    assert [len(basin.replicas) for basin in found] == [20, 1]


def test_what_diverges_is_in_no_basin() -> None:
    advance = map_of(lambda p, x: np.where(np.abs(x) > 1.0, np.nan, p * x), 60, 30)
    ((rest,),) = basins(advance, [0.5], [[[0.5, 2.0, -0.5, 3.0]]])
    assert rest.share == 0.5
    assert rest.replicas.tolist() == [0, 2]


def test_periods_are_counted_in_moments() -> None:
    k = np.arange(24.0)
    record = np.stack([k % 3, 0.0 * k, k % 7, k, 10.0 + 0.01 * k], axis=1)[:, None]
    np.testing.assert_array_equal(periods(record), [3, 1, 7, 0, 0])


@pytest.mark.parametrize(
    ("values", "states", "message"),
    [
        ([1.0, 2.0], [[0.0]], "three or more numbers in ascending order"),
        ([1.0, 3.0, 2.0], [[0.0]], "three or more numbers in ascending order"),
        ([1.0, 2.0, 3.0], [0.0], r"an array \(variables, replicas\), got shape \(1,\)"),
    ],
)
def test_wrong_arguments_are_told(values: list, states: list, message: str) -> None:
    with pytest.raises(InputError, match=message):
        continuation(folds, values, states)


def test_a_record_has_moments_enough() -> None:
    with pytest.raises(InputError, match="a record needs 6 moments or more, got 5"):
        continuation(map_of(lambda p, x: x, 10, 5), [0.0, 1.0, 2.0], [[0.0]])
