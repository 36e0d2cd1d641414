"""A program with a record that is known by formula, so that reading and writing is tested without simulating.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dynsim.algebra.domain import node
from dynsim.algebra.graph import Graph
from dynsim.algebra.structural import total
from dynsim.algebra.topology import Topology
from dynsim.compiler.program import Program, Slot
from dynsim.record.recording import Block
from dynsim.system.model import Clock

REPLICAS, NODES = 3, 4
PARAMETERS = {"g": np.array([0.0, 0.5, 1.0]), "same": np.full(REPLICAS, 2.0)}


def known_program() -> Program:
    """Two scalar slots, one population, two derived values."""
    graph = Graph()
    x, y, net = graph.symbol("x"), graph.symbol("agent.m[0]"), graph.symbol("net", node("net"))
    g = graph.symbol("g")
    topology = Topology.build(NODES, range(NODES), np.roll(range(NODES), 1), np.ones(NODES))
    return Program(
        "known", graph, {"net": topology}, Clock(steps=100),
        parameters=(Slot("g", role="parameter"), Slot("same", role="parameter")),
        states=(Slot("x"), Slot("agent.m[0]", role="memory"), Slot("net", node("net"))),
        initial={"x": x, "agent.m[0]": y, "net": net},
        derived={"sum": x * g + total(net), "shifted": net + x},
    )


def known_block(start: int, stop: int) -> Block:
    """x = t + replica/10, agent.m[0] = −x, net = 100 t + 10 element + replica at t = start … stop − 1."""
    t, r, e = np.arange(start, stop, dtype=float), np.arange(REPLICAS), np.arange(NODES)
    x = t[:, None] + r / 10
    net = 100 * t[:, None, None] + 10 * e[:, None] + r
    return Block(t, {"x": x, "agent.m[0]": -x, "net": net})


@dataclass
class KnownCheckpoint:
    records: int
    tick: int
    arrays: dict[str, NDArray]


@dataclass
class KnownChunk:
    times: NDArray
    values: dict[str, NDArray]
    checkpoint: KnownCheckpoint
    births: None = None


def known_chunks(sizes: list[int], start: int = 0) -> Iterator[KnownChunk]:
    """Chunks of these many ticks, each with the tick after it as its checkpoint."""
    for size in sizes:
        block = known_block(start, start + size)
        start += size
        checkpoint = KnownCheckpoint(start, start, {"w": np.array([float(start)]), "file": np.arange(2)})
        yield KnownChunk(block.times, dict(block.values), checkpoint)
