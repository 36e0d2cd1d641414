"""Log-linear learning in a potential game."""

from collections.abc import Iterator
from itertools import product

import numpy as np

import dynsim as ds

from .base import POPULATIONS, ROWS, Check, Row
from .playing.outcomes import final, mean_and_error

PAYOFFS = ((4.0, 0.0), (3.0, 2.0))
POTENTIAL = ((1.0, 0.0), (0.0, 2.0))
STEPS, REPLICAS, SEED = 50, 100_000, 9


@ROWS.register
class LogLinearLearning(Row):
    """Two players each hunt a stag or a hare. Two stag hunters get 4 each, and a single one nothing; a hare hunter gets
    3 beside a stag hunter and 2 beside another hare hunter. A player's gain from a change equals the change of a
    potential P: 1 at (stag, stag), 2 at (hare, hare), 0 elsewhere. The players revise in turn, with probabilities ∝
    e^{u/T}, which is a Gibbs sampler of e^{P/T}/Z. At T = 1, (hare, hare), which is risk-dominant, has probability
    .610, and (stag, stag), which pays more, .225.

    There are 100,000 replicas, 50 steps from (stag, stag) and seed 9; each step multiplies the distance from the
    stationary distribution by .375.
    """

    name = "log_linear_learning"
    heading = "Which convention do noisy best responses settle on?"
    section = POPULATIONS
    order = 90
    source = "Blume 1993; potential games: Monderer and Shapley 1996"

    def checks(self) -> Iterator[Check]:
        system = ds.System("stag hunt")
        x, y = (system.state(name, init=[1.0, 0.0], size=2, space="simplex") for name in "xy")
        tables = [np.array(PAYOFFS).tolist(), np.array(PAYOFFS).T.tolist()]
        losses = system.game("hunt", "matrix_game", actions=[x, y], payoffs=tables)
        for name, shares, loss in zip(("one", "other"), (x, y), losses, strict=True):
            system.agent(name, controls=shares, declared=loss, rule=ds.rules.log_linear(temperature=1.0))
        system.clock(steps=STEPS, order=["one", "other"])
        ends = final(ds.simulate(system, every=STEPS, replicas=REPLICAS, seed=SEED))
        weights = np.exp(POTENTIAL)
        for i, j in product(range(2), repeat=2):
            share, error = mean_and_error((ends[f"x[{i}]"] * ends[f"y[{j}]"]).to_numpy())
            names = " and ".join(("stag", "hare")[k] for k in (i, j))
            yield Check(f"share of {names}", float(weights[i, j] / weights.sum()), share, error=error)
