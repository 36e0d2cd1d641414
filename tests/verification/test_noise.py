"""Stochastic equations with known moments; a bound is five standard errors and the bias of the time step."""

import numpy as np
import pytest

from tests.verification.running import last, moved_by_flow

pytestmark = pytest.mark.slow
REPLICAS = 40_000


def test_ornstein_uhlenbeck() -> None:
    """dx = −x dt + σ dW (1930): variance σ²/2 (for Euler–Maruyama σ²/(2 − dt)), correlation e^{−lag}."""
    done = moved_by_flow(
        '  x: {init: 0, flow: "-x", noise: 0.5}', "{time: 10, dt: 0.01}",
        f"ensemble: {{replicas: {REPLICAS}, seed: 3}}\nrecord: {{every: 50}}",
    )  # fmt: skip
    x = done.states.pivot(index="t", columns="replica", values="x").loc[[9.0, 10.0]].to_numpy()
    variance = 0.25 / (2 - 0.01)
    assert x[1].mean() == pytest.approx(0, abs=5 * np.sqrt(variance / REPLICAS))
    assert x[1].var() == pytest.approx(variance, rel=5 * np.sqrt(2 / REPLICAS))
    assert np.corrcoef(x)[0, 1] == pytest.approx(np.exp(-1), abs=5 / np.sqrt(REPLICAS) + 0.002)


@pytest.mark.parametrize(("method", "drift"), [("euler_maruyama", 0.1 - 0.4**2 / 2), ("stochastic_heun", 0.1)])
def test_geometric_brownian_motion(method: str, drift: float) -> None:
    """dx = μx dt + σx dW: ln x has variance σ²t, and the mean (μ − σ²/2)t as Itô reads it, μt as Stratonovich does."""
    done = moved_by_flow(
        '  x: {init: 1, flow: "mu*x", noise: "s*x"}', f"{{time: 1, dt: 0.005, method: {method}}}",
        f"params: {{mu: 0.1, s: 0.4}}\nensemble: {{replicas: {REPLICAS}, seed: 5}}\nrecord: {{every: 200}}",
    )  # fmt: skip
    logarithm = np.log(last(done, "x"))
    assert logarithm.mean() == pytest.approx(drift, abs=5 * 0.4 / np.sqrt(REPLICAS) + 0.001)
    assert logarithm.var() == pytest.approx(0.16, rel=5 * np.sqrt(2 / REPLICAS) + 0.005)


def test_initial_distributions() -> None:
    """Mean and variance of every distribution; its components and those of different variables are independent."""
    moments = {
        "normal(1, 2)": (1, 4), "uniform(-1, 3)": (1, 16 / 12), "exponential(2)": (2, 4), "bernoulli(0.3)": (0.3, 0.21),
        "lognormal(0, 0.5)": (np.exp(0.125), (np.exp(0.25) - 1) * np.exp(0.25)), "integers(1, 6)": (3.5, 35 / 12),
        "choice(1, 2, 5)": (8 / 3, 26 / 9),
    }  # fmt: skip
    lines = [f'  v{k}: {{size: 2, init: "{text}"}}' for k, text in enumerate(moments)]
    done = moved_by_flow(
        "\n".join([*lines, "  s: {size: 3, space: simplex, init: simplex()}", '  c: {init: "cauchy(1, 0.5)"}']),
        "{steps: 1}", f"ensemble: {{replicas: {REPLICAS}, seed: 11}}", compiled=False,
    )  # fmt: skip
    start = done.states[done.states.t == 0]
    for k, (mean, variance) in enumerate(moments.values()):
        for x in (start[f"v{k}[0]"], start[f"v{k}[1]"]):
            assert x.mean() == pytest.approx(mean, abs=5 * np.sqrt(variance / REPLICAS))
            fourth = ((x - mean) ** 4).mean()
            assert x.var() == pytest.approx(variance, abs=5 * np.sqrt((fourth - variance**2) / REPLICAS))
    correlations = np.corrcoef(start[[f"v{k}[{i}]" for k in range(len(moments)) for i in range(2)]].to_numpy().T)
    assert abs(correlations - np.eye(2 * len(moments))).max() < 6 / np.sqrt(REPLICAS)
    simplex = start[["s[0]", "s[1]", "s[2]"]].to_numpy()
    assert simplex.sum(axis=1) == pytest.approx(np.ones(REPLICAS), abs=1e-15)
    assert np.cov(simplex.T) == pytest.approx((np.eye(3) - 1 / 3) / 12, abs=0.002)  # Dirichlet(1, 1, 1)
    quartiles = np.quantile(start.c, [0.25, 0.5, 0.75])
    assert quartiles == pytest.approx([0.5, 1, 1.5], abs=0.02)
