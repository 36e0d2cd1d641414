"""The contract of a design: which combinations of the axes' values are simulated.

A design is a frozen dataclass whose fields are its settings (dynsim.settings). It knows the axes and nothing of the
scenario: variants, replicas and seeds are the experiment's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, ClassVar, Protocol

import pandas as pd

from ...arrays import Floats
from ...errors import Problem
from ...registry import Registry
from ...settings import Parse, Stated, read
from ..axis import Axis, Value

DESIGNS: Registry[Any] = Registry("design", "dynsim.experiments.design")


@dataclass(frozen=True)
class Design:
    """Base of all designs.

    name: its name in experiments. ranges: whether every axis is a range [low, high] from which the design takes its own
    values; otherwise an axis is a list of values. carries: whether cells may start from the states that others ended
    with. example: settings for the contract tests, if the defaults, or some number within the bounds, do not suit them.
    """

    name: ClassVar[str]
    ranges: ClassVar[bool] = False
    carries: ClassVar[bool] = False
    example: ClassVar[Mapping[str, Any]] = {}

    @property
    def about(self) -> str:
        """The column of replicas.parquet that it asks about, or `verdict.NAME`; "" where it asks about none."""
        return ""

    def clashes(self, axes: Sequence[Axis]) -> list[Problem]:
        """Why it cannot combine these axes; the path of a mistake is that of its axis, or None."""
        return []

    def reads(self) -> Mapping[str, str]:
        """The settings that name what is collected: setting → column, `verdict`, or the share `verdict.NAME`."""
        return {}

    def count(self, axes: Sequence[Axis]) -> int:
        """The number of points, without making them."""
        raise NotImplementedError

    def points(self, axes: Sequence[Axis]) -> Iterable[tuple[Value, ...]]:
        """The points in their order, each with one value per axis."""
        raise NotImplementedError


Start = Mapping[str, Floats]
"""What every replica starts from, by slot: (R,), or (n, R) for a population."""


class Ask(Protocol):
    """ask(points, first, count) → what was collected at each of the points, a row a replica: of `count` replicas from
    number `first` (even) on; count None: of the experiment's own number. Failed replicas have no row.

    starts: for a design that carries states over, what the replicas of each point start from."""

    def __call__(
        self, points: Sequence[tuple[Value, ...]], first: int, count: int | None, starts: Sequence[Start] | None = None
    ) -> list[pd.DataFrame]: ...


@dataclass(frozen=True)
class Adaptive(Design):
    """A design that chooses its points by what the ones before showed. Its axes are ranges."""

    ranges: ClassVar[bool] = True

    def count(self, axes: Sequence[Axis]) -> int:
        """The number of points that it may begin with; how many follow, nobody knows yet."""
        return 2 ** len(axes)

    def points(self, axes: Sequence[Axis]) -> Iterable[tuple[Value, ...]]:
        """The corners of the ranges: what can be checked before anything runs."""
        return product(*((axis.values[0], axis.values[-1]) for axis in axes))

    def most(self, axes: Sequence[Axis]) -> int | None:
        """How many replicas the search may use; None: nobody knows."""
        return None

    def search(self, axes: Sequence[Axis], ask: Ask) -> list[dict[str, Any]]:
        """What was found, as rows of a table: for a variant, which `ask` stands for."""
        raise NotImplementedError


class DesignSpec(Stated):
    """A design as a script states it: a name and raw settings."""


def make(name: str, settings: Mapping[str, Any], parse_number: Parse, parse_expression: Parse) -> Design:
    """The design `name` with its settings read by the caller's parsers, called as parse(key, raw)."""
    design: Design = read(DESIGNS, name, settings, parse_number, parse_expression)
    return design
