"""The end of a generation: who was fit, who has children, what they inherit.

Everything happens between two steps, on all replicas at once, in NumPy: a lifetime is many steps. The replicas make P
populations of m groups of n systems, one behind the other. All random numbers are functions of (seed, replica, what
for, tick), so a population's history does not depend on threads, chunks, or on how many populations there are.

At the tick at which a generation ends: events, the record of the state that ended, then selection. A child starts from
its parent's heritable values (mutated) and is otherwise new: states and memories as drawn anew for its place. Switches,
and parameters that events have set, stay with the place. A system that left the finite numbers has no children, and the
child that takes its place is alive again.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from ..algebra.graph import Expr
from ..algebra.interpret import evaluate
from ..compiler.program import Program, SelectionProgram
from ..selection.base import Scheme, Succession, Uniforms
from ..settings import settings_of
from .group_means import group_means
from .plan import Births, Plan
from .random.noise import uniforms
from .random.starts import initial_values, random_by_slot
from .random.steps import numbers_in
from .replicas import Replicas

Array = NDArray[Any]
Values = dict[str, Array]


class Selection:
    """Selection in one run. `take` hands over the generations that have begun since it was last called."""

    def __init__(
        self, program: Program, selection: SelectionProgram, plan: Plan, unit: float, systems: Replicas
    ) -> None:
        self.program, self.selection, self.plan, self.unit = program, selection, plan, unit
        self.systems = systems
        self.parameters = {s.name: np.asarray(plan.parameters[s.name], float) for s in program.parameters}
        groups = selection.groups
        self.groups = 1 if groups is None else groups.count
        self.shape = (selection.populations, self.groups, plan.replicas // (selection.populations * self.groups))
        self.scheme = self._read(selection.scheme)
        self.group_scheme = None if groups is None or groups.scheme is None else self._read(groups.scheme)
        domains = {s.name: s.domain.kind for s in program.states}
        self.traits = [name for name in selection.heritable if domains[name] == "scalar"]
        self._rows: list[tuple[float, Values]] = []

    def begin(self) -> None:
        """The first generation: only the means are taken."""
        everyone = np.arange(self.plan.replicas)
        nobody = np.zeros(len(everyone), bool)
        now = self.systems.present()
        means = self._means(now, self.systems.alive(), 0.0)
        self.systems.put(means, nobody)
        self._note(0.0, np.full(len(everyone), -1), nobody, np.full(len(everyone), np.nan), now | means)

    def ends(self, tick: int) -> bool:
        """Whether a generation ends at this tick."""
        return tick % self.selection.period == 0

    def next_end(self, tick: int) -> int:
        """The first tick after this one at which a generation ends."""
        return (tick // self.selection.period + 1) * self.selection.period

    def generation(self, tick: int) -> None:
        """End a lifetime at this tick, and begin the next."""
        t, now, alive = tick * self.unit, self.systems.present(), self.systems.alive()
        fitness, group_fitness = self._fitness(now, alive, t)
        succession = self._succession(fitness, group_fitness, tick, now, t)
        parent, born = succession.parent, succession.born
        changed = self._children(now, parent, np.flatnonzero(born), (tick, t))
        changed |= {slot: np.zeros(self.plan.replicas) for slot in self.selection.counters}
        changed |= self._means(now | changed, alive | born, t)
        self.systems.put(changed, born)
        self._note(t, parent, born, fitness, now | changed)

    def take(self) -> Births | None:
        if not self._rows:
            return None
        names = self._rows[0][1]
        found = Births(
            np.array([t for t, _ in self._rows]), {n: np.stack([row[n] for _, row in self._rows]) for n in names}
        )
        self._rows = []
        return found

    # -- who ----------------------------------------------------------------------------------------------------------

    def _fitness(self, now: Values, alive: NDArray[np.bool_], t: float) -> tuple[Array, Array]:
        """Of systems and, as members count for their group, of members; −∞ where it is not finite."""
        selection = self.selection
        outputs = [selection.fitness] + ([] if selection.group_fitness is None else [selection.group_fitness])
        found = [
            np.where(alive & np.isfinite(x), x, -np.inf) for x in self._evaluate(outputs, now, t)
        ]
        return found[0], found[-1]

    def _succession(
        self, fitness: Array, group_fitness: Array, tick: int, now: Values, t: float
    ) -> Succession:
        """The parents (R,) of all places, among all replicas: within groups, between groups, then migration."""
        p, m, n = self.shape
        within = self.scheme.succeed(fitness.reshape(p * m, n), self._uniforms("systems", tick, (p * m, n)))
        first = np.arange(p * m)[:, None] * n
        parent, born = (within.parent + first).reshape(p, m, n), within.born.reshape(p, m, n)
        groups = self.selection.groups
        if groups is not None and self.group_scheme is not None and (tick // self.selection.period) % groups.every == 0:
            between = self.group_scheme.succeed(_of_groups(group_fitness.reshape(p, m, n)),
                                                self._uniforms("groups", tick, (p, m)))
            parent = np.take_along_axis(parent, between.parent[:, :, None], axis=1)
            born = born | between.born[:, :, None]
        return self._migrated(Succession(parent.reshape(-1), born.reshape(-1)), tick, now, t)

    def _migrated(self, succession: Succession, tick: int, now: Values, t: float) -> Succession:
        """Some places are filled from a place anywhere in their population."""
        groups = self.selection.groups
        if groups is None or groups.migration is None:
            return succession
        p, m, n = self.shape
        (chance,) = self._evaluate([groups.migration], now, t)
        draws = self._uniforms("migration", tick, (p, m * n))
        moves = draws(0).reshape(-1) < chance
        start = np.arange(p)[:, None] * (m * n)
        source = (start + (draws(1) * (m * n)).astype(np.int64)).reshape(-1)
        parent = np.where(moves, succession.parent[source], succession.parent)
        return Succession(parent, succession.born | moves)

    def _uniforms(self, what: str, tick: int, shape: tuple[int, int]) -> Uniforms:
        """A function of an ordinal: uniform numbers, keyed by the first replica of every place they are for."""
        replicas = np.arange(self.plan.replicas).reshape(*shape, -1)[:, :, 0]

        def draw(ordinal: int) -> Array:
            return uniforms(self.plan.seed, replicas, crc32(f"selection:{what}:{ordinal}".encode()), tick, 0)

        return draw

    # -- what they have -----------------------------------------------------------------------------------------------

    def _children(self, now: Values, parent: Array, places: Array, moment: tuple[int, float]) -> Values:
        """The new values of all slots at the places where somebody is born; what is there stays elsewhere."""
        selection, program, seed = self.selection, self.program, self.plan.seed
        if not len(places):
            return {}
        mothers = {name: x[..., parent[places]] for name, x in (self.parameters | now).items()}
        inherited = random_by_slot("heritable", program, selection.heritable, mothers, seed, places, moment)
        here = {name: x[..., places] for name, x in (self.parameters | now).items()}
        given = {name: x for name, x in (here | inherited).items() if name not in selection.newborn}
        new = initial_values(program, given, seed, places, selection.newborn, moment)
        changed = {}
        for slot, values in (new | inherited).items():
            changed[slot] = now[slot]
            changed[slot][..., places] = values
        return changed

    def _means(self, now: Values, alive: NDArray[np.bool_], t: float) -> Values:
        return group_means(self.selection, self.parameters | now, alive, self.program.topologies, t, self.shape[2])

    def _evaluate(self, outputs: list[Expr], now: Values, t: float) -> list[Array]:
        numbers = numbers_in(self.program, outputs, self.plan.seed, self.plan.numbers, t)
        found = evaluate(outputs, self.parameters | now | numbers, self.program.topologies, t)
        return [np.broadcast_to(x, self.plan.replicas) for x in found]

    def _read(self, scheme: Scheme) -> Scheme:
        """The scheme with one number per population, or per group, for every setting."""
        p, m, _ = self.shape
        rows = p * m if scheme is self.selection.scheme else p
        numbers: Any = {}
        for name in settings_of(type(scheme)):
            value = getattr(scheme, name)
            if isinstance(value, Expr):
                (value,) = evaluate([value], {n: np.asarray(x) for n, x in self.plan.parameters.items()})
            numbers[name] = np.broadcast_to(value, self.plan.replicas).reshape(rows, -1)[:, :1].astype(float)
        return replace(scheme, **numbers)

    def _note(self, t: float, parent: Array, born: Array, fitness: Array, now: Values) -> None:
        row: Values = {"parent": parent.astype(np.int32), "born": born, "fitness": fitness}
        self._rows.append((t, row | {name: now[name] for name in self.traits}))


def _of_groups(fitness: Array) -> Array:
    """The mean fitness of every group's members (P, m, n) that stayed finite, (P, m); −∞ where none did."""
    finite = np.isfinite(fitness)
    with np.errstate(invalid="ignore", divide="ignore"):
        means = np.where(finite, fitness, 0.0).sum(axis=2) / finite.sum(axis=2)
    return np.where(finite.any(axis=2), means, -np.inf)
