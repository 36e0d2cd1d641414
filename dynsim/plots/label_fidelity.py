"""Label fidelity: does each agent do what its label says?"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from plotly.graph_objects import Figure

from ..analysis.numerics.bands import bands
from ..answers.wording.words import told_cell
from ..arrays import Floats
from .base import AGENTS, figure
from .drawing.cells import FEW, heat_map
from .drawing.data import ReportData
from .drawing.style import DIVERGING, GREEN, GREY, SEQUENTIAL, axis, colours, label, styled

PREFIX = "label_fidelity."


@figure(
    "label_fidelity", section=AGENTS, order=20, needs=("fidelity", "move_norms"),
    heading="Does each agent do what its label says?",
    caption="Whether an agent moves in the direction that its own rule would take if its label were all it descended. "
    "1: always (also where the rule looks at no objective). 0: not at all. −1: always the opposite. Dot: median over "
    "replicas; bar: the middle 90 %.",
)
def label_fidelity(data: ReportData) -> Figure | str:
    """The label fidelity of every agent: median and 90 % range over the replicas of each cell; with more than a few
    cells, only the medians."""
    summary, cells = data.tables.summary, data.cells
    split = {name: bands(cells.split(summary[PREFIX + name].to_numpy(float))) for name in data.agents
             if PREFIX + name in summary}
    split = {name: by for name, by in split.items() if np.isfinite(by["median"]).any()}
    if not split:
        return "Label fidelity is not defined here: no agent moves at a recorded tick."
    if cells.count > FEW:
        medians = np.stack([by["median"] for by in split.values()])
        signed = bool((medians < 0.0).any())
        scale = colours(DIVERGING[::-1] if signed else SEQUENTIAL)
        return heat_map(
            list(map(label, split)), medians, cells, "Median over the replicas with these values.", "label fidelity",
            zmin=-1 if signed else 0, zmax=1, signed=signed, colorscale=scale,
        )
    return _dots(split, data)


def _dots(split: Mapping[str, Mapping[str, Floats]], data: ReportData) -> Figure:
    """A row for each agent and cell. split: the statistics of every agent, by cell."""
    cells = data.cells
    found = {
        f"{name} · {told_cell(cells, c)}" if cells.count > 1 else name: {q: x[c : c + 1] for q, x in by.items()}
        for name, by in split.items() for c in range(cells.count)
    }
    low, middle, high = (np.array([float(b[q][0]) for b in found.values()]) for q in ("q05", "median", "q95"))
    places = list(range(len(found)))
    trace = {
        "type": "scatter", "mode": "markers", "x": middle, "y": places, "marker": {"color": GREEN, "size": 10},
        "error_x": {
            "type": "data", "symmetric": False, "array": high - middle, "arrayminus": middle - low, "color": GREEN,
            "thickness": 2, "width": 0,
        },
        "text": [label(name) for name in found], "hovertemplate": "%{text}: %{x:.3f}<extra></extra>",
    }
    silent = [label(name, 24) for name in data.agents if name not in split]
    subtitle = f"Not defined for {', '.join(silent[:6])}{' …' if len(silent) > 6 else ''}." if silent else ""
    return styled(
        [trace], 90 + 28 * len(found) + (24 if subtitle else 0), subtitle, showlegend=False,
        xaxis=axis("label fidelity", range=[-0.02 if (low >= 0.0).all() else -1.02, 1.02]),
        yaxis=axis(
            tickvals=places, ticktext=[label(name, 60) for name in found], range=[len(found) - 0.5, -0.5], ticks="",
            showline=False, gridcolor=GREY, griddash="dot",
        ),
    )
