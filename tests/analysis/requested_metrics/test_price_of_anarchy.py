from dataclasses import replace

import numpy as np
import pytest

import dynsim as ds
from dynsim.analysis.reading.study import Study
from dynsim.analysis.requested_metrics.price_of_anarchy import PriceOfAnarchy

from .cases import quadratics, recording, simulated
from .test_exploitability import matrix_game


def quantities(study, **settings):
    return PriceOfAnarchy(**settings).table(study).set_index("quantity")["mean"]


@pytest.mark.parametrize("seed", range(3))
def test_two_opposed_equals_in_a_tug_of_war_pay_one_plus_k(seed):
    """cost_i = q/2 (x − μ_i)² + c/2 f_i², x = f_1 + f_2, μ = ±m: the price is 1 + q/c."""
    rng = np.random.default_rng(seed)
    q, c, m = rng.uniform(0.5, 3.0, 3)
    s = ds.System("tug of war")
    f = s.state("f", init="normal(0, 1)", size=2)
    for k, goal in enumerate((m, -m)):
        loss = q / 2 * (f[0] + f[1] - goal) ** 2 + c / 2 * f[k] ** 2
        s.agent(f"a{k}", controls=f[k], declared=loss, rule=ds.rules.gradient(rate=0.2 / (2 * q + c)))
    s.clock(steps=800)
    s.ensemble(replicas=3)
    found = quantities(simulated(s))
    assert found["price"] == pytest.approx(1 + q / c, rel=1e-7)
    assert found["optimum"] == pytest.approx(q * m**2, rel=1e-9)
    assert found["excess"] == pytest.approx(q * m**2 * q / c, rel=1e-7)


def test_pigou_s_roads_cost_four_thirds():
    """Drivers (Beckmann's potential) all take the road whose time is its share; half of them should: 1 against ¾."""
    s = ds.System("Pigou")
    x = s.state("x", init=[0.5, 0.5], size=2, space="simplex")
    s.agent("drivers", controls=x, declared=x[0] + x[1] ** 2, pursues=x[0] + x[1] ** 2 / 2,
            rule=ds.rules.gradient(rate=0.2))
    s.clock(steps=300)
    found = quantities(simulated(s))
    assert found["price"] == pytest.approx(4 / 3, rel=1e-9)
    assert found["optimum"] == pytest.approx(0.75, rel=1e-9)


@pytest.mark.parametrize("n", [2, 3, 5])
def test_cournot_s_firms_would_gain_as_one(n):
    """Linear demand: n firms earn n/(n + 1)² in all, one would earn ¼ (gains: the price is their ratio)."""
    s = ds.System("Cournot")
    q = [s.state(f"q{k}", init=0.1, space=[0, None]) for k in range(n)]
    whole = sum(q[1:], start=q[0])
    for k in range(n):
        s.agent(f"firm{k}", controls=q[k], declared=-(1 - whole) * q[k], rule=ds.rules.gradient(rate=0.1))
    s.clock(steps=400)
    found = quantities(simulated(s))
    assert found["price"] == pytest.approx((n + 1) ** 2 / (4 * n), rel=1e-9)
    assert found["cost"] == pytest.approx(-n / (n + 1) ** 2, rel=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_random_quadratics_against_linear_algebra(seed):
    """The least of Σ(½zᵀH_i z + b_iᵀz) at any state, where ΣH_i is made positive definite."""
    rng = np.random.default_rng(seed)
    program, h, b = quadratics(rng, (1, 3, 2))
    together = h.sum(axis=0)
    shift = max(0.0, 0.5 - np.linalg.eigvalsh(together).min())
    z = [program.graph.symbol(f"z{k}") for k in range(6)]
    bowl = sum((0.5 * shift * a * a for a in z[1:]), 0.5 * shift * z[0] * z[0])
    agents = list(program.agents)
    agents[0] = replace(agents[0], declared=agents[0].declared + bowl)
    program = replace(program, agents=tuple(agents))
    at = rng.normal(size=(6, 1, 4))
    study = Study(program, recording({f"z{k}": at[k] for k in range(6)}))
    matrix, slope = together + shift * np.eye(6), b.sum(axis=0)
    optimum = -0.5 * slope @ np.linalg.solve(matrix, slope)
    cost = np.array([0.5 * x @ matrix @ x + slope @ x for x in at[:, 0].T]).mean()
    found = quantities(study)
    assert found["optimum"] == pytest.approx(optimum, rel=1e-9)
    assert found["cost"] == pytest.approx(cost, rel=1e-12)
    assert found["excess"] == pytest.approx(cost - optimum, rel=1e-9)


def test_a_price_needs_one_sign():
    """Costs of 3 against a best of −1: there is a difference, no ratio."""
    s = ds.System("signs")
    x = s.state("x", init=2)
    s.agent("a", controls=x, declared=x**2 - 1, rule=ds.rules.gradient(rate=1e-9))
    s.clock(steps=1)
    table = PriceOfAnarchy().table(simulated(s)).set_index("quantity")
    assert table.loc["price", "n"] == 0
    assert table.loc["excess", "mean"] == pytest.approx(4.0, rel=1e-6)


@pytest.mark.parametrize("seed", range(5))
def test_prisoners_need_to_care_as_much_as_temptation_outweighs_harm(seed):
    """Costs t < r < p < s of temptation, reward, punishment and the sucker, with t + s > 2r, so that the optimum is to
    cooperate: the level is (r − t)/(s + t − 2r) (Apt & Schäfer 2014, section 3)."""
    t, r, p, s = np.sort(np.random.default_rng(seed).uniform(0, 5, 4))
    s += max(0.0, 2 * r - t - s) + 0.1
    costs = np.array([[r, s], [t, p]])
    found = quantities(matrix_game([-costs, -costs.T]))
    assert found["optimum"] == pytest.approx(2 * r, rel=1e-9)
    assert found["selfishness"] == pytest.approx((r - t) / (s + t - 2 * r), rel=1e-6)


def test_where_the_optimum_is_an_equilibrium_nobody_needs_to_care():
    """Both want to meet, at the better place."""
    found = quantities(matrix_game([[[2, 0], [0, 1]], [[2, 0], [0, 1]]], [np.full((2, 1), 0.5)] * 2))
    assert found["selfishness"] == 0.0
    assert found["price"] == pytest.approx(4 / 1.5)


def test_with_the_level_the_optimum_is_an_equilibrium_and_with_less_it_is_not():
    """Random games of 3 × 4 options: c_i + αC, checked option by option (seeds 0 to 4)."""
    for seed in range(5):
        rng = np.random.default_rng(seed)
        c = rng.uniform(0.5, 3.0, size=(2, 3, 4))
        level = quantities(matrix_game(-c))["selfishness"]
        row, column = np.unravel_index(c.sum(axis=0).argmin(), (3, 4))
        for alpha, stable in ((level, True), (0.99 * level - 1e-9, False)):
            caring = c + alpha * c.sum(axis=0)
            gain = max(caring[0, row, column] - caring[0, :, column].min(),
                       caring[1, row, column] - caring[1, row].min())
            assert (gain < 1e-7) == (stable or alpha < 0), (seed, alpha, gain)


def test_smooth_games_have_no_selfishness_level():
    rng = np.random.default_rng(0)
    program, _, _ = quadratics(rng, (1, 1))
    assert "selfishness" not in quantities(Study(program, recording({f"z{k}": [[1.0]] for k in range(2)})))
