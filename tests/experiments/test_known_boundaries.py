"""Boundaries that are known in closed form, through experiments: motion grows on one side and fades on the other, so
that the logarithm of its size at the end crosses a level in between."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dynsim.experiments.run import run_experiment
from dynsim.experiments.state import load_experiment, stated_experiment


def searched(folder: Path, text: str) -> pd.DataFrame:
    """What the experiment in a file finds."""
    path = folder / "experiment.yaml"
    path.write_text("experiment: 1\ntitle: A boundary that is known\nreplicas: 2\n" + text)
    return run_experiment(load_experiment(path)).found


def test_a_step_of_extragradient(tmp_path: Path) -> None:
    """min over x, max over y of λxy: a step has the eigenvalues 1 − s ± i√s with s = (ηλ)², of modulus √(1 − s + s²),
    below 1 up to ηλ = 1, where plain gradients turn outwards at any rate. A hyperbola over (η, λ)."""
    found = searched(tmp_path, """
scenario:
  dynsim: 1
  title: A bilinear game
  params: {eta: 0.5, lam: 1.0}
  variables: {x: {init: "uniform(0.005, 0.01)"}, y: {init: 0}}
  agents:
    one: {controls: x, declared: lam*x*y, rule: {extragradient: {rate: eta}}}
    two: {controls: y, declared: -lam*x*y, rule: {extragradient: {rate: eta}}}
  clock: {steps: 300}
vary: {eta: [0.3, 2], lam: {range: [0.3, 3], scale: log}}
collect: ["log(abs(x) + abs(y))"]
design: {boundary: {of: log(abs(x) + abs(y)), level: -5, start: 4, levels: 2}}
""")
    assert found["eta"].max() == 2.0
    np.testing.assert_allclose(found["eta"] * found["lam"], 1.0, atol=0.01)


def test_a_step_of_the_heavy_ball(tmp_path: Path) -> None:
    """On λx²/2 it converges for η < 2(1 + β)/λ (Polyak 1964): a line over (β, η), here for λ = 2."""
    found = searched(tmp_path, """
scenario:
  dynsim: 1
  title: A heavy ball in a parabola
  params: {eta: 0.5, beta: 0.5}
  variables: {x: {init: "uniform(0.005, 0.01)"}}
  agents: {one: {controls: x, declared: x**2, rule: {momentum: {rate: eta, beta: beta}}}}
  clock: {steps: 300}
vary: {beta: [-0.8, 0.8], eta: [0.1, 2]}
collect: ["log(abs(x))"]
design: {boundary: {of: log(abs(x)), level: -5, start: 4, levels: 2}}
""")
    assert np.ptp(found["beta"]) == 1.6
    np.testing.assert_allclose(found["eta"], 1.0 + found["beta"], atol=0.01)


def test_two_agents_that_pull_at_each_other(tmp_path: Path) -> None:
    """x²/2 + cxy and y²/2 + cxy at rate η: the eigenvalues of a step are 1 − η(1 ± c), so that rest is stable for c < 1
    and η(1 + c) < 2. The boundary has a corner at (1, 1)."""
    found = searched(tmp_path, """
scenario:
  dynsim: 1
  title: Two that pull at each other
  params: {eta: 0.5, c: 0.5}
  variables: {x: {init: "uniform(0.005, 0.01)"}, y: {init: 0}}
  agents:
    one: {controls: x, declared: x**2/2 + c*x*y, rule: {gradient: {rate: eta}}}
    two: {controls: y, declared: y**2/2 + c*x*y, rule: {gradient: {rate: eta}}}
  clock: {steps: 300}
vary: {c: [0, 1.7], eta: [0.2, 2.3]}
collect: ["log(abs(x) + abs(y))"]
design: {boundary: {of: log(abs(x) + abs(y)), level: -5, start: 4, levels: 2}}
""")
    assert found["curve"].nunique() == 1
    limit = np.where(found["eta"] < 1.0, 1.0, 2.0 / found["eta"] - 1.0)
    np.testing.assert_allclose(found["c"], limit, atol=0.02)


def test_the_hyperbola_of_replicators_that_look_ahead(tmp_path: Path) -> None:
    """p ← p/(p + (1 − p) exp(α(p − .7))) with α = 20η(1 + L) has the slope 1 − .21 α at p = .7, and flips where that is
    −1, at α = 9.523809524."""
    found = searched(tmp_path, """
scenario:
  dynsim: 1
  title: Replicators with lookahead
  params: {eta: 0.3, ahead: 1.0}
  variables:
    p: {init: "uniform(0.69, 0.695)", flow: p/(p + (1 - p)*exp(20*eta*(1 + ahead)*(p - 0.7))) - p}
  clock: {steps: 400}
