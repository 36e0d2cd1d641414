"""Rules on bilinear and linear games: growth per step, conserved quantities, limits of stability.

Deterministic, to 1e-10 unless the source prints fewer digits. The games are L₁ = a·xy = −L₂ unless said otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

import dynsim.rules as rules
from dynsim.algebra.graph import Expr
from dynsim.compiler.applying.build import build
from dynsim.engine.interpreted.stepping import step_discrete
from dynsim.games import make
from dynsim.rules.base import RuleSpec
from dynsim.system.model import Clock, Model
from tests.compiler.models import scalar_game
from tests.compiler.plain_run import interpret_run
from tests.rules.linear import final, modulus, step_matrix


def rotation(rule: RuleSpec, a: float = 1.0, clock: Clock | None = None) -> Model:
    def losses(x: Expr, y: Expr) -> Sequence[Expr]:
        return a * x * y, -a * x * y

    return scalar_game(losses, rule, clock=clock)


def norm(values: dict[str, float]) -> float:
    return float(np.hypot(values["x0"], values["x1"]))


def test_simultaneous_gradient_spirals_out() -> None:
    """‖z_T‖/‖z₀‖ = (1+η²)^{T/2} (Mescheder et al. 2018, lemma 2.3)."""
    grown = norm(final(rotation(rules.gradient(rate=0.1)), {"x0": 1.0, "x1": 0.0}, 100))
    assert grown == pytest.approx(1.644631821843883, abs=1e-10)
    assert grown == pytest.approx(1.01**50, abs=1e-10)


def test_alternating_gradient_conserves_an_ellipse() -> None:
    """x² + y² − ηxy is conserved by alternating steps (Gidel et al. 2019; symplectic Euler)."""
    program = build(rotation(rules.gradient(rate=0.1), clock=Clock(steps=1, order=("a", "b"))))
    values = {"x0": np.ones(1), "x1": np.ones(1)}
    for tick in range(1000):
        values = step_discrete(program, values, tick)
        x, y = values["x0"], values["x1"]
        assert x * x + y * y - 0.1 * x * y == pytest.approx(1.9, abs=1e-12)


def test_extragradient_shrinks() -> None:
    """|λ|² = 1 − η² + η⁴, below 1 exactly for η < 1 (Korpelevich 1976)."""
    shrunk = norm(final(rotation(rules.extragradient(rate=0.1)), {"x0": 0.6, "x1": 0.8}, 100))
    assert shrunk == pytest.approx(0.608069227375043, abs=1e-10)
    for eta in (0.5, 0.999, 1.0, 1.001):
        expected = np.sqrt(1 - eta**2 + eta**4)
        assert modulus(rotation(rules.extragradient(rate=eta))) == pytest.approx(expected, abs=1e-10)


def test_optimistic_gradient() -> None:
    """λ² − (1 ∓ 2iη)λ ∓ iη = 0 (Liang & Stokes 2019); ρ(.1) = .9949361530, ρ(½) = 1/√2, stable for η < 1/√3."""

    def radius(eta: float) -> float:
        program = build(rotation(rules.optimistic(rate=eta)))
        started = [slot.name for slot in program.states if not slot.name.endswith("begun")]
        values = dict(zip(started, np.eye(len(started)), strict=True))
        values |= {f"{agent}.begun": np.ones(len(started)) for agent in "ab"}
        after = step_discrete(program, values, 1)
        return float(np.abs(np.linalg.eigvals(np.array([after[name] for name in started]))).max())

    assert radius(0.1) == pytest.approx(0.9949361530, abs=1e-10)
    assert radius(0.5) == pytest.approx(np.sqrt(0.5), abs=1e-7)  # a double root: the square root of the rounding
    assert radius(1 / np.sqrt(3) - 1e-3) < 1 < radius(1 / np.sqrt(3) + 1e-3)


def test_first_optimistic_step_is_plain() -> None:
    """With ξ₋₁ = ξ₀ the first move is −ηξ₀, not −2ηξ₀."""
    start = {"x0": 1.0, "x1": 2.0}
    assert final(rotation(rules.optimistic(rate=0.1)), start, 1) == final(rotation(rules.gradient(rate=0.1)), start, 1)


def test_competitive_gradient_is_the_proximal_point_on_a_bilinear_game() -> None:
    """|λ| = 1/√(1+η²a²): η = .2, a = 1, 3, 6 (Schäfer & Anandkumar 2019)."""
    for a, value in ((1.0, 0.980581), (3.0, 0.857493), (6.0, 0.640184)):
        found = modulus(rotation(rules.competitive_gradient(rate=0.2), a))
        assert found == pytest.approx(1 / np.sqrt(1 + 0.04 * a * a), abs=1e-12)
        assert found == pytest.approx(value, abs=5e-7)


def test_competitive_gradient_solves_its_linear_system() -> None:
    """Three players, four coupled components: against NumPy's solver on (I + ηH_o) u = ξ. Seed 0."""
    rng = np.random.default_rng(0)
    a = rng.normal(size=(3, 6, 6))
    a = a + a.transpose(0, 2, 1)
    game = make("quadratic", {"matrices": a.tolist()}, lambda k, v: v, lambda k, v: v)
    rule = rules.competitive_gradient(rate=0.1)
    program = build(scalar_game(lambda *x: list(game.losses(x)), rule, players=3, size=2))
    z = rng.normal(size=6)
    after = step_discrete(program, {s.name: z[k : k + 1] for k, s in enumerate(program.states)}, 0)
    own = np.kron(np.eye(3), np.ones((2, 2))).astype(bool)
    jacobian = np.concatenate([a[i, 2 * i : 2 * i + 2] for i in range(3)])
    step = np.linalg.solve(np.eye(6) + 0.1 * np.where(own, 0.0, jacobian), jacobian @ z)
    np.testing.assert_allclose([after[s.name][0] for s in program.states], z - 0.1 * step, rtol=1e-12)


