"""The means over the systems of a group that selection takes when a generation begins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..algebra.interpret import evaluate
from ..algebra.topology import Topology
from ..compiler.program import SelectionProgram

Array = NDArray[Any]


def group_means(
    selection: SelectionProgram, known: Mapping[str, Array], counted: NDArray[np.bool_],
    topologies: Mapping[str, Topology], t: float, size: int,
) -> dict[str, Array]:
    """The value of every mean at all places (R,), in the order stated: each sees those before it.

    known: all parameters and states. counted (R,): whose system is alive; the others, and values that are not finite,
    are left out, and a group of which nothing is left has no mean (NaN). size: of a group; groups lie one behind the
    other.
    """
    found: dict[str, Array] = {}
    for name, expr in selection.means.items():
        (values,) = evaluate([expr], {**known, **found}, topologies, t)
        grouped = np.broadcast_to(values, counted.shape).reshape(-1, size)
        counts = np.isfinite(grouped) & counted.reshape(-1, size)
        with np.errstate(invalid="ignore", divide="ignore"):
            means = np.where(counts, grouped, 0.0).sum(axis=1) / counts.sum(axis=1)
        found[name] = np.repeat(means, size)
    return found
