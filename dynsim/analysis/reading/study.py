"""A simulated run as a source of moves. Its record is read once, block after block, and every expression that is needed
is evaluated over all (tick, replica) pairs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ...algebra.graph import Expr
from ...algebra.interpret import evaluate
from ...arrays import Floats
from ...compiler.program import Program
from ...record.recording import Block, Recording
from ...system.model import Model
from .cells import Cells, cells_of
from .moves import QUANTITIES, Need, Quantity
from .observe import Observables
from .random_numbers import random_numbers_of
from .rest import RESOLUTION, REST, Peaks
from .sample import Sample

WORKING_BYTES = 1 << 26  # of one block's evaluated expressions

SAME_DISTANCE = 1e-6  # of the distance between two recorded ticks: rounding

# The other quantities that a quantity is computed with, besides its own expressions.
MADE_WITH: Mapping[str, tuple[Quantity, ...]] = {"alignment": ("gradient_norms",), "fidelity": ("move_norms",)}

_NONE = np.empty(0)


@dataclass(frozen=True)
class Study:
    """A program, its observable quantities, and its record: the source of moves that offers everything.

    model: the model that the program was built from, if known; variants of the program are built from it. compiled:
    whether the compiled engine made the record, so that a replay gives the same bits.
    """

    program: Program
    recording: Recording
    model: Model | None = None
    compiled: bool = True

    @property
    def title(self) -> str:
        return "" if self.model is None else self.model.title

    @property
    def description(self) -> str:
        return "" if self.model is None else self.model.description

    @property
    def agents(self) -> tuple[str, ...]:
        return self.observables.agents

    @cached_property
    def variables(self) -> tuple[str, ...]:
        return tuple(slot.name for slot in self.observables.slots)

    @property
    def clock(self) -> Literal["step", "time"]:
        return "time" if self.program.clock.continuous else "step"

    @property
    def parameters(self) -> Mapping[str, Floats]:
        return self.recording.parameters

    @property
    def phases(self) -> Mapping[str, tuple[float, float]]:
        return self.program.phases

    @property
    def has(self) -> frozenset[Need]:
        absent = {"base": self.program.base is None, "model": self.model is None}
        offered: tuple[Need, ...] = (*QUANTITIES, "program", "model")
        return frozenset(name for name in offered if not absent.get(name))

    @property
    def effects(self) -> Collection[tuple[int, int]]:
        return self.observables.ledger.keys()

    @property
    def levers(self) -> tuple[tuple[int, str], ...]:
        return self.observables.levers

    @cached_property
    def parts(self) -> tuple[tuple[int, int], ...]:
        return tuple(self.observables.parts)

    @cached_property
    def random(self) -> bool:
        """Whether anything is random: the starts, the parameters, the steps or a selection."""
        graph = self.program.graph
        starts = graph.reachable(self.program.initial.values())
        sweeps = () if self.model is None else self.model.ensemble.vary.values()
        sampled = any(graph.nodes[k].op == "sample" for k in starts)
        sampled = sampled or any(sweep.distribution is not None for sweep in sweeps)
        return sampled or self.program.random or self.related

    @cached_property
    def listed(self) -> tuple[str, ...]:
        """The parameters that take listed values, one after the other, over the replicas."""
        ensemble = None if self.model is None else self.model.ensemble
        sweeps = [] if ensemble is None else [*ensemble.vary.items(), *ensemble.grid.items()]
        return tuple(name for name, sweep in sweeps if len(set(sweep.values or ())) > 1)

    @property
    def related(self) -> bool:
        return self.program.selection is not None

    @cached_property
    def cells(self) -> Cells:
        """The replicas that statistics are taken over: those with the same values of all varied parameters."""
        return cells_of(self.program, self.recording)

    def split_by(self, cells: Cells) -> Study:
        """The same study with other cells."""
        other = copy(self)
        other.__dict__["cells"] = cells
        return other

    @cached_property
    def observables(self) -> Observables:
        return Observables(self.program)

    @cached_property
    def shared(self) -> dict[str, Any]:
        """Results that several metrics share."""
        return {}

    @cached_property
    def times(self) -> Floats:
        return self.recording.times

    @cached_property
    def even(self) -> int:
        """The number of recorded ticks, from the first on, that are equally spaced: all, or all but the end of the
        run."""
        times = self.times
        last_is_near = len(times) > 2 and times[-1] - times[-2] < (1 - SAME_DISTANCE) * (times[1] - times[0])
        return len(times) - 1 if last_is_near else len(times)

    @property
    def replicas(self) -> int:
        return self.recording.replicas

    def samples(self, quantities: Iterable[Quantity] = (), exprs: Iterable[Expr] = ()) -> Iterator[Sample]:
        """The record in order, with these quantities and scalar expressions, and nothing else, evaluated."""
        named = dict.fromkeys(one for name in quantities for one in (name, *MADE_WITH.get(name, ())))
        seen = self.observables
        of_quantities = [expr for name in named for expr in seen.quantity(name) if expr is not None]
        wanted = list(dict.fromkeys([*exprs, *of_quantities]))
        gradients, moves, extents = (Peaks(k, self.replicas) for k in (len(seen.agents), len(seen.agents), 1))
        start = 0
        for block in self.recording.blocks(self._block_bytes(len(wanted))):
            # All expressions are evaluated together, so shared parts, such as a gradient, are computed once.
            found = evaluate_block(self.program, block, self.recording, wanted)
            values = dict(zip(wanted, found, strict=True))
            sample = Sample(self, block.times, seen, start, block.values, values, _NONE, _NONE)
            # Peaks extend over blocks, so every block is fed, even if nobody reads its norms.
            if "gradient_norms" in named:
                sample = replace(sample, gradient_peaks=gradients.feed(sample.stack(seen.gradient_norms)))
            if "move_norms" in named:
                least = extents.feed(sample.extent[None]) * (RESOLUTION / REST)
                peaks = moves.feed(sample.stack(seen.move_norms))
                sample = replace(sample, move_peaks=np.maximum(peaks, least))
            yield sample
            start += block.ticks

    def _block_bytes(self, outputs: int) -> int:
        """The size of a state block for which the evaluated expressions stay within WORKING_BYTES."""
        widths = [width(self.program, slot.domain.population) for slot in self.program.states]
        edges = [topology.m for topology in self.program.topologies.values()]
        working = outputs + len(self.observables.agents) ** 2 + 8 * max([1, *widths, *edges])
        return max(1, WORKING_BYTES * max(1, sum(widths)) // working)


def width(program: Program, population: str) -> int:
    """The count of numbers that a slot holds in one replica."""
    return program.topologies[population].n if population else 1


def evaluate_block(
    program: Program, block: Block, recording: Recording, exprs: Sequence[Expr]
) -> list[NDArray[Any]]:
    """The expressions over a block of the recording: (K, R), or (n, K, R) per node; smaller where they depend on less.
    Random moves of a rule use the random numbers of that step."""
    times = block.times[:, None]
    values: dict[str, NDArray[Any]] = {**recording.parameters, **random_numbers_of(program, recording, exprs, times)}
    for name, array in block.values.items():
        values[name] = array if array.ndim == 2 else np.moveaxis(array, 1, 0)
    return evaluate(exprs, values, program.topologies, time=times)
