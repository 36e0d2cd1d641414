"""Where something changes: a threshold on one axis, curves over two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from ...analysis.motion.verdicts import VERDICTS
from ...arrays import Array, Floats
from ...errors import InputError, Problem
from ...registry import unknown
from ...settings import count, expression, number
from ..axis import Axis
from ..quantities import is_choice, is_condition
from ..search.boundary import Curve, Measured, boundary
from ..search.scale import Scale
from ..search.threshold import NoCrossing, threshold
from .base import DESIGNS, Adaptive, Ask

VERDICT = "verdict"
FAILED = "failed"


@DESIGNS.register
@dataclass(frozen=True)
class Boundary(Adaptive):
    """Where a quantity crosses a level, or a verdict changes.

    On one axis: probabilistic bisection, with a 95 % interval. Every point has new replicas, up to `budget` in all.
    Over two axes: curves, by halving the cells that they cross; every point has the experiment's replicas. What is
    assumed, and how exact it is: `dynsim.experiments.search.threshold` and `dynsim.experiments.search.boundary`.

    `of` is a collected column, whose mean over replicas crosses the level. Of a condition, such as `x > y`, and of
    `verdict.NAME`, that is the share of replicas. Over two axes it may also be a category, which needs no level: what
    most replicas have of `verdict`, or of the collected column `argmax(...)` or `argmin(...)`, such as who wins.
    """

    name: ClassVar[str] = "boundary"
    example: ClassVar[Mapping[str, Any]] = {"of": "x", "budget": 64, "tolerance": 0.5}

    of: str = expression(doc="what changes: a collected column, `verdict.NAME`, or `verdict`")
    level: float = number(0.5, doc="the level that its mean or share crosses")
    budget: int = count(4096, at_least=64, doc="on one axis: the replicas that the search may use")
    tolerance: float = number(
        0.001, above=0, below=1, doc="on one axis: the width of a 95 % interval that is enough, as a part of the range"
    )
    start: int = count(8, doc="over two axes: the first cells on each; smaller islands may be missed")
    levels: int = count(4, at_least=0, doc="over two axes: how often cells are halved")

    @classmethod
    def mistakes(cls, written: Mapping[str, Any]) -> list[Problem]:
        of = str(written["of"])
        word = of.removeprefix(f"{VERDICT}.")
        if word != of and word not in VERDICTS:
            return [Problem(unknown("verdict", word, VERDICTS), "of")]
        return []

    @property
    def about(self) -> str:
        return "" if self.of == VERDICT else self.of

    def clashes(self, axes: Sequence[Axis]) -> list[Problem]:
        if len(axes) not in (1, 2):
            return [Problem(f"design boundary needs one axis or two, got {len(axes)}")]
        if len(axes) == 1 and self.is_category:
            share = f"{VERDICT}.NAME" if self.of == VERDICT else f"{self.of} == 0"
            return [Problem(f"on one axis a share crosses a level: give `of: {share}` instead of `{self.of}`")]
        return []

    @property
    def is_category(self) -> bool:
        """Whether sides differ by a category instead of by a level."""
        return self.of == VERDICT or is_choice(self.of)

    def reads(self) -> Mapping[str, str]:
        return {"of": self.of}

    def count(self, axes: Sequence[Axis]) -> int:
        return 2 if len(axes) == 1 else (self.start + 1) ** 2

    def most(self, axes: Sequence[Axis]) -> int | None:
        return self.budget if len(axes) == 1 else None

    def search(self, axes: Sequence[Axis], ask: Ask) -> list[dict[str, Any]]:
        scales = [Scale(float(a.values[0]), float(a.values[-1]), a.spacing == "log") for a in axes]
        paths = [axis.path for axis in axes]
        if len(axes) == 1:
            return [self._threshold(paths[0], scales[0], ask)]
        return self._curves(paths, (scales[0], scales[1]), ask)

    def _threshold(self, path: str, scale: Scale, ask: Ask) -> dict[str, Any]:
        def evaluate(value: float, first: int, count: int) -> Array:
            (rows,) = ask([(value,)], first, count)
            return self._shown(rows)

        found = threshold(
            evaluate, scale, self.level, budget=self.budget, tolerance=self.tolerance, share=self._is_share
        )
        if isinstance(found, NoCrossing):
            return {path: np.nan, f"{path}.low": np.nan, f"{path}.high": np.nan, "message": found.message}
        used_up = f"the budget of {self.budget:,} replicas is used up; more of them make the interval narrower"
        return {
            "curve": 0, "between": "below, above" if found.rising else "above, below", path: found.value,
            f"{path}.low": found.low, f"{path}.high": found.high, "message": "" if found.converged else used_up,
        }

    def _curves(self, paths: Sequence[str], scales: tuple[Scale, Scale], ask: Ask) -> list[dict[str, Any]]:
        def evaluate(points: Floats) -> Measured:
            shown = [self._shown(rows) for rows in ask([(float(x), float(y)) for x, y in points], 0, None)]
            if self.is_category:
                return Measured(np.array([_commonest(values) for values in shown], dtype=object))
            means = [s[np.isfinite(s)].astype(float) for s in shown]
            return Measured(
                np.array([m.mean() if len(m) else np.nan for m in means]),
                np.array([m.std(ddof=1) / np.sqrt(len(m)) if len(m) > 1 else 0.0 for m in means]),
            )

        level = None if self.is_category else self.level
        found = boundary(evaluate, *scales, level, start=self.start, levels=self.levels)
        rows = [row for k, curve in enumerate(found.curves) for row in _rows(k, curve, paths)]
        return [{**row, "message": found.message} for row in rows or [dict.fromkeys(paths, np.nan)]]

    @property
    def _is_share(self) -> bool:
        return self.of.startswith(f"{VERDICT}.") or is_condition(self.of)

    def _shown(self, rows: pd.DataFrame) -> Array:
        """What the replicas of a point show."""
        verdict = self.of.removeprefix(f"{VERDICT}.")
        column = self.of if verdict == self.of else VERDICT
        if column not in rows:
            if not len(rows):
                return np.empty(0)
            raise InputError(Problem(unknown("column", column, rows.columns), "design.boundary.of"))
        values = rows[column].to_numpy()
        if column == VERDICT:
            return values if self.of == VERDICT else values == verdict
        return values[np.isfinite(values)] == 1.0 if self._is_share else values


def _commonest(values: Array) -> str:
    """The category that most replicas have, the first of several; a number as a whole one."""
    known = pd.Series(values).dropna()
    if not len(known):
        return FAILED
    first: Any = known.mode()[0]
    return first if isinstance(first, str) else f"{first:g}"


def _rows(number: int, curve: Curve, paths: Sequence[str]) -> list[dict[str, Any]]:
    """The vertices of a curve in their order, each with the interval of its place along both axes."""
    first = {"curve": number, "between": ", ".join(curve.between), "closed": curve.closed}
    low, high = np.minimum(curve.low, curve.high), np.maximum(curve.low, curve.high)
    return [
        first | {f"{path}{end}": float(part[k, j]) for j, path in enumerate(paths)
                 for end, part in (("", curve.points), (".low", low), (".high", high))}
        for k in range(len(curve.points))
    ]
