"""Checks of a selection that need the initial values of the replicas."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from ...algebra.graph import Expr
from ...algebra.interpret import evaluate
from ...arrays import Floats
from ...compiler.program import Program
from ...engine.group_means import group_means
from ...engine.random.steps import numbers_in
from ...errors import Problem
from ...selection.base import Scheme
from ...settings import settings_of
from ...system.model import Model

Values = Mapping[str, Floats]
Wrong = Iterator[tuple[str, str]]
"""(path, message) of every mistake."""


def whole_populations(model: Model, most: int) -> int:
    """The largest number of replicas up to `most` that consists of whole populations; at least one population."""
    replicas = model.ensemble.replicas
    size = 1 if model.selection is None else replicas // model.selection.populations
    return min(replicas, size * max(1, most // size))


def wrong_selection(model: Model, program: Program, parameters: Values, initial: Values) -> list[Problem]:
    """A problem for everything that prevents the selection from starting: a fitness that is not finite or below the
    scheme's minimum, a migration that is not a probability, a setting that differs between competing systems.

    parameters, initial: name → values in the replicas, which consist of whole populations.
    """
    if model.selection is None or program.selection is None:
        return []
    known = {**parameters, **initial}
    replicas = next(x.shape[-1] for x in known.values())
    finite = np.all([np.isfinite(x).reshape(-1, replicas).all(axis=0) for x in known.values()], axis=0)
    _, group = _competitors(model)
    known |= group_means(program.selection, known, finite, program.topologies, 0.0, group)

    def values(expr: Expr) -> Floats:
        numbers = numbers_in(program, [expr], model.ensemble.seed, np.arange(replicas), 0.0)
        return np.broadcast_to(evaluate([expr], known | numbers, program.topologies, 0.0)[0], replicas)

    return [Problem(f"{what} at the start", path) for path, what in _wrong(model, values)]


def _competitors(model: Model) -> tuple[int, int]:
    """The number of systems in a population and in a group; without groups both are the same."""
    assert model.selection is not None
    population = model.ensemble.replicas // model.selection.populations
    return population, population if model.selection.groups is None else population // model.selection.groups.count


def _wrong(model: Model, values: Callable[[Expr], Floats]) -> Wrong:
    selection = model.selection
    assert selection is not None
    population, group = _competitors(model)
    yield from _unfit("selection.fitness", values(selection.fitness), selection.scheme)
    yield from _mixed("selection.scheme", selection.scheme, values, group)
    groups = selection.groups
    if groups is None:
        return
    if groups.scheme is not None:
        path, fitness = "selection.groups.fitness", groups.fitness
        if fitness is None:
            path, fitness = "selection.fitness", selection.fitness
        yield from _unfit(path, values(fitness), groups.scheme)
        yield from _mixed("selection.groups.scheme", groups.scheme, values, population)
    if groups.migration is not None:
        chance = values(groups.migration)
        wrong = ~((chance >= 0) & (chance <= 1))
        yield from _first("selection.groups.migration", chance, wrong, "a chance from 0 to 1")


def _unfit(path: str, fitness: Floats, scheme: Scheme) -> Wrong:
    yield from _first(path, fitness, ~np.isfinite(fitness), "a finite fitness")
    least = f"a fitness of at least {scheme.least:g}, which {scheme.name} needs"
    yield from _first(path, fitness, np.isfinite(fitness) & (fitness < scheme.least), least)


def _mixed(path: str, scheme: Scheme, values: Callable[[Expr], Floats], size: int) -> Wrong:
    """Settings of a scheme that differ between competing systems. size: number of competing systems, which are
    adjacent."""
    for name in settings_of(type(scheme)):
        stated = getattr(scheme, name)
        if isinstance(stated, Expr):
            found = values(stated).reshape(-1, size)
            mixed = found[(found != found[:, :1]).any(axis=1)]
            if len(mixed):
                low, high = mixed[0].min(), mixed[0].max()
                yield path, f"expected one {name} for all {size} that compete, got {low:g} to {high:g}"


def _first(path: str, found: Floats, wrong: NDArray[np.bool_], expected: str) -> Wrong:
    if wrong.any():
        replica = int(np.argmax(wrong))
        yield path, f"expected {expected}, got {found[replica]:g} in replica {replica}"
