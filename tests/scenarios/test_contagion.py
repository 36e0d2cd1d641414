"""Search that pays more where others search: s_i' = s_i (1 − s_i)[a (1 + w m) − cost] with the mean share m; the edge
is at m = s* = (cost/a − 1)/w."""

import numpy as np
import pytest

from .runs import last, run

NAME = "contagion"


def side_by_side(**values):
    """An override that gives replica r the r-th of these values."""
    return f"ensemble.vary={{{', '.join(f'{name}: {list(map(float, value))}' for name, value in values.items())}}}"


def draw(rng, n, low=0.15, high=0.85):
    """Random a, w and the cost that puts s* between low and high; s*."""
    a, w, edge = rng.uniform(0.8, 2, n), rng.uniform(1, 4, n), rng.uniform(low, high, n)
    return {"a": a, "w": w, "cost": a * (1 + w * edge)}, edge


def shares(found):
    """(ticks, replicas, modules)."""
    table = found.population("share")
    return table.value.to_numpy().reshape(table.t.nunique(), table.replica.nunique(), -1)


def test_search_spreads_from_the_edge_on_and_dies_out_below_it():
    """64 random systems of 50 different modules; those within 0.02 of the edge take longer and are left out."""
    rng = np.random.default_rng(71)
    world, edge = draw(rng, 64)
    start = {"s0": rng.uniform(0.05, 0.95, 64), "spread": rng.uniform(0, 2, 64)}
    found = run(NAME, side_by_side(**world, **start), "clock.time=250", "clock.dt=0.1", replicas=64, every=1000)
    crowd = found.states.crowd.to_numpy().reshape(-1, 64)
    clear = np.abs(crowd[0] - edge) > 0.02
    assert clear.sum() > 50
    np.testing.assert_allclose(crowd[-1][clear], crowd[0][clear] > edge[clear], atol=1e-6)
    assert 10 < (crowd[0] > edge).sum() < 54  # both happen


def test_near_the_edge_the_mean_share_decides():
    rng = np.random.default_rng(72)
    for s0, spread in zip(rng.uniform(0.2, 0.8, 2), rng.uniform(0.2, 1.5, 2), strict=True):
        same = (f"params.s0={s0}", f"params.spread={spread}", "ensemble.seed=5")
        mean = run(NAME, *same, "ensemble.vary={}", "clock.time=1", replicas=1).states.crowd[0]
        for shift, end in ((-1e-3, 1), (1e-3, 0)):
            cost = 1 + 2 * (mean + shift)
            found = run(NAME, *same, f"params.cost={cost}", "ensemble.vary={}", "clock.time=400", replicas=1)
            assert last(found).crowd[0] == pytest.approx(end, abs=1e-6)


def test_too_cheap_it_always_spreads_and_too_dear_it_never_does():
    """s* < 0 and s* > 1."""
    rng = np.random.default_rng(73)
    (cheap, _), (dear, _) = draw(rng, 32, -0.5, -0.2), draw(rng, 32, 1.2, 1.5)
    world = {name: np.concatenate([cheap[name], dear[name]]) for name in cheap} | {"s0": rng.uniform(0.05, 0.95, 64)}
    end = last(run(NAME, side_by_side(**world), "clock.time=200", "clock.dt=0.1", replicas=64, every=1000))
    np.testing.assert_allclose(end.crowd, np.repeat([1.0, 0.0], 32), atol=1e-6)


def test_modules_keep_their_differences_in_log_odds():
    """d logit(s_i)/dt is the same for all."""
    rng = np.random.default_rng(74)
    world, _ = draw(rng, 64)
    share = shares(run(NAME, side_by_side(**world), "clock.time=2", "clock.dt=0.01", replicas=64))
    odds = np.log(share / (1 - share))
    np.testing.assert_allclose(np.diff(odds[-1], axis=1), np.diff(odds[0], axis=1), atol=1e-7)
    assert np.abs(odds[-1] - odds[0]).max() > 1


def test_alike_modules_are_the_mean_field_and_take_the_time_of_its_quadrature():
    """s' = a w s (1 − s)(s − s*): −ln(s)/s* − ln(1 − s)/(1 − s*) + ln|s − s*|/(s*(1 − s*)) grows by a w t; with one
    module, or with fifty alike."""
    rng = np.random.default_rng(75)
    world, edge = draw(rng, 64)
    start = rng.uniform(0.05, 0.95, 64)
    settings = (side_by_side(**world, s0=start), "params.spread=0", "clock.time=3", "clock.dt=0.01")
    for n in (1, 50):
        states = run(NAME, *settings, f"graphs.modules.n={n}", replicas=64, every=100).states
        s = states.crowd.to_numpy().reshape(-1, 64)
        passed = -np.log(s) / edge - np.log(1 - s) / (1 - edge) + np.log(np.abs(s - edge)) / (edge * (1 - edge))
        expected = world["a"] * world["w"] * np.arange(4)[:, None]
        near = np.abs(start - edge) > 0.01  # else the logarithm magnifies what the integrator leaves out
        np.testing.assert_allclose((passed - passed[0])[:, near], expected[:, near], atol=1e-5)


def test_a_module_that_sees_itself_in_the_crowd_needs_less():
    """With the path open, one of n modules also counts its own share in the mean: for equal shares the edge is
    s*/(1 + 1/n)."""
    rng = np.random.default_rng(76)
    for n in (1, 3):
        world, edge = draw(rng, 64, 0.2, 0.9)
        seen = edge / (1 + 1 / n)
        start = seen * np.tile([0.97, 1.03], 32)
        alike = (side_by_side(**world, s0=start), "params.spread=0", f"graphs.modules.n={n}")
        seeing = ("agents.modules.paths.crowd=1", "clock.time=500", "clock.dt=0.1")
        end = last(run(NAME, *alike, *seeing, replicas=64, every=1000))
        np.testing.assert_allclose(end.crowd, np.tile([0.0, 1.0], 32), atol=1e-6)


RING = (
    "graphs.modules={generator: cycle_graph, n: 20}", "variables.crowd.expr=mean_neighbors(neighbor(share))",
    "variables.share.init=where(index < 2, 0.98, 0.02)", "variables.share.space=[0.001, 0.999]",
    "agents.modules.paths=null", "record.derived=[]",
)  # fmt: skip


def test_on_a_ring_two_modules_infect_all_iff_the_edge_is_below_one_half():
    """Morris (2000): on a line a best reply spreads iff it needs less than one of two neighbors."""
    rng = np.random.default_rng(77)
    below, above = rng.uniform(0.2, 0.44, 32), rng.uniform(0.56, 0.9, 32)
    edge = np.concatenate([below, above])
    settings = (side_by_side(cost=1 + 2 * edge), "clock.time=1500", "clock.dt=0.2")
    share = shares(run(NAME, *RING, *settings, replicas=64, every=7500))
    assert share[0].mean() < 0.12  # far below s* as a mean
    np.testing.assert_allclose(share[-1, :32], 0.999, atol=1e-9)
    np.testing.assert_allclose(share[-1, 32:], 0.001, atol=1e-9)
