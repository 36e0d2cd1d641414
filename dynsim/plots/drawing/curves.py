"""The curves of one panel: medians, their bands, and single curves."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays import Floats
from .cells import Look
from .data import Bands
from .style import VERMILLION, faint, single


def pooled_curves(bands: Bands, colour: str, banded: bool, axes: str, first: bool) -> list[dict[str, Any]]:
    """The median, and the middle 50 % and 90 % if `banded`, of a run in which nothing varies. axes: the suffix of the
    axes. first: whether these curves have the legend's entries."""
    seen = np.isfinite(bands.quantiles).all(axis=0)
    t, (q05, q25, median, q75, q95) = bands.times[seen], bands.quantiles[:, seen]
    common = {"type": "scatter", "xaxis": f"x{axes}", "yaxis": f"y{axes}", "showlegend": first}
    mode = "lines+markers" if len(t) == 1 else "lines"
    outline = np.concatenate([t, t[::-1]])
    found: list[dict[str, Any]] = []
    if banded:
        for name, low, high, share in (("90 % band", q05, q95, 0.16), ("50 % band", q25, q75, 0.34)):
            found.append({
                **common, "x": single(outline), "y": single(np.concatenate([high, low[::-1]])), "fill": "toself",
                "mode": "lines", "line": {"width": 0}, "fillcolor": faint(colour, share), "hoverinfo": "skip",
                "name": name, "legendgroup": name,
            })
    found.append({
        **common, "x": single(t), "y": single(median), "mode": mode, "line": {"color": colour, "width": 1.6},
        "name": "median" if banded else "value", "legendgroup": "median",
        "customdata": single(np.stack([q05, q95], axis=1)) if banded else None,
        "hovertemplate": "%{y:.4g}" + (" (90 %: %{customdata[0]:.4g} … %{customdata[1]:.4g})" if banded else "")
        + "<br>at %{x:.6g}<extra></extra>",
    })
    return found


def cell_curves(bands: Bands, look: Look, banded: bool, axes: str, first: bool) -> list[dict[str, Any]]:
    """The median of one cell, and its middle 50 % if `banded`."""
    seen = np.isfinite(bands.quantiles).all(axis=0)
    t, (_, q25, median, q75, _) = bands.times[seen], bands.quantiles[:, seen]
    common = {
        "type": "scatter", "xaxis": f"x{axes}", "yaxis": f"y{axes}", "legendgroup": look.name, "name": look.name,
    }
    found: list[dict[str, Any]] = []
    if banded:
        found.append({
            **common, "x": single(np.concatenate([t, t[::-1]])), "y": single(np.concatenate([q75, q25[::-1]])),
            "fill": "toself", "mode": "lines", "line": {"width": 0}, "fillcolor": faint(look.colour, 0.18),
            "hoverinfo": "skip", "showlegend": False,
        })
    found.append({
        **common, "x": single(t), "y": single(median), "mode": "lines+markers" if len(t) == 1 else "lines",
        "line": {"color": look.colour, "dash": look.dash, "width": 1.8}, "showlegend": first and look.listed,
        "hovertemplate": f"{look.name}: %{{y:.4g}}<br>at %{{x:.6g}}<extra></extra>",
    })
    return found


def single_curves(times: Floats, rows: Floats, name: str, axes: str, first: bool) -> dict[str, Any]:
    """Curves (S, K) over the span of `times`, joined to one trace with gaps, hidden until a reader clicks its entry in
    the legend."""
    times = np.interp(np.linspace(0, 1, rows.shape[1]), np.linspace(0, 1, len(times)), times)
    gap = np.full((len(rows), 1), np.nan)
    x = np.concatenate([np.broadcast_to(times, rows.shape), gap], axis=1).ravel()
    y = np.concatenate([rows, gap], axis=1).ravel()
    return {
        "type": "scatter", "xaxis": f"x{axes}", "yaxis": f"y{axes}", "showlegend": first,
        "x": single(x), "y": single(y), "mode": "lines", "line": {"color": VERMILLION, "width": 0.8}, "opacity": 0.8,
        "visible": "legendonly", "legendgroup": "singles", "hoverinfo": "skip", "name": name,
    }
