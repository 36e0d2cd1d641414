"""The forest plot: what it draws, and in which order."""

import numpy as np
import pandas as pd
import pytest

from dynsim.experiments.effects.forest import forest


def table(*rows):
    columns = ["cell", "variant", "quantity", "difference", "low", "high", "changed", "p"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.assign(cell=frame["cell"].astype("Int64"))


ROWS = table(
    (pd.NA, "a", "weak", 1.0, -1.0, 3.0, 1.0, 0.4), (0, "a", "weak", 9.0, 8.0, 10.0, 1.0, 0.0),
    (pd.NA, "a", "still", 0.0, 0.0, 0.0, 0.0, 1.0), (pd.NA, "b", "weak", np.nan, np.nan, np.nan, 0.0, np.nan),
    (pd.NA, "a", "clear", -2.0, -2.5, -1.5, 1.0, 0.001), (pd.NA, "b", "clear", 4.0, np.nan, np.nan, 1.0, np.nan),
)  # fmt: skip


def test_a_panel_per_quantity_that_changes_the_clearest_first():
    drawn = forest(ROWS)
    clear, weak = drawn.data
    assert [note.text for note in drawn.layout.annotations] == ["clear", "weak"]
    assert (list(clear.x), list(clear.y)) == ([-2.0, 4.0], ["a", "b"])
    assert (list(weak.x), list(weak.y)) == ([1.0], ["a"])
    np.testing.assert_array_equal(clear.error_x.array, [0.5, np.nan])
    np.testing.assert_array_equal(weak.error_x.arrayminus, [2.0])
    assert list(drawn.layout.yaxis.categoryarray) == ["b", "a"]
    # Names stand beside the first panel of a line alone: those of the next one would lie over its neighbour.
    assert (drawn.layout.yaxis.showticklabels, drawn.layout.yaxis2.showticklabels) == (True, False)
    assert drawn.layout.yaxis.dtick == 1


def test_every_axis_shows_its_intervals_and_no_difference():
    drawn = forest(ROWS)
    for axis, low, high in ((drawn.layout.xaxis, -2.5, 4.0), (drawn.layout.xaxis2, -1.0, 3.0)):
        assert axis.range[0] < low < high < axis.range[1]
        assert axis.matches is None
        assert axis.range[0] == pytest.approx(low - 0.06 * (high - low))


def test_nothing_to_draw():
    assert forest(ROWS[ROWS["quantity"] == "still"]) == "No quantity differs from the reference."


def test_names_are_no_markup():
    assert "<b>" not in forest(ROWS.assign(variant="<b>x</b>")).to_json()
