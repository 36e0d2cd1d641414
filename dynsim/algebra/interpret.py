"""The interpreter: the expression graph evaluated with NumPy arrays. Tests compare the compiler with it.

A scalar expression has the shape of the batch (replicas, or any other axes), one per node (n, *batch), one per edge
(m, *batch). The element axis comes first, so that sums over edges are reductions of whole rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays import Array
from ..errors import DomainError
from .graph import Expr, Graph
from .nodes import RANDOM, Node
from .operations import OPERATIONS
from .topology import Topology


def evaluate(
    outputs: Sequence[Expr],
    values: Mapping[str, Any],
    topologies: Mapping[str, Topology] | None = None,
    time: Any = 0.0,
    sample: Callable[..., Array] | None = None,
) -> list[Array]:
    """The outputs' values, each with its full shape: (*batch,) for a scalar, otherwise (n, *batch) or (m, *batch).

    values: one array per symbol, scalars shaped like the batch (or broadcastable to it), populations (n, *batch), and
      one per random number of the step, by `random_name` ("noise:x", "uniform:x"). The batch is the shape that the
      values of all symbols, the time and the samples broadcast to; results that depend on less are read-only views.
    topologies: by population; needed where an expression has nodes or edges.
    sample: called as sample(node, argument arrays) for random initial values (engine/random/starts.py).

    Arithmetic never warns: what is not finite shows in the result. DomainError for a random initial value without
    `sample`, KeyError for a symbol without a value.
    """
    if not outputs:
        return []
    graph = outputs[0].graph
    needed = graph.reachable(outputs)
    # An array is dropped after its last use: a big population's graph has many more nodes than it needs at a time.
    last_use = {k: index for index in needed for k in graph.nodes[index].args}
    keep = {e.index for e in outputs}
    results: dict[int, Array] = {}
    with np.errstate(all="ignore"):
        for index in needed:
            node = graph.nodes[index]
            args = [results[k] for k in node.args]
            domains = [graph.nodes[k].domain.kind for k in node.args]
            results[index] = _value(node, args, domains, values, topologies or {}, time, sample)
            for k in set(node.args):
                if last_use[k] == index and k not in keep:
                    del results[k]
    return _full([results[e.index] for e in outputs], [e.domain.kind for e in outputs], _batch(graph, values, time))


def random_name(leaf: Node) -> str:
    """The name under which `values` holds a random number of the step."""
    where = f"@{leaf.domain.population}" if leaf.domain.population else ""
    return f"{leaf.op}:{leaf.data}{where}"


def _batch(graph: Graph, values: Mapping[str, Any], time: Any) -> tuple[int, ...]:
    """The shape that all given values share, without the populations' element axis."""
    shapes = [np.shape(time)]
    for name, value in values.items():
        domain = graph.symbols.get(name)
        if domain is not None:
            shapes.append(np.shape(value) if domain.kind == "scalar" else np.shape(value)[1:])
    return np.broadcast_shapes(*shapes)


def _full(results: list[Array], kinds: list[str], batch: tuple[int, ...]) -> list[Array]:
    elements = [() if kind == "scalar" else x.shape[:1] for x, kind in zip(results, kinds, strict=True)]
    own = [x.shape[len(n) :] for x, n in zip(results, elements, strict=True)]
    batch = np.broadcast_shapes(batch, *own)
    return [
        x if x.shape == n + batch else np.broadcast_to(_ranked(x, len(n), len(batch)), n + batch)
        for x, n in zip(results, elements, strict=True)
    ]


def _ranked(x: Array, element_axes: int, batch_axes: int) -> Array:
    """x with axes of length 1 inserted before its own batch axes, so that it has `batch_axes` of them."""
    missing = element_axes + batch_axes - x.ndim
    return x.reshape(x.shape[:element_axes] + (1,) * missing + x.shape[element_axes:]) if missing > 0 else x


def _value(
    node: Node,
    args: list[Array],
    domains: Sequence[str],
    values: Mapping[str, Any],
    topologies: Mapping[str, Topology],
    time: Any,
    sample: Callable[..., Array] | None,
) -> Array:
    operation = OPERATIONS.get(node.op)
    if operation is not None:
        return np.asarray(operation.numpy(*_aligned(args, domains)))
    if node.op == "symbol":
        return np.asarray(values[str(node.data)])
    if node.op == "constant":
        return np.asarray(float(str(node.data)))
    if node.op == "time":
        return np.asarray(time, dtype=float)
    if node.op == "sample":
        if sample is None:
            raise DomainError("random values are only drawn for initial values")
        return sample(node, args)
    if node.op in RANDOM:
        return np.asarray(values[random_name(node)])
    if node.op == "named":
        return args[0]
    if node.op == "size":
        return np.asarray(float(topologies[str(node.data)].n))
    return _structural(node, args, topologies)


def _aligned(args: list[Array], domains: Sequence[str]) -> list[Array]:
    """Arrays whose element axes line up: the batch of a scalar broadcasts behind the element axis of a population."""
    elements = [int(d != "scalar") for d in domains]
    if not any(elements):  # scalars alone broadcast over the batch by themselves
        return args
    batch = max(a.ndim - n for a, n in zip(args, elements, strict=True))
    return [_ranked(a, 1, batch) if n else a for a, n in zip(args, elements, strict=True)]


def _structural(node: Node, args: list[Array], topologies: Mapping[str, Topology]) -> Array:
    if node.op in ("total", "peak"):
        return args[0].sum(axis=0) if node.op == "total" else args[0].max(axis=0)
    topology = topologies[node.domain.population]
    match node.op:
        case "weight":
            return topology.weight
        case "index":
            return np.arange(topology.n, dtype=float)
        case "values":
            return topology.values[str(node.data)]
        case "stack":
            return np.stack(np.broadcast_arrays(*args))
        case "fill":
            count = topology.n if node.domain.kind == "node" else topology.m
            return np.broadcast_to(args[0], (count, *np.shape(args[0])))
        case "gather_source":
            return args[0][topology.source]
        case "gather_target":
            return args[0][topology.target]
        case "sum_target":
            return _segments(np.add, args[0], topology.in_start)
        case "max_target":
            return _segments(np.maximum, args[0], topology.in_start)
        case "sum_source":
            return _segments(np.add, args[0][topology.out_edges], topology.out_start)
    raise AssertionError(node.op)


def _segments(reduce: np.ufunc, x: Array, start: NDArray[np.int64]) -> Array:
    """The reduction of x over the slices start[i]:start[i+1]; an empty slice gives 0.

    reduceat alone would give x[start[i]] for an empty slice.
    """
    result = np.zeros((len(start) - 1, *x.shape[1:]))
    filled = start[1:] > start[:-1]
    if filled.any():
        result[filled] = reduce.reduceat(x, start[:-1][filled], axis=0)
    return result
