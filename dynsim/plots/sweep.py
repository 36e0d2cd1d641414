"""The sweep: where each replica ended, against the parameter that varies."""

from __future__ import annotations

from typing import Any

import numpy as np
from plotly.graph_objects import Figure

from ..analysis.motion.verdicts import DIVERGED
from ..answers.wording.words import count
from ..arrays import Floats
from .base import OUTCOME, figure
from .drawing.data import ReportData
from .drawing.grid import Grid, suffix
from .drawing.panels import PER_PAGE
from .drawing.ranges import padded
from .drawing.style import label, single, styled
from .drawing.verdict_colours import COLOURS, UNKNOWN

DOTS = 18_000  # of all panels together
PARAMETERS = 8  # in the menu


@figure(
    "sweep", section=OUTCOME, order=40, needs=("program",), heading="What does the varied parameter change?",
    caption="Each dot is a replica: the final value of a variable (its last finite value if it diverged) against the "
    "varied parameter. Colour: the verdict.",
)
def sweep(data: ReportData) -> Figure | str:
    """Final value of every scalar variable against each varied parameter, coloured by verdict."""
    if not data.varied:
        return "No parameter varies between the replicas of this run."
    summary = data.tables.summary
    scalars = [one for one in data.trajectories if one.kind in ("state", "derived")]
    shown = sorted(scalars, key=lambda one: one.kind != "state")[:PER_PAGE]
    if not shown:
        return "All variables are populations, and no scalar derived from them was recorded."
    parameters = data.varied[:PARAMETERS]
    keep = np.unique(np.linspace(0, len(summary) - 1, max(DOTS // (len(shown) * len(parameters)), 200)).astype(int))
    part = summary.iloc[keep]
    finals = [one.finals[keep] for one in shown]
    verdict = part["verdict"].astype(str).to_numpy()
    traces = []
    for p, parameter in enumerate(parameters):
        for k, final in enumerate(finals):
            traces += _dots(part[parameter].to_numpy(float), final, verdict, k, p == 0)
    grid = Grid(len(shown))
    ranges = [_limits(final, verdict == DIVERGED) for final in finals]
    layout = grid.layout(label(parameters[0]), [f"final {label(one.name)}" for one in shown], ranges)
    if len(parameters) > 1:
        layout["updatemenus"] = [_menu(parameters, len(traces), grid)]
    return styled(traces, grid.height, _subtitle(data, len(part), len(shown), len(scalars)), **layout)


def _limits(final: Floats, diverged: np.ndarray) -> list[float]:
    """A range for the y axis without the last values of replicas that diverged, and without values whose distance from
    the middle 96 % exceeds its width, so that these do not flatten the others."""
    finite = final[np.isfinite(final) & ~diverged]
    if not finite.size:
        finite = final[np.isfinite(final)]
    if not finite.size:
        return [0.0, 1.0]
    low, high = (float(v) for v in np.quantile(finite, [0.02, 0.98]))
    if high > low:
        finite = finite[(finite >= 2 * low - high) & (finite <= 2 * high - low)]
    return list(padded(float(finite.min()), float(finite.max())))


def _dots(x: Floats, y: Floats, verdict: np.ndarray, place: int, visible: bool) -> list[dict[str, Any]]:
    """One trace for each verdict that occurs."""
    axes, found = suffix(place), []
    there = set(verdict)
    for name in [*(name for name in COLOURS if name in there), *sorted(there - set(COLOURS))]:
        here = verdict == name
        found.append({
            "type": "scatter", "mode": "markers", "x": single(x[here]), "y": single(y[here]), "xaxis": f"x{axes}",
            "yaxis": f"y{axes}", "name": label(name), "legendgroup": name, "visible": visible,
            "showlegend": place == 0,
            "marker": {"color": COLOURS.get(name, UNKNOWN), "size": 5, "opacity": 0.7},
            "hovertemplate": f"%{{x:.4g}} → %{{y:.4g}}<extra>{label(name)}</extra>",
        })
    return found


def _menu(parameters: tuple[str, ...], traces: int, grid: Grid) -> dict[str, Any]:
    """The menu that selects the parameter on the x axes."""
    each = traces // len(parameters)
    buttons = []
    for p, parameter in enumerate(parameters):
        layout: dict[str, Any] = {f"{name}.title.text": label(parameter) for name in grid.bottom_axes()}
        layout["xaxis.autorange"] = True
        shown = [p * each <= k < (p + 1) * each for k in range(traces)]
        buttons.append({"label": label(parameter), "method": "update", "args": [{"visible": shown}, layout]})
    return grid.menu(buttons)


def _subtitle(data: ReportData, shown: int, panels: int, variables: int) -> str:
    parts = []
    if shown < data.replicas:
        parts.append(f"{shown:,} of {count(data.replicas, 'replica')}, evenly chosen")
    if variables > panels:
        parts.append(f"the first {panels} of {variables} variables")
    if len(data.varied) > 1:
        few = "" if len(data.varied) <= PARAMETERS else f"the first {PARAMETERS} of "
        parts.append(f"choose among {few}{len(data.varied)} parameters in the menu")
    text = "; ".join(parts)
    return f"{text[0].upper()}{text[1:]}." if text else ""
