"""Learning rules in the iterated prisoner's dilemma."""

from collections.abc import Iterator
from functools import cache

import numpy as np
from plotly.graph_objects import Figure

import dynsim as ds

from ...arrays import Floats
from ...plots.drawing.comparison import COLOURS
from ...plots.drawing.style import axis, faint, single, styled
from .base import ROWS, SHAPING, Check, Row
from .playing.dilemma import learnt, losses
from .playing.outcomes import mean_and_error

AHEAD = {"rate": "rate", "foresight": "foresight"}
DRAWN = ("gradient", "lookahead", "SGA, aligned", "consensus, γ = 1", "SOS", "LOLA")


@ROWS.register
class LearnersInTheDilemma(Row):
    """Two learners with the same rule play the iterated prisoner's dilemma with discount .96: rate and foresight 1, 100
    updates, standard normal initial logits, 10,000 replicas, seed 0. The mean final loss of player 1 is compared with
    that of a second implementation in NumPy with 10,000 seeds of its own. Both have a standard error. (Local symplectic
    surgery has 1,000 seeds there, and the exact inverse of J, which a ridge of 10⁻⁶ approximates.)

    Gradient descent ends in mutual defection (2). Rules that only anticipate the other's step (lookahead,
    extragradient, competitive gradient descent) hardly change that; rules that shape it (LOLA, SOS) find reciprocity
    (1). The two conventions of LOLA, with the whole product differentiated or one gradient stopped, differ by a
    hundredth, so 10,000 seeds are needed to distinguish them.
    """

    name = "learners_in_the_dilemma"
    heading = "Which learners find reciprocity in the iterated prisoner's dilemma?"
    section = SHAPING
    order = 30
    source = "setting: Letcher et al. 2019; Foerster et al. 2018"

    def checks(self) -> Iterator[Check]:
        for name, (_, expected, error) in _rules().items():
            mean, own = mean_and_error(_losses(name)[-1])
            yield Check(f"{name}: mean final loss", expected, mean, error=own, expected_error=error)

    def figure(self) -> Figure:
        traces = []
        for colour, name in zip(COLOURS, DRAWN, strict=True):
            found = _losses(name)
            low, high = np.quantile(found, (0.25, 0.75), axis=1)
            updates = np.arange(len(found))
            traces.append({
                "type": "scatter", "x": np.concatenate([updates, updates[::-1]]), "legendgroup": name,
                "y": single(np.concatenate([high, low[::-1]])), "fill": "toself", "mode": "lines", "line": {"width": 0},
                "fillcolor": faint(colour, 0.15), "hoverinfo": "skip", "showlegend": False,
            })
            traces.append({
                "type": "scatter", "x": updates, "y": single(found.mean(axis=1)), "mode": "lines", "name": name,
                "legendgroup": name, "line": {"color": colour, "width": 2.5}, "hovertemplate": "%{y:.3f}",
            })
        return styled(
            traces, 420, "Mean over 10,000 replicas; bands: the middle half of them", xaxis=axis("update"),
            yaxis=axis("mean loss of a round, player 1"), hovermode="x unified",
        )


@cache
def _losses(name: str) -> Floats:
    """The loss after every update, (101, 10,000)."""
    return losses(learnt(_rules()[name][0], every=1))


def _rules() -> dict[str, tuple[ds.rules.RuleSpec, float, float]]:
    """Every rule with its mean loss and standard error."""
    r = ds.rules
    return {
        "gradient": (r.gradient(rate="rate"), 1.9908, 0.0009),
        "lookahead": (r.lookahead(**AHEAD), 1.9241, 0.0025),
        "extragradient": (r.extragradient(rate="rate"), 1.9794, 0.0014),
        "competitive gradient": (r.competitive_gradient(rate="rate"), 1.9609, 0.0018),
        "SGA, aligned": (r.symplectic(rate="rate", align="sign"), 1.8822, 0.0034),
        "consensus, γ = 1": (r.consensus(rate="rate"), 1.6828, 0.0033),
        "local symplectic surgery": (r.local_symplectic_surgery(rate="rate", ridge=1e-6), 1.768, 0.018),
        "LOLA": (r.lola(**AHEAD), 1.0551, 0.0018),
        "LOLA, gradient stopped": (r.lola(**AHEAD, convention="stop_gradient"), 1.0427, 0.0015),
        "SOS": (r.sos(**AHEAD), 1.0570, 0.0019),
    }
