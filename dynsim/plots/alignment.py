"""Alignment: which agents want the system to move in the same direction."""

from __future__ import annotations

from typing import Any

import numpy as np
from plotly.graph_objects import Figure

from ..answers.wording.words import count
from .base import AGENTS, figure
from .drawing.cells import heat_map
from .drawing.data import ReportData
from .drawing.pair_effects import PAIRS
from .drawing.series import averaged, items, values
from .drawing.style import DIVERGING, axis, colours, label, single, styled

NONE = "The agents' gradients were never both finite and nonzero, so they have no angle."


@figure(
    "alignment", section=AGENTS, order=10, needs=("alignment",), heading="Who wants the same?",
    caption="Cosine of the angle between two agents' gradients over all state variables, mean over time and replicas. "
    "Blue: same direction. Red: opposite directions.",
)
def alignment(data: ReportData) -> Figure | str:
    """cos(∇E_i, ∇E_j), mean over time and replicas, as a matrix of agents; in a sweep as a matrix of pairs and
    cells."""
    table = data.tables.alignment
    if not len(table):
        return "Alignment needs two agents."
    if data.cells.count > 1:
        return _by_cell(data)
    names = list(data.agents)
    number = {name: k for k, name in enumerate(names)}
    cosines = values(table, "mean")
    matrix = np.full((len(names), len(names)), np.nan)
    for (a, b), row in zip(items(table, ["a", "b"]), cosines, strict=True):
        if np.isfinite(row).any():
            matrix[number[a], number[b]] = matrix[number[b], number[a]] = np.nanmean(row)
    if not np.isfinite(matrix).any():
        return NONE
    shown = [label(name, 24) for name in names]
    few = len(names) <= 12
    trace = {
        "type": "heatmap", "z": single(matrix), "x": list(range(len(names))), "y": list(range(len(names))),
        "zmin": -1, "zmax": 1, "zmid": 0, "colorscale": colours(DIVERGING[::-1]), "xgap": 2, "ygap": 2,
        "text": [[f"{v:.2f}" if np.isfinite(v) else "" for v in row] for row in matrix] if few else None,
        "texttemplate": "%{text}" if few else None, "hoverongaps": False,
        "customdata": [[f"{a}, {b}" for b in shown] for a in shown],
        "hovertemplate": "%{customdata}: %{z:.3f}<extra></extra>",
        "colorbar": {"title": {"text": "cosine", "side": "right"}, "thickness": 12, "outlinewidth": 0},
    }
    ticks: dict[str, Any] = {
        "tickvals": list(range(len(names))), "ticktext": shown, "showgrid": False, "ticks": "", "showline": False,
        "constrain": "domain",
    }
    return styled(
        [trace], 150 + max(22 * len(names), 120),
        xaxis=axis(**ticks, tickangle=0 if len(names) < 6 else -60, constraintoward="left"),
        yaxis=axis(**ticks, autorange="reversed", scaleanchor="x"),
    )


def _by_cell(data: ReportData) -> Figure | str:
    """A row for each of the pairs whose angle differs most from a right angle, and a column for each cell."""
    parts = [data.cells.rows(data.tables.alignment, c) for c in range(data.cells.count)]
    means = np.stack([averaged(values(part, "mean"), np.zeros(1, int))[:, 0] for part in parts], axis=1)
    pairs = items(parts[0], ["a", "b"])
    size = np.abs(np.nan_to_num(means)).max(axis=1)
    order = np.sort(np.argsort(-size, kind="stable")[:PAIRS])
    if not np.isfinite(means).any():
        return NONE
    names = [f"{label(pairs[k][0], 24)}, {label(pairs[k][1], 24)}" for k in order]
    subtitle = count(len(order), "pair of agents", "pairs of agents")
    subtitle += f" of {len(pairs):,}, those with the largest cosines." if len(order) < len(pairs) else "."
    return heat_map(
        names, means[order], data.cells, subtitle, "cosine", zmin=-1, zmax=1, zmid=0,
        colorscale=colours(DIVERGING[::-1]),
    )
