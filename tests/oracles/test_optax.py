"""First-order rules beside optax (DeepMind), trajectory for trajectory, on random games.

Both players of a quadratic game learn: optax gets both gradients at once, and treats every number by itself. Its
conventions agree with dynsim's but for those that a case states.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import dynsim as ds
from tests.oracles.games import Array, trajectories

pytestmark = [pytest.mark.slow, pytest.mark.oracle("optax")]
STEPS, RATE = 200, 0.05
FIRST, SECOND = 3, 2  # numbers that the players move


@pytest.fixture(scope="module")
def optax() -> Iterator[Any]:
    """With numbers of 64 bits."""
    import jax
    import optax

    with jax.enable_x64(True):
        yield optax


def game(rng: np.random.Generator) -> tuple[list[Array], list[Array]]:
    """L_i = ½ zᵀ A_i z + b_iᵀ z; J = S + A with a symmetric part whose eigenvalues are 0.1 … 1, and a large other."""
    n = FIRST + SECOND
    basis = np.linalg.qr(rng.normal(size=(n, n)))[0]
    turn = rng.normal(size=(n, n))
    jacobian = basis @ np.diag(rng.uniform(0.1, 1.0, n)) @ basis.T + turn - turn.T
    matrices = []
    for rows in (slice(0, FIRST), slice(FIRST, n)):
        a = np.zeros((n, n))
        a[rows] += jacobian[rows]
        a[:, rows] += jacobian[rows].T
        a[rows, rows] = jacobian[rows, rows]
        a[rows, rows] = (a[rows, rows] + a[rows, rows].T) / 2
        matrices.append(a)
    return matrices, list(rng.normal(size=(2, n)))


def ours(rules: list[Any], matrices: list[Array], vectors: list[Array], start: Array) -> Array:
    s = ds.System("a quadratic game")
    x = s.state("x", init=start[:FIRST].tolist(), size=FIRST)
    y = s.state("y", init=start[FIRST:].tolist(), size=SECOND)
    losses = s.game("game", "quadratic", actions=[x, y], matrices=np.array(matrices).tolist(),
                    vectors=np.array(vectors).tolist())  # fmt: skip
    for name, action, loss, rule in zip("ab", (x, y), losses, rules, strict=True):
        s.agent(name, controls=action, declared=loss, rule=rule)
    return np.hstack(trajectories(s, STEPS, "x", "y"))


def theirs(optimizers: list[Any], matrices: list[Array], vectors: list[Array], start: Array) -> Array:
    """The players of the same game, each with an optimizer of its own."""
    import jax.numpy as jnp

    z = [jnp.asarray(start[:FIRST]), jnp.asarray(start[FIRST:])]
    states = [optimizer.init(part) for optimizer, part in zip(optimizers, z, strict=True)]
    found = [start]
    for _ in range(STEPS):
        here = np.concatenate(z)
        xi = [matrices[0][:FIRST] @ here + vectors[0][:FIRST], matrices[1][FIRST:] @ here + vectors[1][FIRST:]]
        for k, optimizer in enumerate(optimizers):
            update, states[k] = optimizer.update(jnp.asarray(xi[k]), states[k], z[k])
            z[k] = z[k] + update
        found.append(np.concatenate(z))
    return np.array(found)


class Fast:
    """An optimizer of optax's pairs of fast and slow parameters, as one of the fast ones."""

    def __init__(self, optimizer: Any) -> None:
        self.optimizer = optimizer

    def init(self, x: Any) -> Any:
        import optax

        pair = optax.LookaheadParams.init_synced(x)
        return pair, self.optimizer.init(pair)

    def update(self, gradient: Any, state: Any, x: Any) -> Any:
        pair, inner = state
        update, inner = self.optimizer.update(gradient, inner, pair)
        moved = type(pair)(pair.fast + update.fast, pair.slow + update.slow)
        return update.fast, (moved, inner)


