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

from ...algebra.graph import Expr
from ...algebra.interpret import evaluate
from ...algebra.nodes import Node
from ...algebra.topology import Topology
from ...compiler.program import Program
from ...system.distributions import transformed
from ...system.model import Model
from ...system.parameter_values import constant_values, random_parameters, swept_values
from .noise import normals, uniforms

Array = NDArray[np.float64]
START = (0, 0.0)


def parameter_values(model: Model, some: NDArray[Any] | None = None) -> dict[str, Array]:
    """The value of every parameter's components in each replica, or in some (by number): slot name → (R,)."""
    ensemble = model.ensemble
    replicas = np.arange(ensemble.replicas) if some is None else some
    values = {name: np.full(len(replicas), x) for name, x in constant_values(model.parameters).items()}
    values |= swept_values(ensemble, replicas)
    for name, (stream, expr) in random_parameters(model).items():
        (values[name],) = _values("parameter", stream, [expr], {}, {}, ensemble.seed, replicas)
    return values


def initial_values(
    program: Program, parameters: Mapping[str, ArrayLike], seed: int, replicas: Sequence[int] | NDArray[Any],
    wanted: Mapping[str, Expr] | None = None, moment: tuple[int, float] = START,
) -> dict[str, Array]:
    """The initial value of every state slot: (R,), or (n, R) for a population.

    parameters: slot name → (R,), for the same `replicas` (numbers within the ensemble: the R results belong to these).
    The components of one vector variable share its draws: that is how a point of a simplex is drawn as a whole.
    wanted: some of `program.initial`, of a system that is born at a later moment (tick, time).
    """
    wanted = program.initial if wanted is None else wanted
    return random_by_slot("initial", program, wanted, parameters, seed, replicas, moment)


def random_by_slot(
    what: str, program: Program, wanted: Mapping[str, Expr], given: Mapping[str, ArrayLike], seed: int,
    replicas: Sequence[int] | NDArray[Any], moment: tuple[int, float],
) -> dict[str, Array]:
    """The values of expressions with draws by state slot, (R,) or (n, R); given: the values of their symbols."""
    numbers = np.asarray(replicas)
    domains = {slot.name: slot.domain for slot in program.states}
    groups: dict[str, list[str]] = {}
    for slot in wanted:
        groups.setdefault(slot.split("[")[0], []).append(slot)
    streams = {slot.split("[")[0]: name.split("[")[0] for slot, name in program.streams.items()}
    values: dict[str, Array] = {}
    for name, slots in groups.items():
        outputs = [wanted[slot] for slot in slots]
        arrays = _values(what, streams.get(name, name), outputs, given, program.topologies, seed, numbers, moment)
        for slot, array in zip(slots, arrays, strict=True):
            domain = domains[slot]
            shape: tuple[int, ...] = (len(numbers),)
            if domain.kind == "node":
                shape = (program.topologies[domain.population].n, len(numbers))
                array = array[:, None] if array.ndim == 1 else array
            values[slot] = np.array(np.broadcast_to(array, shape), dtype=float)
    return values


def _values(
    what: str,
    name: str,
    outputs: Sequence[Expr],
    parameters: Mapping[str, ArrayLike],
    topologies: Mapping[str, Topology],
    seed: int,
    replicas: NDArray[Any],
    moment: tuple[int, float] = START,
) -> list[Array]:
    """The values of expressions with draws; draws of one name for different ends (`what`) are independent."""
    nodes = outputs[0].graph.nodes
    tick, time = moment

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
            lambda: uniforms(seed, replicas, variable, tick, element),
            lambda: normals(seed, replicas, variable, tick, element),
        )

    return [np.asarray(a) for a in evaluate(outputs, dict(parameters), topologies, time, draw)]
