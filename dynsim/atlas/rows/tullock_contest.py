"""Tullock's contest and the resources that it wastes."""

from collections.abc import Iterator

import numpy as np

import dynsim as ds

from .base import ROWS, WELFARE, Check, Row
from .playing.outcomes import final


@ROWS.register
class TullockContest(Row):
    """n contestants spend x_i to win a prize V with probability x_i/Σ_j x_j, each by gradient descent on its own loss.
    At rest all spend x = (n − 1)V/n², in total the share (n − 1)/n of the prize. V is random, with seed 0.
    """

    name = "tullock_contest"
    heading = "How much of a prize is burnt in the contest for it?"
    section = WELFARE
    order = 20
    source = "Tullock 1980"

    def checks(self) -> Iterator[Check]:
        prize = np.random.default_rng(0).uniform(2, 9)
        for n in (2, 3, 5, 8):
            system = ds.System("a contest")
            efforts = [system.state(f"x{k}", init=prize / n * (1 + 0.1 * k)) for k in range(n)]
            contest = system.game("contest", "tullock", actions=efforts, prize=prize)
            for k, own in enumerate(efforts):
                system.agent(f"p{k}", controls=own, declared=contest[k], rule=ds.rules.gradient(rate=0.2 * prize))
            end = final(ds.simulate(system, steps=600, every=600, compiled=False)).filter(like="x").iloc[0]
            yield Check(f"n = {n}: effort of the first", (n - 1) * prize / n**2, float(end.x0))
            yield Check(f"n = {n}: share of the prize that is spent", (n - 1) / n, float(end.sum() / prize))
