"""First-order rules: characteristic equations on linear games, equivalences, and proven bounds."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

import dynsim.rules as rules
from dynsim.compiler.applying.build import build
from dynsim.engine.interpreted.stepping import step_discrete
from dynsim.errors import InputError
from dynsim.games import make
from dynsim.rules.base import RuleSpec
from dynsim.system.model import Model
from tests.compiler.models import scalar_game
from tests.rules.linear import final

Array = NDArray[np.float64]


def rotation(rule: RuleSpec) -> Model:
    return scalar_game(lambda x, y: (x * y, -x * y), rule)


def hill(rule: RuleSpec, h: float) -> Model:
    """One agent, L = hx²/2."""
    return scalar_game(lambda x: [h * x * x / 2], rule, players=1)


def linear_game(rule: RuleSpec, jacobian: Array) -> Model:
    """Two players of half the components each, ξ = Jz; the diagonal blocks of J must be symmetric."""
    n = len(jacobian) // 2
    matrices = np.zeros((2, 2 * n, 2 * n))
    for i in range(2):
        own = slice(i * n, (i + 1) * n)
        matrices[i, own] = jacobian[own]
        matrices[i, :, own] = jacobian[own].T
    game = make("quadratic", {"matrices": matrices.tolist()}, lambda k, v: v, lambda k, v: v)
    return scalar_game(lambda *x: list(game.losses(x)), rule, size=n)


def trajectory(model: Model, start: Array, ticks: int) -> list[dict[str, Array]]:
    program = build(model)
    values = {s.name: np.zeros(1) for s in program.states}
    names = [s.name for s in program.states if s.role == "state"]
    values |= {name: start[k : k + 1] for k, name in enumerate(names)}
    result = [values]
    for tick in range(ticks):
        result.append(step_discrete(program, result[-1], tick))
    return result


def points(states: list[dict[str, Array]]) -> Array:
    """The controlled components over time, (ticks + 1, d)."""
    return np.array([[x[0] for name, x in v.items() if name.startswith("x")] for v in states])


# ------------------------------------------------------------------------------------- momentum and signs


def test_nesterovs_eigenvalues() -> None:
    """On L = hx²/2: λ² − (1 + β)(1 − ηh)λ + β(1 − ηh) = 0; where the roots are complex |λ|² = β(1 − ηh). Seed 0."""
    rng = np.random.default_rng(0)
    eta, h = rng.uniform(0.05, 0.3), rng.uniform(0.5, 2.0)
    beta = 0.9
    x = points(trajectory(hill(rules.nesterov(rate=eta, beta=beta), h), np.array([1.0]), 30))[:, 0]
    q = 1 - eta * h
    np.testing.assert_allclose(x[3:], (1 + beta) * q * x[2:-1] - beta * q * x[1:-2], atol=1e-14)
    assert x[1] == pytest.approx(q)


def test_nesterov_looks_at_its_own_momentum_alone() -> None:
    """On L₁ = xy = −L₂ the own gradient does not depend on the own component: it is the heavy ball."""
    start = {"x0": 1.0, "x1": -0.3}
    found = final(rotation(rules.nesterov(rate=0.1, beta=0.4)), start, 20)
    assert found == pytest.approx(final(rotation(rules.momentum(rate=0.1, beta=0.4)), start, 20), abs=1e-13)


def test_rmsprop_by_hand() -> None:
    """Two steps from x = 1 on L = hx²/2: v₁ = (1−ρ)h², x₁ = 1 − η/√(1−ρ); v₂ = ρv₁ + (1−ρ)h²x₁². Seed 1."""
    eta, h, rho = np.random.default_rng(1).uniform(0.05, 0.5, 3)
    model = hill(rules.rmsprop(rate=eta, decay=rho, epsilon=1e-300), h)
    x1 = 1 - eta / np.sqrt(1 - rho)
    x2 = x1 - eta * x1 / np.sqrt((1 - rho) * (rho + x1 * x1))
    assert final(model, {"x0": 1.0}, 1)["x0"] == pytest.approx(x1, rel=1e-13)
    assert final(model, {"x0": 1.0}, 2)["x0"] == pytest.approx(x2, rel=1e-13)


def test_sign_gradient_walks_at_one_speed_and_never_rests() -> None:
    """From (1, −.5) with steps of .125 on L = 50x² + y²/2: they arrive after 8 and 4 steps, exactly at 0."""
    rule = rules.sign_gradient(rate=0.125)
    model = scalar_game(lambda x, y: (50.0 * x * x, y * y / 2), rule)
    z = points(trajectory(model, np.array([1.0, -0.5]), 12))
    np.testing.assert_array_equal(z[:, 0], np.maximum(1 - 0.125 * np.arange(13), 0))
    np.testing.assert_array_equal(z[:, 1], np.minimum(-0.5 + 0.125 * np.arange(13), 0))
    end = final(model, {"x0": 0.05, "x1": 1.05}, 1001)
    assert (abs(end["x0"]), abs(end["x1"])) == pytest.approx((0.075, 0.075), abs=1e-9)


# ---------------------------------------------------------------------------------- extrapolation from the past


def test_the_extrapolated_points_are_those_of_the_optimistic_gradient() -> None:
    """y_t = x_t − ηξ(y_{t−1}) is the point t + 1 of `optimistic` from x_0; quartic game, η = .1. Seed 2."""
    start = np.random.default_rng(2).normal(size=2)

    def model(rule: RuleSpec) -> Model:
        return scalar_game(lambda x, y: (x * y + x**4.0 / 8, -x * y + y**4.0 / 8 + x * y * y), rule)

    states = trajectory(model(rules.past_extragradient(rate=0.1)), start, 25)
    optimistic = points(trajectory(model(rules.optimistic(rate=0.1)), start, 26))
    for t in range(1, 26):
        past = np.array([states[t][f"a.past.{j}"][0] for j in "ab"])
        ahead = points(states[t : t + 1])[0] - 0.1 * past
        np.testing.assert_allclose(ahead, optimistic[t + 1], atol=1e-13)


def test_past_extragradient_on_a_rotation() -> None:
    """Its spectral radius is that of the optimistic gradient: .9949361530 at η = .1, and it is stable for η < 1/√3."""

    def radius(eta: float) -> float:
        z = points(trajectory(rotation(rules.past_extragradient(rate=eta)), np.array([1.0, 0.5]), 400))
        return float((np.linalg.norm(z[400]) / np.linalg.norm(z[200])) ** (1 / 200))

    assert radius(0.1) == pytest.approx(0.9949361530, abs=1e-9)
    assert radius(1 / np.sqrt(3) - 0.01) < 1 < radius(1 / np.sqrt(3) + 0.01)


# --------------------------------------------------------------------------------------------------- averaging


def test_lookahead_minmax_on_a_rotation() -> None:
    """After k fast steps the factor is 1 − α + α(1 + iη)^k (Chavdarova et al. 2021), which α and k can make stable."""
    eta, alpha = np.random.default_rng(3).uniform(0.1, 0.5, 2)
    for k in (1, 3, 6):
        rule = rules.lookahead_minmax(rule=rules.gradient(rate=eta), period=k, share=alpha)
        z = points(trajectory(rotation(rule), np.array([0.6, 0.8]), 4 * k))
        factor = 1 - alpha + alpha * (1 + 1j * eta) ** k
        expected = (0.6 + 0.8j) * factor ** np.arange(5)
        np.testing.assert_allclose(z[::k, 0] + 1j * z[::k, 1], expected, rtol=1e-12)
    assert abs(1 - 0.5 + 0.5 * (1 + 0.3j) ** 6) < 1 < abs(1 + 0.3j)


def test_between_the_averages_the_rule_moves_on_its_own() -> None:
    start = np.array([0.6, -0.2])
    momentum = rules.momentum(rate=0.1, beta=0.5)
    found = points(trajectory(rotation(rules.lookahead_minmax(rule=momentum, period=8)), start, 7))
    np.testing.assert_allclose(found, points(trajectory(rotation(momentum), start, 7)), atol=1e-15)


def test_two_averages_inside_each_other_are_refused() -> None:
    inner = {"lookahead_minmax": {"rule": {"gradient": {"rate": 0.1}}}}
    with pytest.raises(InputError, match="cannot be a part of another"):
        build(rotation(rules.lookahead_minmax(rule=inner)))


# ----------------------------------------------------------------------------------------------------- anchors


def monotone(rng: np.random.Generator, size: int) -> Array:
    """J of a convex–concave quadratic game: [[P, A], [−Aᵀ, Q]] with P, Q positive semidefinite."""
    p, q, a = rng.normal(size=(3, size, size))
    return np.block([[p @ p.T * 0.1, a], [-a.T, q @ q.T * 0.1]])


def squares(rule: RuleSpec, jacobian: Array, start: Array, ticks: int) -> Array:
    """‖ξ(x_k)‖² over time."""
    return np.asarray(((points(trajectory(linear_game(rule, jacobian), start, ticks)) @ jacobian.T) ** 2).sum(axis=1))


@pytest.mark.parametrize("seed", [4, 5, 6])
def test_anchored_methods_keep_their_bounds(seed: int) -> None:
    """In random convex–concave quadratic games and in xy: L = ‖J‖₂, R = ‖x_0‖; the bounds are in the docstrings."""
    rng = np.random.default_rng(seed)
    for jacobian in (monotone(rng, 2), np.array([[0.0, 1.0], [-1.0, 0.0]])):
        start = rng.normal(size=len(jacobian))
        lipschitz, distance = np.linalg.norm(jacobian, 2), np.linalg.norm(start)
        scale = (distance * lipschitz) ** 2
        k = np.arange(301.0)
        fast = squares(rules.fast_extragradient(rate=1 / lipschitz), jacobian, start, 300)
        assert (fast[1:] <= 4 * scale / k[1:] ** 2 * (1 + 1e-9)).all()
        constant = squares(rules.anchored_extragradient(rate=1 / (8 * lipschitz)), jacobian, start, 300)
        assert (constant <= 260 * scale / (k + 1) ** 2).all()
        rule = rules.anchored_extragradient(rate=0.618 / lipschitz, step="varying", lipschitz=lipschitz)
        varying = squares(rule, jacobian, start, 300)
        assert (varying <= 27 * scale / ((k + 1) * (k + 2))).all()
        plain = squares(rules.gradient(rate=1 / lipschitz), np.array([[0.0, 1.0], [-1.0, 0.0]]), start[:2], 300)
        assert plain[-1] > 1  # without any of this, a rotation grows


def test_fast_extragradient_in_a_game_that_is_not_monotone() -> None:
    """J = [[a, b], [−b, a]] with a < 0: ρ = a/L², L² = a² + b², R = ‖x_0‖; for a > −L/2 the bound holds."""
    for a, b in ((-0.1, 1.0), (-0.5, 1.5)):
        jacobian = np.array([[a, b], [-b, a]])
        lipschitz = float(np.hypot(a, b))
        rho = a / lipschitz**2
        start = np.array([0.6, 0.8])
        found = squares(rules.fast_extragradient(rate=1 / lipschitz, comonotonicity=rho), jacobian, start, 400)
        bound = 4 / (1 / lipschitz + 2 * rho) ** 2 / np.arange(1, 401.0) ** 2
        assert (found[1:] <= bound * (1 + 1e-9)).all()
        assert found[400] < 1e-3
        assert squares(rules.extragradient(rate=0.05), jacobian, start, 400)[-1] > 1


def test_steps_of_the_varying_anchored_method() -> None:
    """a_{k+1} = a_k/(1 − a_k²L²)·(1 − (k+2)²/((k+1)(k+3))·a_k²L²) (Yoon & Ryu 2021): the same as the rule's form."""
    lipschitz, size = 1.3, 0.618 / 1.3
    rule = rules.anchored_extragradient(rate=size, step="varying", lipschitz=lipschitz)
    states = trajectory(linear_game(rule, np.array([[0.0, 1.3], [-1.3, 0.0]])), np.array([1.0, 0.2]), 20)
    for k in range(20):
        s = (size * lipschitz) ** 2
        size = size / (1 - s) * (1 - (k + 2) ** 2 / ((k + 1) * (k + 3)) * s)
        assert states[k + 1]["a.size"][0] == pytest.approx(size, rel=1e-13)


def test_the_anchor_is_where_everybody_started() -> None:
    """Two steps of EAG-C on xy from z_0: z ← z + (z_0 − z)/(k+2) + iη(z + (z_0 − z)/(k+2) + iηz) for z = x + iy."""
    eta, z0 = 0.3, 0.7 - 0.4j
    z, expected = z0, [z0]
    for k in range(5):
        pull = (z0 - z) / (k + 2)
        z = z + pull + 1j * eta * (z + pull + 1j * eta * z)
        expected.append(z)
    found = points(trajectory(rotation(rules.anchored_extragradient(rate=eta)), np.array([z0.real, z0.imag]), 5))
    np.testing.assert_allclose(found[:, 0] + 1j * found[:, 1], expected, rtol=1e-13)
