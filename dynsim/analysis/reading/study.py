"""A record read once: block after block, with every wanted expression evaluated over all (tick, replica) pairs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...algebra.graph import Expr
from ...algebra.interpret import evaluate
from ...arrays import Floats
from ...compiler.program import Program
from ...record.recording import Block, Recording
from ...system.model import Model
from .cells import Cells, cells_of
from .observe import Observables
from .random_numbers import random_numbers_of

WORKING_BYTES = 1 << 26  # of one block's evaluated expressions

# An agent is at rest where its move is this many times smaller than its own largest so far, and so is its gradient.
REST = 1e-6
# Or where the move would change nothing but the last digits of the largest state variable in a unit of time.
RESOLUTION = 1e-14

SAME_DISTANCE = 1e-6  # of the distance between two recorded ticks: rounding

_NONE = np.empty(0)


@dataclass(frozen=True)
class Sample:
    """One block with its evaluated expressions.

    times: (K,). start: the number of its first tick in the record. extent: max_v |x_v| over all state slots and their
    nodes, (K, R). The peaks, (n, K, R), are the largest norms that count as rest until then, divided by REST.
    """

    observables: Observables
    times: Floats
    start: int
    states: Mapping[str, Floats]
    replicas: int
    values: Mapping[Expr, NDArray[Any]]
    extent: Floats
    gradient_peaks: Floats
    move_peaks: Floats

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.times), self.replicas

    def __getitem__(self, expr: Expr) -> Floats:
        """The value of a scalar expression, (K, R)."""
        return np.broadcast_to(self.values[expr], self.shape)

    def stack(self, exprs: Sequence[Expr | None]) -> Floats:
        """Several at once, (len, K, R); None stands for 0."""
        result = np.zeros((len(exprs), *self.shape))
        for k, expr in enumerate(exprs):
            if expr is not None:
                result[k] = self.values[expr]
        return result

    @cached_property
    def gradient_norms(self) -> Floats:
        """|∇E_i|, (n, K, R); 0 where it is at rest."""
        return resting(self.stack(self.observables.gradient_norms), self.gradient_peaks)

    @cached_property
    def move_norms(self) -> Floats:
        """|u_j|, (n, K, R); 0 where the agent is at rest."""
        return resting(self.stack(self.observables.move_norms), self.move_peaks)

    @cached_property
    def ledger(self) -> Floats:
        """∇E_i · u_j, (n, n, K, R)."""
        n = len(self.observables.agents)
        cells = [self.observables.ledger.get((i, j)) for i in range(n) for j in range(n)]
        return self.stack(cells).reshape(n, n, *self.shape)

    @cached_property
    def normalised(self) -> Floats:
        """ledger[i, j]/(|∇E_i||u_j|), (n, n, K, R), in [−1, 1]; 0 where either is at rest."""
        return self.per_norms(self.ledger, self.gradient_norms[:, None], self.move_norms[None, :])

    @cached_property
    def terms(self) -> Floats:
        """∂E_i/∂x_v u_jv/(|∇E_i||u_j|): what every lever gives to the normalised ledger, (terms + 1, K, R) in the order
        of `observables.terms`; the last row is 0."""
        seen = self.observables
        result = self.stack([*seen.terms.values(), None])
        for row, (i, k) in enumerate(seen.terms):
            mover = self.move_norms[seen.levers[k][0]]
            result[row] = self.per_norms(result[row], self.gradient_norms[i], mover)
        return result

    @staticmethod
    def per_norms(product: Floats, a: Floats, b: Floats) -> Floats:
        """product/(a·b), 0 where a or b is 0."""
        with np.errstate(all="ignore"):
            quotient = product / a / b
        return np.where((a == 0.0) | (b == 0.0), 0.0, quotient)


def resting(norms: Floats, peaks: Floats) -> Floats:
    """The norms with 0 in place of what is REST times smaller than the largest so far: numerical dust has no
    direction worth naming."""
    return np.where(norms <= REST * peaks, 0.0, norms)


class Peaks:
    """Running maxima over the ticks of each replica, carried from block to block: the run's own scale so far."""

    def __init__(self, count: int, replicas: int) -> None:
        self._last = np.zeros((count, 1, replicas))

    def feed(self, values: Floats) -> Floats:
        """max over all ticks up to each; values and result (count, K, R). NaN is passed over."""
        known = np.concatenate([self._last, np.nan_to_num(values, nan=0.0, posinf=np.inf)], axis=1)
        running = np.maximum.accumulate(known, axis=1)
        self._last = running[:, -1:]
        return running[:, 1:]


