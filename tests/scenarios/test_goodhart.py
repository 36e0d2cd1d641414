"""Optimising a proxy: R(d) = d (α − βd) along the shift, d = √KL; penalties, and a teacher who goes on learning."""

import numpy as np

from .runs import last, run

NAME = "goodhart"


def world(seed):
    """Random want and bend, the overrides that set them, and wide-spread proxies."""
    rng = np.random.default_rng(seed)
    want, bend = rng.normal(size=3), rng.uniform(0.1, 0.6, 3)
    return want, bend, (f"params.want={want.tolist()}", f"params.bend={bend.tolist()}", "params.slip=1.5")


def law(states, want, bend):
    """α = √2 |g| cos(g, p), β = p̂ᵀ H p̂ and |p| of every replica."""
    proxy = states[[f"proxy[{k}]" for k in range(3)]].to_numpy()
    length = np.linalg.norm(proxy, axis=1)
    straight = proxy / length[:, None]
    return np.sqrt(2) * straight @ want, straight**2 @ bend, length


def columns(states, *names):
    """(ticks, replicas) of each."""
    return [states[name].to_numpy().reshape(-1, 64) for name in names]


def test_gold_is_a_parabola_of_the_way_from_the_start():
    """At every tick and for 64 random proxies; KL is that of unit normals, |m|²/2, so d = |p| t/√2."""
    for seed in (41, 42):
        want, bend, settings = world(seed)
        states = run(NAME, *settings).states
        alpha, beta, length = law(states[:64], want, bend)
        d, gold, t = columns(states, "d", "gold", "t")
        np.testing.assert_allclose(d, length * t / np.sqrt(2), atol=1e-9)
        np.testing.assert_allclose(gold, d * (alpha - beta * d), atol=1e-9)
        assert (alpha < 0).any()  # worse than nothing: gold falls from the first step on
        assert (alpha > 0).any()


def test_the_teacher_is_harmed_from_the_peak_on():
    """ledger[teacher, policy] = −∇gold · p: it passes 0 at d* = α/2β, where gold is α²/4β."""
    want, bend, settings = world(43)
    for seed in range(3):
        found = run(NAME, *settings, f"ensemble.seed={seed}", "clock.time=40", replicas=1)
        (alpha,), (beta,), (length,) = law(found.states[:1], want, bend)
        harm = found.ledger.query("harmed == 'teacher' and mover == 'policy'").set_index("t")["mean"]
        peak = np.sqrt(2) * alpha / (2 * beta) / length
        away = np.abs(harm.index - peak) > 1e-9
        np.testing.assert_array_equal((harm > 0)[away], (harm.index > peak)[away])
        gold = found.states.set_index("t").gold
        assert abs(gold.idxmax() - max(peak, 0)) < 0.04 + 1e-9  # it is recorded every 0.08
        assert gold.max() <= max(alpha, 0) ** 2 / (4 * beta) + 1e-12


def test_a_penalty_on_the_divergence_stops_the_policy():
    """m(t) = (p/λ)(1 − e^{−λt}); the best penalty is λ* = β|p|/(|g| cos), and it reaches α²/4β."""
    want, bend, settings = world(44)
    start = run(NAME, *settings).states[:64]
    alpha, beta, length = law(start, want, bend)
    rising = alpha > 0.1
    best = np.where(rising, beta * length * np.sqrt(2) / alpha, 1.0)
    shares = np.random.default_rng(45).uniform(0.5, 2, 64)
    settings = (*settings, f"ensemble.vary={{penalty: {(best * shares).tolist()}}}")
    states = run(NAME, *settings, "clock.time=10", "clock.dt=0.005").states
    d, t = columns(states, "d", "t")
    np.testing.assert_allclose(d, length / np.sqrt(2) * (1 - np.exp(-best * shares * t)) / (best * shares), atol=1e-6)
    settings = (*settings[:-1], f"ensemble.vary={{penalty: {best.tolist()}}}")
    end = last(run(NAME, *settings, "clock.time=1000", every=1000))
    np.testing.assert_allclose(end.gold[rising], (alpha**2 / (4 * beta))[rising], rtol=1e-6)


def test_a_teacher_who_goes_on_learning_leads_back_to_what_is_wanted():
    """p' = r(g − Hm − p): rest at (H + λ) m = g, from every proxy."""
    want, bend, settings = world(46)
    rng = np.random.default_rng(47)
    for _ in range(2):
        retrain, penalty = rng.uniform(0.1, 1), rng.uniform(0, 0.5)
        more = (f"params.retrain={retrain}", f"params.penalty={penalty}", "clock.time=600")
        end = last(run(NAME, *settings, *more, every=1000))
        expected = np.tile(want / (bend + penalty), (64, 1))
        np.testing.assert_allclose(end[[f"m[{k}]" for k in range(3)]], expected, atol=1e-6)


def test_the_shipped_run_passes_the_peak():
    found = run(NAME)
    states = found.states
    alpha, beta, _ = law(states[:64], np.array([1.0, 0, 0]), np.full(3, 0.25))
    d, gold, promised = columns(states, "d", "gold", "promised")
    assert (np.diff(promised, axis=0) > 0).all()
    assert (np.median(d[-1] / (alpha / (2 * beta)))) > 1.5
    assert (gold.argmax(axis=0) < len(gold) - 1).mean() > 0.9
