"""Opponent shaping: the tandem game in closed form, the iterated prisoner's dilemma against another implementation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

import dynsim.rules as rules
from dynsim.algebra.graph import Expr
from dynsim.algebra.interpret import evaluate
from dynsim.compiler.applying.build import build
from dynsim.engine.interpreted.stepping import step_discrete
from dynsim.games import make
from dynsim.rules.base import RuleSpec
from tests.compiler.models import scalar_game
from tests.rules.linear import final

PAYOFFS = [[[-1, -3], [0, -2]], [[-1, 0], [-3, -2]]]


def tandem(x: Expr, y: Expr) -> Sequence[Expr]:
    """L₁ = (x+y)² − 2x, L₂ = (x+y)² − 2y (Letcher et al. 2019)."""
    return (x + y) ** 2.0 - 2.0 * x, (x + y) ** 2.0 - 2.0 * y


def together(rule: RuleSpec, steps: int = 4000) -> float:
    end = final(scalar_game(tandem, rule), {"x0": 0.3, "x1": -0.1}, steps)
    return end["x0"] + end["x1"]


@pytest.mark.parametrize(
    "rule",
    [
        rules.gradient(rate=0.1),
        rules.lookahead(rate=0.1, foresight=0.1),
        rules.sos(rate=0.1, foresight=0.1),
    ],
)
def test_tandem_riders_agree_under_rules_that_keep_fixed_points(rule: RuleSpec) -> None:
    """All points x + y = 1 are fixed; mean loss s² − s = 0."""
    assert together(rule) == pytest.approx(1.0, abs=1e-10)


@pytest.mark.parametrize(("alpha", "mean_loss"), [(0.1, 4 / 9), (0.05, 0.140625), (0.2, 6.0)])
def test_lola_is_arrogant_in_tandem(alpha: float, mean_loss: float) -> None:
    """LOLA (full) ends at x + y = s = (1−2α)/(1−4α), with mean loss s² − s (Letcher et al. 2019, appendix)."""
    s = together(rules.lola(rate=alpha, foresight=alpha))
    assert s == pytest.approx((1 - 2 * alpha) / (1 - 4 * alpha), abs=1e-10)
    assert s * s - s == pytest.approx(mean_loss, abs=1e-9)


def test_lola_in_tandem_contracts_by_its_multiplier() -> None:
    """The distance of s from its fixed point is multiplied by 1 − 4α + 16α² in a step; it grows for α > ¼."""
    for alpha in (0.1, 0.2, 0.3):
        fixed = (1 - 2 * alpha) / (1 - 4 * alpha)
        rule = rules.lola(rate=alpha, foresight=alpha)
        first, second = (together(rule, n) - fixed for n in (3, 4))
        assert second / first == pytest.approx(1 - 4 * alpha + 16 * alpha**2, abs=1e-10)


# By another implementation, in NumPy: the mean final loss of player 1 × (1 − γ) and its standard error, over 10,000
# seeds; rate 1, 100 updates, θ ~ N(0, 1).
KNOWN = [
    (rules.gradient(rate=1.0), 1.9908, 0.0009),
    (rules.lookahead(rate=1.0, foresight=1.0), 1.9241, 0.0025),
    (rules.lola(rate=1.0, foresight=1.0), 1.0551, 0.0018),
    (rules.lola(rate=1.0, foresight=1.0, convention="stop_gradient"), 1.0427, 0.0015),
    (rules.sos(rate=1.0, foresight=1.0), 1.0570, 0.0019),
    (rules.extragradient(rate=1.0), 1.9794, 0.0014),
    (rules.symplectic(rate=1.0, align="sign"), 1.8822, 0.0034),
    (rules.consensus(rate=1.0), 1.6828, 0.0033),
    (rules.competitive_gradient(rate=1.0), 1.9609, 0.0018),
    # 1,000 seeds, with the inverse of J itself, which a small ridge comes close to; with ridge .1 it is 1.972 ± .004
    pytest.param(rules.local_symplectic_surgery(rate=1.0, ridge=1e-6), 1.768, 0.018, marks=pytest.mark.slow),
]


@pytest.mark.parametrize(("rule", "mean", "error"), KNOWN)
def test_final_loss_in_the_iterated_prisoners_dilemma(rule: RuleSpec, mean: float, error: float) -> None:
    """Setting of Letcher et al. 2019, γ = .96. 1,000 replicas, seed 0; three standard errors of both."""
    replicas = 1000
    game = make("iterated_matrix", {"payoffs": PAYOFFS, "discount": 0.96}, _plain, _plain)
    program = build(scalar_game(lambda x, y: game.losses([x, y]), rule, size=5))
    start = np.random.default_rng(0).normal(size=(2, 5, replicas))
    values = {f"x{i}[{k}]": start[i, k] for i in range(2) for k in range(5)}
    for tick in range(100):
        values = step_discrete(program, values, tick)
    losses = 0.04 * evaluate([program.agents[0].objective], values)[0]
    own_error = losses.std() / np.sqrt(replicas)
    assert abs(losses.mean() - mean) < 3 * np.hypot(own_error, error)


def _plain(key: str, raw: object) -> object:
    return raw
