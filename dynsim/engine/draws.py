"""What every replica starts with: its parameters and its initial state.

A draw is a function of (seed, replica, name of what is drawn, number of the draw within it, element) and of nothing
else, so a replica's start does not depend on how many others there are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..algebra.graph import Expr, Node
from ..algebra.interpret import evaluate
from ..algebra.topology import Topology
from ..compiler.program import Program
from ..system.distributions import transformed
from ..system.ensemble import constant_values, draws, swept_values
from ..system.model import Model
from .noise import normals, uniforms

Array = NDArray[np.float64]


def parameter_values(model: Model) -> dict[str, Array]:
    """The value of every parameter's components in each replica: slot name → (R,)."""
    ensemble = model.ensemble
    values = {name: np.full(ensemble.replicas, x) for name, x in constant_values(model.parameters).items()}
    values |= swept_values(model)
    replicas = np.arange(ensemble.replicas)
    for name, expr in draws(model).items():
        (values[name],) = _drawn("parameter", name, [expr], {}, {}, ensemble.seed, replicas)
    return values


def initial_values(
    program: Program, parameters: Mapping[str, ArrayLike], seed: int, replicas: Sequence[int] | NDArray[Any]
) -> dict[str, Array]:
    """The initial value of every state slot: (R,), or (n, R) for a population.

    parameters: slot name → (R,), for the same `replicas` (numbers within the ensemble: the R results belong to these).
    The components of one vector variable share its draws: that is how a point of a simplex is drawn as a whole.
    """
    numbers = np.asarray(replicas)
    domains = {slot.name: slot.domain for slot in program.states}
    groups: dict[str, list[str]] = {}
    for slot in program.initial:
        groups.setdefault(slot.split("[")[0], []).append(slot)
    values: dict[str, Array] = {}
    for name, slots in groups.items():
        outputs = [program.initial[slot] for slot in slots]
        arrays = _drawn("initial", name, outputs, parameters, program.topologies, seed, numbers)
        for slot, array in zip(slots, arrays, strict=True):
            domain = domains[slot]
            shape: tuple[int, ...] = (len(numbers),)
            if domain.kind == "node":
                shape = (program.topologies[domain.population].n, len(numbers))
                array = array[:, None] if array.ndim == 1 else array
            values[slot] = np.array(np.broadcast_to(array, shape), dtype=float)
    return values


def _drawn(
    what: str,
    name: str,
    outputs: Sequence[Expr],
    parameters: Mapping[str, ArrayLike],
    topologies: Mapping[str, Topology],
    seed: int,
    replicas: NDArray[Any],
) -> list[Array]:
    """The values of expressions with draws; parameters' draws and initial values of one name are independent."""
    nodes = outputs[0].graph.nodes

    def draw(node: Node, args: list[Any]) -> Any:
        assert isinstance(node.data, tuple)
        kind, ordinal = node.data
        variable = crc32(f"{what}:{name}:{ordinal}".encode())
        element: Any = 0
        if node.domain.kind == "node":
            element = np.arange(topologies[node.domain.population].n)[:, None]
            per_node = [nodes[k].domain.kind == "node" for k in node.args]
            args = [a[:, None] if own and a.ndim == 1 else a for a, own in zip(args, per_node, strict=True)]
        return transformed(
            kind,
            args,
            lambda: uniforms(seed, replicas, variable, 0, element),
            lambda: normals(seed, replicas, variable, 0, element),
        )

    return [np.asarray(a) for a in evaluate(outputs, dict(parameters), topologies, 0.0, draw)]
