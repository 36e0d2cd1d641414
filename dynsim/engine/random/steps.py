"""The random numbers of a step as arrays: the same ones that the kernels make one at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import ArrayLike

from ...algebra.graph import Expr
from ...algebra.interpret import random_name
from ...algebra.nodes import Node
from ...algebra.topology import Topology
from ...arrays import Floats
from ...compiler.program import Program
from ...compiler.writing.random_numbers import variable_key
from .noise import normals, uniforms

GENERATORS = {"noise": normals, "uniform": uniforms}


def random_numbers(
    leaves: Iterable[Node], topologies: Mapping[str, Topology], seed: int, replicas: ArrayLike, tick: ArrayLike
) -> dict[str, Floats]:
    """The values of random leaves by `random_name`, as `evaluate` takes them.

    replicas: their numbers in the ensemble. tick: the numbers of the steps. Both together make the batch: ticks (K, 1)
    and replicas (R,) give (K, R), or (n, K, R) for a population's leaf.
    """
    batch = np.broadcast(replicas, tick).ndim
    found = {}
    for leaf in leaves:
        element: ArrayLike = 0
        if leaf.domain.kind == "node":
            element = np.arange(topologies[leaf.domain.population].n).reshape(-1, *[1] * batch)
        key = variable_key(str(leaf.data), leaf.op)
        found[random_name(leaf)] = GENERATORS[leaf.op](seed, replicas, key, tick, element)
    return found


def numbers_in(
    program: Program, exprs: Iterable[Expr], seed: int, replicas: ArrayLike, times: ArrayLike
) -> dict[str, Floats]:
    """The values of all random leaves in the expressions, in the steps that begin at these times."""
    leaves = program.graph.random(exprs)
    return random_numbers(leaves, program.topologies, seed, replicas, program.step_at(times)) if leaves else {}
