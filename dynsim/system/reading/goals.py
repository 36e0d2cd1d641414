"""Goals (the variables and parameters that stand for what somebody wants), and the designers' base objective."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ...algebra.graph import Expr
from ...algebra.substitute import depends_on
from ...errors import shown
from ..component_names import component_names
from ..expressions.context import Context
from ..grammar.problems import ROOT, Place
from ..grammar.spec import Scenario
from ..model import Base, Variable


def resolve_base(scenario: Scenario, context: Context, variables: Mapping[str, Variable]) -> Base | None:
    """The base objective with its goals; None if there is none or it is wrong."""
    if scenario.base is None:
        return None
    place = ROOT / "base"
    objective = context.one(place / "objective", scenario.base.objective, steps=True)
    goals = resolve_goals(place / "goals", scenario.base.goals, objective, context, variables)
    return None if objective is None else Base(objective, goals)


def resolve_goals(
    place: Place, names: Sequence[str], objective: Expr | None, context: Context, variables: Mapping[str, Variable]
) -> tuple[str, ...]:
    """The components of the named variables and parameters. Names that `objective` does not depend on are noted."""
    shapes = {n: v.shape for n, v in variables.items() if v.kind == "state"}
    shapes |= {n: p.shape for n, p in context.parameters.items() if "." not in n and n not in context.phases}
    single = {part for name, shape in shapes.items() if shape for part in component_names(name, shape)}
    found: list[str] = []
    for name in names:
        if name.split("[")[0] in context.broken:
            continue
        if name not in shapes and name not in single:
            if name in variables:
                message = f"{shown(name)} is a derived variable: a goal is a state variable or a parameter"
                context.problems.add(place, message)
            else:
                context.problems.unknown(place, "state variable or parameter", name, shapes)
            continue
        parts = component_names(name, shapes.get(name, ()))
        if objective is not None and not depends_on([objective], [context.leaves[part] for part in parts]):
            context.problems.add(place, f"the objective does not depend on {shown(name)}: it cannot be its goal")
        found += parts
    return tuple(found)
