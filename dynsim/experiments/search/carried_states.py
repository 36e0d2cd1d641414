"""A system as a function that carries its states on: what continuation and basins ask for."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...algebra.graph import Expr
from ...arrays import Floats
from ...compiler.applying.build import build
from ...engine.plan import Chunk, Plan
from ...engine.random.starts import initial_values, parameter_values
from ...engine.simulate import run
from ...errors import InputError
from ...registry import unknown
from ...system.builder import System
from .attractor import Advance, Course


class CarriedStates:
    """A system whose clock is one stretch: `advance` runs it once, from given states.

    names: what the rows of states are, in order: every state variable and rule memory, a component each; the nodes of a
    population are "name[0]", "name[1]", … starts (d, R): the initial states of the system's own replicas. Every run
    begins at time 0 with the noise of the system's seed: phases and events start anew in every stretch. The record is
    the second half of the run's.
    """

    def __init__(
        self, system: System, parameter: str | Expr, *, compiled: bool = True, threads: int | None = None
    ) -> None:
        """parameter: the one that is followed, by name. InputError if the system has no such parameter, or if another
        parameter differs between replicas: branches would mix."""
        self._model = system.resolve()
        self._program = build(self._model)
        if self._program.selection is not None:
            raise InputError("a system with selection has no states of its own to carry over: generations replace them")
        self._compiled, self._threads = compiled, threads
        values = parameter_values(self._model)
        self._parameter = (parameter.name or str(parameter)) if isinstance(parameter, Expr) else parameter
        known = [slot.name for slot in self._program.parameters]
        if self._parameter not in known:
            raise InputError(unknown("parameter", self._parameter, known))
        others = {name: array for name, array in values.items() if name != self._parameter}
        varied = [name for name, array in others.items() if (array != array[0]).any()]
        if varied:
            names = ", ".join(varied)
            raise InputError(f"expected only {self._parameter} to vary, but {names} differ between replicas")
        self._others = {name: float(array[0]) for name, array in others.items()}
        ensemble = self._model.ensemble
        initial = initial_values(self._program, values, ensemble.seed, np.arange(ensemble.replicas))
        self._nodes = {slot: len(array) if array.ndim == 2 else 0 for slot, array in initial.items()}
        self.names = tuple(
            f"{slot}[{k}]" if nodes else slot for slot, nodes in self._nodes.items() for k in range(max(nodes, 1))
        )
        self.starts = self._stacked(initial)

    @property
    def advance(self) -> Advance:
        return self._advance

    def _advance(self, parameters: Floats, states: Floats) -> Course:
        replicas = states.shape[1]
        values = {name: np.full(replicas, value) for name, value in self._others.items()}
        values[self._parameter] = np.asarray(parameters, dtype=float)
        ensemble, every = self._model.ensemble, self._model.record.every
        plan = Plan(replicas, ensemble.seed, values, self._unstacked(states), every)
        chunks: list[Chunk] = []
        run(self._program, plan, chunks.append, compiled=self._compiled, threads=self._threads)
        record = np.concatenate([self._stacked(chunk.values) for chunk in chunks])
        return Course(record[-1], record[len(record) // 2 :])

    def _stacked(self, values: Mapping[str, Floats]) -> Floats:
        """Values by slot, (…, R) or (…, n, R), as rows (…, d, R)."""
        parts = [values[slot] if nodes else values[slot][..., None, :] for slot, nodes in self._nodes.items()]
        return np.concatenate(parts, axis=-2)

    def _unstacked(self, states: Floats) -> dict[str, Floats]:
        result, row = {}, 0
        for slot, nodes in self._nodes.items():
            result[slot] = states[row : row + nodes].copy() if nodes else states[row].copy()
            row += max(nodes, 1)
        return result
