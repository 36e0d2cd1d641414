"""Checks of `ensemble.start`: what is given has to be a state of the system once its learning rules are applied."""

from __future__ import annotations

from ...compiler.program import Program
from ...errors import Problem
from ...registry import unknown
from ...system.model import Model


def wrong_starts(model: Model, program: Program) -> list[Problem]:
    """A problem for every start that no state has, or that has another number of nodes than its state."""
    slots = {slot.name: slot for slot in program.states}
    problems = []
    for name, values in model.ensemble.start.items():
        path = f"ensemble.start.{name}"
        if name not in slots:
            problems.append(Problem(unknown("state", name, slots), path))
            continue
        domain = slots[name].domain
        expected = (program.topologies[domain.population].n,) if domain.kind == "node" else ()
        if values.shape[1:] != expected:
            what = f"a list of {expected[0]} numbers, one for each node," if expected else "one number"
            got = f"lists of {values.shape[1]}" if values.ndim > 1 else "single numbers"
            problems.append(Problem(f"expected {what} for each replica, got {got}", path))
    return problems
