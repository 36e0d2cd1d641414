"""Where random starts end, along one axis."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ...errors import Problem
from ...settings import count, number
from ..axis import Axis
from ..search.basins import Basin, basins, matched
from .base import DESIGNS, Adaptive, Ask
from .sampling.along import along, axis_problems, failed
from .sampling.carrying import Carrying


@DESIGNS.register
@dataclass(frozen=True)
class Basins(Adaptive):
    """Attractors and the shares of the replicas that reach them, at every value of one axis.

    Every replica starts as the scenario says, at random where it says so. Its run is repeated from its last states
    until the extremes of its record have settled, at most `patience` times. Replicas with the same extremes are on one
    attractor. Its share has Wilson's 95 % interval.
    """

    name: ClassVar[str] = "basins"
    ranges: ClassVar[bool] = False
    carries: ClassVar[bool] = True
    example: ClassVar[Mapping[str, Any]] = {"patience": 3}

    tolerance: float = number(
        0.01, above=0, below=1,
        doc="how far the extremes of replicas on one attractor may lie apart, as a part of a variable's size",
    )
    patience: int = count(20, at_least=2, doc="the runs at one value after which an unsettled state is accepted")

    def clashes(self, axes: Sequence[Axis]) -> list[Problem]:
        return axis_problems(self.name, axes, 1)

    def count(self, axes: Sequence[Axis]) -> int:
        return 2 * len(axes[0].values) if axes else 1

    def search(self, axes: Sequence[Axis], ask: Ask) -> list[dict[str, Any]]:
        path = axes[0].path
        values, _ = along(axes[0])
        carrying = Carrying(ask)
        states = carrying.begin(values)
        if states is None:
            return [failed(path, value) for value in values]
        there = np.isfinite(states).all(axis=(1, 2))
        found = basins(
            carrying.advance, values[there], states[there], tolerance=self.tolerance, patience=self.patience
        )
        rows = [failed(path, value) for value in values[~there]]
        for value, attractors, numbers in zip(values[there], found, matched(found), strict=True):
            rows += _rows(path, float(value), attractors, numbers, carrying)
        return sorted(rows, key=lambda row: float(row[path]))


def _rows(
    path: str, value: float, found: Sequence[Basin], numbers: Sequence[int], carrying: Carrying
) -> Iterator[dict[str, Any]]:
    """A row for each attractor; the numbers are the same where attractors continue each other."""
    places = carrying.rows(carrying.shown)
    for attractor, basin in sorted(zip(numbers, found, strict=True), key=lambda pair: pair[0]):
        ends = {f"{name}.{end}": float(basin.extremes[k, row]) for name, row in places.items()
                for k, end in enumerate(("low", "high"))}
        yield {
            path: value, "attractor": attractor, "share": basin.share, "share.low": basin.low, "share.high": basin.high,
            "replicas": len(basin.replicas), "period": basin.period, **ends,
        }
