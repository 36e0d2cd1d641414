"""What an experiment is, once it is read and free of mistakes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..arrays import Floats
from ..system.builder import System
from ..system.grammar.problems import Source
from .axis import Axis, Value
from .design.base import Design
from .paths import full_path
from .until import Until

__all__ = ["Axis", "Cell", "Experiment", "Value", "Variant"]


@dataclass(frozen=True)
class Variant:
    """A named set of changes to the scenario. remove: paths that are taken out first. set: path → new value, applied
    next. The first variant of an experiment is the reference that the others are compared with."""

    name: str
    set: Mapping[str, Value]
    remove: tuple[str, ...]

    @property
    def changes(self) -> bool:
        """Whether it changes anything; a reference may be the scenario as it is."""
        return bool(self.set or self.remove)


@dataclass(frozen=True)
class Cell:
    """One combination that is simulated. number: from 0. variant: its name. values: path of each axis → its value.
    start: what slots start from where states are carried over, (R,), or (n, R) for a population; None: as the scenario
    says."""

    number: int
    variant: str
    values: Mapping[str, Value]
    start: Mapping[str, Floats] | None = None


@dataclass(frozen=True)
class Experiment:
    """A scenario, what varies in it, and what is collected.

    scenario: what the user named it, or its title if it was given inline or as a System. system: the scenario without
    any change. variants: at least one; without any in the file, the scenario itself under the name `as_is`. replicas,
    seed: of every cell, so that all cells draw the same random numbers. collect: the quantities, each as it was
    written. text: the experiment as it was written, as YAML. until: the precision that lets a cell have more replicas
    than `replicas`; None: all cells have just these. source: the file that it was read from, for the places of
    mistakes.
    """

    title: str
    question: str
    scenario: str
    system: System
    axes: tuple[Axis, ...]
    variants: tuple[Variant, ...]
    design: Design
    replicas: int
    seed: int
    collect: tuple[str, ...]
    text: str
    until: Until | None = None
    source: Source | None = field(default=None, compare=False, repr=False)

    def cells(self) -> tuple[Cell, ...]:
        """The cells of a fixed design. All variants of a point of the design are adjacent, in the variants' order."""
        paths = [axis.path for axis in self.axes]
        points = self.design.points(self.axes)
        pairs = [(dict(zip(paths, point, strict=True)), variant) for point in points for variant in self.variants]
        return tuple(Cell(number, variant.name, values) for number, (values, variant) in enumerate(pairs))

    def system_of(self, cell: Cell, replicas: int | None = None) -> System:
        """The scenario of a cell: the variant's changes, then the cell's values, then the experiment's seed and
        replicas, or as many as are given, and what the replicas start from. `ds.simulate` of it computes exactly the
        cell's replicas."""
        variant = next(variant for variant in self.variants if variant.name == cell.variant)
        ensemble: dict[str, Any] = {"ensemble.replicas": replicas or self.replicas, "ensemble.seed": self.seed}
        if cell.start is not None:
            ensemble["ensemble.start"] = {name: states.T.tolist() for name, states in cell.start.items()}
        changed = self.system.changed({}, [full_path(self.system.data, path) for path in variant.remove])
        values = {**variant.set, **cell.values, **ensemble}
        return changed.changed({full_path(changed.data, path): value for path, value in values.items()})
