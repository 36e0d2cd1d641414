"""The axes side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from ...errors import Problem
from ..axis import Axis, Value
from .base import DESIGNS, Design


@DESIGNS.register
@dataclass(frozen=True)
class Zip(Design):
    """The axes side by side: the first point has the first value of every axis, and so on.

    All axes have equally many values.
    """

    name: ClassVar[str] = "zip"

    def clashes(self, axes: Sequence[Axis]) -> list[Problem]:
        said = "has {} values, {} has {}: design zip needs equally many"
        counts = [len(axis.values) for axis in axes]
        return [
            Problem(said.format(count, axes[0].path, counts[0]), axis.path)
            for axis, count in zip(axes, counts, strict=True)
            if count != counts[0]
        ]

    def count(self, axes: Sequence[Axis]) -> int:
        return len(axes[0].values) if axes else 1

    def points(self, axes: Sequence[Axis]) -> Iterator[tuple[Value, ...]]:
        return zip(*(axis.values for axis in axes), strict=True) if axes else iter([()])
