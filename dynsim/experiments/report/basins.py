"""The shares of random starts that reach each attractor, as bands along the axis."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from plotly.graph_objects import Figure

from ...plots.drawing.grid import Grid, suffix
from ...plots.drawing.style import BLUE, GREEN, INK, LIGHT, ORANGE, PURPLE, SKY, VERMILLION, YELLOW, label, styled
from .axes import Drawn
from .scale import scale
from .tables import Tables

COLOURS = (BLUE, ORANGE, GREEN, PURPLE, SKY, VERMILLION, YELLOW)
PANELS = 6
DUST = 1e-9  # of a share: rounding


@dataclass(frozen=True)
class Reached:
    """The attractors of one variant: rows of found.parquet, one for each value of the axis and attractor."""

    variant: str
    rows: pd.DataFrame
    axis: Drawn

    @cached_property
    def counts(self) -> pd.Series:
        """The number of attractors by value of the axis."""
        return self.rows.groupby(self.axis.path)["attractor"].nunique()

    @property
    def attractors(self) -> int:
        return int(self.rows["attractor"].nunique())

    @cached_property
    def lost(self) -> dict[float, float]:
        """The share of starts that reach no attractor, by value of the axis, where there are some."""
        rest = 1.0 - self.rows.groupby(self.axis.path)["share"].sum()
        return {float(str(value)): float(part) for value, part in rest.items() if part > DUST}


def basins_of(tables: Tables) -> Iterator[Reached]:
    """What was reached with every variant that has attractors."""
    if tables.found is None or "attractor" not in tables.found:
        return
    (axis,) = tables.axes
    for name in tables.variants:
        rows = tables.found[(tables.found["variant"] == name) & tables.found["attractor"].notna()]
        if len(rows):
            yield Reached(name, rows, axis)


def basins(tables: Tables) -> Figure | None:
    """A panel for each variant with a band for each attractor; None where no basins were looked for."""
    found = list(basins_of(tables))[:PANELS]
    if not found:
        return None
    grid, traces = Grid(len(found)), list[dict[str, Any]]()
    for place, reached in enumerate(found):
        traces += _bands(reached, suffix(place))
    seen: set[str] = set()
    for trace in traces:
        trace["showlegend"] = trace["legendgroup"] not in seen
        seen.add(trace["legendgroup"])
    titles = [label(reached.variant) for reached in found] if len(tables.variants) > 1 else [""]
    layout = grid.layout("", titles, [[0, 1]] * len(found))
    along = scale(found[0].axis, tables)["layout"]
    for place in range(len(found)):
        layout[f"xaxis{suffix(place)}"] |= {key: value for key, value in along.items() if key != "title"}
        layout[f"yaxis{suffix(place)}"] |= {"tickformat": ".0%"}
    for name in grid.bottom_axes():
        layout[name] |= {"title": along["title"]}
    layout["yaxis"] |= {"title": {"text": "share of the starts", "standoff": 6}}
    return styled(traces, grid.height, **layout, barmode="stack")


def _bands(reached: Reached, axes: str) -> list[dict[str, Any]]:
    path = reached.axis.path
    values = np.array(sorted(reached.counts.index), dtype=float)
    by_attractor = {int(str(k)): rows.set_index(path) for k, rows in reached.rows.groupby("attractor")}
    traces = []
    for number, rows in list(by_attractor.items())[: len(COLOURS)]:
        own = rows.reindex(values)
        ends = own[["share.low", "share.high", "replicas"]].fillna(0.0).to_numpy(float)
        part = own["share"].fillna(0.0).to_numpy(float)
        traces.append(_band(f"attractor {number + 1}", values, part, COLOURS[number % len(COLOURS)], axes, ends))
    drawn = sum(trace["y"] for trace in traces)
    shares = reached.rows.groupby(path)["share"].sum().reindex(values).to_numpy(float)
    for name, part, colour in (("other attractors", shares - drawn, INK), ("no attractor", 1.0 - shares, LIGHT)):
        if (part > DUST).any():
            traces.append(_band(name, values, part, colour, axes))
    return traces


def _band(
    name: str, values: np.ndarray, part: np.ndarray, colour: str, axes: str, ends: np.ndarray | None = None
) -> dict[str, Any]:
    told = "%{y:.1%}" if ends is None else "%{y:.1%} (95\u00a0% interval %{customdata[0]:.1%} to %{customdata[1]:.1%})"
    found: dict[str, Any] = {
        "x": values, "y": part, "name": name, "legendgroup": name, "xaxis": f"x{axes}", "yaxis": f"y{axes}",
        "hovertemplate": f"%{{x:.4g}}: {told}<extra>{name}</extra>",
    }
    if ends is not None:
        found["customdata"] = ends
    if len(values) == 1:
        return found | {"type": "bar", "marker": {"color": colour}}
    line = {"color": colour, "width": 0.5, "shape": "hvh"}
    return found | {
        "type": "scatter", "mode": "lines", "stackgroup": f"one{axes}", "line": line, "fillcolor": colour,
    }


CAPTION = "Bands: the share of the starts that reach each attractor; point at one for its 95\u00a0% interval."
