"""Games of numbers: losses by hand, equilibria and other closed forms at random parameters (seeds in the tests)."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.stats import binom

import dynsim.rules as rules
from dynsim.compiler.applying.build import build
from dynsim.games.hamiltonian import antisymmetric
from dynsim.rules.base import RuleSpec
from dynsim.system.model import Clock, Model
from tests.compiler.models import scalar_game
from tests.compiler.plain_run import interpret_run
from tests.games.evaluated import game_of, losses, xi
from tests.rules.linear import final


def model_of(name: str, settings: dict[str, Any], rule: RuleSpec, players: int, **fields: Any) -> Model:
    """Players of one number each, all with this rule."""
    return scalar_game(lambda *x: list(game_of(name, settings).losses(x)), rule, players, **fields)


def ended(name: str, settings: dict[str, Any], start: Any, rule: RuleSpec, steps: int) -> NDArray[np.float64]:
    model = model_of(name, settings, rule, len(start))
    return np.array(list(final(model, {f"x{k}": x for k, x in enumerate(start)}, steps).values()))


def jacobian(name: str, settings: dict[str, Any], *point: float) -> NDArray[np.float64]:
    """Dξ by central differences, to about 1e-9."""
    steps = 1e-5 * np.eye(len(point))
    columns = [(xi(name, settings, *(point + s)) - xi(name, settings, *(point - s))) / 2e-5 for s in steps]
    return np.array(columns).T


def test_tandem_rests_on_a_line_where_the_mean_loss_is_0() -> None:
    """Seed 1."""
    x = np.random.default_rng(1).normal()
    np.testing.assert_allclose(xi("tandem", {}, x, 1 - x), 0, atol=1e-14)
    assert sum(losses("tandem", {}, x, 1 - x)) == pytest.approx(0, abs=1e-14)
    assert losses("tandem", {}, 0.5, 2.0) == [5.25, 2.25]


def test_lola_ends_off_the_line_of_the_tandem_game() -> None:
    """x + y = (1 − 2α)/(1 − 4α) and a mean loss of s² − s, for random α < ¼. Seed 2."""
    for alpha in np.random.default_rng(2).uniform(0.02, 0.2, size=3):
        end = ended("tandem", {}, [0.3, -0.2], rules.lola(rate=0.05, foresight=alpha), 800)
        s = (1 - 2 * alpha) / (1 - 4 * alpha)
        assert end.sum() == pytest.approx(s, abs=1e-10)
        assert np.mean(losses("tandem", {}, *end)) == pytest.approx(s**2 - s, abs=1e-9)


def test_letcher_s_zero_sum_game_by_hand() -> None:
    """ξ = (y − x + x³, −x − y + y³) is 0 only at the origin: |ξ|² ≥ .02 |z|² on a grid. Seed 3."""
    x, y = np.random.default_rng(3).normal(size=2)
    expected = x * y - x**2 / 2 + y**2 / 2 + x**4 / 4 - y**4 / 4
    assert losses("letcher_zero_sum", {}, x, y) == pytest.approx([expected, -expected])
    np.testing.assert_allclose(xi("letcher_zero_sum", {}, x, y), [y - x + x**3, -x - y + y**3])
    np.testing.assert_allclose(jacobian("letcher_zero_sum", {}, 0, 0), [[-1, 1], [-1, -1]], atol=1e-8)
    grid = np.array(np.meshgrid(*[np.linspace(-3, 3, 601)] * 2))
    field = np.array([grid[1] - grid[0] + grid[0] ** 3, -grid[0] - grid[1] + grid[1] ** 3])
    assert ((field**2).sum(axis=0) >= 0.02 * (grid**2).sum(axis=0)).all()


def test_gradient_descent_cycles_in_letcher_s_zero_sum_game() -> None:
    """From a random start (seed 4) with steps of .01: max |x| of the cycle is 1.149696 (the flow's: 1.146969)."""
    model = model_of("letcher_zero_sum", {}, rules.gradient(rate=0.01), 2)
    x, y = np.random.default_rng(4).normal(scale=0.3, size=2)
    program = build(model)
    states = list(interpret_run(program, {}, {"x0": np.array([x]), "x1": np.array([y])}, 3500))
    late = np.array([s["x0"][0] for s in states[-1000:]])
    assert np.abs(late).max() == pytest.approx(1.149696, abs=1e-4)


def test_letcher_s_market_by_hand() -> None:
    """Seed 5: what one gets in trade the other gives; at the origin both are at a strict maximum."""
    x, y = np.random.default_rng(5).normal(size=2)
    trade = x * y + (y**4 / (1 + x**2) - x**4 / (1 + y**2)) / 4
    expected = [x**6 / 6 - x**2 / 2 + trade, y**6 / 6 - y**2 / 2 - trade]
    assert losses("letcher_market", {}, x, y) == pytest.approx(expected)
    np.testing.assert_allclose(xi("letcher_market", {}, 0.0, 0.0), 0)
    np.testing.assert_allclose(np.diag(jacobian("letcher_market", {}, 0, 0)), -1, atol=1e-8)


def test_hamiltonian_games_conserve_the_size_of_the_gradient() -> None:
    """ξ = A° z, and |z|², |ξ|² are constant. A Runge–Kutta step of dt multiplies a turn's square by 1 − (ω dt)⁶/72, so
    that 1,000 steps lose less than 1000 (ρ(A) dt)⁶/72 of them. Seed 6."""
    rng = np.random.default_rng(6)
    a, z = antisymmetric(rng, 4), rng.normal(size=4)
    settings = {"matrix": a}
    point = [z[0], z[1:3], z[3]]
    field = np.array(a)
    field[1:3, 1:3] = 0
    np.testing.assert_allclose(xi("hamiltonian", settings, *point), field @ z)
    assert sum(losses("hamiltonian", settings, *point)) == pytest.approx(0, abs=1e-14)
    model = model_of("hamiltonian", settings, rules.gradient(rate=1.0), 4, clock=Clock(time=20.0, dt=0.02))
    start = {f"x{k}": np.array([x]) for k, x in enumerate(z)}
    states = interpret_run(build(model), {}, start, 1000)
    path = np.array([[s[f"x{k}"][0] for k in range(4)] for s in states])
    assert np.ptp(path, axis=0).min() > 0.5
    for size in ((path**2).sum(axis=1), ((path @ np.array(a).T) ** 2).sum(axis=1)):
        lost = (np.abs(np.linalg.eigvals(a)).max() * 0.02) ** 6 / 72 * 1000
        assert lost < 1e-5
        np.testing.assert_allclose(size, size[0], rtol=lost)


@pytest.mark.parametrize("variant", ["minimax", "non_saturating", "wasserstein"])
def test_the_dirac_gan_near_its_equilibrium(variant: str) -> None:
    """ξ = 0 at (c, 0); the eigenvalues of −Dξ are −m/2 ± √(m²/4 − f'(0)²). Seed 7."""
    rng = np.random.default_rng(7)
    for gamma, c in zip(rng.uniform(0, 2, size=4), rng.normal(size=4), strict=True):
        settings = {"penalty": gamma, "data": c, "variant": variant}
        np.testing.assert_allclose(xi("dirac_gan", settings, c, 0.0), 0, atol=1e-15)
        slope, m = (1.0, gamma) if variant == "wasserstein" else (0.5, gamma + c**2 / 2)
        found = np.sort_complex(np.linalg.eigvals(-jacobian("dirac_gan", settings, c, 0.0)))
        root = np.sqrt(complex(m**2 / 4 - slope**2))
        np.testing.assert_allclose(found, np.sort_complex(np.array([-m / 2 - root, -m / 2 + root])), atol=1e-6)


def test_the_dirac_gan_by_hand() -> None:
    """f(t) = −log(1 + e^{−t}). Seed 8."""
    theta, psi, c, gamma = np.random.default_rng(8).normal(size=4) ** 2
    real, fake, flipped = (-np.log1p(np.exp(-t)) for t in (-psi * c, psi * theta, -psi * theta))
    settings = {"penalty": gamma, "data": c}
    value = fake + real
    assert losses("dirac_gan", settings, theta, psi) == pytest.approx([value, gamma * psi**2 / 2 - value])
    other = losses("dirac_gan", settings | {"variant": "non_saturating"}, theta, psi)
    assert other == pytest.approx([-flipped, gamma * psi**2 / 2 - value])
    value = psi * theta - psi * c
    other = losses("dirac_gan", settings | {"variant": "wasserstein"}, theta, psi)
    assert other == pytest.approx([value, gamma * psi**2 / 2 - value])


@pytest.mark.parametrize("n", [1, 2, 3, 6])
def test_cournot_firms_rest_at_their_equilibrium(n: int) -> None:
    """q_i = (a − (n + 1)c_i + Σc)/((n + 1)b): ξ = 0, and gradient play gets there. Seed n."""
    rng = np.random.default_rng(n)
    a, b, c = rng.uniform(5, 9), rng.uniform(0.5, 2), rng.uniform(0, 1, size=n)
    settings = {"price": a, "slope": b, "costs": c.tolist()}
    q = (a - (n + 1) * c + c.sum()) / ((n + 1) * b)
    np.testing.assert_allclose(xi("cournot", settings, *q), 0, atol=1e-13)
    np.testing.assert_allclose(losses("cournot", settings, *q), -((a - b * q.sum() - c) * q), rtol=1e-12)
    end = ended("cournot", settings, rng.uniform(0, 1, n), rules.gradient(rate=0.1), 1000)
    np.testing.assert_allclose(end, q, atol=1e-10)


@pytest.mark.parametrize("n", [2, 3, 5])
def test_isoelastic_firms_rest_at_their_equilibrium(n: int) -> None:
    """q_i = Q(1 − c_i Q), Q = (n − 1)/Σc, where it is √(R/c) − R of what the others supply. Seed n."""
    rng = np.random.default_rng(n)
    c = rng.uniform(1, 1.4, size=n)
    supply = (n - 1) / c.sum()
    q = supply * (1 - c * supply)
    settings = {"costs": c.tolist()}
    np.testing.assert_allclose(xi("isoelastic_cournot", settings, *q), 0, atol=1e-13)
    np.testing.assert_allclose(q, np.sqrt((supply - q) / c) - (supply - q), rtol=1e-12)
    np.testing.assert_allclose(losses("isoelastic_cournot", settings, *q), c * q - q / supply, rtol=1e-12)
    if n == 2:
        np.testing.assert_allclose(q, c[::-1] / c.sum() ** 2, rtol=1e-12)


@pytest.mark.parametrize("n", [2, 3, 5])
def test_contestants_rest_where_tullock_says(n: int) -> None:
    """Alike: x = r(n − 1)V/(n²c), for r up to n/(n − 1); with r = 1 and any costs X(1 − c_i X/V). Seed n."""
    rng = np.random.default_rng(n)
    prize, cost, r = rng.uniform(1, 9), rng.uniform(0.5, 2), rng.uniform(0.4, n / (n - 1))
    settings = {"prize": prize, "costs": cost, "exponent": r}
    x = r * (n - 1) * prize / (n**2 * cost)
    np.testing.assert_allclose(xi("tullock", settings, *[x] * n), 0, atol=1e-13)
    at_rest = losses("tullock", settings, *[x] * n)
    np.testing.assert_allclose(at_rest, -(prize / n) * (1 - r * (n - 1) / n), rtol=1e-10, atol=1e-12)
    c = rng.uniform(1, 1.3, size=n)
    total = (n - 1) * prize / c.sum()
    efforts = total * (1 - c * total / prize)
    np.testing.assert_allclose(xi("tullock", {"prize": prize, "costs": c.tolist()}, *efforts), 0, atol=1e-12)
    end = ended("tullock", {"prize": prize}, [prize / n] * n, rules.gradient(rate=0.1 * prize), 2000)
    np.testing.assert_allclose(end, (n - 1) * prize / n**2, rtol=1e-9)


def test_a_contest_beyond_the_bound_is_better_left() -> None:
    """r > n/(n − 1): at the symmetric point every effort is a loss, and staying (nearly) away is none. Seed 9."""
    r = np.random.default_rng(9).uniform(2.05, 3)
    x = r / 4
    first = losses("tullock", {"exponent": r}, x, x)[0]
    assert first > 0 > losses("tullock", {"exponent": r}, 1e-9, x)[0] - 1e-8


@pytest.mark.parametrize("n", [1, 2, 5])
def test_the_commons_are_overused(n: int) -> None:
    """x_i = (a − w)/((n + 1)b); the rent is 4n/(n + 1)² of the best. Seed n."""
    rng = np.random.default_rng(n)
    w, b = rng.uniform(0, 3), rng.uniform(0.2, 1)
    a = w + rng.uniform(1, 9)
    settings = {"first": a, "decline": b, "elsewhere": w}
    end = ended("commons", settings, rng.uniform(0, 1, n), rules.gradient(rate=0.1), 4000)
    np.testing.assert_allclose(end, (a - w) / ((n + 1) * b), rtol=1e-9)
    best = (a - w) / (2 * b) / n
    rents = [-sum(losses("commons", settings, *[x] * n)) for x in (end[0], best)]
    assert rents[0] / rents[1] == pytest.approx(4 * n / (n + 1) ** 2)
    for near in (0.99, 1.01):
        assert -sum(losses("commons", settings, *[best * near] * n)) < rents[1]


def test_the_commons_of_the_experiment() -> None:
    """Walker, Gardner and Ostrom 1990: 8 tokens each of eight players in equilibrium, 36 of all at best."""
    np.testing.assert_allclose(xi("commons", {}, *[8.0] * 8), 0, atol=1e-12)
    assert max((-sum(losses("commons", {}, *[total / 8] * 8)), total) for total in np.arange(1.0, 80.0))[1] == 36


def test_nobody_gives_to_the_public_good() -> None:
    """ξ_i = 1 − r/n > 0 for r < n; all given, everybody has −re, nothing given, −e. Seed 10."""
    rng = np.random.default_rng(10)
    for n in (2, 5):
        r, e = rng.uniform(1, n), rng.uniform(1, 3)
        settings = {"factor": r, "endowment": e}
        point = rng.uniform(0, e, n)
        np.testing.assert_allclose(xi("public_goods", settings, *point), 1 - r / n)
        np.testing.assert_allclose(losses("public_goods", settings, *point), -(e - point + r / n * point.sum()))
        np.testing.assert_allclose(losses("public_goods", settings, *[e] * n), -r * e)
        np.testing.assert_allclose(losses("public_goods", settings, *[0.0] * n), -e)


def outcomes(chances: Any) -> Any:
    """All choices of all players, each with its chance."""
    for came in product((0, 1), repeat=len(chances)):
        yield np.array(came), np.prod(np.where(came, chances, 1 - np.array(chances)))


@pytest.mark.parametrize("n", [3, 5, 7])
def test_the_minority_s_expected_payoff_counts_all_outcomes(n: int) -> None:
    """Against all 2ⁿ of them; ½ of all is an equilibrium, ξ = 0. Seed n."""
    chances = np.random.default_rng(n).uniform(size=n)
    expected = sum(p * np.where(came.sum() < n / 2, came, 1 - came) for came, p in outcomes(chances))
    np.testing.assert_allclose(losses("minority", {}, *chances), -expected, rtol=1e-12)
    np.testing.assert_allclose(xi("minority", {}, *[0.5] * n), 0, atol=1e-15)
    half = [1.0] * (n // 2) + [0.0] * (n // 2)
    assert xi("minority", {}, *half, 0.3)[-1] == pytest.approx(0, abs=1e-15)  # the odd one loses anywhere
    assert (xi("minority", {}, *half, 0.3)[:-1] * (2 * np.array(half) - 1) < 0).all()


@pytest.mark.parametrize("n", [2, 4, 6])
def test_the_bar_s_expected_payoff_counts_all_outcomes(n: int) -> None:
    """Against all 2ⁿ of them; the symmetric equilibrium solves P(Bin(n − 1, p) ≤ c − 1) = (H − B)/(G − B). Seed n."""
    rng = np.random.default_rng(n)
    chances, capacity = rng.uniform(size=n), int(rng.integers(1, n))
    bad, home, good = np.sort(rng.normal(size=3))
    settings = {"capacity": capacity, "bad": bad, "home": home, "good": good}
    expected = sum(
        p * np.where(came, good if came.sum() <= capacity else bad, home) for came, p in outcomes(chances)
    )
    np.testing.assert_allclose(losses("el_farol", settings, *chances), -expected, rtol=1e-12)
    level = (home - bad) / (good - bad)
    p = brentq(lambda p: binom.cdf(capacity - 1, n - 1, p) - level, 0, 1, xtol=1e-14)
    np.testing.assert_allclose(xi("el_farol", settings, *[p] * n), 0, atol=1e-12)


def test_the_ultimatum_by_hand() -> None:
    """Seed 11."""
    rng = np.random.default_rng(11)
    offers, x, a, total = rng.uniform(size=4), rng.dirichlet(np.ones(4)), rng.uniform(size=4), rng.uniform(1, 2)
    expected = [-(x * a) @ (total - offers), -(x * a) @ offers]
    settings = {"offers": offers.tolist(), "total": total}
    assert losses("ultimatum", settings, x, a) == pytest.approx(expected)
    two = {"offers": offers[:2].tolist()}
    assert losses("ultimatum", two, 0.3, a[:2]) == pytest.approx(losses("ultimatum", two, [0.3, 0.7], a[:2]))


def test_every_offer_is_the_outcome_of_an_equilibrium_of_the_ultimatum() -> None:
    """The responder accepts offer k and more: then neither gains by any other pure strategy. Seed 12."""
    offers = np.sort(np.random.default_rng(12).uniform(0.05, 0.95, size=5))
    settings = {"offers": offers.tolist()}
    for k in range(5):
        accepts = (np.arange(5) >= k).astype(float)
        first, second = losses("ultimatum", settings, np.eye(5)[k], accepts)
        assert all(losses("ultimatum", settings, x, accepts)[0] >= first for x in np.eye(5))
        others = product((0.0, 1.0), repeat=5)
        assert all(losses("ultimatum", settings, np.eye(5)[k], a)[1] >= second for a in others)
