"""Where something holds among the cells of an experiment, in words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ...answers.wording.words import apart, count, listing, number
from ...arrays import Flags, Floats

RANGES = 3  # the most that a sentence has


def places(cells: pd.DataFrame, axes: Sequence[str], there: Flags) -> str:
    """Those cells as ranges of the axis: "in the 3 cells with kappa ≤ 0.2"; their number where there are several axes,
    too many ranges, or cells with one value of which only some are meant."""
    varied = [axis for axis in axes if cells[axis].notna().all() and cells[axis].astype(str).nunique() > 1]
    if len(varied) == 1:
        (axis,) = varied
        numeric = cells[axis].dtype.kind in "fiu"
        texts = _ranges(cells[axis].to_numpy(float), there) if numeric else _values(cells[axis].astype(str), there)
        if texts is not None and len(texts) <= RANGES:
            which = "the cell" if there.sum() == 1 else f"the {there.sum():,} cells"
            name = axis.removeprefix("params.")
            return f"in {which} with {listing([f'{name} {text}' for text in texts])}"
    return f"in {there.sum():,} of {count(len(there), 'cell')}"


def _ranges(values: Floats, there: Flags) -> list[str] | None:
    """Runs of neighbouring values: "≤ 0.2", "= 0.5", "from 0.7 to 0.9", "≥ 2". None where cells of one value differ."""
    x, place = np.unique(values, return_inverse=True)
    all_, any_ = np.ones(len(x), dtype=bool), np.zeros(len(x), dtype=bool)
    np.logical_and.at(all_, place, there)
    np.logical_or.at(any_, place, there)
    if (all_ != any_).any():
        return None
    edges = np.flatnonzero(np.diff(np.concatenate([[0], any_.astype(int), [0]])))
    texts = []
    for start, stop in zip(edges[::2], edges[1::2] - 1, strict=True):
        # A value has enough digits to differ from its neighbour, of which something else holds.
        low = apart(x[start], x[start - 1])[0] if start else number(x[start])
        high = apart(x[stop], x[stop + 1])[0] if stop + 1 < len(x) else number(x[stop])
        if start == stop:
            texts.append(f"= {max(low, high, key=len)}")
        elif start == 0:
            texts.append(f"≤ {high}")
        else:
            texts.append(f"≥ {low}" if stop == len(x) - 1 else f"from {low} to {high}")
    return texts


def _values(texts: pd.Series, there: Flags) -> list[str] | None:
    inside, outside = texts[there], texts[~there]
    return None if inside.isin(outside).any() else [f"= {text}" for text in dict.fromkeys(inside)]
