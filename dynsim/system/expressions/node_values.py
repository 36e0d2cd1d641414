"""Values per node of a graph: its columns, parameters on it, and lists or mappings in place of a single value.

Numbers per node are data of the graph, the same in all replicas. In expressions each is one value per node.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from ...algebra.graph import Expr
from ...algebra.leaves import values
from ...algebra.reading.parse import parse
from ...algebra.structural import stack
from ...algebra.value import Value, components
from ...algebra.vector import Vector
from ...errors import shown
from ..grammar.fields import plain
from ..grammar.problems import ROOT, Place, found
from ..grammar.spec import Scenario
from ..graphs.edge_list import finite, shown_node
from .declarations import Declarations
from .imported import independent

MAX_EXPRESSIONS = 1_000
"""Limit on the nodes of a graph if single nodes have expressions."""


def declare_columns(population: str, columns: Mapping[str, Sequence[Any]], context: Declarations) -> None:
    """Declare the numeric columns of a graph's nodes as `graph.column`. For the others the reason why they cannot be
    used is kept, and reported only if an expression mentions them."""
    for column, cells in columns.items():
        name = f"{population}.{column}"
        numbers = [float(cell) if isinstance(cell, bool | np.bool_) else finite(cell) for cell in cells]
        if None not in numbers:
            _declare(name, population, np.array(numbers, float), context)
            continue
        k = numbers.index(None)
        label = shown_node(context.nodes[population][k])
        got = "has none" if cells[k] is None else f"has {found(plain(cells[k]))}"
        context.unusable[name] = f"{shown(name)}: expected a number for every node, the node {label} {got}"


def resolve_node_parameters(scenario: Scenario, context: Declarations) -> None:
    """Declare the parameters that have a value for each node of a graph: {on: graph, value: …}."""
    for name, raw in scenario.params.items():
        if not isinstance(raw, Mapping):
            continue
        place, population = ROOT / "params" / name, str(raw.get("on"))
        if population not in context.nodes:
            if population not in scenario.graphs:
                context.problems.unknown(place / "on", "graph", population, scenario.graphs)
            context.broken.add(name)
            continue
        expr = per_node(place / "value", raw["value"], population, context, name=name)
        if expr is None:
            context.broken.add(name)


def per_node(place: Place, raw: Any, population: str, context: Declarations, name: str = "") -> Expr | None:
    """One value per node from a number, a list of numbers in the order of the nodes, or a mapping of nodes to numbers.

    name: what it is declared as, by default its path. None, with the problem noted, if it is wrong.
    """
    cells = by_node(place, raw, population, context)
    if cells is None:
        return None
    if not isinstance(plain(raw), list | Mapping) and finite(raw) is None:
        context.problems.add(place, f"expected a finite number for every node, got {found(raw)}")
        return None
    numbers = [finite(cell) for _, cell in cells]
    for (key, cell), number in zip(cells, numbers, strict=True):
        if number is None:
            context.problems.add(place / key, f"expected a finite number for every node, got {found(plain(cell))}")
    if None in numbers:
        return None
    return _declare(name or place.path, population, np.array(numbers, float), context)


def by_node(place: Place, raw: Any, population: str, context: Declarations) -> list[tuple[str | int, Any]] | None:
    """(key, value) of every node in order; None, with the problem noted, if their number or names are wrong."""
    labels = context.nodes[population]
    raw = plain(raw)
    if isinstance(raw, list):
        if len(raw) != len(labels):
            message = f"expected {len(labels):,} values, one for each node of {population}, got {len(raw):,}"
            context.problems.add(place, message)
            return None
        return [*enumerate(raw)]
    if not isinstance(raw, Mapping):
        return [(label, raw) for label in labels]
    wrong = [*_wrong_names(raw, labels, population)]
    for message in wrong:
        context.problems.add(place, message)
    return None if wrong else [(label, raw[label]) for label in labels]


def _wrong_names(given: Mapping[str, Any], labels: Sequence[str], population: str) -> Iterator[str]:
    unknown = [name for name in given if name not in set(labels)]
    missing = [label for label in labels if label not in given]
    if unknown:
        yield f"{population} has no node {_listed(unknown)}"
    if missing:
        yield f"expected a value for every node of {population}, none is given for {_listed(missing)}"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(shown, names[:5])) + (f", and {len(names) - 5:,} more" if len(names) > 5 else "")


def initial_per_node(
    place: Place, raw: Any, population: str, context: Declarations, read: Callable[[Place, Any], Expr | None]
) -> Expr | None:
    """An initial value for each node: like `per_node`, and single nodes may have expressions of parameters and
    distributions, each of which `read` reads."""
    if all(finite(cell) is not None for cell in _cells(raw)):
        return per_node(place, raw, population, context)
    cells = by_node(place, raw, population, context)
    if cells is None:
        return None
    if len(cells) > MAX_EXPRESSIONS:
        message = f"expected numbers alone: expressions of single nodes are read for at most {MAX_EXPRESSIONS:,} nodes"
        context.problems.add(place, message)
        return None
    parts = [read(place / key, cell) for key, cell in cells]
    known = [part for part in parts if part is not None]
    return stack(independent(known, context), population) if len(known) == len(parts) else None


def vector_per_node(
    place: Place, text: str, value: Vector, population: str, context: Declarations, scope: Mapping[str, Any]
) -> Value | None:
    """The initial value of every node from a text whose value is a vector with one component per node.

    The text is parsed again with its vectors as values per node, so that `normal(w, 1)` samples around w_i at node i.
    None, with the problem noted, if the number of components is not that of the nodes.
    """
    count = len(context.nodes[population])
    if value.shape != (count,):
        got = " × ".join(map(str, value.shape))
        context.problems.add(place, f"expected one value for each of the {count:,} nodes of {population}, got {got}")
        return None
    again = parse(text, stacked(scope, population, count), context.graph, population=population, initial=True)
    if not isinstance(again, Vector):
        return again
    return stack(components(again), population) if all(e.domain.kind == "scalar" for e in again) else value


def _cells(raw: Any) -> Sequence[Any]:
    raw = plain(raw)
    return [*raw.values()] if isinstance(raw, Mapping) else raw if isinstance(raw, list) else [raw]


def stacked(scope: Mapping[str, Any], population: str, count: int) -> dict[str, Any]:
    """The scope with every vector of `count` components as one value per node. The components keep their names."""
    result = dict(scope)
    for name, value in scope.items():
        if isinstance(value, Vector) and value.shape == (count,):
            result |= {f"{name}[{k}]": part for k, part in enumerate(value)}
            result[name] = stack(components(value), population)
    return result


def _declare(name: str, population: str, numbers: Any, context: Declarations) -> Expr:
    context.values.setdefault(population, {})[name] = numbers
    expr = values(context.graph, population, name)
    context.declare(name, expr)
    return expr
