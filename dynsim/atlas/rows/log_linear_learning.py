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
    """Two players hunt a stag (4 each) or a hare: 3 beside a hunter of stags, 2 beside another hare's; the stag alone
    gets nothing. What a player gains by a change is the change of a potential P, 1 at (stag, stag), 2 at (hare, hare),
    0 elsewhere. They revise in turn, with probability ∝ e^{u/T}: a Gibbs sampler of e^{P/T}/Z. At T = 1 the hare's
    convention, risk-dominant, occurs with probability .610, the stag's, which pays more, with .225.

    100,000 replicas after 50 steps of both, from (stag, stag), seed 9: each step leaves .375 of the distance to it.
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
