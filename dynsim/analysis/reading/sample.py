"""A block of a simulated run's record, with what was evaluated over it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...algebra.graph import Expr
from ...arrays import Floats
from .label_moves import signed_square
from .moves import Moves, Quantity, per_norms
from .observe import Observables
from .rest import resting

LARGEST = 1e150  # of a move whose direction counts: squares up to there can be summed


@dataclass(frozen=True)
class Sample(Moves):
    """One block with its evaluated expressions.

    start: the number of its first tick in the record. states: by slot (K, R), or (K, n, R) for a population's.
    gradient_peaks, move_peaks: (n, K, R), the largest norms until then; empty where norms were not asked for.
    """

    observables: Observables
    start: int
    states: Mapping[str, Floats]
    values: Mapping[Expr, NDArray[Any]]
    gradient_peaks: Floats
    move_peaks: Floats

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

    def quantity(self, name: Quantity) -> Floats:
        if name == "fidelity":
            return self._fidelity()
        found = self.stack(self.observables.quantity(name))
        if name == "ledger":
            agents = len(self.source.agents)
            return found.reshape(agents, agents, *self.shape)
        if name == "gradient_norms":
            return resting(found, self.gradient_peaks)
        if name == "move_norms":
            return resting(found, self.move_peaks)
        if name == "alignment" and len(found):
            first, second = np.array(list(combinations(range(len(self.source.agents)), 2))).T
            return per_norms(found, self.gradient_norms[first], self.gradient_norms[second])
        return found

    @cached_property
    def extent(self) -> Floats:
        """max_v |x_v| over all state slots and their nodes, (K, R)."""
        result = np.zeros(self.shape)
        for slot in self.observables.slots:
            size = np.abs(self.states[slot.name])
            np.maximum(result, size if size.ndim == 2 else size.max(axis=1), out=result)
        return result

    @property
    def finite(self) -> NDArray[np.bool_]:
        return np.isfinite(self.extent)

    @cached_property
    def moving(self) -> NDArray[np.bool_]:
        """Whether every agent moves on from the ticks of the block, (n, K, R)."""
        steps = self.observables.program.clock.steps
        # No step is made from the last tick of a discrete clock, so the move computed there was never made.
        made = np.ones(len(self.times), dtype=bool) if steps is None else self.times < steps
        return (self.move_norms > 0.0) & (self.move_norms < LARGEST) & made[:, None]

    def _fidelity(self) -> Floats:
        """s cos² of the angle between each agent's move and its label's; NaN where the agent does not move."""
        result = np.ones((len(self.source.agents), *self.shape))
        for k, pair in enumerate(self.observables.label_pairs):
            if pair is not None:
                result[k] = signed_square(self[pair.product], self.move_norms[k], np.asarray(self[pair.norm]))
        return np.where(self.moving, result, np.nan)
