"""Growth, drift and spirals, against closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from tests.analysis.closed_forms import ending

TICKS = (8, 60, 401, 10_001)


def ended(x, t=None, **options):
    return ending({"x": x}, t, **options)


@pytest.mark.parametrize("ticks", TICKS)
@pytest.mark.parametrize("sign", [1, -1])
def test_an_exponential_runs_away_at_its_rate(ticks, sign):
    t = np.arange(float(ticks))
    found = ended(sign * np.exp(20 * t / ticks))
    assert found["verdict"] == "running away"
    assert found["verdict.rate"] == pytest.approx(np.expm1(20 / ticks), rel=1e-9)
    assert found["verdict.doubling_time"] == pytest.approx(np.log(2) * ticks / 20, rel=1e-9)
    assert found["verdict.size"] == pytest.approx(np.exp(20 * t[-1] / ticks), rel=1e-6)


@pytest.mark.parametrize("ticks", TICKS)
@pytest.mark.parametrize("power", [2, 3, 5])
def test_a_power_of_time_runs_away_like_p_over_t(ticks, power):
    """The last doubling time is t (2^{1/p} − 1); read from four speeds it is right to a few per cent."""
    t = np.arange(1.0, ticks + 1)
    found = ended(t**power, t, time=1.0, dt=1.0)
    assert found["verdict"] == "running away"
    near = 0.1 if ticks == 8 else 0.02
    assert found["verdict.rate"] == pytest.approx(power / ticks, rel=near)
    assert found["verdict.doubling_time"] == pytest.approx(ticks * (2 ** (1 / power) - 1), rel=near)


@pytest.mark.parametrize("ticks", TICKS)
@pytest.mark.parametrize("power", [0.2, 0.5, 0.9, 1.0, 1.3, 1.5])
def test_slower_powers_of_time_drift_at_their_last_speed(ticks, power):
    t = np.arange(float(ticks))
    found = ended(-(t**power))
    assert found["verdict"] == "drifting"
    last = power * t[-1] ** (power - 1)
    assert found["verdict.speed"] == pytest.approx(-last, rel=0.1)
    assert np.isnan(found["verdict.rate"])


@pytest.mark.parametrize("ticks", TICKS)
def test_the_logarithm_drifts_and_what_falls_faster_has_not_arrived(ticks):
    t = np.arange(1.0, ticks + 1)
    assert ended(np.log(t), t)["verdict"] == "drifting"
    for power in (0.5, 1.0):
        assert ended(t**-power, t)["verdict"] == "unsettled", power


def test_a_fast_enough_power_of_time_converges_when_less_is_left_than_it_went():
    """t^{−3}: from 1 to 101 it has less left to go than it went in the last quarter of the record, which is 1e-5."""
    t = np.arange(1.0, 102)
    x = t**-3.0
    assert x[-1] < x[75] - x[-1]
    assert ended(x, t)["verdict"] == "converged"


@pytest.mark.parametrize("share", [0.02, 0.05, 0.1, 0.3, 0.5, 0.7, 0.9])
@pytest.mark.parametrize("growth", [5, 10, 20])
@pytest.mark.parametrize("ticks", [9, 60, 1001])
def test_logistic_growth_to_a_ceiling_is_no_runaway(share, growth, ticks):
    """x' = a x (1 − x), which ends at this share of its ceiling."""
    t = np.linspace(-growth, 0, ticks)
    found = ended(1 / (1 + (1 / share - 1) * np.exp(-t)))["verdict"]
    assert found == "unsettled" or (found == "drifting" and 0.3 < share < 0.9)


def test_what_reaches_infinity_in_finite_time_runs_away():
    t = np.linspace(0, 0.8, 200)
    found = ended(1 / (1 - t), t, time=1.0, dt=0.1)
    assert found["verdict"] == "running away"
    assert found["verdict.rate"] == pytest.approx(1 / (1 - t[-1]), rel=0.1)
    assert found["verdict.doubling_time"] == pytest.approx(0.5 * (1 - t[-1]), rel=0.1)


SPIRALS = [(1.02, "running away"), (1.0015, "spiralling out"), (0.9985, "spiralling in"), (0.98, "spiralling in")]


@pytest.mark.parametrize("angle", [0.15, 0.29, 0.7, 1.0, np.pi])
@pytest.mark.parametrize(("modulus", "verdict"), SPIRALS)
def test_spirals(angle, modulus, verdict):
    """r^t cos ωt, also where the sign alternates."""
    t = np.arange(400.0)
    found = ending({"x": modulus**t * np.cos(angle * t + 0.3), "y": modulus**t * np.sin(angle * t + 0.3)}
                   if angle < 3 else {"x": modulus**t * np.cos(angle * t)})
    assert found["verdict"] == verdict
    assert found["verdict.rate"] == pytest.approx(modulus - 1, rel=0.03)
    assert found["period"] == pytest.approx(2 * np.pi / angle, rel=0.01)
    if modulus > 1:
        assert found["verdict.doubling_time"] == pytest.approx(np.log(2) / np.log(modulus), rel=0.03)


def test_swings_that_approach_a_limit_cycle_spiral_out():
    """r' = r (1 − r²)/2 from inside: r² is logistic."""
    t = np.linspace(-20, 0, 1000)
    for share in (0.2, 0.5, 0.8):
        size = 1 / np.sqrt(1 + (1 / share - 1) * np.exp(-t))
        assert ending({"x": size * np.cos(15 * t), "y": size * np.sin(15 * t)})["verdict"] == "spiralling out"
    assert ending({"x": size * np.cos(15 * t), "y": np.cos(np.sqrt(2) * 15 * t)})["verdict"] == "unsettled"


