"""The ledger as a heat map: who harms or helps whom, over time."""

from __future__ import annotations

import numpy as np
from plotly.graph_objects import Figure

from ..analysis.reading.moves import NORMALISED
from ..answers.wording.words import count, told_cell
from .base import CONFLICT, figure
from .drawing.cells import FEW, heat_map
from .drawing.data import ReportData
from .drawing.pair_effects import PAIRS, pair_effects
from .drawing.series import averaged, starts
from .drawing.style import DIVERGING, axis, colours, distinct, label, single, styled

COLUMNS = 300  # moments, of a heat map over time


@figure(
    "ledger", section=CONFLICT, order=30, needs=NORMALISED, heading="Who harms whom, and when?",
    caption="Each row is one agent's effect on another's objective. Red raises what the other minimises (harm), blue "
    "lowers it (help). ±1: the move is exactly along or against the other's gradient. Mean over replicas.",
)
def ledger(data: ReportData) -> Figure | str:
    """∇E_i · u_j/(|∇E_i||u_j|), mean over replicas, for every ordered pair j → i of agents, the strongest first: over
    time for each cell; with more than a few cells, the mean over time."""
    pairs, t, strength = pair_effects(data)
    if not pairs:
        return "With one agent, there is nobody to harm or help." if len(data.agents) == 1 else "There are no agents."
    height = np.abs(np.nan_to_num(strength)).mean(axis=(0, 2))
    order = [k for k in np.argsort(-height, kind="stable") if height[k] > 0][: PAIRS // min(data.cells.count, FEW)]
    if not order:
        return "No agent's moves change another agent's objective, to first order, at any recorded tick."
    names = [f"{label(mover, 24)} → {label(harmed, 24)}" for harmed, mover in (pairs[k] for k in order)]
    subtitle = _subtitle(len(order), len(pairs), int((height > 0).sum()))
    if data.cells.count > FEW:
        means = averaged(strength[:, order], np.zeros(1, int))[..., 0].T
        return heat_map(
            names, means, data.cells, f"{subtitle} Mean over time.", "help ← → harm", zmin=-1, zmax=1, zmid=0
        )
    start = starts(len(t), COLUMNS)
    rows, at = averaged(strength[:, order], start), averaged(t, start)
    if data.cells.count > 1:
        names = [f"{name} · {label(told_cell(data.cells, c))}" for name in names for c in range(data.cells.count)]
    rows = rows.swapaxes(0, 1).reshape(len(names), -1)
    trace = {
        "type": "heatmap", "z": single(rows[::-1]), "x": single(at), "y": distinct(names)[::-1],
        "zmin": -1, "zmax": 1, "zmid": 0, "colorscale": colours(DIVERGING), "xgap": 0, "ygap": 2,
        "colorbar": {
            "title": {"text": "help ← → harm", "side": "right"}, "thickness": 12, "tickvals": [-1, -0.5, 0, 0.5, 1],
            "outlinewidth": 0,
        },
        "hovertemplate": "%{y}<br>%{z:.3f} at %{x:.6g}<extra></extra>",
    }
    if len(at) == 1:
        trace["x"] = [str(at[0])]
    return styled(
        [trace], max(120 + 26 * len(names), 240), subtitle,
        xaxis=axis(data.clock, type="category" if len(at) == 1 else "linear", showgrid=False),
        yaxis=axis(type="category", showgrid=False, ticks="", showline=False),
    )


def _subtitle(shown: int, pairs: int, effective: int) -> str:
    if shown == effective:
        rest = pairs - shown
        return f"{count(shown, 'ordered pair')}, strongest first" + (
            f"; {count(rest, 'pair')} without any effect omitted." if rest else ".")
    return f"The {shown} strongest of {pairs:,} ordered pairs, by mean size."