def test_gradient_flow_conserves_the_hamiltonian_of_a_rotation() -> None:
    """dz/dt = −ξ with J = A conserves ½‖ξ‖² (Balduzzi et al. 2018); one turn takes 2π."""
    program = build(rotation(rules.gradient(rate=1.0), clock=Clock(time=1.0, dt=2 * np.pi / 2000)))
    start = {"x0": np.array([0.6]), "x1": np.array([0.8])}
    *_, end = interpret_run(program, {}, start, 2000)
    assert end["x0"] == pytest.approx(0.6, abs=1e-10)
    assert end["x1"] == pytest.approx(0.8, abs=1e-10)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (rules.gradient(rate=0.2), (1.0198, 1.1662, 1.5620)),
        (rules.lookahead(rate=0.2, foresight=0.2), (0.9806, 0.8773, 1.2781)),
        (rules.consensus(rate=0.2, gamma=1.0), (0.8246, 1.0000, 6.3151)),
        (rules.symplectic(rate=0.2), (0.8246, 1.0000, 6.3151)),
    ],
)
def test_growth_per_step_on_stronger_rotation(rule: RuleSpec, expected: tuple[float, float, float]) -> None:
    """Schäfer & Anandkumar 2019: a = 1, 3, 6 with η = .2. Here linearised CGD and lookahead coincide."""
    for a, value in zip((1.0, 3.0, 6.0), expected, strict=True):
        assert modulus(rotation(rule, a)) == pytest.approx(value, abs=5e-5)


def test_optimistic_growth_on_stronger_rotation() -> None:
    """The same source: .9789, 1.0574, 2.3448. Measured as growth over many steps."""
    for a, value in ((1.0, 0.9789), (3.0, 1.0574), (6.0, 2.3448)):
        model = rotation(rules.optimistic(rate=0.2), a)
        first, second = (norm(final(model, {"x0": 1.0, "x1": 0.5}, n)) for n in (200, 400))
        assert (second / first) ** (1 / 200) == pytest.approx(value, abs=5e-5)


def test_lookahead_and_lola() -> None:
    """Lookahead has extragradient's modulus; LOLA (full) |λ|² = (1−2α²)² + α², stable for α < √3/2."""
    for alpha in (0.1, 0.5, 0.9):
        ahead = modulus(rotation(rules.lookahead(rate=alpha, foresight=alpha)))
        assert ahead == pytest.approx(np.sqrt(1 - alpha**2 + alpha**4), abs=1e-10)
        shaping = modulus(rotation(rules.lola(rate=alpha, foresight=alpha)))
        assert shaping == pytest.approx(np.sqrt((1 - 2 * alpha**2) ** 2 + alpha**2), abs=1e-10)
    assert modulus(rotation(rules.lola(rate=0.5, foresight=0.5))) == pytest.approx(np.sqrt(0.5), abs=1e-10)


def test_stop_gradient_lola_drops_one_half() -> None:
    """ξ − αχ: on xy both halves are equal, so α counts once: lookahead's modulus."""
    rule = rules.lola(rate=0.5, foresight=0.5, convention="stop_gradient")
    assert modulus(rotation(rule)) == pytest.approx(np.sqrt(1 - 0.25 + 0.0625), abs=1e-10)


def test_weak_potential_under_strong_rotation() -> None:
    """L₁ = ½x² + 10xy, L₂ = ½y² − 10xy: gradient converges for η < 2/101 (Balduzzi et al. 2018)."""

    def model(eta: float) -> Model:
        return scalar_game(lambda x, y: (x * x / 2 + 10 * x * y, y * y / 2 - 10 * x * y), rules.gradient(rate=eta))

    assert modulus(model(2 / 101 - 1e-6)) < 1 < modulus(model(2 / 101 + 1e-6))
    assert modulus(model(2 / 101)) == pytest.approx(1.0, abs=1e-12)


def test_optimistic_adam_reaches_the_saddle() -> None:
    """L₁ = xy from (1, 2): distances at steps 4^i as the documentation of optax 0.2 prints them."""
    rule = rules.optimistic_adam(rate=0.01, optimism=100.0, momentum="nesterov")
    start = {"x0": 1.0, "x1": 2.0}
    for i, expected in enumerate((2.243, 2.195, 2.161, 2.055, 0.796, 0.001)):
        assert norm(final(rotation(rule), start, 4**i)) == pytest.approx(expected, abs=1e-3)


def test_negative_momentum_damps_alternating_rotation() -> None:
    """Alternating on xy: β = −½ converges, β = 0 cycles, β = +½ diverges (Gidel et al. 2019)."""

    def radius(beta: float) -> float:
        return modulus(rotation(rules.momentum(rate=0.3, beta=beta), clock=Clock(steps=1, order=("a", "b"))))

    assert radius(-0.5) < 0.99
    assert radius(0.0) == pytest.approx(1.0, abs=1e-12)
    assert radius(0.5) > 1.01


def test_heavy_ball_eigenvalues() -> None:
    """On L = hx²/2: λ² − (1 + β − ηh)λ + β = 0 (Polyak 1964)."""
    model = scalar_game(lambda x: [3.0 * x * x / 2], rules.momentum(rate=0.2, beta=0.4), players=1)
    expected = np.sort_complex(np.roots([1.0, 1.4 - 0.6, 0.4]) * -1)
    found = np.linalg.eigvals(step_matrix(build(model)))
    np.testing.assert_allclose(np.sort_complex(found.astype(complex)), expected, atol=1e-12)