def test_quasi_periodic_motion_and_chaos_are_unsettled():
    t = np.arange(2000.0)
    assert ended(np.cos(0.3 * t) + np.cos(0.3 * np.sqrt(2) * t))["verdict"] == "unsettled"
    x = [0.3]
    for _ in range(1999):
        x.append(3.99 * x[-1] * (1 - x[-1]))
    assert ended(np.array(x))["verdict"] == "unsettled"


def test_irregular_growth_runs_away_by_doubling():
    """Chaotic swings times e^{t/50}."""
    x = [0.3]
    for _ in range(799):
        x.append(3.99 * x[-1] * (1 - x[-1]))
    t = np.arange(800.0)
    found = ended((np.array(x) - 0.5) * np.exp(t / 50))
    assert found["verdict"] == "running away"
    assert found["verdict.rate"] == pytest.approx(np.expm1(1 / 50), rel=0.05)


FORMS = {
    "exponential": lambda t: np.exp(t / 20), "square": lambda t: t**2, "root": np.sqrt,
    "out": lambda t: 1.02**t * np.cos(t), "in": lambda t: 0.99**t * np.cos(t / 3), "line": lambda t: 3 - 2 * t,
    "logistic": lambda t: 1 / (1 + np.exp(10 - t / 40)), "cycle": lambda t: np.cos(t / 4),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("unit", [1e-12, 1e-3, 1e12])
def test_neither_units_nor_blocks_nor_the_order_of_variables_matter(form, unit):
    t = np.arange(400.0)
    x, z = FORMS[form](t), np.cos(t / 4)
    plain, scaled = ending({"x": x, "z": z}), ending({"x": unit * x, "z": unit * z})
    for name in ("verdict", "verdict.variables"):
        assert plain[name] == scaled[name]
    for name in ("period", "verdict.rate", "verdict.doubling_time"):
        assert plain[name] == pytest.approx(scaled[name], rel=1e-6, nan_ok=True)
    assert {**ending({"z": z, "x": x})} == pytest.approx(plain, nan_ok=True) or plain["verdict.variables"] == "x"
    for ticks in (1, 7, 100):
        assert repr(ending({"x": x, "z": z}, ticks=ticks)) == repr(plain), ticks


@pytest.mark.parametrize("form", ["exponential", "square", "line", "in", "root"])
@pytest.mark.parametrize("every", [1, 3, 7])
def test_the_cadence_of_the_record_does_not_matter(form, every):
    t = np.arange(0.0, 1401.0, every)
    whole, thin = np.arange(0.0, 1401.0), FORMS[form](t)
    expected, found = ended(FORMS[form](whole), whole), ended(thin, t)
    assert found["verdict"] == expected["verdict"]
    assert found["verdict.rate"] == pytest.approx(expected["verdict.rate"], rel=0.02, nan_ok=True)


def test_a_record_of_fewer_than_eight_ticks_has_no_verdict():
    for ticks, verdict in ((7, "unsettled"), (8, "running away")):
        assert ended(2.0 ** np.arange(ticks))["verdict"] == verdict


def test_one_variable_that_runs_away_is_told_whatever_the_others_do():
    t = np.arange(400.0)
    found = ending({"rest": 1 + 0 * t, "x": np.exp(t / 20), "turn": np.cos(t)})
    assert (found["verdict"], found["verdict.variables"]) == ("running away", "x")
    found = ending({"slow": np.exp(t / 40), "x": np.exp(t / 20), "y": -np.exp(t / 20)})
    assert found["verdict.variables"] == "x, y", "those that grow like the fastest"
    assert found["verdict.rate"] == pytest.approx(np.expm1(1 / 20))


def test_a_last_tick_at_the_end_of_the_run_is_no_break_in_the_growth():
    """Recorded every 7 units of time until 60."""
    t = np.append(np.arange(0.0, 60, 7), 60.0)
    found = ended(np.exp(t / 10), t, time=60.0, dt=1.0)
    assert found["verdict"] == "running away"
    assert found["verdict.rate"] == pytest.approx(0.1)


def test_what_runs_away_by_bursts_has_the_size_of_its_value():
    """A noisy exponential, whose range doubles from part to part."""
    t = np.arange(400.0)
    x = np.exp(t / 20) * (1 + 0.3 * (-1.0) ** np.random.default_rng(1).integers(0, 2, 400))
    found = ended(x)
    assert found["verdict"] == "running away"
    assert found["verdict.rate"] == pytest.approx(np.expm1(1 / 20), rel=0.05)
    assert found["verdict.size"] == pytest.approx(np.exp(399 / 20), rel=0.5)


@pytest.mark.parametrize("ticks", [21, 60])
def test_what_jumped_and_stands_still_does_not_drift(ticks):
    """Beside something that falls, and in the final half: before the four parts, or in one of them."""
    t = np.arange(float(ticks))
    for jump in range(ticks // 2, ticks - 1):
        assert ending({"x": 1.0 * (t > jump), "y": np.exp(-2 * t / ticks)})["verdict"] == "unsettled"


@pytest.mark.parametrize(("size", "named"), [(0.9e-12, "y"), (1.1e-12, "x, y")])
def test_what_goes_next_to_nothing_beside_the_others_is_not_named(size, named):
    t = np.arange(100.0)
    found = ending({"x": size * t, "y": t})
    assert (found["verdict"], found["verdict.variables"]) == ("drifting", named)
