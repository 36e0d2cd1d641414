"""A grid of small axes: their positions in pixels, and the menu that selects their contents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .style import GREY, axis

ROW, GAP = 190, 46  # pixels: the height of a row in a grid of several, and between rows
TOP, BOTTOM = 84, 50


def suffix(place: int) -> str:
    """Plotly's number of an axis, from place 0 on: "", "2", "3", …"""
    return "" if place == 0 else str(place + 1)


class Grid:
    """Rows of panels of equal height, in pixels, whatever their number. least: the height that a panel needs."""

    def __init__(self, count: int, least: int = 0) -> None:
        self.count = count
        self.columns = 1 if count == 1 else 2 if count in (2, 4) else 3
        self.rows = -(-count // self.columns)
        row = max(300 if count == 1 else 240 if self.rows == 1 else ROW, least)
        self.inner = self.rows * row + (self.rows - 1) * GAP
        self.row, self.height = row, self.inner + TOP + BOTTOM

    def layout(self, x_title: str, titles: Sequence[str], ranges: Sequence[Sequence[float]]) -> dict[str, Any]:
        """The axes with their titles, the legend and the margins, for Plotly."""
        found: dict[str, Any] = {
            "annotations": [],
            "margin": {"l": 60, "r": 16, "t": TOP, "b": BOTTOM},
            "legend": {"orientation": "h", "x": 0, "xanchor": "left", "y": 1 + 22 / self.inner, "yanchor": "bottom"},
        }
        for place, (title, limits) in enumerate(zip(titles, ranges, strict=True)):
            row, column = divmod(place, self.columns)
            left, right = column / self.columns, (column + 1) / self.columns
            inset = 0.0 if self.columns == 1 else 0.05
            x = [left + (inset if column else 0.0), right - (0.0 if column == self.columns - 1 else 0.01)]
            top = 1 - row * (self.row + GAP) / self.inner
            y = [max(top - self.row / self.inner, 0.0), top]
            number, last = suffix(place), place + self.columns >= self.count
            found[f"xaxis{number}"] = axis(
                x_title if last else "", domain=x, anchor=f"y{number}", matches=None if place == 0 else "x", nticks=6
            )
            found[f"yaxis{number}"] = axis(
                domain=y, anchor=f"x{number}", range=list(limits), nticks=5, automargin=False, exponentformat="power"
            )
            found["annotations"].append({
                "text": title, "x": x[0], "y": top, "xref": "paper", "yref": "paper", "xanchor": "left",
                "yanchor": "bottom", "showarrow": False, "yshift": 3, "font": {"size": 12},
            })
        return found

    def menu(self, buttons: Sequence[dict[str, Any]]) -> dict[str, Any]:
        """A menu at the top right of the grid."""
        return {
            "buttons": list(buttons), "direction": "down", "x": 1, "xanchor": "right", "y": 1, "yanchor": "bottom",
            "pad": {"b": 26}, "showactive": True, "bordercolor": GREY, "bgcolor": "#ffffff",
        }

    def bottom_axes(self) -> list[str]:
        """The names of the x axes that carry a title."""
        return [f"xaxis{suffix(k)}" for k in range(self.count) if k + self.columns >= self.count]
