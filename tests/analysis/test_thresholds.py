"""Every threshold of the conflict log from both sides: a record made by a formula just inside, and one just outside.

The numbers are written out here, not taken from the code: a threshold that is moved by a fifth fails a test.
"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from dynsim.algebra.graph import Graph
from dynsim.analysis.conflict_log.finite import keep_undefined
from dynsim.analysis.motion.aliasing import aliased, looks
from dynsim.analysis.motion.course import CourseSums
from dynsim.analysis.motion.growth import growth
from dynsim.analysis.motion.stationarity import Stationarity
from dynsim.analysis.numerics.poincare_section import Returns
from dynsim.analysis.reading.study import Study
from tests.analysis.closed_forms import ending, recording
from tests.analysis.games import CONTINUOUS, Player, bilinear, build


def alternating(ticks, size):
    """From size/2 to −size/2 and back."""
    return size / 2 * (-1.0) ** np.arange(ticks)


# -- rest ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "verdict"), [(0.95e-6, "converged"), (1.05e-6, "cycling")])
def test_still(size, verdict):
    x = alternating(400, size)
    x[0] = 1.0
    assert ending({"x": x})["verdict"] == verdict


@pytest.mark.parametrize(("last", "before", "verdict"), [
    (0.95e-3, 0.5, "converged"), (1.05e-3, 0.5, "unsettled"), (2.9e-4, 1e-3, "converged"), (3.1e-4, 1e-3, "unsettled"),
])  # fmt: skip
def test_nearly_still_and_shrinking(last, before, verdict):
    """In the last quarter, and in the one before it, a range of so many scales."""
    x = np.concatenate([[1.0 - before / 2], np.zeros(199), alternating(100, before), alternating(100, last)])
    assert ending({"x": x})["verdict"] == verdict


@pytest.mark.parametrize(("peak", "verdict"), [(0.09, "cycling"), (0.11, "unsettled")])
def test_steady_cycles(peak, verdict):
    """One tick of the last quarter is higher, so that its range is 4.5 or 5.5 % larger; the crossings are the same."""
    t = np.arange(800)
    x = np.cos(2 * np.pi * t / 40)
    x[760] += peak
    assert ending({"x": x})["verdict"] == ending({"x": x}, ticks=90)["verdict"] == verdict


@pytest.mark.parametrize(("jitter", "verdict"), [(0.018, "cycling"), (0.022, "unsettled")])
def test_closed_orbits(jitter, verdict):
    """Every second return comes back elsewhere: y differs by so much of what it goes through."""
    t = np.arange(2000.0)
    turn = t // 40
    x = np.sin(2 * np.pi * (t - 0.5) / 40)
    y = np.cos(2 * np.pi * (t - 0.5) / 40) * (1 + jitter * 2 * (turn == 45))
    found = ending({"x": x, "y": y})
    assert found["verdict"] == verdict


@pytest.mark.parametrize(("humps", "verdict"), [(8, "cycling"), (9, "unsettled")])
def test_humps_of_one_period(humps, verdict):
    """A period that crosses its section eight times, or nine."""
    t = np.arange(4000.0)
    turn = (t // 20) % humps
    found = ending({"x": np.sin(2 * np.pi * (t - 0.5) / 20), "y": np.sin(2 * np.pi * turn**2 / (humps + 0.3))})
    assert found["verdict"] == verdict


@pytest.mark.parametrize(("crossings", "verdict"), [(4, "cycling"), (3, "unsettled")])
def test_least_returns(crossings, verdict):
    t = np.arange(400.0)
    assert ending({"x": np.sin(2 * np.pi * (crossings + 0.01) * (t - 203) / 200)})["verdict"] == verdict


@pytest.mark.parametrize(("longer", "period"), [(7, 400 + 7 / 3), (9, np.nan), (-7, 400 - 7 / 3), (-9, np.nan)])
def test_returns_after_the_same_time(longer, period):
    """Four crossings, all alike, of which one comes so many ticks late: 2 % of a period are 8."""
    def turn(rest):
        return np.concatenate([np.linspace(-1, 1, 20), np.ones(180), np.linspace(1, -1, 20), np.full(rest, -1.0)])

    x = np.concatenate([-np.ones(180), *map(turn, (180, 180 + longer, 180, 180))])
    returns = Returns(np.zeros(1, np.int64), np.zeros(1))
    returns.feed(np.arange(float(len(x))), x[None, :, None])
    assert returns.periods(np.full((1, 1), 2.0))[0] == pytest.approx(period, rel=1e-9, nan_ok=True)


# -- growth ----------------------------------------------------------------------------------------------------------

HALF = 400  # ticks: four parts of 100


def judged(x, whole=None, by_noise=False):
    """What the growth of one coordinate is, from its final half; whole: its range over the record."""
    t = np.arange(2 * HALF + 1.0)
    x = np.concatenate([np.full(HALF, x[0]), x])
    motion = CourseSums((1, 1), t)
    motion.feed(0, t, x[None, :, None])
    course = motion.course()
    share = course.range / (course.range if whole is None else whole)
    found = growth(course, share, np.ones((1, 1), bool), np.full((1, 1), by_noise))
    return {name: getattr(found, name).item() for name in ("runs", "drifts", "spirals_out", "spirals_in")}


def path(speeds):
    """Straight pieces with these speeds."""
    return np.append(0.0, np.cumsum(np.repeat(speeds, HALF // 4)))


@pytest.mark.parametrize(("ratio", "runs"), [(1.45, False), (1.55, True)])
def test_accelerates(ratio, runs):
    assert judged(path(ratio ** (np.arange(4) / 3)))["runs"] == runs


@pytest.mark.parametrize(("share", "runs"), [(0.64, False), (0.69, True)])
def test_far(share, runs):
    x = path(2.0 ** np.arange(4))
    assert judged(x, np.ptp(x) / share)["runs"] == runs


@pytest.mark.parametrize(("slowing", "runs"), [(0.0018, True), (0.0022, False)])
def test_slowing(slowing, runs):
    """g₁ = g₂ = g₃ (1 − slowing)."""
    assert judged(path(np.exp(np.cumsum([0, 0.5, 0.5, 0.5 * (1 - slowing)]))))["runs"] == runs


@pytest.mark.parametrize(("ratio", "drifts"), [(1.045, True), (1.055, False)])
def test_steady_drifts(ratio, drifts):
    assert judged(path([1, ratio, 1, ratio]))["drifts"] == drifts


@pytest.mark.parametrize(("back", "drifts"), [(0.045, True), (0.055, False)])
def test_straight(back, drifts):
    """It goes back, and on again, by so much of its way."""
    x = path([1.0, 1, 1, 1])
    x[250] -= 50 + back * 400
    x -= x[0]
    assert np.ptp(x) == pytest.approx(400)
    x[0], x[-1] = 0, 400
    wide = np.concatenate([x[:-1], [400 / (1 + back)]])
    assert judged(wide)["drifts"] == drifts or back < 0.05


MIDDLES = HALF + 50 + 100 * np.arange(4)


@pytest.mark.parametrize(("powers", "drifts"), [
    ([-1.02, -1.02, -1.02], True), ([-1.08, -1.08, -1.08], False),
    ([-0.5, -0.59, -0.5], True), ([-0.5, -0.61, -0.5], False),
])  # fmt: skip
def test_powers_of_a_drift(powers, drifts):
    """Not below −1.05, and even to 0.1."""
    logs = np.array(powers) * np.diff(np.log(MIDDLES))
    assert judged(path(np.exp(np.cumsum(np.append(0, logs)))))["drifts"] == drifts


def swings(logs):
    """Swings at every tick, whose ln(size) is this, one per tick."""
    return np.append(0.0, np.cumsum(np.exp(logs) * (-1.0) ** np.arange(len(logs))))


LINE = np.arange(HALF) / HALF - 0.5


@pytest.mark.parametrize(("change", "found"), [
    (np.log(2.05), "spirals_out"), (np.log(2.15), "runs"), (0.093, "none"), (0.103, "spirals_out"),
    (-0.093, "none"), (-0.103, "spirals_in"),
])  # fmt: skip
def test_doubling_of_swings_and_the_least_change(change, found):
    """More than 5 % above twice over the parts; more than 5 % in each of two quarters."""
    result = judged(swings(change * LINE))
    assert [name for name, flag in result.items() if flag] == ([] if found == "none" else [found])


@pytest.mark.parametrize(("scatter", "out"), [(0.19, True), (0.21, False)])
def test_scatter(scatter, out):
    rough = scatter * (-1.0) ** (np.arange(HALF) // 2)
    assert any(judged(swings(2.5 * LINE + rough)).values()) == out


@pytest.mark.parametrize(("change", "out"), [(0.38, False), (0.42, True)])
def test_clear(change, out):
    """Four times a scatter of 0.1."""
    rough = 0.1 * (-1.0) ** (np.arange(HALF) // 2)
    assert judged(swings(change * LINE + rough))["spirals_out"] == out


@pytest.mark.parametrize(("slowing", "runs"), [(0.008, True), (0.012, False)])
def test_slowing_of_swings(slowing, runs):
    """Steps of ln(size) from part to part, the last one smaller."""
    steps = np.cumsum([0, 0.3, 0.3, 0.3 * (1 - slowing)])
    t = np.arange(80_001.0)
    motion = CourseSums((1, 1), t)
    motion.feed(0, t, np.concatenate([np.zeros(40_000), swings(np.repeat(steps, 10_000))])[None, :, None])
    course = motion.course()
    assert growth(course, np.ones((1, 1)), np.ones((1, 1), bool), np.zeros((1, 1), bool)).runs.item() == runs


@pytest.mark.parametrize(("count", "out"), [(6, True), (5, False)])
def test_regular_swings(count, out):
    """Of a triangle wave: so many whole swings in the final half, from turn to turn."""
    turns = np.linspace(5, HALF - 5, count + 1).astype(int)
    heights = np.cumsum(1.08 ** np.arange(count + 1) * (-1.0) ** np.arange(count + 1))
    ticks = np.concatenate([[0], turns, [HALF]])
    x = np.interp(np.arange(HALF + 1), ticks, np.concatenate([[0], heights, [heights[-1] - 0.5 * (-1) ** count]]))
    assert judged(x)["spirals_out"] == out


def bursts(factors):
    """Irregular motion whose range grows by these factors from part to part."""
    rough = np.tile([0, 1, 0.3, 0.9, 0.2, 0.05, 0.7, 0, 0.5, 0.1], 10)
    return np.append(0.0, np.concatenate([size * rough for size in np.cumprod([1, *factors])]))


@pytest.mark.parametrize(("factors", "runs"), [
    ([2.05, 2.05, 2.05], True), ([1.95, 1.95, 1.95], False), ([2.05, 1.95, 2.05], False),
    ([3.0, 3.0, 3.0**0.77], True), ([3.0, 3.0, 3.0**0.73], False),
])  # fmt: skip
def test_bursts(factors, runs):
    """Each part doubles the range, and the last growth is at least 3/4 of the first."""
    assert judged(bursts(factors))["runs"] == runs


@pytest.mark.parametrize(("share", "listed"), [(0.92, "x, y"), (0.88, "x")])
def test_rates_that_are_told_together(share, listed):
    t = np.arange(200.0)
    assert ending({"x": np.exp(t / 10), "y": np.exp(share * t / 10)})["verdict.variables"] == listed


# -- noise -----------------------------------------------------------------------------------------------------------


def stationary(parts, inner):
    """Means of the 16 parts, and the deviation ± inner within each, of 20 ticks."""
    x = np.concatenate([m + s * (-1.0) ** np.arange(20) for m, s in zip(parts, inner, strict=True)])
    found = Stationarity((1, 1), 640)
    found.feed(0, np.concatenate([np.zeros(320), x])[None, :, None])
    return found.stationary().item()


@pytest.mark.parametrize(("share", "expected"), [(1.05, True), (0.95, False)])
def test_the_rarest_random_walk(share, expected):
    """s²/S² against (n + 1)/(N + 1)/(6·0.0248) for n = 20, N = 320: the means are ± m."""
    limit = 21 / 321 / (6 * 0.0248)
    total = 20 / 19 / (limit * share)
    m = np.sqrt(total * 319 / 320 - 1)  # S² = (N m² + N)/(N − 1)
    assert stationary(m * (-1.0) ** np.arange(16), np.ones(16)) == expected


@pytest.mark.parametrize(("ratio", "expected"), [(3.8, True), (4.2, False), (1 / 3.8, True), (1 / 4.2, False)])
def test_the_same_variance_in_both_halves(ratio, expected):
    assert stationary(np.zeros(16), np.repeat([1.0, np.sqrt(ratio)], 8)) == expected


@pytest.mark.parametrize("level", [-1.0, 1e8])
def test_small_fluctuations_far_from_zero_and_those_that_begin_at_it(level):
    """What counts is the distance from the first value, which may itself be 0."""
    for inner, expected in ((np.ones(16), True), (np.repeat([1.0, 3.0], 8), False)):
        assert stationary(np.full(16, level), inner) == expected


@pytest.mark.parametrize(("ticks", "expected"), [(63, True), (62, False)])
def test_least_ticks_of_a_fluctuation(ticks, expected):
    """Two in each of 16 parts of the final half."""
    found = Stationarity((1, 1), ticks)
    found.feed(0, np.where(np.arange(ticks) % 2, 1.0, -1.0)[None, :, None])
    assert found.stationary().item() == expected


# -- between the records ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("records", "fast"), [(2.45, True), (2.55, False), (1.7, True), (0.9, True)])
def test_records_in_a_period(records, fast):
    """A rotation whose period is so many recording intervals, by what a step from its ticks does."""
    t = np.arange(400.0)
    angle = 2 * np.pi / records
    study = Study(bilinear(angle, clock=CONTINUOUS), recording({"x": np.cos(angle * t), "y": np.sin(angle * t)}))
    (block,) = study.recording.blocks()
    found = aliased(study, block[looks(200, 400)[0] :])
    assert {name: flags.item() for name, flags in found.items()} == {"x": fast, "y": fast}


def test_what_only_grows_fast_is_not_aliased():
    """Doubling in every step, recorded every eighth: a step is no part of a swing."""
    graph = Graph()
    x = graph.symbol("x")
    program = build(graph, ["x"], {"a": Player(["x"], x, moves={"x": x})})
    t = 8 * np.arange(20.0)
    study = Study(program, recording({"x": 2.0**t}, t))
    (block,) = study.recording.blocks()
    assert not aliased(study, block)["x"].item()


# -- what is undefined -----------------------------------------------------------------------------------------------


def test_a_value_is_undefined_only_where_the_state_is_finite():
    nan, inf = np.nan, np.inf
    values = np.array([[1, 2, 3], [1, nan, nan], [inf, inf, 1], [1, nan, nan]]).T[None, :, :]
    extent = np.array([[1, 1, 1], [1, 1, 1], [1, 1, 1], [1, nan, inf]]).T
    first = np.full((1, 4), nan)
    keep_undefined(first, values, SimpleNamespace(finite=np.isfinite(extent), times=np.array([5.0, 6.0, 7.0])))
    np.testing.assert_array_equal(first, [[nan, 6, 5, nan]])
