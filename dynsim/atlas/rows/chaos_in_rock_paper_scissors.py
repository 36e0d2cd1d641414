"""Chaos in a zero-sum game."""

from collections.abc import Iterator

import numpy as np
from plotly.graph_objects import Figure

import dynsim as ds

from ...plots.drawing.portraits import Portrait, portraits
from .base import CYCLES, ROWS, Check, Row
from .playing.mixtures import pair, rock_paper_scissors, shares

DRAW, TIME, DT = 0.5, 20_000.0, 0.05
EXPONENTS = {1: 0.055, 2: 0.037}


@ROWS.register
class ChaosInRockPaperScissors(Row):
    """Two players with replicator dynamics play rock–paper–scissors, in which a draw earns the first player ½ and costs
    the second ½. The game is zero-sum and the dynamics are Hamiltonian: Σ_k log x_k + Σ_k log y_k is conserved, and no
    orbit attracts another. Whether an orbit is chaotic depends on its start. From x = (.5, .01k, .5 − .01k) and y =
    (.5, .25, .25) an independent computation gave the largest Lyapunov exponents .055 (k = 1) and .037 (k = 2). Orbits
    stay near regular ones for a long time, so exponents of finite runs vary: a deviation of 20 % is allowed for time
    20,000. The integrator is the classical Runge–Kutta method with steps of .05; its error in the conserved sum must
    stay below .01.
    """

    name = "chaos_in_rock_paper_scissors"
    heading = "Can learning a zero-sum game be chaotic?"
    section = CYCLES
    order = 80
    source = "setting: Sato, Akiyama and Farmer 2002"

    def checks(self) -> Iterator[Check]:
        for k, expected in EXPONENTS.items():
            run = ds.simulate(_system(k), every=4000)
            found = float(run.metric("lyapunov", transient=0.1)["mean"].iloc[0])
            yield Check(f"k = {k}: Lyapunov exponent", expected, found, tolerance=0.2 * expected)
            conserved = np.log(shares(run, "x")).sum(axis=1) + np.log(shares(run, "y")).sum(axis=1)
            drift = float(np.abs(conserved - conserved[0]).max())
            yield Check(f"k = {k}: change of Σ log x + Σ log y", 0.01, drift, relation="≤", tolerance=0.0)

    def figure(self) -> Figure:
        panels = []
        for k in (1, 2, 25):
            found = shares(ds.simulate(_system(k), time=400, every=5))
            panels.append(Portrait(f"k = {k}", [(found[:, 0], found[:, 1])], []))
        return portraits(panels, "player 1's share of rock", "player 1's share of paper", (-0.02, 1.02), columns=3)


def _system(k: int) -> ds.System:
    first, second = rock_paper_scissors(draw=DRAW), np.array(rock_paper_scissors(draw=-DRAW)).T.tolist()
    system = pair((first, second), ds.rules.replicator(), ((0.5, 0.01 * k, 0.5 - 0.01 * k), (0.5, 0.25, 0.25)))
    system.clock(time=TIME, dt=DT, method="rk4")
    return system
