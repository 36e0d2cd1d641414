"""The replicator in rock–paper–scissors."""

from collections.abc import Iterator

import numpy as np
from plotly.graph_objects import Figure

import dynsim as ds

from ...plots.drawing.portraits import Portrait, portraits
from .base import POPULATIONS, ROWS, Check, Row
from .playing.mixtures import Shares, population, rock_paper_scissors, shares, turns

TIME, DT = 100.0, 0.01
STARTS = ((0.5, 0.3, 0.2), (0.35, 0.33, 0.32), (0.8, 0.1, 0.1))
GAMES = {
    "a win earns as much as a loss costs": (1.0, 1.0), "it earns twice as much": (2.0, 1.0), "half as much": (1.0, 2.0),
}


@ROWS.register
class ReplicatorInRockPaperScissors(Row):
    """One population, dx_k/dt = x_k((Ax)_k − xᵀAx), A antisymmetric: Σ_k d(log x_k)/dt = Σ_k (Ax)_k = 0, so the product
    of the shares is conserved and every orbit is closed. At the centre the eigenvalues are ±i/√3, so small orbits have
    the period 2π√3. With the classical Runge–Kutta method and steps of .01 up to time 100, the product is checked to
    3·10⁻¹², and the period of an orbit of size 10⁻³ to 10⁻⁴. Orbits spiral in if a win earns more than a loss costs,
    and out if it earns less.
    """

    name = "replicator_in_rock_paper_scissors"
    heading = "What does the replicator conserve in rock–paper–scissors?"
    section = POPULATIONS
    order = 10
    source = "Taylor and Jonker 1978; Hofbauer and Sigmund 1998, chapter 7"

    def checks(self) -> Iterator[Check]:
        product = _path(STARTS[0], 1.0, 1.0).prod(axis=1)
        drift = float(np.abs(product - product[0]).max())
        yield Check("largest change of the product of the shares", 3e-12, drift, relation="≤", tolerance=0.0)
        around = turns(_path((1 / 3 + 1e-3, 1 / 3, 1 / 3 - 1e-3), 1.0, 1.0)[:, 0] - 1 / 3, DT)
        yield Check("period of a small orbit", 2 * np.pi * 3**0.5, float(np.diff(around).mean()), tolerance=1e-4)

    def figure(self) -> Figure:
        panels = []
        for title, (win, loss) in GAMES.items():
            paths = [_path(start, win, loss)[:4000:5] for start in STARTS[: 3 if win == loss else 2]]
            corner = np.array([(0, 0), (1, 0), (0, 1), (0, 0)])
            drawn = [(p[:, 0], p[:, 1]) for p in paths]
            panels.append(Portrait(title, [(corner[:, 0], corner[:, 1]), *drawn], []))
        return portraits(panels, "share of rock", "share of paper", (-0.02, 1.02), columns=3)


def _path(start: tuple[float, ...], win: float, loss: float) -> Shares:
    system = population(rock_paper_scissors(win, loss), ds.rules.replicator(), start)
    system.clock(time=TIME, dt=DT, method="rk4")
    return shares(ds.simulate(system))
