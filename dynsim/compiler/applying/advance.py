"""One step: increments are added to the state variables, and the sums projected to the variables' spaces."""

from __future__ import annotations

from collections.abc import Mapping

from ...algebra.graph import Expr
from ...algebra.value import components
from ...system.model import Model, Variable
from .space import project


def states_of(model: Model) -> list[Variable]:
    """The state variables."""
    return [v for v in model.variables.values() if v.kind == "state"]


def streams_of(model: Model) -> dict[str, str]:
    """The random streams of the components of state variables, where a stream does not have the component's name."""
    return {
        str(e.name): v.stream + str(e.name).removeprefix(v.name)
        for v in states_of(model) if v.stream not in ("", v.name) for e in components(v.symbols)
    }


def advance(model: Model, increments: Mapping[str, Expr]) -> dict[str, Expr]:
    """The new values, by slot, of all components that the increments change, projected to their spaces."""
    result: dict[str, Expr] = {}
    for v in states_of(model):
        symbols = components(v.symbols)
        moved = [e for e in symbols if e.name in increments]
        if moved:
            # the nearest point of a simplex moves all shares, also those that nobody has moved
            involved = symbols if v.space.kind == "simplex" else moved
            new = [e + increments[str(e.name)] if e in moved else e for e in involved]
            result |= dict(zip([str(e.name) for e in involved], project(v.space, new), strict=True))
    return result
