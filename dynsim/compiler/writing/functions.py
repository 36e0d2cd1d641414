"""The generated functions of a program, as source text: a step, events, derivative, noise, projection."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ...algebra import leaves
from ...algebra.graph import Expr
from ..program import Program, Slot
from . import random_numbers
from .layout import Layout, spans
from .loops import Loops
from .places import unpacked
from .random_numbers import INDENT
from .region_loops import Flags, RegionLoops, choosing, moved
from .regions import Regions, regions_of
from .rewrite import ready

ARGUMENTS = "p, y, k, s, b"
NEVER = 1e308  # later than any time


@dataclass
class Source:
    """Generated text, the engine functions it calls and the scratch it needs (rows of s, edge buffers by graph).

    states: where in s the states of a step with regions begin.
    """

    text: str = ""
    functions: set[str] = field(default_factory=set)
    rows: int = 1
    buffers: dict[str, int] = field(default_factory=dict)
    states: int | None = None

    def add(self, signature: str, body: Sequence[str], loops: Sequence[Loops] = (), kind: str = "inlined") -> None:
        lines = "\n".join(INDENT + line for line in body) or f"{INDENT}pass"
        self.text += f"\n\n@{kind}\ndef {signature}:\n{lines}\n"
        for part in loops:
            self.functions |= part.functions
            self.rows = max(self.rows, part.texts.rows)
            for name, count in part.texts.buffers.items():
                self.buffers[name] = max(count, self.buffers.get(name, 0))


def generate(program: Program, place: Layout) -> Source:
    """All functions that the driver calls; engine/compiled/drivers/generated.py describes them."""
    source = Source()
    if not program.clock.continuous:
        cuts = [_regions(program, place, stage) for stage in program.stages]
        # All stages share their flags: regions with the same guard are skipped together.
        flags = Flags([guard for cut in cuts if cut is not None for guard in cut.guards.values()], place.lanes)
        within = moved(place, flags)
        # events get the states as y wherever they stand: with regions the driver passes the part of s that holds them
        _fire(source, program, replace(within, inside={}))
        _step(source, program, within, cuts, flags)
        source.add("choose(p, s)", choosing(program.graph, within, flags))
        source.states = within.inside["y"] * place.lanes if flags.guards else None
        return source
    _fire(source, program, place)
    lane_time = "t[r]" if place.lanes > 1 else "t[0]"
    graphs = _unpack(program)
    # integrators go through all slots that move: one that has only noise drifts by 0
    drift = dict.fromkeys(program.diffusion, program.graph.constant(0.0)) | dict(program.drift)
    for name, outputs in (("derivative", drift), ("diffusion", program.diffusion)):
        loops = Loops(program.graph, place, ready(place, outputs), "k", lane_time)
        source.add(f"{name}({ARGUMENTS}, ids, seed, tick, t, graphs)", [*graphs, *loops.write()], [loops])
    _wiener(source, program, place)
    body, loops = _assign(program, place, program.projection, lane_time)
    source.add(f"project({ARGUMENTS}, graphs)", [*graphs, *body], [loops])
    _next_event(source, program, place)
    return source


def _unpack(program: Program) -> list[str]:
    names = unpacked(program.topologies)
    return [f"{', '.join(names)} = graphs"] if names else []


def _step(
    source: Source, program: Program, place: Layout, cuts: Sequence[Regions | None], flags: Flags
) -> None:
    body = [*_unpack(program), "t = float(tick)"]
    parts: list[Loops] = []
    apart = replace(place, inside={})  # a stage without regions works on the arrays themselves
    for number, (stage, cut) in enumerate(zip(program.stages, cuts, strict=True)):
        # every slot is checked once, in the last stage that assigns it
        final = stage.keys() - {slot for later in program.stages[number + 1 :] for slot in later}
        if cut is None:
            lines, loops = _assign(program, apart, stage, "t", final)
        else:
            loops = RegionLoops(program.graph, place, ready(place, stage), "t", final, cut, flags, number)
            lines = loops.write()
            for signature, region in loops.regions:
                source.add(signature, region, kind="inner")
        body += lines
        parts.append(loops)
    source.add(f"step({ARGUMENTS}, ids, seed, tick, graphs)", body, parts)


def _regions(program: Program, place: Layout, stage: Mapping[str, Expr]) -> Regions | None:
    """How the stage is cut into regions; None with populations, because only loops over lanes are cut."""
    return None if place.nodes else regions_of(program.graph, ready(place, stage), place.parameters)


def _fire(source: Source, program: Program, place: Layout) -> None:
    """Events one after the other: each sees what those before it have set, and happens once."""
    graph = program.graph
    time = "t" if not program.clock.continuous else "t[r]" if place.lanes > 1 else "t[0]"
    body, parts = _unpack(program), []
    for event in program.events:
        fired = graph.symbol(event.fired)
        happens = event.condition & (fired < 0.5)
        # an event happens once: what has fired stays fired, and assigns nothing again
        outputs = {event.fired: graph.apply("where", event.condition, 1.0, fired)}
        for slot, value in event.assignments.items():
            symbol = graph.symbol(slot, place.slots[slot].domain)
            outputs[slot] = graph.apply("where", happens, value, symbol)
        lines, loops = _assign(program, place, outputs, time, event.assignments.keys())
        body += lines
        parts.append(loops)
    source.add(f"fire({ARGUMENTS}, t, graphs)", body, parts)


def _assign(
    program: Program, place: Layout, outputs: Mapping[str, Expr], time: str, checked: Collection[str] = ()
) -> tuple[list[str], Loops]:
    """Lines that give slots new values, all computed from the old ones. The `checked` are added to s.

    Without populations one loop suffices: it loads all old values of a lane before it stores any new one. With
    populations, a node's new value would meet the neighbours' old ones, so all new values wait in k.
    """
    values = ready(place, outputs)
    in_place = not place.nodes
    loops = Loops(program.graph, place, values, "y" if in_place else "k", time, checked if in_place else ())
    lines = loops.write()
    if not in_place:
        lines = [*lines, *_commit(place, outputs, checked)]
    return lines, loops


def _commit(place: Layout, slots: Collection[str], checked: Collection[str]) -> list[str]:
    """y = k for the slots, run by run of neighbouring rows; the `checked` are added to s."""
    lines = []
    for first, last in spans(place, slots):
        lines += [f"for c in range({first * place.lanes}, {last * place.lanes}):", f"{INDENT}y[c] = k[c]"]
    for first, last in spans(place, checked):
        lines += [f"for q in range({first}, {last}):", f"{INDENT}for r in range({place.lanes}):"]
        lines += [f"{INDENT * 2}s[r] += k[q*{place.lanes} + r]"]
    return lines


def _wiener(source: Source, program: Program, place: Layout) -> None:
    """One standard normal number for every row that has noise."""
    body = []
    source.functions |= {random_numbers.function_for("noise", place.lanes)} if program.diffusion else set()
    for slot in program.diffusion:
        name = program.streams.get(slot, slot)
        n, row = place.extent(slot), place.states[slot]
        element = "i" if place.slots[slot].domain.kind == "node" else "0"
        body.append(f"for i in range({n}):")
        if place.lanes == 1:
            body.append(f"{INDENT}k[{row} + i] = {random_numbers.one('noise', name, element)}")
        else:
            body += random_numbers.pairs(f"k[({row} + i)*{place.lanes} + ", "noise", name, place.lanes, 1, element)
    source.add("wiener(k, ids, seed, tick)", body)


def _next_event(source: Source, program: Program, place: Layout) -> None:
    """The earliest time of an event that waits for a time, lane by lane."""
    graph = program.graph
    earliest = graph.constant(NEVER)
    for event in program.events:
        if event.time is not None:
            # an event whose time has come but that waits for more is no reason to end a step
            waits = (graph.symbol(event.fired) < 0.5) & (leaves.time(graph) < event.time)
            earliest = graph.apply("min", earliest, graph.apply("where", waits, event.time, NEVER))
    outside = replace(
        place, states={**place.states, "until": 0}, slots={**place.slots, "until": Slot("until")}
    )
    outputs = ready(outside, {"until": earliest})
    loops = Loops(graph, outside, outputs, "until", "t[r]" if place.lanes > 1 else "t[0]")
    source.add("next_event(p, y, t, until)", loops.write(), [loops])
