"""What all figures share: colours that colour-blind readers can tell apart, type, axes, and safe text.

Plotly interprets some HTML in every text, and %{…} in hover templates. All names that users give pass through `label`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from plotly.graph_objects import Figure

# Okabe and Ito (2008), "Color universal design".
ORANGE, SKY, GREEN, YELLOW = "#E69F00", "#56B4E9", "#009E73", "#F0E442"
BLUE, VERMILLION, PURPLE, BLACK = "#0072B2", "#D55E00", "#CC79A7", "#000000"
INK, GREY, LIGHT, RULE = "#1f2328", "#6b7280", "#c4c9d1", "#e5e7eb"

# Blue helps, red harms: Brewer's RdBu (2003), reversed.
DIVERGING = ("#2166AC", "#67A9CF", "#D1E5F0", "#F2F2F2", "#FDDBC7", "#EF8A62", "#B2182B")
SEQUENTIAL = ("#FFFFFF", "#E7E3F2", "#CBC4E2", "#ACA2D0", "#8D80BC")

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
LONGEST = 40  # characters of a name
TEMPLATE = {"data": {"scatter": [{"type": "scatter"}]}}  # Plotly's "none"
LARGEST = 1e37  # figures keep numbers in single precision, which ends at 3.4e38


def label(name: object, longest: int = LONGEST) -> str:
    """A user's text, escaped so that Plotly shows it literally, as markup and in hover templates alike."""
    text = " ".join(str(name).split())
    if len(text) > longest:
        text = text[: longest - 1] + "…"
    return escape(text, quote=False).replace("%{", "%&#123;")


def squeezed(name: object, longest: int = LONGEST) -> str:
    """Like `label`, but shortened in the middle, for names whose last parts matter most."""
    text = " ".join(str(name).split())
    if len(text) > longest:
        text = f"{text[: longest // 2 - 1]}…{text[-(longest // 2) :]}"
    return label(text, longest)


def distinct(names: list[str]) -> list[str]:
    """The names with numbers after repeated ones: shortened names may coincide, but rows of a heat map must not."""
    seen: dict[str, int] = {}
    found = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return found


def colours(scale: Sequence[str]) -> list[list[object]]:
    """Evenly spaced colours as Plotly's colour scale."""
    return [[k / (len(scale) - 1), colour] for k, colour in enumerate(scale)]


def faint(colour: str, share: float) -> str:
    """A hexadecimal colour with opacity `share`."""
    red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    return f"rgba({red},{green},{blue},{share})"


def single(values: ArrayLike) -> NDArray[np.float32]:
    """Single precision: seven digits, which is what a figure shows, in half the bytes."""
    return np.clip(np.asarray(values, dtype=float), -LARGEST, LARGEST).astype(np.float32)


def axis(title: str = "", **more: Any) -> dict[str, Any]:
    """An axis in the report's style; Plotly chooses what is None."""
    found = {
        "title": {"text": title, "standoff": 6}, "showline": True, "linecolor": GREY, "linewidth": 1,
        "ticks": "outside", "ticklen": 4, "tickcolor": GREY, "gridcolor": RULE, "zeroline": False,
        "automargin": True, **more,
    }
    return {key: value for key, value in found.items() if value is not None}


def styled(traces: Sequence[Mapping[str, Any]], height: int, subtitle: str = "", **layout: Any) -> Figure:
    """A figure in the report's style, as wide as its container; `subtitle` stands above it on the left."""
    base: dict[str, Any] = {
        "template": TEMPLATE,
        "height": height,
        "autosize": True,
        "margin": {"l": 56, "r": 16, "t": 64 if subtitle else 32, "b": 44},
        "font": {"family": FONT, "size": 12, "color": INK},
        "hoverlabel": {"font": {"family": FONT, "size": 12}},
        "paper_bgcolor": "#ffffff", "plot_bgcolor": "#ffffff",
        "legend": {"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", "xanchor": "left"},
    }
    if subtitle:
        base["title"] = {
            "text": subtitle, "font": {"size": 12, "color": GREY}, "x": 0, "xref": "container", "xanchor": "left",
            "yref": "container", "y": 1, "yanchor": "top", "pad": {"t": 6, "l": 4}, "automargin": False,
        }
    # Plotly's validation takes longer than the figure itself. A test ensures that it would change nothing.
    return Figure(data=list(traces), layout=base | layout, _validate=False)
