"""The table of `mixed_play` as a heat map: the final reward of player 1, by both players' rules."""

from __future__ import annotations

import numpy as np
import pandas as pd
from plotly.graph_objects import Figure

from benchmarks.mixed_play import GAMES
from dynsim.plots.drawing.style import DIVERGING, axis, colours, label, single, styled

CELL, TOP, BOTTOM = 17, 40, 150  # pixels
NAME = 10  # of the type, which still fits where a page is 700 pixels wide


def heat(table: pd.DataFrame, game: str) -> Figure:
    """Blue is more, and red less, than the reward of two players who select their actions by a fair coin."""
    rows = table[table["game"] == game]
    names = list(dict.fromkeys(rows["first"]))
    parts = {key: rows[key].to_numpy(float).reshape(len(names), -1) for key in ("one", "one_se", "two", "diverged")}
    centre = float(np.mean(GAMES[game][0]))
    reach = float(np.nanmax(np.abs(parts["one"] - centre)))
    plain = {"type": "category", "showgrid": False, "ticks": "", "showline": False, "tickfont": {"size": NAME}}
    plain |= {"dtick": 1, "tickmode": "linear"}
    shown = [label(name, 28) for name in names]
    trace = {
        "type": "heatmap", "x": shown, "y": shown[::-1], "z": single(parts["one"][::-1]),
        "customdata": single(np.stack([parts[key][::-1] for key in ("one_se", "two", "diverged")], axis=-1)),
        "hovertemplate": "%{y} against %{x}: %{z:.3f} ± %{customdata[0]:.3f}<br>"
        "the other one: %{customdata[1]:.3f}<br>diverged: %{customdata[2]:.0f}<extra></extra>",
        "colorscale": colours(DIVERGING[::-1]), "zmin": centre - reach, "zmax": centre + reach, "xgap": 1, "ygap": 1,
        "hoverongaps": False, "colorbar": {"thickness": 10, "outlinewidth": 0, "nticks": 6},
    }
    return styled(
        [trace], CELL * len(names) + TOP + BOTTOM, f"Reward of player 1 per round: {label(game)}",
        xaxis=axis("rule of player 2", tickangle=-90, **plain), yaxis=axis("rule of player 1", **plain),
        margin={"l": 56, "r": 8, "t": TOP, "b": BOTTOM},
    )
