"""Paths in the plane."""

import numpy as np

from dynsim.plots.drawing.portraits import Portrait, portraits
from dynsim.plots.drawing.style import BLUE, VERMILLION

ANGLE = np.linspace(0, 6, 50)
CIRCLE = (np.cos(ANGLE), np.sin(ANGLE))
POINT = (np.full(5, 0.5), np.full(5, -0.5))


def test_what_rests_is_a_point_and_what_moves_is_a_path() -> None:
    figure = portraits([Portrait("a", [CIRCLE], [CIRCLE, POINT])], "x", "y", (-2, 2))
    begun, moving, resting = figure.data
    assert begun.line.width < moving.line.width
    assert (moving.mode, moving.line.color) == ("lines", BLUE)
    assert (resting.mode, resting.marker.color) == ("markers", VERMILLION)


def test_every_panel_has_its_name_and_the_outer_ones_the_titles_of_the_axes() -> None:
    figure = portraits([Portrait(f"<{k}>", [CIRCLE], [CIRCLE]) for k in range(5)], "left", "up", (-2, 2), columns=3)
    assert [note.text for note in figure.layout.annotations] == [f"&lt;{k}&gt;" for k in range(5)]
    titles = [(figure.layout[f"xaxis{k or ''}"].title.text, figure.layout[f"yaxis{k or ''}"].title.text)
              for k in ("", 2, 3, 4, 5)]
    assert titles == [("", "up"), ("", ""), ("left", ""), ("left", "up"), ("left", "")]
    assert all(figure.layout[f"xaxis{k}"].range == (-2, 2) for k in ("", 2, 3, 4, 5))


def test_the_legend_names_each_kind_of_path_once() -> None:
    figure = portraits([Portrait(str(k), [CIRCLE, CIRCLE], [POINT]) for k in range(3)], "x", "y", (-2, 2))
    assert [trace.name for trace in figure.data if trace.showlegend] == ["the beginning", "a place of rest"]
