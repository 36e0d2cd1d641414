"""The means over the systems of a group that selection takes when a generation begins."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ..algebra.interpret import evaluate
from ..algebra.topology import Topology
from ..arrays import Array
from ..compiler.program import SelectionProgram


def group_means(
    selection: SelectionProgram, known: Mapping[str, Array], counted: NDArray[np.bool_],
    topologies: Mapping[str, Topology], t: float, size: int,
) -> dict[str, Array]:
    """The value of every mean at all places, (R,). A mean may use those stated before it.

    known: all parameters and states. counted (R,): which systems are alive; the others do not count, nor do values that
    are not finite, and the mean of a group in which nothing counts is NaN. size: places in a group; the groups follow
    one another.
    """
    found: dict[str, Array] = {}
    for name, expr in selection.means.items():
        (values,) = evaluate([expr], {**known, **found}, topologies, t)
        grouped = np.broadcast_to(values, counted.shape).reshape(-1, size)
        counts = np.isfinite(grouped) & counted.reshape(-1, size)
        # 0/0 is the NaN of a group in which nothing counts.
        with np.errstate(invalid="ignore", divide="ignore"):
            means = np.where(counts, grouped, 0.0).sum(axis=1) / counts.sum(axis=1)
        found[name] = np.repeat(means, size)
    return found
