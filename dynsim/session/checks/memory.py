"""The memory and disk space that a run needs, estimated before anything is computed.

The constants are measured: the peak memory of processes that ran systems of 1 to 200 agents with 10 to 300,000
replicas, minus what Python and its packages need.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from shutil import disk_usage

from ... import machine
from ...compiler.program import Program
from ...errors import RunError
from ...integrators.base import INTEGRATORS

COPIES = 8  # copies of the state: initial, current, at the checkpoint, in pending records, …
PARAMETER_COPIES = 2
LANE = 64  # bytes of every replica: its random numbers, and when and where it diverged
EDGE_COPIES = 4  # values per edge and replica, which only the interpreter keeps
PER_REPLICA = (700, 400, 50)  # bytes of the conflict log: fixed, per agent, per pair of agents
PER_TICK = (1000, 0, 400)
MANY = 20  # number of agents from which pairs take most of the memory


def expect_room_for_replicas(program: Program, replicas: int, compiled: bool) -> None:
    """RunError if the replicas of this program do not fit into memory."""
    numbers = sum(_elements(program, slot.domain.population) for slot in program.states)
    copies, edges = COPIES, 0
    if program.clock.continuous:
        copies += INTEGRATORS.get(program.clock.method).stages
    if not compiled:
        edges = EDGE_COPIES * sum(topology.m for topology in program.topologies.values())
    state = 8 * (copies * numbers + PARAMETER_COPIES * len(program.parameters) + edges) + LANE
    _expect({f"{_count(replicas, 'replica')} of {_count(numbers, 'number')}": replicas * state}, "take fewer replicas")


def expect_room_for_tables(program: Program, replicas: int, records: int) -> None:
    """RunError if the conflict log of so many replicas and recorded ticks does not fit into memory."""
    agents = len(program.agents)
    of_replicas, of_ticks = (
        count * sum(size * agents**power for power, size in enumerate(sizes))
        for count, sizes in ((replicas, PER_REPLICA), (records, PER_TICK))
    )
    replicas_or_agents = "fewer replicas" if agents < MANY else "fewer replicas or agents"
    _expect(
        {f"the conflict log of {_count(agents, 'agent')} in {_count(replicas, 'replica')}": of_replicas,
         f"{_count(records, 'recorded tick')} of it": of_ticks},
        f"take {replicas_or_agents}" if of_replicas > of_ticks else "record less often (record.every)",
    )


def expect_room_for_record(needed: int, path: Path | None) -> None:
    """RunError if a record of `needed` bytes does not fit on the disk of `path`, or into memory if that is None."""
    there = machine.memory() if path is None else _free_bytes(path)
    if needed > there:
        place = "memory" if path is None else f"the disk of {path}"
        raise RunError(
            f"the record needs {needed / 1e9:.1f} GB, {place} has {there / 1e9:.1f} GB: "
            "record less often (record.every), or fewer replicas"
        )


def record_bytes(program: Program, replicas: int, records: int) -> int:
    """The size of the uncompressed record."""
    return 8 * sum(_elements(program, slot.domain.population) for slot in program.states) * replicas * records


def _expect(parts: Mapping[str, float], advice: str) -> None:
    needed, there = sum(parts.values()), machine.memory()
    if needed > there:
        told = ", ".join(f"{what} about {size / 1e9:,.1f} GB" for what, size in parts.items())
        raise RunError(f"not enough memory: {told}, and {there / 1e9:,.1f} GB are free; {advice}")


def _count(number: int, name: str) -> str:
    return f"{number:,} {name}{'' if number == 1 else 's'}"


def _elements(program: Program, population: str) -> int:
    """The number of values of a slot in one replica."""
    return program.topologies[population].n if population else 1


def _free_bytes(path: Path) -> int:
    """Free bytes on the disk of `path`, which need not exist yet."""
    existing = next(place for place in (path, *path.absolute().parents) if os.path.exists(place))
    return disk_usage(existing).free
