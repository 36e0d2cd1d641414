"""Expressions of the states of a run, as texts that mean the same as in its scenario."""

from __future__ import annotations

from collections.abc import Mapping

from ..algebra.domain import Domain, node
from ..algebra.graph import Expr
from ..algebra.reading.parse import parse
from ..algebra.value import Value, like
from ..algebra.vector import Vector
from ..compiler.program import Program
from ..errors import InputError, shown
from ..system.component_names import component_names
from ..system.model import Model


def expression_of(text: str, model: Model, program: Program) -> Expr:
    """What a text means in this program: one number or condition of a state, as an expression of the program's slots.

    Raises ExpressionError with the column of a mistake; InputError if it is not one number per replica."""
    value = parse(text, _scope(model, program), program.graph)
    if isinstance(value, Vector):
        raise InputError(f"expected one number, got {len(value)}: take a component or a sum of {shown(text)}")
    if value.domain.kind != "scalar":
        raise InputError(f"expected one number, got one per node: take mean({text}) or max({text})")
    return value


def _scope(model: Model, program: Program) -> Mapping[str, Value | Domain]:
    """What the names of the scenario mean after the learning rules were applied."""
    slots = (*program.parameters, *program.states)
    symbols = {slot.name: program.graph.symbol(slot.name, slot.domain) for slot in slots}
    scope: dict[str, Value | Domain] = {**symbols, **{name: node(name) for name in model.populations}}
    scope |= {name: variable.symbols for name, variable in model.variables.items()}
    for parameter in model.parameters.values():
        parts = component_names(parameter.name, parameter.shape)
        if parameter.shape and all(part in symbols for part in parts):
            scope[parameter.name] = like(parameter.shape, [symbols[part] for part in parts])
    return scope
