"""Best responses, and time averages of the replicator."""

from collections.abc import Iterator
from functools import cached_property

import numpy as np
from plotly.graph_objects import Figure

import dynsim as ds

from ...plots.drawing.portraits import Portrait, portraits
from .base import CYCLES, ROWS, Check, Row
from .playing.mixtures import Shares, population, rock_paper_scissors, shares

BAD = rock_paper_scissors(win=1.0, loss=2.0)
START = (0.5, 0.3, 0.2)
CORNER = np.array([1.0, 2.0, 4.0]) / 7
TIME = 300.0


@ROWS.register
class ShapleyTriangle(Row):
    """One population in rock–paper–scissors, where a win earns w = 1 and a loss costs l = 2. Best-response dynamics
    cycle around a triangle whose corners are (w², wl, l²)/(w² + wl + l²) and its rotations. From a corner p the path
    goes straight towards the best strategy e, to p' = e + s(p − e), which is p rotated. Hence p ∝ (1, s, s²), and s =
    w/l because two strategies are best at p. The replicator's orbits approach the boundary and stay near every corner
    of the simplex longer than near the one before, so their time averages never settle. The averages follow best
    responses and converge to the same triangle.

    Best responses use Euler steps of .002, which overshoot the kinks by a similar amount: .01 is allowed at a corner.
    The influence of the start on the average falls like 1/T: 10/T is allowed for it at T = 300.
    """

    name = "shapley_triangle"
    heading = "Where do time averages go that do not converge?"
    section = CYCLES
    order = 95
    source = "Gaunersdorfer and Hofbauer 1995"

    @cached_property
    def paths(self) -> tuple[Shares, Shares, Shares]:
        """Best responses, the replicator, and the replicator's mean so far."""
        responding = population(BAD, ds.rules.best_response(), START)
        responding.clock(time=40, dt=0.002, method="euler")
        imitating = population(BAD, ds.rules.replicator(), START)
        imitating.clock(time=TIME, dt=0.02, method="rk4")
        x = shares(ds.simulate(imitating))
        mean = np.cumsum(x, axis=0) / np.arange(1, len(x) + 1)[:, None]
        return shares(ds.simulate(responding)), x, mean

    def checks(self) -> Iterator[Check]:
        best, x, mean = self.paths
        for who, path, allowed in (("best responses", best, 0.01), ("mean of the replicator", mean, 10 / TIME)):
            late = path[len(path) // 3:]
            corner = np.sort(late[np.argmax(((late - 1 / 3) ** 2).sum(axis=1))])
            for share, expected, found in zip(("smallest", "middle", "largest"), CORNER, corner, strict=True):
                what = f"{who}: {share} share where it is farthest out"
                yield Check(what, float(expected), float(found), tolerance=allowed)
        left = float(1 - x[-1000:].max())
        yield Check("replicator: 1 − largest share at last", 1e-6, left, relation="≤", tolerance=0.0)

    def figure(self) -> Figure:
        panels = []
        for name, path in zip(("best responses", "replicator", "mean of the replicator"), self.paths, strict=True):
            every = max(1, len(path) // 3000)
            begun, end = path[: len(path) // 4 : every], path[len(path) // 4 :: every]
            panels.append(Portrait(name, [(begun[:, 0], begun[:, 1])], [(end[:, 0], end[:, 1])]))
        return portraits(panels, "share of rock", "share of paper", (-0.02, 1.02), columns=3)
