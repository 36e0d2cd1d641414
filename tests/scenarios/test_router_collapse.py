"""Router collapse: the temperature T* of the even spread, the way there, the common potential, and what is beyond."""

import numpy as np
import pytest
import yaml
from scipy.linalg import expm
from scipy.optimize import brentq

import dynsim as ds

from .runs import SCENARIOS, last, run


def drawn(seed):
    """Random learn and forget in four replicas, and T* for four experts."""
    rng = np.random.default_rng(seed)
    learn, forget = rng.uniform(0.5, 2, 4), rng.uniform(0.1, 0.6, 4)
    return learn, forget, threshold(4, learn, forget)


def threshold(n, learn, forget):
    """T* = (ημ/n)/(η/n + μ)²."""
    return learn * forget / n / (learn / n + forget) ** 2


def swept(values, *settings, every=500):
    """The run in which every replica has its own value of these parameters."""
    vary = ", ".join(f"{name}: {np.asarray(value).tolist()}" for name, value in values.items())
    replicas = len(next(iter(values.values())))
    return run("router_collapse", f"ensemble.vary={{{vary}}}", *settings, replicas=replicas, every=every)


def columns(table, name):
    return table[[f"{name}[{k}]" for k in range(4)]].to_numpy()


def test_the_even_spread_is_stable_above_the_threshold_alone():
    """2 % to each side of T*, for random learning, forgetting and speeds; the leads start at 0.001."""
    learn, forget, edge = drawn(1)
    speed = np.random.default_rng(2).uniform(0.3, 3, 4)
    ends = [
        last(swept({"learn": learn, "forget": forget, "speed": speed, "temperature": factor * edge},
                   "params.lead=0.001", "clock.time=8000", every=40000)).evenness
        for factor in (0.98, 1.02)
    ]
    assert (ends[0] < 0.97).all()
    np.testing.assert_allclose(ends[1], 1, atol=1e-6)


def with_experts(n):
    """The scenario with n experts of its kind."""
    stated = yaml.safe_load((SCENARIOS / "router_collapse.yaml").read_text())
    pattern = str(stated["agents"]["first"])
    stated["agents"] = {"configurator": stated["agents"]["configurator"]} | {
        f"expert{k}": yaml.safe_load(pattern.replace("[0]", f"[{k}]")) for k in range(n)
    }
    leads = np.linspace(1, -1, n)
    stated["variables"]["share"] |= {"size": n, "init": [f"1/{n} + {lead}*lead" for lead in leads]}
    stated["variables"]["skill"] |= {"size": n, "init": f"learn/(learn + {n}*forget)"}
    stated["variables"]["evenness"]["expr"] = f"-dot(share, log(share))/log({n})"
    return yaml.safe_dump(stated)


@pytest.mark.parametrize("n", [2, pytest.param(3, marks=pytest.mark.slow), pytest.param(7, marks=pytest.mark.slow)])
def test_the_threshold_goes_with_the_number_of_experts(n):
    learn, forget = np.random.default_rng(3).uniform(0.3, 2, 2)
    edge = threshold(n, learn, forget)
    settings = [f"params.learn={learn}", f"params.forget={forget}", "params.lead=0.001", "clock.time=8000",
                f"ensemble.vary={{temperature: [{0.98 * edge}, {1.02 * edge}]}}", "record.every=40000"]
    end = last(ds.simulate(ds.load_scenario(with_experts(n)), set=settings, replicas=2)).evenness
    assert end[0] < 0.97
    assert end[1] == pytest.approx(1, abs=1e-6)


def test_near_the_even_spread_leads_grow_and_shrink_as_linearised():
    """(δs, δc)' = [[−vT, v/n], [η(1 − c₀), −(η/n + μ)]] (δs, δc), in every direction that keeps the sum."""
    learn, forget, edge = drawn(4)
    rng = np.random.default_rng(5)
    speed, temperature = rng.uniform(0.3, 3, 4), edge * np.array([0.7, 0.9, 1.1, 1.3])
    found = swept({"learn": learn, "forget": forget, "speed": speed, "temperature": temperature},
                  "params.lead=1e-7", "clock.time=20", "clock.dt=0.05", every=40)
    for k in range(4):
        rows = found.states[found.states.replica == k]
        skill = learn[k] / 4 / (learn[k] / 4 + forget[k])
        matrix = [[-speed[k] * temperature[k], speed[k] / 4],
                  [learn[k] * (1 - skill), -learn[k] / 4 - forget[k]]]
        for t, share, skills in zip(rows.t, columns(rows, "share"), columns(rows, "skill"), strict=True):
            lead, gain = expm(np.array(matrix) * t)[:, 0] * 1e-7
            for values, centre, expected in ((share, 0.25, lead), (skills, skill, gain)):
                pattern = expected * np.array([1, 1 / 3, -1 / 3, -1])
                np.testing.assert_allclose(values - centre, pattern, atol=1e-4 * abs(expected) + 1e-13)