vary: {eta: [0.1, 0.6], ahead: [0, 3]}
collect: ["log(abs(p - 0.7))"]
design: {boundary: {of: log(abs(p - 0.7)), level: -5, start: 4, levels: 2}}
""")
    below, alpha, above = (20.0 * found[f"eta{end}"] * (1.0 + found[f"ahead{end}"]) for end in (".low", "", ".high"))
    assert (below <= 9.55).all()  # the intervals hold it, up to the .03 that 400 steps cannot tell
    assert (above >= 9.49).all()
    np.testing.assert_allclose(alpha, 9.523809524, rtol=0.05)
    assert found["eta"].min() == pytest.approx(9.5238 / 80.0, abs=0.004)
    assert found["eta"].max() == pytest.approx(9.5238 / 20.0, abs=0.004)


def test_the_circumference_of_a_disc(tmp_path: Path) -> None:
    """dx/dt = (.3² − (a − ½)² − (b − ½)²) x grows inside a circle of radius .3: a closed polygon of length 2π·.3."""
    found = searched(tmp_path, """
scenario:
  dynsim: 1
  title: Growth inside a disc
  params: {a: 0.5, b: 0.5}
  variables: {x: {init: 0.01, flow: (0.09 - (a - 0.5)**2 - (b - 0.5)**2)*x}}
  clock: {time: 20, dt: 0.2, method: rk4}
vary: {a: [0, 1], b: [0, 1]}
collect: [log(abs(x))]
design: {boundary: {of: log(abs(x)), level: -4.605170185988091, start: 4, levels: 2}}
""")
    assert found["closed"].all()
    points = found[["a", "b"]].to_numpy()
    length = np.hypot(*(points - np.roll(points, 1, axis=0)).T).sum()
    assert length == pytest.approx(2.0 * np.pi * 0.3, rel=2e-3)


def modules(n: int) -> tuple[np.ndarray, np.ndarray]:
    """A drawn symmetric matrix and an antisymmetric one, with variance 1 off the diagonal."""
    upper = np.triu(np.random.default_rng(3).normal(0.0, 1.0, (n, n)), 1)
    return upper + upper.T, upper - upper.T


@pytest.mark.slow
def test_the_edge_of_random_modules(tmp_path: Path) -> None:
    """dx/dt = −x + σ W tanh x with W_ij ~ N(0, 1) that correlates by τ with W_ji: rest is stable up to
    σ max Re λ(W) = 1 for the matrix that is drawn. The limit for many is σ√n(1 + τ) = 1 (Sommers et al. 1988), from
    which the largest eigenvalue of n = 16 differs by a share of the order n^(−2/3) = .16 where τ is not small."""
    n = 16
    S, K = modules(n)
    found = searched(tmp_path, f"""
scenario:
  dynsim: 1
  title: Random modules
  params: {{sigma: 0.1, tau: 0, S: {S.tolist()}, K: {K.tolist()}}}
  variables:
    x: {{size: {n}, init: "normal(0, 0.1)",
        flow: "sigma*(sqrt((1 + tau)/2)*(S @ tanh(x)) + sqrt((1 - tau)/2)*(K @ tanh(x))) - x"}}
  clock: {{time: 200, dt: 0.2, method: rk4}}
vary: {{sigma: {{range: [0.05, 1.0], scale: log}}, tau: [-0.6, 0.9]}}
collect: [log(max(abs(x)))]
design: {{boundary: {{of: log(max(abs(x))), level: -3.5, start: 4, levels: 2}}}}
""")

    def rise(end: str) -> np.ndarray:
        """σ max Re λ(W) at every vertex; it grows with σ and τ."""
        weights = [np.sqrt((1.0 + t) / 2.0) * S + np.sqrt((1.0 - t) / 2.0) * K for t in found[f"tau{end}"]]
        return found[f"sigma{end}"].to_numpy() * np.array([np.linalg.eigvals(one).real.max() for one in weights])

    assert (rise(".low") <= 1.01).all()  # the intervals hold the edge, up to 1 % that 200 units of time cannot tell
    assert (rise(".high") >= 0.99).all()
    assert np.median(np.abs(rise("") - 1.0)) < 0.01
    limit = found["sigma"] * np.sqrt(n) * (1.0 + found["tau"])
    assert (np.abs(limit - 1.0)[found["tau"] > 0.5] < 2.0 * n ** (-2.0 / 3.0)).all()


@pytest.mark.slow
def test_the_coupling_from_which_oscillators_are_in_step() -> None:
    """Frequencies of a Lorentzian of width γ = 1 put K_c at 2γ = 2, and the coherence at √(1 − K_c/K) beyond (Kuramoto
    1975): a mean of L is reached at K = 2/(1 − L²). A finite crowd is known within N^(−1/ν) in K − K_c with ν = 5/2
    (Hong, Chaté, Park & Tang 2007; less for frequencies that are quantiles): N = 200 allows ±.12."""
    crowd = ["graphs.crowd.n=200", "variables.omega.init=-cos(pi*(index + 0.5)/200)/sin(pi*(index + 0.5)/200)"]
    experiment = stated_experiment(
        "kuramoto", set=["ensemble.vary={}", "record.every=40", "clock={time: 100, dt: 0.1, method: rk4}", *crowd],
        vary={"K": [1.5, 4]}, collect=["mean coherence"],
        design={"boundary": {"of": "mean coherence", "level": 0.5, "budget": 192}},
    )
    (found,) = run_experiment(experiment).found.to_dict("records")
    low, K, high = (found[name] * (1.0 - 0.5**2) for name in ("K.low", "K", "K.high"))
    assert abs(K - 2.0) < 200**-0.4
    assert high - low < 4 * 200**-0.4
