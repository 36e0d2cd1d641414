"""Multiplicative weights in a zero-sum game."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from plotly.graph_objects import Figure

import dynsim as ds

from ...plots.drawing.style import BLUE, VERMILLION, axis, single, styled
from .base import CYCLES, ROWS, Check, Row
from .playing.mixtures import PENNIES, Shares, pair, shares, zero_sum

RATE, STEPS = 0.1, 2000
START = ((0.5, 0.5), (0.6, 0.4))


@ROWS.register
class WeightsLeaveEquilibrium(Row):
    """Matching pennies, multiplicative weights at rate η = .1 from (½, ½) and (.6, .4). The divergence KL(Nash ‖ x) of
    a player grows in a step by log(Σ_k x_k e^{ηu_k}) − ηu*, where u* = 0 is the payoff of the equilibrium strategy. The
    sum over the players grows at every step, because Σ_k x_k u_k adds up to 0 and log Σ x e^{ηu} ≥ η Σ x u. So the
    iterates move from the equilibrium to the boundary. The replicator, which is the limit of small rates, keeps its
    distance.
    """

    name = "weights_leave_equilibrium"
    heading = "Where do multiplicative weights go in a zero-sum game?"
    section = CYCLES
    order = 90
    source = "Bailey and Piliouras 2018"

    def checks(self) -> Iterator[Check]:
        x, y = _mixtures(ds.rules.multiplicative_weights(rate=RATE))
        found = divergence(x) + divergence(y)
        least = float(np.diff(found).min())
        yield Check("least growth of the divergence in a step", 0.0, least, relation="≥", tolerance=0.0)
        u, v = y @ np.array(PENNIES).T, -x @ np.array(PENNIES)
        grown = sum(np.log((m * np.exp(RATE * w)).sum(axis=1))[:500].sum() for m, w in ((x, u), (y, v)))
        yield Check("growth of the divergence in 500 steps", float(grown), float(found[500] - found[0]))
        near = float(min(x.min(), y.min()))
        yield Check(f"least share in {STEPS} steps", 1e-3, near, relation="≤", tolerance=0.0)

    def figure(self) -> Figure:
        weights, replicator = _mixtures(ds.rules.multiplicative_weights(rate=RATE)), _flow()
        lines = {
            "multiplicative weights, η = .1": (weights, VERMILLION), "replicator, time = η·steps": (replicator, BLUE),
        }
        traces = [
            {"type": "scatter", "mode": "lines", "name": name, "line": {"color": colour}, "hoverinfo": "skip",
             "x": single(np.arange(0, STEPS + 1, 5)), "y": single((divergence(x) + divergence(y))[::5])}
            for name, ((x, y), colour) in lines.items()
        ]
        return styled(traces, 300, xaxis=axis("step"), yaxis=axis("divergence from equilibrium", rangemode="tozero"))


def divergence(x: Shares) -> Shares:
    """KL((½, ½) ‖ x)."""
    return -0.5 * np.log(4 * x[:, 0] * x[:, 1])


def _mixtures(rule: Any) -> tuple[Shares, Shares]:
    run = ds.simulate(pair(zero_sum(PENNIES), rule, START), steps=STEPS)
    return shares(run, "x"), shares(run, "y")


def _flow() -> tuple[Shares, Shares]:
    """The replicator at the same times."""
    system = pair(zero_sum(PENNIES), ds.rules.replicator(rate=RATE), START)
    system.clock(time=STEPS, dt=1.0, method="rk4")
    run = ds.simulate(system)
    return shares(run, "x"), shares(run, "y")
