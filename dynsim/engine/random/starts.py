"""What every replica starts with: its parameters and its initial state.

A random value is a function of (seed, replica, name of the variable, number of the distribution in its expression,
element) and of nothing else, so a replica's start does not depend on how many others there are.
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
from ...arrays import Floats
from ...compiler.program import Program
from ...system.distributions import transformed
from ...system.model import Model
from ...system.parameter_values import constant_values, random_parameters, swept_values
from .noise import normals, uniforms

START = (0, 0.0)


def parameter_values(model: Model, some: NDArray[Any] | None = None) -> dict[str, Floats]:
    """The values of all parameters' components by slot, (R,).

    some: the numbers of the replicas in the ensemble; None: all.
    """
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
) -> dict[str, Floats]:
    """The initial value of every state slot: (R,), or (n, R) for a population.

    replicas: their numbers in the ensemble. parameters: their values by slot, (R,). wanted: for a system that is born
    at a later moment (tick, time), those of `program.initial` that it needs; such a system starts from these alone.
    The components of a vector variable share their random values: so a point of a simplex is chosen as a whole.
    """
    if wanted is not None:
        return random_by_slot("initial", program, wanted, parameters, seed, replicas, moment)
    values = random_by_slot("initial", program, program.initial, parameters, seed, replicas, moment)
    return values | {name: start[..., replicas] for name, start in program.start.items()}


def random_by_slot(
    what: str, program: Program, wanted: Mapping[str, Expr], given: Mapping[str, ArrayLike], seed: int,
    replicas: Sequence[int] | NDArray[Any], moment: tuple[int, float],
) -> dict[str, Floats]:
    """The values of random expressions by state slot, (R,) or (n, R).

    what: the purpose; values of one name for different purposes are independent. given: the values of all symbols.
    """
    numbers = np.asarray(replicas)
    domains = {slot.name: slot.domain for slot in program.states}
    groups: dict[str, list[str]] = {}
    for slot in wanted:
        groups.setdefault(slot.split("[")[0], []).append(slot)
    # The components of a vector, x[0] and x[1], go by the name of the whole.
    streams = {slot.split("[")[0]: name.split("[")[0] for slot, name in program.streams.items()}
    values: dict[str, Floats] = {}
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
) -> list[Floats]:
    """The values of the expressions of one variable; what: the purpose."""
    nodes = outputs[0].graph.nodes
    tick, time = moment

    def random_value(node: Node, args: list[Any]) -> Any:
        assert isinstance(node.data, tuple)
        kind, ordinal = node.data
        variable = crc32(f"{what}:{name}:{ordinal}".encode())
        element: Any = 0
        if node.domain.kind == "node":
            element = np.arange(topologies[node.domain.population].n)[:, None]
            # `evaluate` gives a value per node as (n,) where no replica changes it: its axis is not that of R.
            per_node = [nodes[k].domain.kind == "node" for k in node.args]
            args = [a[:, None] if own and a.ndim == 1 else a for a, own in zip(args, per_node, strict=True)]
        return transformed(
            kind,
            args,
            lambda: uniforms(seed, replicas, variable, tick, element),
            lambda: normals(seed, replicas, variable, tick, element),
        )

    return [np.asarray(a) for a in evaluate(outputs, dict(parameters), topologies, time, random_value)]
