"""A source of moves without a program: arrays by name, such as a log of a training run would be read into."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from dynsim.algebra.graph import Expr
from dynsim.analysis.reading.cells import Cells, cells
from dynsim.analysis.reading.moves import QUANTITIES, Moves, Need, Quantity
from dynsim.analysis.reading.study import Study

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class MovesTable:
    """arrays: (…, K, R) by name, as moves.py describes them. ticks: how many come in one block."""

    agents: tuple[str, ...]
    variables: tuple[str, ...]
    times: Floats
    arrays: Mapping[Quantity, Floats]
    ticks: int = 7
    title: str = "a table"
    description: str = ""
    clock: Literal["step", "time"] = "step"
    levers: tuple[tuple[int, str], ...] = ()
    parts: tuple[tuple[int, int], ...] = ()
    parameters: Mapping[str, Floats] = field(default_factory=dict)
    phases: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    random: bool = True
    listed: tuple[str, ...] = ()
    related: bool = False

    @property
    def replicas(self) -> int:
        return self.arrays["objectives"].shape[-1]

    @cached_property
    def cells(self) -> Cells:
        names = [name for name, values in self.parameters.items() if (values != values[0]).any()]
        return cells(self.parameters, names, self.replicas)

    @property
    def has(self) -> frozenset[Need]:
        return frozenset(self.arrays)

    @property
    def effects(self) -> Collection[tuple[int, int]]:
        return set(product(range(len(self.agents)), repeat=2))

    def samples(self, quantities: Collection[Quantity], exprs: Collection[Expr] = ()) -> Iterator[MovesBlock]:
        assert not exprs, "a table evaluates no expressions"
        for start in range(0, len(self.times), self.ticks):
            block = slice(start, start + self.ticks)
            arrays = {name: self.arrays[name][..., block, :] for name in quantities}
            yield MovesBlock(self, self.times[block], arrays)


@dataclass(frozen=True)
class MovesBlock(Moves):
    arrays: Mapping[Quantity, Floats]

    def quantity(self, name: Quantity) -> Floats:
        return self.arrays[name]


def exported(study: Study) -> MovesTable:
    """What a simulated run offers to every source, as a table."""
    names = [name for name in QUANTITIES if name in study.has]
    blocks = list(study.samples(names))
    arrays = {name: np.concatenate([block.quantity(name) for block in blocks], axis=-2) for name in names}
    return MovesTable(
        study.agents, study.variables, study.times, arrays, title=study.title, clock=study.clock, levers=study.levers,
        parts=study.parts, parameters=study.parameters, phases=study.phases, random=study.random, listed=study.listed,
        related=study.related,
    )
