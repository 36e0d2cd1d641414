"""Two LOLA learners in the iterated prisoner's dilemma (Foerster et al. 2018, Letcher et al. 2019)."""

import numpy as np
import pytest

from .runs import last, run

pytestmark = pytest.mark.slow
RULES = {
    "{gradient: {rate: rate}}": (1.9908, 0.0009),
    "{lookahead: {rate: rate, foresight: foresight}}": (1.9241, 0.0025),
    "{lola: {rate: rate, foresight: foresight}}": (1.0551, 0.0018),
    "{lola: {rate: rate, foresight: foresight, convention: stop_gradient}}": (1.0427, 0.0015),
    "{sos: {rate: rate, foresight: foresight}}": (1.0570, 0.0019),
    "{extragradient: {rate: rate}}": (1.9794, 0.0014),
    "{competitive_gradient: {rate: rate}}": (1.9609, 0.0018),
    "{symplectic: {rate: rate, align: sign}}": (1.8822, 0.0034),
    "{consensus: {rate: rate, gamma: 1}}": (1.6828, 0.0033),
}


def final_losses(rule):
    both = (f"agents.alice.rule={rule}", f"agents.bob.rule={rule}")
    return last(run("prisoners_dilemma_lola", *both, every=100)).loss_one


@pytest.mark.parametrize("rule", RULES)
def test_the_mean_final_loss(rule):
    """10,000 seeds, rate 1, 100 updates; both means have a standard error, and agree within three of their sum."""
    expected, error = RULES[rule]
    losses = final_losses(rule)
    ours = losses.std() / np.sqrt(len(losses))
    assert abs(losses.mean() - expected) < 3 * np.hypot(ours, error)


def test_the_distribution_under_lola():
    """Median 1.0018, 91.0 % below 1.2, 1.6 % above 1.8 (standard errors .3 % and .13 %)."""
    losses = final_losses("{lola: {rate: rate, foresight: foresight}}")
    assert losses.median() == pytest.approx(1.0018, abs=4e-4)
    assert (losses < 1.2).mean() == pytest.approx(0.910, abs=0.012)
    assert (losses > 1.8).mean() == pytest.approx(0.016, abs=0.005)
