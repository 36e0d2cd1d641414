"""The menu of a figure that shows one of several quantities."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...plots.drawing.grid import Grid
from ...plots.drawing.style import label


def choice(names: Sequence[str], each: int, titles: Sequence[str]) -> dict[str, Any]:
    """A menu over groups of `each` traces, the k-th of which belongs to the k-th name and title of the x axis."""
    buttons = [
        {"label": label(name), "method": "update", "args": [
            {"visible": [place // each == k for place in range(each * len(names))]},
            {"xaxis.title.text": title, "xaxis.autorange": True},
        ]}
        for k, (name, title) in enumerate(zip(names, titles, strict=True))
    ]
    return Grid(1).menu(buttons)
