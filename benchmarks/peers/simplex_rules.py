"""Learning rules on simplices in batched NumPy: two players, payoffs (2, n, m), shares (n + m, N)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Payoffs = Callable[[], tuple[Array, Array]]
Pair = tuple[Array, Array]
Rule = Callable[[Callable[[Pair], Pair], Pair], Iterator[Pair]]
TEMPERATURE = 0.5


def run(rule: Rule, payoffs: Array, start: Array, updates: int) -> Array:
    """The shares after so many simultaneous updates; `start` is left as it is."""
    a, b = payoffs
    x, y = start[: len(a)], start[len(a) :]
    steps = rule(lambda pair: (a @ pair[1], b.T @ pair[0]), (x, y))
    (last,) = islice(steps, updates - 1, updates)
    return np.concatenate(last)


def moving(velocity: Callable[[Array, Array], Array], rate: float = 0.1) -> Rule:
    """x ← x + rate·velocity(x, u)."""

    def steps(utilities: Callable[[Pair], Pair], pair: Pair) -> Iterator[Pair]:
        while True:
            u, v = utilities(pair)
            pair = pair[0] + rate * velocity(pair[0], u), pair[1] + rate * velocity(pair[1], v)
            yield pair

    return steps


def replicator(x: Array, u: Array) -> Array:
    return x * (u - (x * u).sum(axis=0))


def smith(x: Array, u: Array) -> Array:
    gain = np.maximum(u[:, None] - u[None], 0.0)  # of k over j
    return np.einsum("jn,kjn->kn", x, gain) - x * gain.sum(axis=0)


def brown_von_neumann_nash(x: Array, u: Array) -> Array:
    excess = np.maximum(u - (x * u).sum(axis=0), 0.0)
    return excess - x * excess.sum(axis=0)


def softmax(u: Array) -> Array:
    weights = np.exp((u - u.max(axis=0)) / TEMPERATURE)
    return np.asarray(weights / weights.sum(axis=0))


def best(u: Array) -> Array:
    return (np.arange(len(u))[:, None] == u.argmax(axis=0)).astype(float)


def multiplicative(x: Array, u: Array) -> Array:
    """The difference to the new weights, rate .1, in units of a step of .1."""
    weights = x * np.exp(0.1 * (u - u.max(axis=0)))
    return (weights / weights.sum(axis=0) - x) / 0.1


def fictitious_play(utilities: Callable[[Pair], Pair], pair: Pair) -> Iterator[Pair]:
    plays = 1
    while True:
        u, v = utilities(pair)
        plays += 1
        pair = pair[0] + (best(u) - pair[0]) / plays, pair[1] + (best(v) - pair[1]) / plays
        yield pair


def regret_matching(utilities: Callable[[Pair], Pair], pair: Pair) -> Iterator[Pair]:
    return _regrets(utilities, pair, lambda regret: regret, lambda plays: 1 / plays)


def regret_matching_plus(utilities: Callable[[Pair], Pair], pair: Pair) -> Iterator[Pair]:
    return _regrets(utilities, pair, lambda regret: np.maximum(regret, 0.0), lambda plays: 2 / (plays + 1))


def _regrets(
    utilities: Callable[[Pair], Pair], pair: Pair, kept: Callable[[Array], Array], weight: Callable[[int], float]
) -> Iterator[Pair]:
    regrets, averages, plays = [np.zeros_like(x) for x in pair], [np.zeros_like(x) for x in pair], 0
    while True:
        plays += 1
        averages = [mean + weight(plays) * (x - mean) for mean, x in zip(averages, pair, strict=True)]
        gains = zip(regrets, pair, utilities(pair), strict=True)
        regrets = [kept(regret + u - (x * u).sum(axis=0)) for regret, x, u in gains]
        pair = _matched(regrets[0], pair[0]), _matched(regrets[1], pair[1])
        yield pair


def _matched(regret: Array, x: Array) -> Array:
    positive = np.maximum(regret, 0.0)
    total = positive.sum(axis=0)
    return np.where(total > 0, positive / np.where(total > 0, total, 1.0), x)


def boltzmann_q(utilities: Callable[[Pair], Pair], pair: Pair) -> Iterator[Pair]:
    estimates = [TEMPERATURE * np.log(x / x.max(axis=0)) for x in pair]
    while True:
        parts = zip(estimates, pair, utilities(pair), strict=True)
        estimates = [q + 0.1 * x * (u - q) for q, x, u in parts]
        pair = softmax(estimates[0]), softmax(estimates[1])
        yield pair


RULES: dict[str, Rule] = {
    "replicator": moving(replicator),
    "smith": moving(smith),
    "brown_von_neumann_nash": moving(brown_von_neumann_nash),
    "logit": moving(lambda x, u: softmax(u) - x),
    "best_response": moving(lambda x, u: best(u) - x),
    "multiplicative_weights": moving(multiplicative),
    "fictitious_play": fictitious_play,
    "regret_matching": regret_matching,
    "regret_matching_plus": regret_matching_plus,
    "boltzmann_q": boltzmann_q,
}
