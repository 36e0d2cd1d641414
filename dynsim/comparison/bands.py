"""The objectives of several runs over time, in one figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from plotly.graph_objects import Figure

from ..analysis.conflict_log.metrics.objectives import BASE
from ..plots.drawing.cells import DASHES, Look
from ..plots.drawing.comparison import COLOURS
from ..plots.drawing.curves import cell_curves
from ..plots.drawing.data import Bands
from ..plots.drawing.grid import Grid, suffix
from ..plots.drawing.ranges import bulk
from ..plots.drawing.series import table_bands
from ..plots.drawing.style import label, squeezed, styled
from .sides import RunSide

MOST = 12  # objectives; more cannot be read at once
POINTS = 200  # of a curve
CLOCKS = {"step": "it counts steps", "time": "its time is continuous"}
BANDED = 4  # the most runs whose bands can be told apart


def objective_bands(sides: Sequence[RunSide]) -> Figure | str:
    """For every agent the median objective of each run over time, with the middle half of its replicas; a sentence
    where there is nothing to draw. `left_out` are not drawn."""
    apart = left_out(sides)
    drawn = [side for side in sides if side.name not in apart]
    curves = {side.name: _curves(side) for side in drawn}
    names = list(dict.fromkeys(name for own in curves.values() for name in own))[:MOST]
    if not names:
        return "There is nothing to draw."
    looks = {
        side.name: Look(label(side.name), COLOURS[k % len(COLOURS)], DASHES[k // len(COLOURS) % len(DASHES)], True)
        for k, side in enumerate(sides)
    }
    grid = Grid(len(names))
    traces: list[dict[str, Any]] = []
    ranges, legend = [], set[str]()
    for place, name in enumerate(names):
        found = {side.name: curves[side.name][name] for side in drawn if name in curves[side.name]}
        ranges.append(_range(found))
        for side in (side for side in drawn if side.name in found):
            banded = side.replicas > 1 and len(drawn) <= BANDED
            first = side.name not in legend
            traces += cell_curves(found[side.name], looks[side.name], banded, suffix(place), first)
            legend.add(side.name)
    titles = [squeezed("base objective" if name == BASE else name) for name in names]
    layout = grid.layout(drawn[0].clock, titles, ranges)
    return styled(traces, grid.height, **layout, showlegend=True)


def left_out(sides: Sequence[RunSide]) -> dict[str, str]:
    """Runs whose objectives cannot be drawn with those of the first run, each with the reason: a band would pool
    different systems, or an axis two kinds of time."""
    found = {side.name: "parameters vary in it" for side in sides if side.varied}
    clock = next((side.clock for side in sides if not side.varied), "")
    found |= {side.name: CLOCKS[side.clock] for side in sides if not side.varied and side.clock != clock}
    return found | {side.name: "it has no agents" for side in sides if not side.run.program.agents}


def caption(sides: Sequence[RunSide]) -> str:
    """What the figure shows, and what it leaves out."""
    apart = left_out(sides)
    drawn = [side for side in sides if side.name not in apart]
    banded = len(drawn) <= BANDED and any(side.replicas > 1 for side in drawn)
    text = f"What each agent minimises: medians{', and the middle half of the replicas' * banded}. Lower is better."
    count = len({name for side in drawn for name in side.run.tables.objectives["agent"].unique()})
    text += f" The first {MOST} of {count} objectives." if count > MOST else ""
    return text + (f" Left out: {', '.join(f'{name} ({why})' for name, why in apart.items())}." if apart else "")


def _curves(side: RunSide) -> dict[str, Bands]:
    """Agent → its objective over time."""
    tables = table_bands(side.run.tables.objectives, "agent", side.run.study.cells, POINTS)
    return {bands.name: bands for (bands,) in tables}


def _range(found: Mapping[str, Bands]) -> list[float]:
    """The range of a y axis on which the bulk of every run is seen."""
    ends = [bulk(bands.quantiles[1:4])[:2] for bands in found.values()]
    return [float(np.min([low for low, _ in ends])), float(np.max([high for _, high in ends]))]
