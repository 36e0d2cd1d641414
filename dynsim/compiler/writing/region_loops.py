"""A step in parts (regions.py) as text: a function for every region, and between their calls what is always needed.

Values that another part reads wait in scratch. A flag in scratch says whether any lane of the block needs a region. It
is constant in a run, so `choose` sets it once, when the driver turns to the block.

Parameters, states and new values stand in scratch with all the rest. LLVM sees that accesses to one array do not
overlap, however many there are. For several arrays it tests that at run time, up to about a hundred accesses, and does
not vectorise larger loops.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from ...algebra.graph import Expr, Graph
from ...algebra.nodes import RANDOM
from .layout import Layout
from .loops import READ, Loops
from .random_numbers import INDENT
from .regions import Part, Regions

ARGUMENTS = "s, ids, seed, tick, t"


class Flags:
    """The places in s where `choose` says what a block needs: one number for every guard."""

    def __init__(self, guards: Sequence[Expr], lanes: int) -> None:
        self.guards = list(dict.fromkeys(guards))
        self.rows = -(-len(self.guards) // lanes)
        self._start = lanes  # row 0 shows whether new values are finite

    def number(self, guard: Expr) -> int:
        return self._start + self.guards.index(guard)


def moved(place: Layout, flags: Flags) -> Layout:
    """The layout of a step with regions: flags, parameters, states and new values stand in s."""
    first = place.reserved + flags.rows
    inside = {"p": first, "y": first + place.rows_p, "k": first + place.rows_p + place.rows_y}
    if not flags.guards:
        return place
    return replace(place, inside=inside, reserved=inside["k"] + place.rows_y)


def choosing(graph: Graph, place: Layout, flags: Flags) -> list[str]:
    """The body of `choose`: copies parameters to s, and sets a flag to 1 if a lane of the block meets its guard."""
    if not flags.guards:
        return []
    # parameters are in s for the step (see above); they change only from block to block
    copied, cells = place.inside["p"] * place.lanes, place.rows_p * place.lanes
    loops = Loops(graph, place, {str(flags.number(guard)): guard for guard in flags.guards}, "s", "t")
    lines = loops.new_lines("lane")
    lines.compute([k for k in loops.plan.order if graph.nodes[k].op not in READ], set())
    found = [f"s[{flag}] = 1.0 if {lines.name(guard.index)} else s[{flag}]" for flag, guard in loops.outputs.items()]
    loops.lane_loop([*lines.lines, *found], 0)
    start = [f"for c in range({cells}):", f"{INDENT}s[{copied} + c] = p[c]"]
    return [*start, *[f"s[{flag}] = 0.0" for flag in loops.outputs], *loops.body]


class RegionLoops(Loops):
    """Writes the body of a step that assigns scalar slots in place. regions: the functions that it calls."""

    def __init__(
        self,
        graph: Graph,
        place: Layout,
        outputs: Mapping[str, Expr],
        time: str,
        checked: Collection[str],
        plan: Regions,
        flags: Flags,
        stage: int,
    ) -> None:
        super().__init__(graph, place, outputs, "y", time, checked)
        self.cut, self.flags, self.stage = plan, flags, stage
        self.regions: list[tuple[str, list[str]]] = []

    def write(self) -> list[str]:
        guards = {need: self.flags.number(guard) for need, guard in self.cut.guards.items()}
        asked = {need: f"if s[{flag}] > 0.0:" for need, flag in guards.items()}
        step: list[str] = []
        for part in self.cut.parts:
            self.body = []
            self._part(part)
            if part.region:
                call = f"region{self.stage}_{len(self.regions)}({ARGUMENTS})"
                self.regions.append((call, self.body))
                step += [asked[part.need], INDENT + call]
            else:
                step += self.body
        # only now, when every part has read the old values
        for part in self.cut.parts:
            late = [slot for slot in part.outputs if slot in self.cut.late]
            moves = [f"{self._slot(slot)} = {self._slot(slot, 'k')}" for slot in late]
            self.body = []
            self.lane_loop(moves, 1 if part.region else 0)
            step += [asked[part.need], *self.body] if late and part.region else self.body
        self.body = step
        return step

    def _part(self, part: Part) -> None:
        results = {slot: self.outputs[slot].index for slot in part.outputs}
        members = self._with_conditions(part)
        random = self._random(members, 0, "0")
        lines = self.new_lines("lane")
        self._compute(lines, members, random)
        for index in part.members:
            if index in self.cut.crossing:
                self.texts.known[index] = self._written_over(index) or self.texts.new_cell()
                lines.lines.append(f"{self.texts.known[index]} = {lines.name(index)}")
        names = dict.fromkeys(lines.name(results[slot]) for slot in part.outputs if slot in self.checked)
        if names:
            lines.lines.append(f"s[{self.texts.cell(0)}] += {' + '.join(names)}")
        stores = [
            f"{self._slot(slot, 'k' if slot in self.cut.late else 'y')} = {lines.text(index)}"
            for slot, index in results.items()
        ]
        self.lane_loop([*lines.lines, *stores], 0)

    def _written_over(self, index: int) -> str | None:
        """The place of the value that a conditional overwrites, if an earlier part has stored one."""
        while index in self.cut.inplace:
            index = self.cut.inplace[index]
            if index in self.texts.known:
                return self.texts.known[index]
        return None

    def _with_conditions(self, part: Part) -> list[int]:
        """The members, the conditions and random numbers that they use, and outputs that are random numbers; arguments
        first."""
        nodes, found, waiting = self.graph.nodes, set(part.members), list(part.members)
        found |= {k for k in (self.outputs[o].index for o in part.outputs) if nodes[k].op in RANDOM}
        while waiting:
            for k in nodes[waiting.pop()].args:
                if k not in found and (nodes[k].boolean or nodes[k].op in RANDOM):
                    found.add(k)
                    waiting.append(k)
        return sorted(found)

    def _slot(self, slot: str, array: str = "y") -> str:
        return self.texts.scalar(array, self.place.states[slot])
