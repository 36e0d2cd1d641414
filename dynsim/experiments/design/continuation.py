"""Attractors followed along one axis, up and down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ...arrays import Flags
from ...errors import Problem
from ...settings import count, number
from ..axis import Axis
from ..search.continuation import Continuation as Found
from ..search.continuation import Pass, continuation
from .base import DESIGNS, Adaptive, Ask
from .sampling.along import along, axis_problems, failed
from .sampling.carrying import Carrying

FEWEST = 3
OF_CHANGES = ("before", "after")
OF_BRANCHES = ("cell", "period", "settled", "apart")


@DESIGNS.register
@dataclass(frozen=True)
class Continuation(Adaptive):
    """Attractors along one axis, up and then down: the states at the end of one value are the start at the next.

    At every value the run is repeated from its last states until the extremes of its record have settled, at most
    `patience` times. Where the attractor changes between two values, bisection along the branch locates the change. The
    cells are these runs. What is assumed, and how exact it is: `dynsim.experiments.search.continuation`.
    """

    name: ClassVar[str] = "continuation"
    ranges: ClassVar[bool] = False
    carries: ClassVar[bool] = True
    example: ClassVar[Mapping[str, Any]] = {"patience": 3}

    tolerance: float = number(
        0.001, above=0, below=1, doc="the width to which a change is located, as a part of the axis"
    )
    patience: int = count(20, at_least=2, doc="the runs at one value after which an unsettled state is accepted")

    def clashes(self, axes: Sequence[Axis]) -> list[Problem]:
        return axis_problems(self.name, axes, FEWEST)

    def count(self, axes: Sequence[Axis]) -> int:
        return 2 * len(axes[0].values) if axes else 1

    def search(self, axes: Sequence[Axis], ask: Ask) -> list[dict[str, Any]]:
        values, log = along(axes[0])
        carrying = Carrying(ask)
        states = carrying.begin(values[:1])
        if states is None:
            return [failed(axes[0].path, values[0])]
        found = continuation(
            carrying.advance, values, states[0], tolerance=self.tolerance, patience=self.patience, log=log
        )
        path = axes[0].path
        names = ("kind", "way", "replica", path, f"{path}.low", f"{path}.high", *OF_CHANGES, *OF_BRANCHES)
        every = dict.fromkeys(names)
        return [every | row for row in _rows(path, found, carrying)]


def _rows(path: str, found: Found, carrying: Carrying) -> Iterator[dict[str, Any]]:
    """The branches, a row for each value and replica on each way; then the changes, and the hysteresis of each
    replica."""
    for way, course in (("up", found.up), ("down", found.down)):
        for replica in range(course.periods.shape[1]):
            apart = found.bistable[:: 1 if way == "up" else -1, replica]
            yield from _branch(path, way, course, replica, apart, carrying)
    for change in found.changes:
        failed = change.kind == "divergence" and not carrying.failed.isdisjoint((change.low, change.high))
        yield {
            "kind": "failure" if failed else change.kind, "way": change.way, "replica": change.replica,
            path: change.value, f"{path}.low": change.low, f"{path}.high": change.high,
            "before": change.before, "after": change.after,
        }
    for replica in range(found.up.periods.shape[1]):
        ends = found.hysteresis(replica)
        if ends is not None:
            yield {"kind": "hysteresis", "replica": replica, f"{path}.low": ends[0], f"{path}.high": ends[1]}


def _branch(
    path: str, way: str, course: Pass, replica: int, apart: Flags, carrying: Carrying
) -> Iterator[dict[str, Any]]:
    rows = carrying.rows(carrying.shown)
    for k, value in enumerate(course.values):
        ends = {
            f"{name}.{end}": float(part[k, row, replica]) if np.isfinite(part[k, row, replica]) else None
            for name, row in rows.items() for end, part in (("low", course.low), ("high", course.high))
        }
        yield {
            "kind": "branch", "way": way, "replica": replica, path: float(value),
            "cell": carrying.cell(value, course.states[k]), "period": int(course.periods[k, replica]),
            "settled": bool(course.settled[k, replica]), "apart": bool(apart[k]), **ends,
        }
