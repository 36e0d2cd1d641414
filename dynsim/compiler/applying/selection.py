"""What selection adds to a program: counters of fitness, inheritance, and averages over groups."""

from __future__ import annotations

from collections.abc import Mapping

from ...algebra.graph import Expr
from ...algebra.value import components
from ...system.model import Model, Selection
from ...system.ticks import step_length, whole_units
from ..program import SelectionProgram, Slot
from .advance import states_of
from .space import project

SYSTEMS, GROUPS = "selection.fitness", "selection.group_fitness"


def fitness_slots(selection: Selection | None) -> dict[str, Expr]:
    """The slots that add up fitness over a lifetime, and what they add at every step."""
    if selection is None or selection.over == "end":
        return {}
    counted = {SYSTEMS: selection.fitness}
    if selection.groups is not None and selection.groups.fitness is not None:
        counted[GROUPS] = selection.groups.fitness
    return counted


def set_by_selection(selection: Selection | None) -> set[str]:
    """The parameters that selection changes."""
    return set() if selection is None else {*selection.heritable, *selection.means}


def selection_program(model: Model, slots: list[Slot], initial: Mapping[str, Expr]) -> SelectionProgram | None:
    """Selection on the slots of a program; None if there is none."""
    selection, graph = model.selection, model.graph
    if selection is None:
        return None
    period, _ = whole_units(selection.every, step_length(model.clock))
    counted = fitness_slots(selection)

    def fitness(slot: str, stated: Expr) -> Expr:
        if slot not in counted:
            return stated
        total, duration = graph.symbol(slot), selection.every if model.clock.continuous else float(period)
        return total / duration if selection.over == "mean" else total

    groups = selection.groups
    return SelectionProgram(
        period=period,
        fitness=fitness(SYSTEMS, selection.fitness),
        group_fitness=None if groups is None or groups.fitness is None else fitness(GROUPS, groups.fitness),
        counters=tuple(counted),
        heritable=_inherited(model, selection),
        newborn={
            slot.name: initial[slot.name] for slot in slots
            if slot.role in ("state", "memory") and slot.name not in selection.heritable and slot.name not in counted
        },
        means=selection.means,
        scheme=selection.scheme,
        populations=selection.populations,
        groups=groups,
    )


def _inherited(model: Model, selection: Selection) -> dict[str, Expr]:
    """The value of every heritable slot in a child, projected to its space."""
    found: dict[str, Expr] = {}
    for v in states_of(model):
        symbols = components(v.symbols)
        mine = [e for e in symbols if str(e.name) in selection.heritable]
        stated = [selection.heritable[str(e.name)] for e in mine]
        values = [e if value is None else value for e, value in zip(mine, stated, strict=True)]
        # A copy needs no projection. Part of a simplex cannot be projected without the shares that start anew.
        if any(value is not None for value in stated) and (v.space.kind != "simplex" or len(mine) == len(symbols)):
            values = project(v.space, values)
        found |= dict(zip([str(e.name) for e in mine], values, strict=True))
    graph = model.graph
    rest = {name: value for name, value in selection.heritable.items() if name not in found}
    return found | {name: graph.symbol(name) if value is None else value for name, value in rest.items()}


def with_counters(stage: Mapping[str, Expr], counted: Mapping[str, Expr]) -> dict[str, Expr]:
    """The first stage of a step, with the fitness added up. Later stages see a state that agents have moved."""
    return dict(stage) | {slot: value.graph.symbol(slot) + value for slot, value in counted.items()}
