"""α-Rank of five ways to deal with commitments."""

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

import dynsim as ds

from ...analysis.numerics.evolution import alpha_rank
from ...plots.drawing.style import BLUE, GREEN, GREY, ORANGE, VERMILLION, axis, single, styled
from .base import POPULATIONS, ROWS, Check, Row

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

# Reward, temptation, punishment, the sucker's payoff; what a breach costs, and what a proposal does.
R, T, P, S, BREACH, PROPOSAL = 1.0, 2.0, 0.0, -1.0, 4.0, 0.25
STRATEGIES = ("proposers", "cooperators", "defectors", "fakes", "free riders")
PAYOFFS = (
    (R - PROPOSAL / 2, R - PROPOSAL, 0.0, S + BREACH - PROPOSAL, R - PROPOSAL),
    (R, R, S, S, S),
    (0.0, T, P, P, P),
    (T - BREACH, T, P, P, P),
    (R, T, P, P, P),
)
MASS = (0.40966787, 0.07959841, 0.20506998, 0.08505983, 0.22060390)
POPULATION, ALPHA = 20, 0.1


@ROWS.register
class Commitments(Row):
    """A prisoner's dilemma before which a player can propose a commitment. There are five strategies: to propose at the
    cost ε = .25 and play only with those who accept; to cooperate and accept; to defect and not accept; to accept and
    defect anyway, for which the breach costs δ = 4, paid to the proposer; and to cooperate only if a commitment is
    proposed. R = 1, T = 2, P = 0, S = −1.

    In a population of 20 imitators with rare mutants, all individuals play the same strategy most of the time. α-Rank
    is the share of time of each strategy: the stationary distribution of a chain whose transition probabilities are
    fixation probabilities at intensity α = .1. The source prints the shares to eight digits. They are positive and sum
    to 1 at every intensity, and converge as α grows.
    """

    name = "commitments"
    heading = "Which strategies does α-Rank favour where commitments can be made?"
    section = POPULATIONS
    order = 40
    source = (
        "Omidshafiei et al. 2019; payoffs: Han, Pereira, Santos and Lenaerts 2013; shares: the tests of α-Rank in "
        "OpenSpiel (2019)"
    )
    quick = True

    def checks(self) -> Iterator[Check]:
        for strategy, printed, share in zip(STRATEGIES, MASS, self._ranked(alpha=ALPHA), strict=True):
            yield Check(f"share of {strategy}", printed, float(share), "published", tolerance=5e-9)
        limit, near = self._ranked(selection="infinite"), self._ranked(alpha=1e6)
        yield Check("sum of the shares at α = 10⁶", 1.0, float(near.sum()), "exact")
        yield Check("largest distance from the limit there", 0.0, float(np.abs(near - limit).max()))

    def figure(self) -> "Figure":
        alphas = np.geomspace(1e-3, 10, 161)
        shares = np.array([alpha_rank(PAYOFFS, alpha, POPULATION) for alpha in alphas]).T
        traces = [
            {"type": "scatter", "mode": "lines", "x": single(alphas), "y": single(share), "name": name,
             "line": {"color": colour, "width": 2}}
            for name, share, colour in zip(STRATEGIES, shares, (BLUE, GREEN, VERMILLION, GREY, ORANGE), strict=True)
        ]
        return styled(
            traces, 420, xaxis=axis("intensity of selection α", type="log", dtick=1, exponentformat="power"),
            yaxis=axis("share of time", rangemode="tozero"),
        )

    @cached_property
    def _run(self) -> ds.Run:
        system = ds.System("commitments")
        x, y = (system.state(name, init=[0.2] * 5, size=5, space="simplex") for name in "xy")
        tables = [np.array(PAYOFFS).tolist(), np.array(PAYOFFS).T.tolist()]
        losses = system.game("dilemma", "matrix_game", actions=[x, y], payoffs=tables)
        for name, shares, loss in zip(("one", "other"), (x, y), losses, strict=True):
            system.agent(name, controls=shares, declared=loss, rule=ds.rules.replicator())
        return ds.simulate(system, steps=1, compiled=False)

    def _ranked(self, **settings: Any) -> np.ndarray:
        table = self._run.metric("alpha_rank", population=POPULATION, populations="one", **settings)
        return table["mean"].to_numpy(float)
