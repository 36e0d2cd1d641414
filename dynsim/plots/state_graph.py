"""The state graph over time: who touches what, who harms whom, and which variables are contested."""

from __future__ import annotations

from typing import Any

from plotly.graph_objects import Figure

from .base import CONFLICT, figure
from .drawing.cells import FEW
from .drawing.data import ReportData
from .drawing.graph_layout import WIDE
from .drawing.graph_motion import EFFECTS, Effects, Rings, steps
from .drawing.graph_still import Still
from .drawing.style import BLUE, GREY, INK, LIGHT, styled

UNIT = 205  # pixels of the ring's vertical radius
CONTESTED = ("state", "population-state")  # kinds of node with a halo


@figure(
    "state_graph", section=CONFLICT, order=10, needs=("model",), heading="Who touches what, and who harms whom?",
    caption="Thin grey lines: who reads and writes which variable. Coloured arrows: one agent's effect on another's "
    "objective, from −1 (help) to 1 (harm), mean over replicas. Orange halo: how contested a variable is. Drag the "
    "slider to move through time.",
)
def state_graph(data: ReportData) -> Figure | str:
    """The state graph, with the normalised ledger as arrows between agents and the contest as halos of state variables.
    A slider selects one of up to 40 times, or cells. Agents stand on a ring, with the variables that they touch inside
    it."""
    if not len(data.graph):
        return "The system has no variables and no agents."
    still = Still.of(data.graph)
    agents = {name: still.place[node] for name, node in still.agents.items()}
    effects = Effects.of(data, agents)
    rings = Rings.of(data, {n: at for n, at in still.place.items() if still.kind(n) in CONTESTED})
    frames = [[*rings.traces(k), *effects.traces(k)] for k in range(len(effects.at))]
    edges = still.edges()
    low, high = still.extent()
    subtitle = ""
    if effects.total > EFFECTS:
        subtitle = f"The {EFFECTS} strongest of {effects.total:,} effects between agents."
    if data.cells.count > FEW:
        subtitle += " Mean over time; the slider chooses the values of what varies."
    layout: dict[str, Any] = {"margin": {"l": 8, "r": 8, "t": 84, "b": 20}}
    if len(frames) > 1 and frames[0]:
        before = f"{data.clock} " if data.cells.count <= FEW else ""
        named = data.cells.count == 1  # values of what varies are long, and stand above the slider
        layout["sliders"] = [_slider(before, steps(frames, effects.at, len(edges)), named)]
    return styled(
        [*edges, *(frames[0] if frames else []), *still.nodes()], round(165 + UNIT * (high - low)), subtitle,
        annotations=still.labels(), hovermode="closest", **layout,
        xaxis={"visible": False, "range": [-WIDE - 0.5, WIDE + 0.5], "constrain": "domain"},
        yaxis={"visible": False, "range": [low, high], "scaleanchor": "x", "constrain": "domain"},
    )


def _slider(before: str, its_steps: list[dict[str, Any]], named: bool) -> dict[str, Any]:
    """The slider. before: text before the name of a step. named: whether the names of the steps also stand below the
    slider."""
    return {
        "steps": its_steps, "active": 0, "currentvalue": {"prefix": before, "font": {"size": 13, "color": INK}},
        "len": 1.0, "x": 0, "pad": {"t": 8, "l": 8, "r": 8}, "ticklen": 3, "minorticklen": 2,
        "bgcolor": LIGHT, "bordercolor": LIGHT, "activebgcolor": BLUE,
        "font": {"size": 10, "color": GREY if named else "rgba(0, 0, 0, 0)"},
    }
