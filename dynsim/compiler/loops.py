"""One generated function: the loops that compute a set of new values from the states.

    for every level (schedule.py):
        one loop over the lanes for the level's scalars
        for every population one loop over its nodes: first the sums over the node's edges, then the node's values

With a single lane there is no lane loop: scalars are local names, and edge values go through a buffer in a loop of
their own, which LLVM vectorises (a sum has one fixed order, so it can't be).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence

from ..algebra.graph import Expr, Graph, Node
from .emit import Lines
from .layout import Layout
from .schedule import AVAILABLE, EDGE_SUMS, REDUCTIONS, Schedule, schedule

INDENT = "    "


def variable_key(slot: str) -> int:
    """The number that stands for a slot in the noise's key: a hash of its name, so that it never depends on others."""
    return zlib.crc32(slot.encode())


class Loops:
    """Writes the body of one function. After `write`, `body` has the lines and `rows`, `buffers` the scratch needed.

    target: the array that receives the values, "k", or "y" where a step can be made in place. time: the text of t.
    check: the scalar values that are not finite make s[lane] NaN (row 0 of s is kept for this).
    """

    def __init__(
        self, graph: Graph, place: Layout, outputs: Mapping[str, Expr], target: str, time: str, check: bool = False
    ) -> None:
        self.graph = graph
        self.place = place
        self.outputs = outputs
        self.target = target
        self.time = time
        self.lanes = place.lanes
        self.plan: Schedule = schedule(graph, list(outputs.values()))
        self.populations = list(place.nodes)
        self.body: list[str] = []
        self.functions: set[str] = set()
        self.check = check
        self.rows = 1
        self.buffers: dict[str, int] = dict.fromkeys(self.populations, 0)
        self._scratch: dict[int, str] = {}  # how a value of another loop is written
        self._areas: dict[int, int] = {}  # first scratch row of a population value
        self._buffer: dict[int, str] = {}  # where the edge values of a sum stand
        self._drawn: dict[str, str] = {}  # how a slot's noise is written
        self._loops = 0

    # -- the function ---------------------------------------------------------------------------------------------

    def write(self) -> list[str]:
        for level in range(self.plan.depth):
            self._scalars(level)
            for population in self.populations:
                self._nodes(level, population)
        return self.body

    def _scalars(self, level: int) -> None:
        members = [k for k in self.plan.at(level, "scalar") if not self._given(k)]
        outputs = [s for s, e in self.outputs.items() if e.domain.kind == "scalar" and self.plan.level[e.index] == level
                   and self.place.slots[s].domain.kind == "scalar"]
        self._draw([*members, *(self.outputs[o].index for o in outputs)], 0)
        lines = self._lines("r")
        lines.compute(members, self.plan.stored)
        for k in members:
            if k in self.plan.stored:
                self._store_scalar(lines, k)
        if self.check and outputs:
            names = list(dict.fromkeys(lines.name(self.outputs[o].index) for o in outputs))
            lines.lines.append(f"s[{self._row_text(0)}] += " + " + ".join(f"({name} - {name})" for name in names))
        stores = [f"{self.target}[{self._row(o)}] = {lines.text(self.outputs[o].index)}" for o in outputs]
        self._lane_loop([*lines.lines, *stores], 0)
        self.functions |= lines.functions

    def _nodes(self, level: int, population: str) -> None:
        at = self.plan.at(level, "node", population)
        nodes = self.graph.nodes
        members = [k for k in at if not self._given(k)]
        sums = [k for k in at if nodes[k].op in EDGE_SUMS]
        totals = [k for k in self.plan.order if nodes[k].op in REDUCTIONS and self._feeds(k, level, population)]
        outputs = [s for s, e in self.outputs.items() if self.place.slots[s].domain.population == population
                   and self.plan.level[e.index] == level]
        if not (members or sums or totals or outputs):
            return
        n = self.place.nodes[population]
        for direction in ("ins", "outs"):
            self._edge_buffers(direction, [k for k in sums if self._direction(k) == direction], population)
        for k in totals:
            self._start_total(k)
        self.body.append(f"for i in range({n}):")
        for direction in ("ins", "outs"):
            self._edge_sums(direction, [k for k in sums if self._direction(k) == direction], population)
        self._draw([*members, *(self.outputs[o].index for o in outputs)], 1, "i")
        lines = self._lines("i")
        for k in sums:
            lines.define(k, self._scratch[k])
        lines.compute(members, self.plan.stored)
        tail = []
        for k in at:
            if k in self.plan.stored and nodes[k].op not in AVAILABLE:
                area = self._area(k, n)
                tail.append(f"s[{self._at(area, 'i')}] = {lines.text(k)}")
        for k in totals:
            tail.append(self._accumulate(nodes[k].op, self._scratch[k], lines.name(nodes[k].args[0])))
        for slot in outputs:
            row = self.place.states[slot]
            tail.append(f"{self.target}[{self._at(row, 'i')}] = {lines.text(self.outputs[slot].index)}")
        self._lane_loop([*lines.lines, *tail], 1)
        self.functions |= lines.functions

    # -- edges ----------------------------------------------------------------------------------------------------

    def _edge_sums(self, direction: str, sums: Sequence[int], population: str) -> None:
        """Inside the loop over nodes: the sums over node i's edges."""
        if not sums:
            return
        g = self.populations.index(population)
        pad = INDENT
        for k in sums:
            if self.lanes > 1:
                self._scratch[k] = f"s[{self._row_text(self._new_row())}]"
            else:
                self._scratch[k] = f"a{k}"
        start = [f"{self._scratch[k]} = 0.0" for k in sums]
        self._lane_loop(start, 1)
        self.body.append(f"{pad}for e in range({direction}{g}[i], {direction}{g}[i + 1]):")
        if self.lanes == 1:
            edge = "e" if direction == "ins" else f"oute{g}[e]"
            for k in sums:
                value = f"b[{self._buffer[k]} + {edge}]"
                self.body.append(pad * 2 + self._gather_sum(k, value, direction, g))
            return
        lines = self._lines("e" if direction == "ins" else "oe")
        if direction == "outs":
            self.body.append(f"{pad * 2}c{g} = oute{g}[e]")
            self.body.append(f"{pad * 2}j{g} = tgt{g}[c{g}]")
        else:
            self.body.append(f"{pad * 2}j{g} = src{g}[e]")
        values = [self.graph.nodes[k].args[0] for k in sums]
        lines.compute(self._edge_members(values), set())
        tail = [self._gather_sum(k, lines.name(v), direction, g) for k, v in zip(sums, values, strict=True)]
        self._lane_loop([*lines.lines, *tail], 2)
        self.functions |= lines.functions

    def _edge_buffers(self, direction: str, sums: Sequence[int], population: str) -> None:
        """With one lane: all edge values of a level in one vectorised loop, before the loop over nodes."""
        if self.lanes > 1 or not sums:
            return
        g = self.populations.index(population)
        lines = self._lines("b")
        values = [self.graph.nodes[k].args[0] for k in sums]
        lines.compute(self._edge_members(values), set())
        tail = []
        for k, value in zip(sums, values, strict=True):
            base = self._buffer_base(population)
            self._buffer[k] = base
            tail.append(f"b[{base} + e] = {lines.text(value)}")
        self.body += [f"for e in range(len(src{g})):", f"{INDENT}j{g} = src{g}[e]", f"{INDENT}i = tgt{g}[e]"]
        self.body += [INDENT + line for line in (*lines.lines, *tail)]
        self.functions |= lines.functions

    def _edge_members(self, values: Sequence[int]) -> list[int]:
        nodes = self.graph.nodes
        seen: set[int] = set()
        stack = list(values)
        while stack:
            k = stack.pop()
            if k in seen or nodes[k].domain.kind != "edge" or nodes[k].op in ("gather_source", "gather_target"):
                continue
            if nodes[k].op not in AVAILABLE and nodes[k].op != "fill":
                seen.add(k)
                stack.extend(nodes[k].args)
        return sorted(seen)

    # -- the text of values in a loop -----------------------------------------------------------------------------

    def _lines(self, context: str) -> Lines:
        """Lines of a loop over lanes ("r"), nodes ("i") or edges (incoming "e", outgoing "oe", all "b")."""
        self._loops += 1
        prefix = "v" if self.lanes == 1 and context == "r" else f"v{self._loops}_"

        def load(index: int, node: Node) -> str:
            return self._load(index, node, context)

        def uses(index: int) -> int:
            return self.plan.uses[index]

        return Lines(self.graph, uses, load, prefix)

    def _load(self, index: int, node: Node, context: str) -> str:
        if index in self._scratch and context != "r" and node.domain.kind == "scalar":
            return self._scratch[index]
        match node.op:
            case "symbol":
                return self._symbol(str(node.data), node, context)
            case "time":
                return self.time
            case "size":
                return f"{float(self.place.nodes[str(node.data)])!r}"
            case "noise":
                return self._noise(str(node.data), "i" if node.domain.kind == "node" else "0")
            case "index":
                return "float(i)"
            case "weight":
                g = self.populations.index(node.domain.population)
                return f"wgt{g}[{f'c{g}' if context == 'oe' else 'e'}]"
            case "fill":
                return self._fill(node, context)
            case "gather_source" | "gather_target":
                return self._gather(node, context)
        if node.domain.kind == "node":
            return f"s[{self._at(self._area(index, self.place.nodes[node.domain.population]), 'i')}]"
        return self._scratch[index]

    def _fill(self, node: Node, context: str) -> str:
        inner = node.args[0]
        argument = self.graph.nodes[inner]
        if argument.op == "constant":
            return f"({argument.data})"
        return self._load(inner, argument, context)

    def _symbol(self, name: str, node: Node, context: str) -> str:
        if name in self.place.parameters:
            return f"p[{self._row_text(self.place.parameters[name])}]"
        row = self.place.states[name]
        if node.domain.kind == "scalar":
            return f"y[{self._row_text(row)}]"
        return f"y[{self._at(row, 'i')}]"

    def _gather(self, node: Node, context: str) -> str:
        argument = node.args[0]
        leaf = self.graph.nodes[argument]
        g = self.populations.index(node.domain.population)
        at_source = node.op == "gather_source"
        own = at_source == (context == "oe")
        which = "i" if own else f"j{g}"
        if leaf.op == "symbol":
            return f"y[{self._at(self.place.states[str(leaf.data)], which)}]"
        if leaf.op == "index":
            return f"float({which})"
        return f"s[{self._at(self._area(argument, self.place.nodes[leaf.domain.population]), which)}]"

    def _noise(self, slot: str, element: str = "0") -> str:
        """A normal number; with several lanes it was drawn before the loop, a pair of lanes at a time."""
        if self.lanes > 1:
            return self._drawn[slot]
        self.functions.add("normal")
        return f"normal(seed, ids[0], {variable_key(slot)}, tick, {element})"

    def _draw(self, members: Iterable[int], depth: int, element: str = "0") -> None:
        """With several lanes: loops that draw the noise which `members` use."""
        nodes = self.graph.nodes
        slots = {str(nodes[k].data): None for m in members for k in (m, *nodes[m].args) if nodes[k].op == "noise"}
        if self.lanes == 1 or not slots:
            return
        self.functions.add("normal_pair")
        pad = INDENT * depth
        for slot in slots:
            row = self._new_row() * self.lanes
            self._drawn[slot] = f"s[{row} + r]"
            self.body += [
                f"{pad}for r in range({self.lanes // 2}):",
                f"{pad}{INDENT}first, second = normal_pair(seed, (ids[0] >> ONE) + np.uint64(r), "
                f"{variable_key(slot)}, tick, {element})",
                f"{pad}{INDENT}s[{row} + 2*r] = first",
                f"{pad}{INDENT}s[{row} + 2*r + 1] = second",
            ]

    # -- scratch --------------------------------------------------------------------------------------------------

    def _new_row(self, rows: int = 1) -> int:
        row = self.rows
        self.rows += rows
        return row

    def _area(self, index: int, n: int) -> int:
        if index not in self._areas:
            self._areas[index] = self._new_row(n)
        return self._areas[index]

    def _buffer_base(self, population: str) -> str:
        g = self.populations.index(population)
        before = self.buffers[population]
        self.buffers[population] += 1
        earlier = [f"len(src{q})*BUFFERS{q}" for q in range(g)]
        return " + ".join([*earlier, f"{before}*len(src{g})"])

    def _store_scalar(self, lines: Lines, index: int) -> None:
        if self.lanes == 1:
            self._scratch[index] = lines.name(index)
            return
        cell = f"s[{self._row_text(self._new_row())}]"
        lines.lines.append(f"{cell} = {lines.name(index)}")
        self._scratch[index] = cell

    def _start_total(self, index: int) -> None:
        node = self.graph.nodes[index]
        start = "0.0" if node.op == "total" else "-np.inf"
        cell = f"a{index}" if self.lanes == 1 else f"s[{self._row_text(self._new_row())}]"
        self._scratch[index] = cell
        self._lane_loop([f"{cell} = {start}"], 0)

    # -- small texts ----------------------------------------------------------------------------------------------

    def _given(self, index: int) -> bool:
        """Whether a value needs no line of its own in the loop of its level."""
        op = self.graph.nodes[index].op
        return op in AVAILABLE or op in REDUCTIONS or op in EDGE_SUMS or op in ("fill", "gather_source", "gather_target")

    def _feeds(self, index: int, level: int, population: str) -> bool:
        argument = self.graph.nodes[index].args[0]
        return self.graph.nodes[argument].domain.population == population and self.plan.level[argument] == level

    def _direction(self, index: int) -> str:
        return "outs" if self.graph.nodes[index].op == "sum_source" else "ins"

    def _gather_sum(self, index: int, value: str, direction: str, g: int) -> str:
        cell = self._scratch[index]
        if self.graph.nodes[index].op != "max_target":
            return f"{cell} = {cell} + {value}"
        first = f"e == {direction}{g}[i]"
        return f"{cell} = {value} if ({first}) | ({value} > {cell}) else {cell}"

    def _accumulate(self, op: str, cell: str, value: str) -> str:
        if op == "total":
            return f"{cell} = {cell} + {value}"
        return f"{cell} = {value} if {value} > {cell} else {cell}"

    def _row(self, slot: str) -> str:
        return self._row_text(self.place.states[slot])

    def _row_text(self, row: int) -> str:
        return f"{row}" if self.lanes == 1 else f"{row * self.lanes} + r"

    def _at(self, row: int, element: str) -> str:
        return f"{row} + {element}" if self.lanes == 1 else f"{row * self.lanes} + {element}*{self.lanes} + r"

    def _lane_loop(self, lines: Sequence[str], depth: int) -> None:
        if not lines:
            return
        pad = INDENT * depth
        if self.lanes > 1:
            self.body.append(f"{pad}for r in range({self.lanes}):")
            pad += INDENT
        self.body += [pad + line for line in lines]
