"""Verdicts: how the replicas ended."""

from __future__ import annotations

from plotly.graph_objects import Figure

from ..analysis.verdicts import (
    CONVERGED,
    CYCLING,
    DIVERGED,
    DRIFTING,
    MOVED_BY_NOISE,
    RUNNING_AWAY,
    SPIRALLING_IN,
    SPIRALLING_OUT,
    UNSETTLED,
    VERDICTS,
)
from ..answers.words import share
from .data import ReportData
from .registry import figure
from .style import BLACK, BLUE, GREEN, GREY, INK, LIGHT, ORANGE, PURPLE, SKY, VERMILLION, YELLOW, axis, label, styled

BY_VERDICT = {
    CONVERGED: BLUE, CYCLING: GREEN, SPIRALLING_IN: SKY, MOVED_BY_NOISE: YELLOW, UNSETTLED: ORANGE, DRIFTING: GREY,
    SPIRALLING_OUT: PURPLE, RUNNING_AWAY: BLACK, DIVERGED: VERMILLION,
}  # fmt: skip
COLOURS = {name: BY_VERDICT[name] for name in VERDICTS}
PALE = (SKY, YELLOW, ORANGE, PURPLE)  # with dark letters on them
UNKNOWN = LIGHT


@figure(
    "verdicts", order=10, heading="How did it end?",
    caption="Converged: every variable stopped. Cycling: the state returns again and again. Spiralling in or out: the "
    "swings shrink or grow. Moved by noise: it fluctuates around a steady mean. Drifting: it goes straight on. Running "
    "away: it grows without an end in sight. Diverged: a value overflowed. Unsettled: none of these. Judged from the "
    "final half of the record.",
)
def verdicts(data: ReportData) -> Figure | str:
    """The number of replicas with each verdict, as one bar."""
    found = data.tables.summary["verdict"].value_counts()
    order = [name for name in COLOURS if name in found] + sorted(set(found.index) - set(COLOURS))
    traces = []
    for name in order:
        amount, part = int(found[name]), found[name] / data.replicas
        wide = part > 0.12
        traces.append({
            "type": "bar", "orientation": "h", "x": [amount], "y": [""], "name": f"{label(name)}: {amount:,}",
            "marker": {"color": COLOURS.get(name, UNKNOWN), "line": {"color": "#ffffff", "width": 1}},
            "text": [f"{label(name)} {share(part)}" if wide else ""], "textposition": "inside",
            "insidetextanchor": "middle", "textangle": 0,
            "textfont": {"color": INK if COLOURS.get(name, UNKNOWN) in PALE else "#ffffff", "size": 13},
            "hovertemplate": f"{label(name)}: {amount:,} of {data.replicas:,}<extra></extra>",
        })
    return styled(
        traces, 126, barmode="stack", bargap=0.1,
        xaxis=axis(
            "replicas", range=[0, data.replicas], tickformat=",d", dtick=1 if data.replicas < 10 else None,
            showgrid=False,
        ),
        yaxis=axis(ticks="", showline=False, fixedrange=True, automargin=False), showlegend=len(order) > 1,
        margin={"l": 16, "r": 16, "t": 40, "b": 44},
        legend={"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", "traceorder": "normal"},
    )