def test_configurator_and_experts_descend_one_potential():
    """V = Σ T s ln s − s c + (μ/η)(−c − ln(1 − c)) never rises, from random starts at random temperatures."""
    learn, forget, edge = drawn(6)
    temperature = edge * np.random.default_rng(7).uniform(0.3, 1.1, 4)
    found = swept({"learn": learn, "forget": forget, "temperature": temperature},
                  "variables.share.init=simplex()", "clock.time=400", every=5)
    states = found.states
    share, skill = columns(states, "share"), columns(states, "skill")
    ratio = (states.forget / states.learn).to_numpy()[:, None]
    height = states.temperature.to_numpy()[:, None] * share * np.log(share) - share * skill
    states = states.assign(height=(height - ratio * (skill + np.log1p(-skill))).sum(axis=1))
    path = states.pivot(index="t", columns="replica", values="height").to_numpy()
    assert np.diff(path, axis=0).max() < 1e-12
    assert (path[0] - path[-1]).min() > 1e-3
    np.testing.assert_allclose(share.sum(axis=1), 1, atol=1e-12)


def test_above_one_quarter_every_start_ends_even():
    learn, forget, _ = drawn(8)
    found = swept({"learn": learn, "forget": forget, "temperature": [0.27] * 4},
                  "variables.share.init=simplex()", "clock.time=4000", every=20000)
    np.testing.assert_allclose(columns(last(found), "share"), 0.25, atol=1e-6)


def two_valued(s, a):
    """The temperature at which a experts have the share s and the others the rest: learn = 1, forget = 0.1."""
    r = (1 - a * s) / (4 - a)
    return (s / (s + 0.1) - r / (r + 0.1)) / np.log(s / r)


@pytest.mark.parametrize("a", [1, 2, 3])
def test_collapsed_ends_lie_on_their_curve(a):
    """From a start near them, at random temperatures at which a experts in use are stable."""
    low, high = {1: (0.05, 0.18), 2: (0.145, 0.2), 3: (0.185, 0.225)}[a]
    temperature = np.random.default_rng(9 + a).uniform(low, high, 4)
    shares = np.where(np.arange(4) < a, 1 / a - 0.01 * (4 - a) / a, 0.01).tolist()
    skills = np.where(np.arange(4) < a, 0.8, 0.1).tolist()
    end = last(swept({"temperature": temperature}, f"variables.share.init={shares}", f"variables.skill.init={skills}",
                     "clock.time=3000", every=15000))
    found = np.sort(columns(end, "share"))[:, ::-1]
    np.testing.assert_allclose(found[:, :a], np.broadcast_to(found[:, :1], (4, a)), atol=1e-6)
    for t, share in zip(temperature, found[:, 0], strict=True):
        assert two_valued(share, a) == pytest.approx(t, rel=1e-5)


def test_a_starved_expert_stays_starved_beyond_the_threshold():
    """Three in use persist up to the fold of their curve, 0.2318, though the even spread is stable from 0.2041 on."""
    fold = two_valued(np.linspace(0.26, 1 / 3 - 1e-7, 100_000), 3).max()
    assert fold == pytest.approx(0.2318, abs=1e-4)
    temperature = fold + np.array([-0.01, -0.003, 0.003, 0.01])
    end = last(swept({"temperature": temperature}, "variables.share.init=[0.334, 0.333, 0.332, 0.001]",
                     "clock.time=4000", every=20000))
    assert (end["share[3]"][:2] < 0.06).all()
    np.testing.assert_allclose(end["share[3]"][2:], 0.25, atol=1e-6)


def test_three_experts_in_use_become_two_where_the_slope_turns():
    """T = ημs/(ηs + μ)² on their curve, 0.1781: above they stay three, below one of them is lost."""
    share = brentq(lambda s: two_valued(s, 3) - 0.1 * s / (s + 0.1) ** 2, 0.32, 1 / 3 - 1e-7)
    edge = two_valued(share, 3)
    assert edge == pytest.approx(0.1781, abs=1e-4)
    rest = 1 - 3 * share
    start = [share + 1e-5, share, share - 1e-5, rest]
    skills = [s / (s + 0.1) for s in start]
    end = last(swept({"temperature": edge * np.array([1.02, 1.05, 0.98, 0.95])}, f"variables.share.init={start}",
                     f"variables.skill.init={skills}", "clock.time=4000", every=20000))
    used = (columns(end, "share") > 0.1).sum(axis=1)
    assert (used[:2] == 3).all()
    assert (used[2:] < 3).all()
