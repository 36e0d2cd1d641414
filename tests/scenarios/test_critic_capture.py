"""The pitchfork of the captured critic: b' = −η g b + κ a, a' = η_a (tanh b − λ a); κ* = λ g η."""

import numpy as np
import pytest
from scipy.optimize import brentq

from .runs import last, run


def branch(ratio):
    """The positive solution of b = ratio · tanh b; 0 up to ratio 1."""
    return brentq(lambda b: ratio * np.tanh(b) - b, 1e-6, ratio + 1) if ratio > 1 else 0.0


@pytest.mark.parametrize("speed", [0.3, 2.0])
def test_the_bias_follows_the_pitchfork_whatever_the_actors_speed(speed):
    end = last(run("critic_capture", f"params.speed={speed}", "clock.time=2000", replicas=64))
    ratio = end.kappa / 0.5
    away = np.abs(ratio - 1) > 0.05  # near the edge relaxation takes forever
    expected = np.array([branch(r) for r in ratio])
    np.testing.assert_allclose(np.abs(end.bias[away]), expected[away], atol=1e-6)


def test_at_twice_the_threshold_the_bias_is_1_915():
    end = last(run("critic_capture", "ensemble.vary={}", "params.kappa=1", replicas=4))
    np.testing.assert_allclose(np.abs(end.bias), 1.9150080481545, atol=1e-9)


def test_the_threshold_scales_with_friction_forgetting_and_rate():
    """κ* = λ g η = 0.8 · 1.5 · 0.5 = 0.6."""
    settings = ("params.friction=0.8", "params.forget=1.5", "params.rate=0.5", "clock.time=1500",
                "ensemble.vary={kappa: [0.54, 0.66]}")
    end = last(run("critic_capture", *settings, replicas=2))
    np.testing.assert_allclose(np.abs(end.bias), [0.0, branch(1.1)], atol=1e-5)
