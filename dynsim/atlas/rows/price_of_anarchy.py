"""The cost of selfish routing."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import dynsim as ds

from .base import ROWS, WELFARE, Check, Origin, Row
from .playing.outcomes import final

BRAESS: Mapping[str, Any] = {  # s→a, a→t, s→b, b→t, a→b
    "latencies": [[0, 1], [1, 0], [1, 0], [0, 1], [0, 0]],
    "routes": [[1, 1, 0, 0, 0], [0, 0, 1, 1, 0], [1, 0, 0, 1, 1]],
}


@ROWS.register
class PriceOfAnarchy(Row):
    """A crowd of traffic 1 splits over routes by projected gradient descent: once selfishly (the field is the latency
    of the routes), once for the lowest total time. The row compares the total times at the end.

    Pigou's network has two links: one takes time 1 at any load, the other y^d. Selfish drivers all take the second and
    need 1; the optimum is a load (d + 1)^{−1/d} there. The ratio is 4/3 for d = 1, the maximum for any network with
    affine latencies, and [1 − d(d + 1)^{−(d+1)/d}]⁻¹ in general, the maximum for polynomials of degree d. With n
    companies that have equal shares of the traffic, 1/(n + 1) takes the slow link (d = 1), at the cost (4/3)(1 − n/(n +
    1)²). In Braess's network all drivers take the added road, and need 2 instead of 3/2 (with the latencies of
    Roughgarden and Tardos).
    """

    name = "price_of_anarchy"
    heading = "What does it cost that every driver looks for their own shortest way?"
    section = WELFARE
    order = 40
    source = "Pigou 1920; Braess 1968; Roughgarden and Tardos 2002; Roughgarden 2003"

    def checks(self) -> Iterator[Check]:
        for d in (1, 2, 3, 4):
            links = {"latencies": [[1] + [0] * d, [0] * d + [1]]}
            ratio = _time(links, "selfish") / _time(links, "social")
            expected = 1 / (1 - d * (d + 1) ** (-(d + 1) / d))
            origin: Origin = "published" if d == 1 else "derived"  # the source prints 4/3, and otherwise the formula
            yield Check(f"Pigou's links with latency y^{d}: selfish over best", expected, ratio, origin)
        pigou = {"latencies": [[1, 0], [0, 1]]}
        for n in (1, 2, 4):
            expected = (1 - n / (n + 1) ** 2) * 4 / 3
            ratio = _time(pigou, "companies", n) / _time(pigou, "social")
            yield Check(f"Pigou's links, {n} equal companies over best", expected, ratio)
        yield Check("Braess's network: time of everybody", 2.0, _time(BRAESS, "selfish"), "published")
        yield Check("Braess's network: best", 1.5, _time(BRAESS, "social"), "published")


def _time(network: Mapping[str, Any], drivers: str, players: int = 1) -> float:
    """The total travel time at the end, if the players have equal shares of the traffic."""
    routes = len(network.get("routes", network["latencies"]))
    system = ds.System("traffic")
    flows: Sequence[Any] = [system.state(f"x{k}", init=[1 / routes] * routes, size=routes, space="simplex")
                            for k in range(players)]  # fmt: skip
    shared = {**network, "actions": flows, "demands": 1 / players}
    road = system.game("road", "routing", drivers=drivers, **shared)
    total = system.game("total", "routing", drivers="social", **shared)
    for k, flow in enumerate(flows):
        system.agent(f"p{k}", controls=flow, declared=road[k], rule=ds.rules.gradient(rate=0.3 * players))
    system.record(derived=total)
    return float(final(ds.simulate(system, steps=300, every=300, compiled=False))["total[0]"].iloc[0])
