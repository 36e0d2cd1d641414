"""Every combination of the axes' values."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import ClassVar

from ..axis import Axis, Value
from .base import DESIGNS, Design


@DESIGNS.register
@dataclass(frozen=True)
class Grid(Design):
    """Every combination of the axes' values; the last axis changes fastest."""

    name: ClassVar[str] = "grid"

    def count(self, axes: Sequence[Axis]) -> int:
        return math.prod(len(axis.values) for axis in axes)

    def points(self, axes: Sequence[Axis]) -> Iterator[tuple[Value, ...]]:
        return product(*(axis.values for axis in axes))