CASES: dict[str, tuple[Callable[..., Any], Callable[[Any], Any]]] = {
    "gradient": (lambda: ds.rules.gradient(rate=RATE), lambda o: o.sgd(RATE)),
    "momentum": (lambda: ds.rules.momentum(rate=RATE, beta=0.7), lambda o: o.sgd(RATE, momentum=0.7)),
    "negative momentum": (lambda: ds.rules.momentum(rate=RATE, beta=-0.4), lambda o: o.sgd(RATE, momentum=-0.4)),
    "adam": (
        lambda: ds.rules.adam(rate=RATE, beta1=0.8, beta2=0.99, epsilon=1e-3),
        lambda o: o.adam(RATE, b1=0.8, b2=0.99, eps=1e-3),
    ),
    "optimistic": (lambda: ds.rules.optimistic(rate=RATE), lambda o: o.optimistic_gradient_descent(RATE)),
    # there optimism has the units of a step
    "optimistic adam": (
        lambda: ds.rules.optimistic_adam(rate=RATE, optimism=0.6, beta1=0.8, beta2=0.99, epsilon=1e-3),
        lambda o: o.optimistic_adam_v2(RATE, beta=0.6, b1=0.8, b2=0.99, eps=1e-3, nesterov=False),
    ),
    "optimistic adam, Nesterov": (
        lambda: ds.rules.optimistic_adam(
            rate=RATE, optimism=0.6, beta1=0.8, beta2=0.99, epsilon=1e-3, momentum="nesterov"
        ),
        lambda o: o.optimistic_adam_v2(RATE, beta=0.6, b1=0.8, b2=0.99, eps=1e-3),
    ),
    # ε stands outside the root, as in the source
    "rmsprop": (
        lambda: ds.rules.rmsprop(rate=RATE, decay=0.8, epsilon=1e-3),
        lambda o: o.rmsprop(RATE, decay=0.8, eps=1e-3, eps_in_sqrt=False),
    ),
    "sign": (lambda: ds.rules.sign_gradient(rate=RATE), lambda o: o.sign_sgd(RATE)),
    # both players go back at the same time
    "lookahead-minmax": (
        lambda: ds.rules.lookahead_minmax(rule=ds.rules.momentum(rate=RATE, beta=0.7), period=4, share=0.3),
        lambda o: Fast(o.lookahead(o.sgd(RATE, momentum=0.7), sync_period=4, slow_step_size=0.3)),
    ),
    # steps of constant length are clipped gradients of the length `floor` there, with the rate rate/floor
    "normalized gradient": (
        lambda: ds.rules.normalized_gradient(rate=RATE, floor=0.5),
        lambda o: o.chain(o.clip_by_global_norm(0.5), o.sgd(RATE / 0.5)),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_rule_makes_the_steps_that_optax_makes(optax: Any, case: str) -> None:
    """200 steps of five numbers in three random games (seeds 0 to 2), to 1e-12 of the largest."""
    rule, optimizer = CASES[case]
    for seed in range(3):
        rng = np.random.default_rng(seed)
        stated = *game(rng), rng.normal(size=FIRST + SECOND)
        expected = theirs([optimizer(optax), optimizer(optax)], *stated)
        assert np.ptp(expected, axis=0).min() > 0.01
        np.testing.assert_allclose(
            ours([rule(), rule()], *stated), expected, rtol=0, atol=1e-12 * max(1.0, np.abs(expected).max())
        )


def test_nesterov_where_the_momentum_leads_to(optax: Any) -> None:
    """There x stands for what is here x + β v, where the gradient is taken (one player, seed 5).

    With several players the two differ: there all others are met at that point too, here where they are.
    """
    import jax.numpy as jnp

    rng, beta = np.random.default_rng(5), 0.8
    matrices, vectors = game(rng)
    hessian, vector, x = matrices[0][:FIRST, :FIRST], vectors[0][:FIRST], rng.normal(size=FIRST)
    s = ds.System("one player")
    state = s.state("x", init=x.tolist(), size=FIRST)
    (loss,) = s.game("game", "quadratic", actions=[state], matrices=[hessian.tolist()], vectors=[vector.tolist()])
    s.agent("a", controls=state, declared=loss, rule=ds.rules.nesterov(rate=RATE, beta=beta))
    at, velocity = trajectories(s, STEPS, "x", "a.v")
    optimizer = optax.sgd(RATE, momentum=beta, nesterov=True)
    memory, expected = optimizer.init(jnp.asarray(x)), [x]
    for _ in range(STEPS):
        update, memory = optimizer.update(jnp.asarray(hessian @ x + vector), memory)
        x = np.asarray(x + update)
        expected.append(x)
    np.testing.assert_allclose(at + beta * velocity, expected, rtol=0, atol=1e-12)


def test_players_with_rules_of_their_own(optax: Any) -> None:
    """One descends by Adam, the other by negative momentum (seed 3)."""
    rng = np.random.default_rng(3)
    stated = *game(rng), rng.normal(size=FIRST + SECOND)
    expected = theirs([optax.adam(RATE), optax.sgd(RATE, momentum=-0.5)], *stated)
    found = ours([ds.rules.adam(rate=RATE), ds.rules.momentum(rate=RATE, beta=-0.5)], *stated)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)


def test_the_distances_that_optax_documents(optax: Any) -> None:
    """Optimistic Adam on min max xy from (1, 2), rate .01, Nesterov form: 2.243, 2.195, 2.161, 2.055, .796, .001 at 4ⁱ
    steps (docstring of optax.optimistic_adam), whose optimism of 1 is 100 times the rate."""
    s = ds.System("saddle")
    x, y = s.state("x", init=1), s.state("y", init=2)
    rule = ds.rules.optimistic_adam(rate=0.01, optimism=100, momentum="nesterov")
    s.agent("a", controls=x, declared=x * y, rule=rule)
    s.agent("b", controls=y, declared=-x * y, rule=rule)
    found = np.hypot(*(t[:, 0] for t in trajectories(s, 1024, "x", "y")))
    documented = [2.243, 2.195, 2.161, 2.055, 0.796, 0.001]
    np.testing.assert_allclose(found[[4**i for i in range(6)]], documented, atol=0.001)

    import jax.numpy as jnp

    optimizer = optax.optimistic_adam_v2(0.01, beta=100.0)
    z = jnp.array([1.0, 2.0])
    state, distances = optimizer.init(z), [np.sqrt(5.0)]
    for _ in range(1024):
        update, state = optimizer.update(jnp.array([z[1], -z[0]]), state)
        z = z + update
        distances.append(float(jnp.hypot(*z)))
    np.testing.assert_allclose(found, distances, atol=1e-12)


def test_the_nearest_point_of_a_simplex(optax: Any) -> None:
    """Projected gradient steps, beside optax.projections.projection_simplex (seed 4)."""
    import jax.numpy as jnp

    rng = np.random.default_rng(4)
    target, x = rng.normal(size=5), rng.dirichlet(np.ones(5))
    s = ds.System("projected")
    state = s.state("x", init=x.tolist(), size=5, space="simplex")
    loss = sum((e - t) ** 2 for e, t in zip(state, target.tolist(), strict=True)) / 2
    s.agent("a", controls=state, declared=loss, rule=ds.rules.gradient(rate=0.1))
    expected = [x]
    for _ in range(100):
        x = np.asarray(optax.projections.projection_simplex(jnp.asarray(x - 0.1 * (x - target))))
        expected.append(x)
    assert (x == 0.0).any()
    np.testing.assert_allclose(trajectories(s, 100, "x")[0], expected, rtol=0, atol=1e-12)
