"""Where every slot lives in the flat work arrays.

One block of a run holds B replicas (lanes). Its arrays are flat and the lane runs fastest: a scalar slot is one *row*
of B numbers, a population slot n rows, one per node. Literal offsets `y[ROW*B + r]` let LLVM see that rows do not
overlap, so that it vectorises the whole step over the lanes.

    p   parameters                  one row each
    y   states                      scalar slots first, then the populations
    k   new values or derivatives   the same places as in y
    s   scratch                     values that one loop leaves for another
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ..program import Program, Slot


@dataclass(frozen=True)
class Layout:
    """Row numbers of all slots. rows_y is the number of rows of y (and k); n the number of nodes by population.

    reserved: the number of rows at the start of s that no loop may use. inside: the rows of s where p, y and k begin,
    if they are no arrays of their own (region_loops.py says why). values: the start of every value of nodes in the
    table of its population.
    """

    lanes: int
    parameters: Mapping[str, int]
    states: Mapping[str, int]
    slots: Mapping[str, Slot]
    nodes: Mapping[str, int]
    rows_p: int
    rows_y: int
    reserved: int = 1
    inside: Mapping[str, int] = field(default_factory=dict)
    values: Mapping[str, int] = field(default_factory=dict)

    def extent(self, slot: str) -> int:
        """The number of rows a slot takes."""
        domain = self.slots[slot].domain
        return 1 if domain.kind == "scalar" else self.nodes[domain.population]


def layout(program: Program, lanes: int) -> Layout:
    """The layout for blocks of this many lanes. Scalars come first, then the populations."""
    nodes = {name: topology.n for name, topology in program.topologies.items()}
    states: dict[str, int] = {}
    row = 0
    for slot in sorted(program.states, key=lambda s: s.domain.kind != "scalar"):
        states[slot.name] = row
        row += 1 if slot.domain.kind == "scalar" else nodes[slot.domain.population]
    return Layout(
        lanes=lanes,
        parameters={slot.name: k for k, slot in enumerate(program.parameters)},
        states=states,
        slots={slot.name: slot for slot in (*program.parameters, *program.states)},
        nodes=nodes,
        rows_p=max(1, len(program.parameters)),
        rows_y=max(1, row),
        values={name: k * t.n for t in program.topologies.values() for k, name in enumerate(t.values)},
    )


def spans(place: Layout, slots: Iterable[str]) -> list[tuple[int, int]]:
    """The rows of state slots as ranges [first, last) of neighbouring rows."""
    runs: list[tuple[int, int]] = []
    for first, last in sorted((place.states[s], place.states[s] + place.extent(s)) for s in slots):
        if runs and runs[-1][1] == first:
            first = runs.pop()[0]
        runs.append((first, last))
    return runs
