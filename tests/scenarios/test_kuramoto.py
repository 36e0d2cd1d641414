"""W11: the order parameter of 2,000 oscillators with Lorentzian frequencies, r = √(1 − 2/K) (Kuramoto 1975)."""

import pytest

from .runs import run


@pytest.fixture(scope="module")
def coherence():
    """The time average over the last third of the run, by K."""
    states = run("kuramoto").states
    late = states[states.t > 40]
    return late.groupby("K").coherence.mean()


@pytest.mark.parametrize(("coupling", "expected"), [(3, 0.57760), (4, 0.70719)])
def test_the_coherence_above_the_threshold(coherence, coupling, expected):
    """The figures are those of the deterministic quantiles; random initial phases leave ripples of a few 1e-3."""
    assert coherence[coupling] == pytest.approx(expected, abs=5e-3)


def test_no_rhythm_below_the_threshold(coherence):
    assert coherence[1.5] < 0.05