@dataclass(frozen=True)
class Study:
    """A program, what can be observed in it, and its record. model: what the program was built from, for those who
    build variants of it. compiled: whether the compiled engine made the record, so that a replay has the same bits."""

    program: Program
    recording: Recording
    model: Model | None = None
    compiled: bool = True

    @cached_property
    def cells(self) -> Cells:
        """Which replicas statistics are taken over: those with the same values of all that varies."""
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
        """What a metric has found and another one looks at too."""
        return {}

    @cached_property
    def times(self) -> Floats:
        return self.recording.times

    @cached_property
    def even(self) -> int:
        """How many recorded ticks, from the first on, lie equally far apart: all, or all but the end of the run."""
        times = self.times
        last_is_near = len(times) > 2 and times[-1] - times[-2] < (1 - SAME_DISTANCE) * (times[1] - times[0])
        return len(times) - 1 if last_is_near else len(times)

    @property
    def replicas(self) -> int:
        return self.recording.replicas

    def samples(self, exprs: Iterable[Expr] = ()) -> Iterator[Sample]:
        """The record in order, with these scalar expressions evaluated, and the ledger and the norms always."""
        seen = self.observables
        wanted = list(dict.fromkeys(
            [*exprs, *seen.ledger.values(), *seen.gradient_norms, *seen.move_norms, *seen.terms.values()]
        ))
        agents = len(seen.agents)
        gradients, moves, extents = (Peaks(k, self.replicas) for k in (agents, agents, 1))
        start = 0
        for block in self.recording.blocks(self._block_bytes(len(wanted))):
            found = evaluate_block(self.program, block, self.recording, wanted)
            values = dict(zip(wanted, found, strict=True))
            extent = self._extent(block)
            sample = Sample(seen, block.times, start, block.values, self.replicas, values, extent, _NONE, _NONE)
            least = extents.feed(extent[None]) * (RESOLUTION / REST)
            yield replace(
                sample,
                gradient_peaks=gradients.feed(sample.stack(seen.gradient_norms)),
                move_peaks=np.maximum(moves.feed(sample.stack(seen.move_norms)), least),
            )
            start += block.ticks

    def _extent(self, block: Block) -> Floats:
        """max_v |x_v| over the state slots and their nodes, (K, R)."""
        result = np.zeros((block.ticks, self.replicas))
        for slot in self.observables.slots:
            size = np.abs(block.values[slot.name])
            np.maximum(result, size if size.ndim == 2 else size.max(axis=1), out=result)
        return result

    def _block_bytes(self, outputs: int) -> int:
        """The size of a state block for which the evaluated expressions stay within WORKING_BYTES."""
        widths = [width(self.program, slot.domain.population) for slot in self.program.states]
        edges = [topology.m for topology in self.program.topologies.values()]
        working = outputs + len(self.observables.agents) ** 2 + 8 * max([1, *widths, *edges])
        return max(1, WORKING_BYTES * max(1, sum(widths)) // working)


def width(program: Program, population: str) -> int:
    """How many numbers a slot holds in one replica."""
    return program.topologies[population].n if population else 1


def evaluate_block(
    program: Program, block: Block, recording: Recording, exprs: Sequence[Expr]
) -> list[NDArray[Any]]:
    """The expressions over a block of the recording: (K, R), or (n, K, R) per node; smaller where they depend on less.
    Moves that a rule draws are made of the very numbers of that step."""
    times = block.times[:, None]
    values: dict[str, NDArray[Any]] = {**recording.parameters, **random_numbers_of(program, recording, exprs, times)}
    for name, array in block.values.items():
        values[name] = array if array.ndim == 2 else np.moveaxis(array, 1, 0)
    return evaluate(exprs, values, program.topologies, time=times)
