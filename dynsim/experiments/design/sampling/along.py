"""One axis whose values are followed in order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ....arrays import Floats
from ....errors import Problem
from ....system.grammar.fields import is_number
from ...axis import Axis


def axis_problems(name: str, axes: Sequence[Axis], fewest: int) -> list[Problem]:
    """Why a design cannot follow these axes: it needs one, with `fewest` numbers or more."""
    if len(axes) != 1:
        return [Problem(f"design {name} needs one axis, got {len(axes)}")]
    (axis,) = axes
    if not all(map(is_number, axis.values)):
        return [Problem(f"design {name} needs numbers", axis.path)]
    if len(axis.values) < fewest:
        return [Problem(f"design {name} needs {fewest} values or more, got {len(axis.values)}", axis.path)]
    return []


def along(axis: Axis) -> tuple[Floats, bool]:
    """The values in ascending order, and whether their logarithms are evenly spaced."""
    return np.sort(np.array(axis.values, dtype=float)), axis.spacing == "log"


def failed(path: str, value: float) -> dict[str, Any]:
    """The row for a value at which nothing can be found, because the first cell there failed."""
    message = f"the cell at {path} = {value:g} failed, so that there are no states to go on from"
    return {path: float(value), "message": message}
