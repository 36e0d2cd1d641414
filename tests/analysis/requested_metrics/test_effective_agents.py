import numpy as np
import pytest

from dynsim.analysis.requested_metrics.effective_agents import EffectiveAgents

from .cases import with_gradients


def test_it_is_the_participation_ratio_of_the_eigenvalues():
    """n = 4 agents, 3 variables, 7 ticks, 5 replicas (seed 3): against eigenvalues of the normalised Gram matrix."""
    g = np.random.default_rng(3).normal(size=(4, 3, 7, 5))
    found = EffectiveAgents().table(with_gradients(g))
    unit = np.moveaxis(g / np.linalg.norm(g, axis=1, keepdims=True), (0, 1), (-2, -1))
    eigenvalues = np.linalg.eigvalsh(unit @ unit.swapaxes(-1, -2))
    expected = eigenvalues.sum(axis=-1) ** 2 / (eigenvalues**2).sum(axis=-1)
    np.testing.assert_allclose(found["mean"], expected.mean(axis=-1), rtol=1e-12)
    np.testing.assert_allclose(found["q95"], np.quantile(expected, 0.95, axis=-1), rtol=1e-12)
    assert found["t"].tolist() == list(range(7))


def test_orthogonal_agents_count_each_and_collinear_ones_count_once():
    rng = np.random.default_rng(8)
    orthogonal = rng.uniform(0.1, 5.0, 4)[:, None] * np.linalg.qr(rng.normal(size=(4, 4)))[0]
    collinear = np.outer(rng.normal(size=4), rng.normal(size=4))
    found = EffectiveAgents().table(with_gradients(np.stack([orthogonal, collinear], axis=-1)[..., None, :]))
    assert found["q95"].item() == pytest.approx(1.0 * 0.05 + 4.0 * 0.95)
    assert found["q05"].item() == pytest.approx(1.0 * 0.95 + 4.0 * 0.05)


def test_agents_at_rest_are_not_counted_and_without_any_it_is_not_defined():
    g = np.ones((3, 3, 2, 1)) * np.eye(3)[:, :, None, None]
    g[2, :, 1] = 0.0
    found = EffectiveAgents().table(with_gradients(g))
    np.testing.assert_allclose(found["mean"], [3.0, 2.0], rtol=1e-12)
    assert EffectiveAgents().table(with_gradients(0 * g))["n"].tolist() == [0, 0]
