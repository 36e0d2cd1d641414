"""The flows of variables that an agent does not control, and what they let it influence in time."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from ..algebra.graph import Expr, fill
from ..algebra.substitute import depends_on
from ..algebra.value import components
from .model import Variable

Flows = Mapping[Expr, Expr]


def flows_beside(variables: Mapping[str, Variable], controls: Collection[str]) -> dict[Expr, Expr]:
    """Symbol → flow, for every component that has a flow and is not controlled by an agent with these `controls`.

    A point of a simplex moves as a whole: an agent that controls one component controls all.
    """
    flows: dict[Expr, Expr] = {}
    for v in variables.values():
        if v.flow is None:
            continue
        symbols, parts = components(v.symbols), components(v.flow)
        held = [v.name in controls or e.name in controls for e in symbols]
        if v.space.kind == "simplex" and any(held):
            continue
        parts = parts * len(symbols) if len(parts) == 1 else parts
        flows |= {
            e: fill(part, e.domain) for e, part, own in zip(symbols, parts, held, strict=True) if not own
        }
    return flows


def reached(values: Sequence[Expr], flows: Flows) -> dict[Expr, Expr]:
    """The flows of all components that the values depend on, directly or through the flows of other components."""
    found: dict[Expr, Expr] = {}
    waiting = list(values)
    while waiting:
        seen = set(waiting[0].graph.reachable(waiting))
        new = {symbol: flow for symbol, flow in flows.items() if symbol.index in seen and symbol not in found}
        found |= new
        waiting = list(new.values())
    return {symbol: flow for symbol, flow in flows.items() if symbol in found}


def influences(symbols: Sequence[Expr], values: Sequence[Expr], flows: Flows) -> bool:
    """Whether the values depend on the symbols, directly or through the flows in time."""
    return depends_on([*values, *reached(values, flows).values()], symbols)
