"""Games for two players, for the benchmarks of learning rules."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.prisoners_dilemma import SLOTS

Floats = NDArray[np.float64]
DILEMMA = """
dynsim: 1
title: A rule in the iterated prisoner's dilemma
variables: {{x: {{size: 5}}, y: {{size: 5}}}}
games:
  ipd:
    iterated_matrix:
      actions: [x, y]
      payoffs: [[[-1, -3], [0, -2]], [[-1, 0], [-3, -2]]]
      discount: 0.96
      view: joint
agents:
  first: {{controls: x, declared: "ipd[0]", rule: {rule}}}
  second: {{controls: y, declared: "ipd[1]", rule: {rule}}}
clock: {{steps: 100}}
"""
MATRIX = """
dynsim: 1
title: A rule in a matrix game
variables: {{x: {{size: 3, space: simplex}}, y: {{size: 3, space: simplex}}}}
games:
  game: {{matrix_game: {{actions: [x, y], payoffs: {payoffs}}}}}
agents:
  first: {{controls: x, declared: "game[0]", rule: {rule}}}
  second: {{controls: y, declared: "game[1]", rule: {rule}}}
clock: {{steps: 100}}
"""
SADDLE = """
dynsim: 1
title: A rule in a quadratic game
variables: {{x: {{}}, y: {{}}}}
agents:
  first: {{controls: x, declared: x**2/2 + x*y, rule: {rule}}}
  second: {{controls: y, declared: y**2/2 - x*y, rule: {rule}}}
clock: {{steps: 100}}
"""


@dataclass(frozen=True)
class Arena:
    """A game: the scenario's text without the rule, the slots that players move, and random starts."""

    title: str
    text: str
    slots: Sequence[str]
    start: Callable[[np.random.Generator, int], Floats]


def mixtures(rng: np.random.Generator, replicas: int) -> Floats:
    return np.concatenate([rng.dirichlet(np.ones(3), replicas).T for _ in range(2)])


PAYOFFS = np.random.default_rng(1).normal(size=(2, 3, 3))
LOGITS = Arena("IPD", DILEMMA, SLOTS, lambda rng, replicas: rng.standard_normal((10, replicas)))
STRATEGIES = [f"{player}[{k}]" for player in "xy" for k in range(3)]
SHARES = Arena("3 × 3 game", MATRIX.replace("{payoffs}", str(PAYOFFS.tolist())), STRATEGIES, mixtures)
NUMBERS = Arena("two parameters", SADDLE, ["x", "y"], lambda rng, replicas: rng.standard_normal((2, replicas)))
