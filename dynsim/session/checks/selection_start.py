"""What can only be told from how the replicas start."""

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
"""Paths of what is wrong, and messages."""


def whole_populations(model: Model, most: int) -> int:
    """A number of replicas, of at most `most` if there are such, that make whole populations."""
    replicas = model.ensemble.replicas
    size = 1 if model.selection is None else replicas // model.selection.populations
    return min(replicas, size * max(1, most // size))


def wrong_selection(model: Model, program: Program, parameters: Values, initial: Values) -> list[Problem]:
    """Why a selection cannot begin like this: with a fitness that is not finite or less than its scheme can use, a
    chance of migration that is none, a setting that differs between systems that compete.

    parameters, initial: of replicas that make whole populations.
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
    """How many systems there are in a population and in a group (the whole population where there are no groups)."""
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
    """Settings that differ between systems that compete; these lie one behind the other."""
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
