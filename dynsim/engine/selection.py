"""The end of a generation: who was fit, who has children, what they inherit.

A generation ends between two steps. NumPy then works on all replicas at once, which is fast enough, as a lifetime has
many steps. The replicas make P populations of m groups of n systems, which follow one another. A *place* is the number
of a replica: systems come and go, places stay. All random numbers are functions of (seed, place, purpose, tick), so
neither threads and chunks nor the number of populations change a population's history.

At the tick at which a generation ends, events come first, then the record of the state that ended, then selection. A
child inherits its parent's heritable values, with mutations, and is otherwise new: its states and memories start from
new random values of its place. Switches, and parameters that events have set, stay with the place. A system that left
the finite numbers has no children, and the child that takes its place is alive again.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from ..algebra.graph import Expr
from ..algebra.interpret import evaluate
from ..arrays import Array
from ..compiler.program import Program, SelectionProgram
from ..selection.base import Scheme, Succession, Uniforms
from ..settings import settings_of
from .group_means import group_means
from .plan import Births, Plan
from .random.noise import uniforms
from .random.starts import initial_values, random_by_slot
from .random.steps import numbers_in
from .replicas import Replicas

Values = dict[str, Array]


class Selection:
    """Selection in one run.

    unit: the time of a tick. shape: (P, m, n). traits: the heritable scalar slots, which `Births` records.
    """

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
        """The first generation: nobody is selected yet, but the means of groups are taken."""
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
        # Means come last, as they are those of the new generation.
        changed |= self._means(now | changed, alive | born, t)
        self.systems.put(changed, born)
        self._note(t, parent, born, fitness, now | changed)

    def take(self) -> Births | None:
        """The generations that have begun since the last call; None if there are none."""
        if not self._rows:
            return None
        names = self._rows[0][1]
        found = Births(
            np.array([t for t, _ in self._rows]), {n: np.stack([row[n] for _, row in self._rows]) for n in names}
        )
        self._rows = []
        return found

    # -- who has children ---------------------------------------------------------------------------------------------

    def _fitness(self, now: Values, alive: NDArray[np.bool_], t: float) -> tuple[Array, Array]:
        """The fitness of every system, and what each counts in the fitness of its group; −∞ where it is not finite."""
        selection = self.selection
        outputs = [selection.fitness] + ([] if selection.group_fitness is None else [selection.group_fitness])
        found = [
            np.where(alive & np.isfinite(x), x, -np.inf) for x in self._evaluate(outputs, now, t)
        ]
        return found[0], found[-1]

    def _succession(
        self, fitness: Array, group_fitness: Array, tick: int, now: Values, t: float
    ) -> Succession:
        """The parents of all places, (R,), as places: within groups, between groups, then migration."""
        p, m, n = self.shape
        within = self.scheme.succeed(fitness.reshape(p * m, n), self._uniforms("systems", tick, (p * m, n)))
        first = np.arange(p * m)[:, None] * n
        # The scheme numbers the places of each group from 0; from here on they are places among all replicas.
        parent, born = (within.parent + first).reshape(p, m, n), within.born.reshape(p, m, n)
        groups = self.selection.groups
        if groups is not None and self.group_scheme is not None and (tick // self.selection.period) % groups.every == 0:
            between = self.group_scheme.succeed(_of_groups(group_fitness.reshape(p, m, n)),
                                                self._uniforms("groups", tick, (p, m)))
            # A group that wins passes on the parents that its places would have had, so its members are copied as
            # they come out of selection within it.
            parent = np.take_along_axis(parent, between.parent[:, :, None], axis=1)
            born = born | between.born[:, :, None]
        return self._migrated(Succession(parent.reshape(-1), born.reshape(-1)), tick, now, t)

    def _migrated(self, succession: Succession, tick: int, now: Values, t: float) -> Succession:
        """With migration, some places take the parent of a place anywhere in their population."""
        groups = self.selection.groups
        if groups is None or groups.migration is None:
            return succession
        p, m, n = self.shape
        (chance,) = self._evaluate([groups.migration], now, t)
        uniform = self._uniforms("migration", tick, (p, m * n))
        moves = uniform(0).reshape(-1) < chance
        start = np.arange(p)[:, None] * (m * n)
        source = (start + (uniform(1) * (m * n)).astype(np.int64)).reshape(-1)
        parent = np.where(moves, succession.parent[source], succession.parent)
        return Succession(parent, succession.born | moves)

    def _uniforms(self, what: str, tick: int, shape: tuple[int, int]) -> Uniforms:
        """Uniform numbers of this shape, as a function of an ordinal.

        Their key is the first replica of what each is for, so they do not change with the number of populations.
        """
        replicas = np.arange(self.plan.replicas).reshape(*shape, -1)[:, :, 0]

        def numbers(ordinal: int) -> Array:
            return uniforms(self.plan.seed, replicas, crc32(f"selection:{what}:{ordinal}".encode()), tick, 0)

        return numbers

    # -- what children inherit ----------------------------------------------------------------------------------------

    def _children(self, now: Values, parent: Array, places: Array, moment: tuple[int, float]) -> Values:
        """The values of all slots that birth changes: new where somebody is born, as they are elsewhere."""
        selection, program, seed = self.selection, self.program, self.plan.seed
        if not len(places):
            return {}
        mothers = {name: x[..., parent[places]] for name, x in (self.parameters | now).items()}
        inherited = random_by_slot("heritable", program, selection.heritable, mothers, seed, places, moment)
        # Initial values may depend on what stays with the place and on what is inherited, but not on what is new too.
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
        """The scheme with its settings as columns: one number per row of the fitness that it is given."""
        p, m, _ = self.shape
        rows = p * m if scheme is self.selection.scheme else p
        numbers: Any = {}
        for name in settings_of(type(scheme)):
            value = getattr(scheme, name)
            if isinstance(value, Expr):
                (value,) = evaluate([value], {n: np.asarray(x) for n, x in self.plan.parameters.items()})
            # Settings may be parameters that a sweep varies; the replicas of one population are in one cell of it.
            numbers[name] = np.broadcast_to(value, self.plan.replicas).reshape(rows, -1)[:, :1].astype(float)
        return replace(scheme, **numbers)

    def _note(self, t: float, parent: Array, born: Array, fitness: Array, now: Values) -> None:
        row: Values = {"parent": parent.astype(np.int32), "born": born, "fitness": fitness}
        self._rows.append((t, row | {name: now[name] for name in self.traits}))


def _of_groups(fitness: Array) -> Array:
    """The fitness of groups, (P, m), from that of their members, (P, m, n): the mean of what is finite; −∞ where
    nothing is."""
    finite = np.isfinite(fitness)
    with np.errstate(invalid="ignore", divide="ignore"):
        means = np.where(finite, fitness, 0.0).sum(axis=2) / finite.sum(axis=2)
    return np.where(finite.any(axis=2), means, -np.inf)
