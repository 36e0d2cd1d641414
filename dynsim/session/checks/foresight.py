"""Advice about foresight that is too large: with it the system diverges, with less it would not.

If the joint step of all agents is affine in everything that moves, x ← Mx + b, the eigenvalues of M decide. The bound
is computed from the actual rates, players and losses, not from a formula for a particular game. For LOLA on the tandem
game it is 1/4, as Letcher et al. (2019) derive.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...algebra.interpret import evaluate, random_name
from ...arrays import Floats
from ...compiler.applying.build import build
from ...compiler.program import Program
from ...engine.interpreted.stepping import derivative, step_discrete
from ...errors import InputError, Problem
from ...rules.base import Rule, reshaped
from ...system.builder import System
from ...system.model import Model

SHARE = "share of the foresight"  # a symbol that no scenario can name
FEW = 16  # number of replicas that are examined
MOST = 40  # largest number of moving components
SETTLED = 3  # steps after which rule memory has its final form
SAME = 1e-8  # allowed difference of the matrices at different points, relative to their largest entry
EXCESS = 1e-7  # smallest growth that counts
HALVINGS, ROUNDS, POINTS = 12, 3, 33  # of the search for the bound: halvings, then refinements of a grid of points


def runaways(
    system: System, model: Model, program: Program, parameters: Mapping[str, Floats], initial: Mapping[str, Floats]
) -> list[Problem]:
    """One problem for every foresight, if the joint step is affine and deviations grow in some replica, but would not
    if all foresights were a certain share of what they are.

    program: that of the model. parameters, initial: name → (R,) values in the replicas.
    """
    settings = {path: value for name, agent in model.agents.items()
                for path, value in _foresights(agent.rule, f"agents.{name}.rule")}
    if not settings or not _free(model):
        return []
    replicas = len(next(iter(initial.values())))
    few = np.unique(np.linspace(0, replicas - 1, FEW).astype(int))
    some = {slot: x[few] for slot, x in {**parameters, **initial}.items()}
    growth = _growth(program, some)
    if growth is None or not growth.max() > EXCESS:
        return []
    worst = {slot: x[[int(growth.argmax())]] for slot, x in some.items()}
    bound = _bound(build(_shared(model), idle_paths=True), worst)
    if bound is None:
        return []
    found = evaluate([model.graph.expr(value) for value in settings.values()], worst, {})
    values = {path: float(np.max(value)) for path, value in zip(settings, found, strict=True)}
    paths = [path for path, value in values.items() if value > 0]
    message = _told(model, growth.max(), len(paths))
    problems = [Problem(message.format(values[path], bound * values[path]), path) for path in paths]
    return list(system.placed(InputError(*problems)).problems)


def _told(model: Model, growth: float, count: int) -> str:
    """The message, with fields for the foresight and its bound."""
    pace = (f"grow at a rate of {growth:.3g}" if model.clock.continuous
            else f"are multiplied by up to {1 + growth:.4g} a step")
    others = "" if count == 1 else ", all foresights reduced alike"
    told = f"with a foresight of {{:.4g}} this linear system runs away: deviations {pace}; "
    return told + f"below {{:.4g}}{others}, they do not grow"


def _foresights(rule: Rule, path: str) -> Iterator[tuple[str, Any]]:
    for name in rule.shaping:
        yield f"{path}.{name}", getattr(rule, name)
    for field in fields(rule):
        inner = getattr(rule, field.name)
        if isinstance(inner, Rule):
            yield from _foresights(inner, f"{path}.{field.name}")


def _shared(model: Model) -> Model:
    """The model with every foresight multiplied by the symbol SHARE."""
    share = model.graph.symbol(SHARE)
    rules = {name: reshaped(agent.rule, lambda value: share * value) for name, agent in model.agents.items()}
    return replace(model, agents={n: replace(agent, rule=rules[n]) for n, agent in model.agents.items()})


def _free(model: Model) -> bool:
    """Whether the growth of deviations is not limited by spaces or selection, and no variable is on a population."""
    states = [v for v in model.variables.values() if v.kind == "state"]
    return model.selection is None and all(v.space.kind == "real" and v.population is None for v in states)


def _bound(program: Program, worst: Mapping[str, Floats]) -> float | None:
    """The largest share of the foresights, searched for downwards from 1, at which nothing grows; None if there is
    none."""
    def grows(shares: Floats) -> NDArray[np.bool_]:
        lanes = {slot: np.repeat(x, len(shares)) for slot, x in worst.items()}
        growth = _growth(program, lanes | {SHARE: shares})
        return np.ones(len(shares), bool) if growth is None else ~(growth <= EXCESS)

    shares = 0.5 ** np.arange(HALVINGS + 1.0)
    calm = np.flatnonzero(~grows(shares))
    if not len(calm):
        return None
    low, high = shares[calm[0]], shares[calm[0] - 1]
    for _ in range(ROUNDS):
        grid = np.linspace(low, high, POINTS)
        first = int(np.argmax(grows(grid)))
        low, high = grid[first - 1], grid[first]
    return float(low)


def _growth(program: Program, values: Mapping[str, Floats]) -> Floats | None:
    """The growth of deviations, (R,): the spectral radius of M minus 1 for steps, the largest real part of its
    eigenvalues for a flow. None if the joint step is not affine, changes in time, or is random."""
    moving = [slot.name for slot in program.states if slot.role in ("state", "memory")]
    random = program.graph.random(program.computed)
    if len(moving) > MOST or not set(random) <= set(program.wiener.values()):
        return None
    with np.errstate(all="ignore"):
        here = dict(values)
        for tick in range(0 if program.clock.continuous else SETTLED):
            here = _step(program, here, tick)
        elsewhere = {slot: x * 1.25 + 0.1 * k if slot in moving else x for k, (slot, x) in enumerate(here.items())}
        matrix = _matrix(program, here, moving, SETTLED)
        scale = np.abs(matrix).max()
        others = ((elsewhere, SETTLED), (here, SETTLED + 1), (elsewhere, SETTLED + 2))
        # evaluated lazily: most systems are not affine, which the first comparison already shows
        same = (np.abs(_matrix(program, at, moving, tick) - matrix).max() <= SAME * scale for at, tick in others)
        if not np.isfinite(scale) or not all(same):
            return None
    found = np.linalg.eigvals(matrix)
    return np.asarray(found.real.max(axis=-1) if program.clock.continuous else np.abs(found).max(axis=-1) - 1.0)


def _step(program: Program, values: Mapping[str, Floats], tick: int) -> dict[str, Floats]:
    """The values after a step without noise; on a continuous clock the derivatives."""
    if program.clock.continuous:
        return derivative(program, values, float(tick))
    return step_discrete(program, values, tick, {random_name(leaf): np.zeros(1) for leaf in program.wiener.values()})


def _matrix(program: Program, values: Mapping[str, Floats], moving: list[str], tick: int) -> Floats:
    """The matrix M of an affine step, (R, n, n): column k is the effect of a unit displacement of `moving[k]`."""
    base = _step(program, values, tick)
    rows = [slot for slot in moving if slot in base]
    zero = np.zeros_like(next(iter(values.values())))
    columns = []
    for slot in moving:
        moved = _step(program, {**values, slot: values[slot] + 1.0}, tick)
        columns.append([moved[row] - base[row] if row in rows else zero for row in moving])
    return np.moveaxis(np.array(columns), (0, 1), (2, 1))
