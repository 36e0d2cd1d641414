"""Two learners in the exactly discounted iterated prisoner's dilemma."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

import dynsim as ds

from ....arrays import Floats

# Payoffs of both players by both actions, cooperation first.
PAYOFFS = (((-1, -3), (0, -2)), ((-1, 0), (-3, -2)))
DISCOUNT = 0.96
PROBABILITIES = 5  # of cooperating at the start and after CC, CD, DC, DD, as logits


def dilemma(rule: Any, init: Sequence[Any] | None = None, payoffs: Any = PAYOFFS) -> ds.System:
    """Players `alice` and `bob` with strategies `one` and `two`, and the mean losses of a round, `loss_one` and
    `loss_two`. rule: one for both players, or a list of two; its settings may be the parameters `rate` (1), `foresight`
    (1) and `discount`. init: of both strategies; the default samples all logits from the standard normal distribution.
    """
    system = ds.System("iterated prisoner's dilemma")
    for name, value in {"rate": 1.0, "foresight": 1.0, "discount": DISCOUNT}.items():
        system.parameter(name, value)
    starts = init or (ds.normal(0, 1),) * 2
    one, two = (system.state(n, size=PROBABILITIES, init=x) for n, x in zip(("one", "two"), starts, strict=True))
    losses = system.game("dilemma", "iterated_matrix", actions=[one, two], payoffs=payoffs, discount="discount")
    rules = rule if isinstance(rule, list) else [rule, rule]
    for name, own, strategy, loss, its in zip(("alice", "bob"), ("one", "two"), (one, two), losses, rules, strict=True):
        system.derived(f"loss_{own}", f"(1 - discount)*dilemma[{0 if own == 'one' else 1}]")
        system.agent(name, controls=strategy, declared=loss, rule=its)
    system.record(derived=["loss_one", "loss_two"])
    return system


def learnt(
    rule: Any, *, steps: int = 100, every: int = 100, replicas: int = 10_000, seed: int = 0, set: Sequence[str] = (),
) -> ds.Run:
    """A run of two learners under one rule, from random strategies."""
    return ds.simulate(dilemma(rule), steps=steps, every=every, replicas=replicas, seed=seed, set=set)


def losses(run: ds.Run) -> Floats:
    """The mean loss of player 1 in a round, (recorded ticks, replicas)."""
    found: Floats = run.states["loss_one"].to_numpy(float).reshape(-1, run.manifest.replicas)
    return found


def strategies(states: pd.DataFrame, name: str) -> Floats:
    """A player's probabilities of cooperating, (rows, 5). name: of the strategy, `one` or `two`."""
    logits = states[[f"{name}[{k}]" for k in range(PROBABILITIES)]].to_numpy(float)
    chances: Floats = 1 / (1 + np.exp(-logits))
    return chances
