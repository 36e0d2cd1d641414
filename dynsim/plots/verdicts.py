"""Verdicts: how the replicas ended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from plotly.graph_objects import Figure

from ..answers.wording.words import share
from .base import OUTCOME, figure
from .drawing.cells import ticks_of
from .drawing.data import ReportData
from .drawing.style import INK, axis, label, styled
from .drawing.verdict_colours import COLOURS, PALE, UNKNOWN

BARS = 40  # cells with a bar


@figure(
    "verdicts", section=OUTCOME, order=10, needs=("program",), heading="How did it end?",
    caption="Converged: every variable stopped. Cycling: the state returns again and again. Spiralling in or out: the "
    "swings shrink or grow. Moved by noise: it fluctuates around a steady mean. Drifting: it moves at a steady speed. "
    "Running away: it grows without an end in sight. Diverged: a value overflowed. Unsettled: none of these. Judged "
    "from the final half of the record.",
)
def verdicts(data: ReportData) -> Figure | str:
    """The number of replicas with each verdict, as a bar for each cell, or for BARS evenly spaced ones."""
    found, cells = data.tables.summary["verdict"].astype(str), data.cells
    kept = np.unique(np.linspace(0, cells.count - 1, min(cells.count, BARS)).round().astype(int))
    names, title = ticks_of(cells) if cells.count > 1 else ([""], "")
    sizes = [len(cells.replicas(c)) for c in kept]
    counts = {name: [int((found.to_numpy()[cells.replicas(c)] == name).sum()) for c in kept] for name in found.unique()}
    order = [name for name in COLOURS if name in counts] + sorted(set(counts) - set(COLOURS))
    traces = [
        _bars(name, counts[name], sizes, [names[c] for c in kept], int((found == name).sum())) for name in order
    ]
    rows = len(kept)
    subtitle = f"{rows} of {cells.count} combinations of values, evenly chosen." if rows < cells.count else ""
    return styled(
        traces, 126 if rows == 1 else 120 + 24 * rows, subtitle, barmode="stack", bargap=0.1,
        xaxis=axis(
            "replicas", range=[0, max(sizes)], tickformat=",d", dtick=1 if max(sizes) < 10 else None,
            showgrid=False,
        ),
        yaxis=axis(
            title, ticks="", showline=False, fixedrange=True, automargin=rows > 1, autorange="reversed",
            type="category",
        ),
        showlegend=len(order) > 1, margin={"l": 16, "r": 16, "t": 64 if subtitle else 40, "b": 44},
        legend={"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", "traceorder": "normal"},
    )


def _bars(
    name: str, amounts: Sequence[int], sizes: Sequence[int], rows: Sequence[str], amount: int
) -> dict[str, Any]:
    """The bars of one verdict, with its name in those that are long enough."""
    parts = [one / size for one, size in zip(amounts, sizes, strict=True)]
    return {
        "type": "bar", "orientation": "h", "x": list(amounts), "y": list(rows), "name": f"{label(name)}: {amount:,}",
        "marker": {"color": COLOURS.get(name, UNKNOWN), "line": {"color": "#ffffff", "width": 1}},
        "text": [f"{label(name)} {share(part)}" if part > 0.12 else "" for part in parts], "textposition": "inside",
        "insidetextanchor": "middle", "textangle": 0,
        "textfont": {"color": INK if COLOURS.get(name, UNKNOWN) in PALE else "#ffffff", "size": 13},
        "customdata": list(sizes),
        "hovertemplate": f"{label(name)}: %{{x:,}} of %{{customdata:,}}<extra></extra>",
    }
