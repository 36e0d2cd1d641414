"""Cournot's oligopoly and the welfare that it leaves."""

from collections.abc import Iterator

import numpy as np

import dynsim as ds

from .base import ROWS, WELFARE, Check, Row
from .playing.outcomes import final


@ROWS.register
class CournotWelfare(Row):
    """n firms with the unit cost c choose quantities of one good with the price a − bQ, each by gradient descent on its
    own loss. At rest q = (a − c)/((n + 1)b). Welfare, the total surplus of firms and buyers, is (a − c)Q − bQ²/2, and
    at most (a − c)²/(2b). At rest it is n(n + 2)/(n + 1)² of that maximum: three quarters for a monopoly, and nearly
    all of it with very many firms. a, b and c are random, with seed 0.
    """

    name = "cournot_welfare"
    heading = "How much welfare do a few firms leave?"
    section = WELFARE
    order = 10
    source = "Cournot 1838, chapter VII; the ratio is derived above"

    def checks(self) -> Iterator[Check]:
        a, b, c = np.random.default_rng(0).uniform((5, 0.5, 0.1), (9, 2, 2))
        for n in (1, 2, 3, 5, 10):
            run = ds.simulate(_market(n, a, b, c), steps=400, every=400, compiled=False)
            supply = float(final(run).filter(like="q").sum(axis=1).iloc[0])
            yield Check(f"n = {n}: quantity of all", n * (a - c) / ((n + 1) * b), supply)
            welfare = (a - c) * supply - b * supply**2 / 2
            ratio = welfare / ((a - c) ** 2 / (2 * b))
            yield Check(f"n = {n}: welfare over the best", n * (n + 2) / (n + 1) ** 2, float(ratio))


def _market(n: int, price: float, slope: float, cost: float) -> ds.System:
    system = ds.System("a market")
    quantities = [system.state(f"q{k}", init=0.1 * (k + 1)) for k in range(n)]
    market = system.game("market", "cournot", actions=quantities, price=price, slope=slope, costs=cost)
    for k, own in enumerate(quantities):
        system.agent(f"firm{k}", controls=own, declared=market[k], rule=ds.rules.gradient(rate=1.6 / (slope * (n + 2))))
    return system
