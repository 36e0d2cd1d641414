"""The rewards of learners while they learn."""

from collections.abc import Iterator

import dynsim as ds

from .base import ROWS, SHAPING, Check, Row
from .playing.dilemma import learnt, losses
from .playing.outcomes import mean_and_error


@ROWS.register
class RewardsWhileLearning(Row):
    """The iterated prisoner's dilemma, rate and foresight 1, 10,000 replicas, seed 0: the mean reward of player 1 per
    round, averaged over its values before each of 100 updates. It is compared with the mean of a second implementation
    with seeds of its own.
    """

    name = "rewards_while_learning"
    heading = "What do learners get in the dilemma while they learn?"
    section = SHAPING
    order = 50
    source = "setting: Letcher et al. 2019; Foerster et al. 2018"

    def checks(self) -> Iterator[Check]:
        known = {
            "gradient against gradient": (ds.rules.gradient(rate="rate"), -1.9784, 0.0009),
            "LOLA against LOLA": (ds.rules.lola(rate="rate", foresight="foresight"), -1.0982, 0.0015),
        }
        for what, (rule, expected, error) in known.items():
            found = losses(learnt(rule, every=1))  # the last row is the loss after all updates
            mean, own = mean_and_error(-found[:-1].mean(axis=0))
            yield Check(f"{what}: mean reward", expected, mean, error=own, expected_error=error)
