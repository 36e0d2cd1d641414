"""A warning before a run: a foresight with which the system is bound to run away, though with less it would not.

Where the joint step of all agents is affine in everything that moves, x ← Mx + b, the eigenvalues of M tell. No formula
for a particular game is used, so the bound is that of the rates, players and losses at hand. For LOLA on the tandem
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

SHARE = "share of the foresight"  # no name that a scenario can give
FEW = 16  # replicas that are looked at
MOST = 40  # numbers that move
SETTLED = 3  # steps after which memory has its form
SAME = 1e-8  # how far the matrices at different points may differ, of their largest entry
EXCESS = 1e-7  # growth that counts
HALVINGS, ROUNDS, POINTS = 12, 3, 33  # of the search for the bound


def runaways(
    system: System, model: Model, program: Program, parameters: Mapping[str, Floats], initial: Mapping[str, Floats]
) -> list[Problem]:
    """One problem for every foresight, where the joint step is affine and lets deviations grow in some replica, though
    it would not with a smaller share of all foresights. program: the model's; parameters, initial: of the replicas,
    (R,)."""
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
    """The message, with places for the foresight and its bound."""
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
    """The same with every foresight multiplied by the symbol SHARE."""
    share = model.graph.symbol(SHARE)
    rules = {name: reshaped(agent.rule, lambda value: share * value) for name, agent in model.agents.items()}
    return replace(model, agents={n: replace(agent, rule=rules[n]) for n, agent in model.agents.items()})


def _free(model: Model) -> bool:
    """Whether nothing holds the system back: no bounds, no selection, and few enough numbers."""
    states = [v for v in model.variables.values() if v.kind == "state"]
    return model.selection is None and all(v.space.kind == "real" and v.population is None for v in states)


def _bound(program: Program, worst: Mapping[str, Floats]) -> float | None:
    """The share of the foresights up to which nothing grows, next below 1; None where every share lets it grow."""
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
    """How deviations grow, (R,): the spectral radius less 1, or the largest real part; None where the joint step is not
    affine, does not stay the same or draws random numbers."""
    moving = [slot.name for slot in program.states if slot.role in ("state", "memory")]
    drawn = program.graph.random(program.computed)
    if len(moving) > MOST or not set(drawn) <= set(program.wiener.values()):
        return None
    with np.errstate(all="ignore"):
        here = dict(values)
        for tick in range(0 if program.clock.continuous else SETTLED):
            here = _step(program, here, tick)
        elsewhere = {slot: x * 1.25 + 0.1 * k if slot in moving else x for k, (slot, x) in enumerate(here.items())}
        matrix = _matrix(program, here, moving, SETTLED)
        scale = np.abs(matrix).max()
        others = ((elsewhere, SETTLED), (here, SETTLED + 1), (elsewhere, SETTLED + 2))
        # one after the other: most systems are not affine, and show it at the first
        same = (np.abs(_matrix(program, at, moving, tick) - matrix).max() <= SAME * scale for at, tick in others)
        if not np.isfinite(scale) or not all(same):
            return None
    found = np.linalg.eigvals(matrix)
    return np.asarray(found.real.max(axis=-1) if program.clock.continuous else np.abs(found).max(axis=-1) - 1.0)


def _step(program: Program, values: Mapping[str, Floats], tick: int) -> dict[str, Floats]:
    """The values after a step without noise; on a continuous clock, the rates of change."""
    if program.clock.continuous:
        return derivative(program, values, float(tick))
    return step_discrete(program, values, tick, {random_name(leaf): np.zeros(1) for leaf in program.wiener.values()})


def _matrix(program: Program, values: Mapping[str, Floats], moving: list[str], tick: int) -> Floats:
    """The differences that unit displacements of everything that moves make in what the step gives, (R, n, n)."""
    base = _step(program, values, tick)
    rows = [slot for slot in moving if slot in base]
    zero = np.zeros_like(next(iter(values.values())))
    columns = []
    for slot in moving:
        moved = _step(program, {**values, slot: values[slot] + 1.0}, tick)
        columns.append([moved[row] - base[row] if row in rows else zero for row in moving])
    return np.moveaxis(np.array(columns), (0, 1), (2, 1))
