"""The body of one generated function: the loops that compute a set of new values from the states.

    for every level (schedule.py):
        one loop over the lanes for the level's scalars
        for every population one loop over its nodes: first the sums over the node's edges, then the node's values

With a single lane there is no lane loop: scalars are local names, and edge values go through a buffer. LLVM can then
vectorise the loop that computes them. It cannot vectorise the sums: floating-point addition is not associative, and
sums keep one order, so that results do not depend on the machine.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from ...algebra.graph import Expr, Graph
from ...algebra.nodes import RANDOM, Node
from . import random_numbers
from .emit import Lines
from .layout import Layout
from .places import LoopKind, Places
from .random_numbers import INDENT
from .schedule import AVAILABLE, EDGE_SUMS, GATHERS, REDUCTIONS, Schedule, schedule

FUNCTIONS = ("pow", "exp", "log", "sin", "cos", "tanh", "sigmoid", "softplus", "erf", "probit")
READ = (*AVAILABLE, *REDUCTIONS, *EDGE_SUMS, *GATHERS, "fill")  # need no line of their own


class Loops:
    """Writes the body of one function.

    target: the array that receives the values, "k", or "y" if the step can be made in place. time: the text of t.
    checked: scalar slots whose values are added to s[lane]. The sum is finite only if all of them are, so the driver
    finds a diverged replica by one number instead of all states.
    """

    def __init__(
        self,
        graph: Graph,
        place: Layout,
        outputs: Mapping[str, Expr],
        target: str,
        time: str,
        checked: Collection[str] = (),
    ) -> None:
        self.graph, self.place, self.outputs = graph, place, outputs
        self.target, self.checked = target, checked
        self.lanes = place.lanes
        self.plan: Schedule = schedule(graph, list(outputs.values()))
        self.texts = Places(graph, place, time)
        self.body: list[str] = []
        self.functions: set[str] = set()
        self._loops = 0

    def write(self) -> list[str]:
        for level in range(self.plan.depth):
            self._scalars(level)
            for population in self.place.nodes:
                self._nodes(level, population)
        return self.body

    def _scalars(self, level: int) -> None:
        members = [k for k in self.plan.at(level, "scalar") if self.graph.nodes[k].op not in READ]
        outputs = self._outputs(level, "")
        random = self._random(members, 0, "0")
        lines = self.new_lines("lane")
        self._compute(lines, members, random)
        for k in members:
            if k in self.plan.stored:
                self._keep_scalar(lines, k)
        # slots with equal new values share one name, and one check
        names = list(dict.fromkeys(lines.name(self.outputs[o].index) for o in outputs if o in self.checked))
        if names:
            lines.lines.append(f"s[{self.texts.cell(0)}] += {' + '.join(names)}")
        stores = [
            f"{self.target}[{self.texts.cell(self.place.states[o])}] = {lines.text(self.outputs[o].index)}"
            for o in outputs
        ]
        self.lane_loop([*lines.lines, *stores], 0)

    def _nodes(self, level: int, population: str) -> None:
        nodes, at = self.graph.nodes, self.plan.at(level, "node", population)
        members = [k for k in at if nodes[k].op not in READ]
        sums = {d: [k for k in at if nodes[k].op in ops] for d, ops in DIRECTIONS.items()}
        totals = [k for k in self.plan.order if nodes[k].op in REDUCTIONS and self._feeds(k, level, population)]
        outputs = self._outputs(level, population)
        if not (members or totals or outputs or any(sums.values())):
            return
        # What must be there before the loop over nodes comes first: buffers of edge values, and the start of totals.
        for found in sums.values():
            self._edge_buffers(found, population)
        for k in totals:
            self._start_total(k)
        self.body.append(f"for i in range({self.place.nodes[population]}):")
        for direction, found in sums.items():
            self._edge_sums(direction, found, population)
        random = self._random(members, 1, "i")
        lines = self.new_lines("node")
        for k in (k for found in sums.values() for k in found):
            lines.define(k, self.texts.known[k])
        self._compute(lines, members, random)
        tail = [
            f"s[{self.texts.at(self.texts.area(k), 'i')}] = {lines.text(k)}"
            for k in at if k in self.plan.stored and nodes[k].op not in AVAILABLE
        ]
        # a total is accumulated where its argument is computed, so the argument itself need not be stored
        tail += [_accumulate(nodes[k].op, self.texts.known[k], lines.name(nodes[k].args[0])) for k in totals]
        tail += [
            f"{self.target}[{self.texts.at(self.place.states[o], 'i')}] = {lines.text(self.outputs[o].index)}"
            for o in outputs
        ]
        self.lane_loop([*lines.lines, *tail], 1)

    # -- edges ----------------------------------------------------------------------------------------------------

    def _edge_sums(self, direction: str, sums: Sequence[int], population: str) -> None:
        """Inside the loop over nodes: the sums over node i's edges."""
        if not sums:
            return
        g, offsets = self.texts.numbers[population], "ins" if direction == "incoming" else "outs"
        buffered = {k: self.texts.known.get(k, "") for k in sums}
        for k in sums:
            self.texts.known[k] = self.texts.new_cell() if self.lanes > 1 else f"a{k}"
        self.lane_loop([f"{self.texts.known[k]} = 0.0" for k in sums], 1)
        self.body.append(f"{INDENT}for e in range({offsets}{g}[i], {offsets}{g}[i + 1]):")
        if self.lanes == 1:
            edge = "e" if direction == "incoming" else f"oute{g}[e]"
            self.body += [INDENT * 2 + self._add_edge(k, f"b[{buffered[k]} + {edge}]", f"ins{g}") for k in sums]
            return
        lines = self.new_lines("incoming" if direction == "incoming" else "outgoing")
        edge = f"j{g} = src{g}[e]" if direction == "incoming" else f"c{g} = oute{g}[e]"
        self.body.append(INDENT * 2 + edge)
        if direction == "outgoing":
            self.body.append(f"{INDENT * 2}j{g} = tgt{g}[c{g}]")
        values = [self.graph.nodes[k].args[0] for k in sums]
        lines.compute(self._edge_members(values), set())
        tail = [self._add_edge(k, lines.name(v), f"ins{g}") for k, v in zip(sums, values, strict=True)]
        self.lane_loop([*lines.lines, *tail], 2)

    def _edge_buffers(self, sums: Sequence[int], population: str) -> None:
        """With one lane: all edge values of a level, in a loop before the one over nodes.

        If functions are called, the gathered values are put into buffers first: a loop that gathers is not
        vectorised, and vectorised functions are worth another loop.
        """
        if self.lanes > 1 or not sums:
            return
        g, nodes = self.texts.numbers[population], self.graph.nodes
        lines = self.new_lines("edge")
        values = [nodes[k].args[0] for k in sums]
        members = self._edge_members(values)
        found = [f"j{g} = src{g}[e]", f"i = tgt{g}[e]"]
        if any(nodes[k].op in FUNCTIONS for k in members):
            used = {*values, *(k for m in members for k in nodes[m].args)}
            for k in sorted(k for k in used if nodes[k].op in GATHERS):
                gathered = f"b[{self.texts.new_buffer(population)} + e]"
                found.append(f"{gathered} = {self.texts.read(k, nodes[k], 'edge')}")
                lines.define(k, gathered)
            self.body += [f"for e in range(len(src{g})):", *(INDENT + line for line in found)]
            found = []
        lines.compute(members, set())
        tail = []
        for k, value in zip(sums, values, strict=True):
            self.texts.known[k] = self.texts.new_buffer(population)
            tail.append(f"b[{self.texts.known[k]} + e] = {lines.text(value)}")
        self.body += [f"for e in range(len(src{g})):", *(INDENT + line for line in (*found, *lines.lines, *tail))]

    def _edge_members(self, values: Sequence[int]) -> list[int]:
        """The edge values behind `values`, down to those gathered from nodes, arguments first."""
        nodes = self.graph.nodes
        seen: set[int] = set()
        stack = list(values)
        while stack:
            k = stack.pop()
            if k not in seen and nodes[k].domain.kind == "edge" and nodes[k].op not in READ:
                seen.add(k)
                stack.extend(nodes[k].args)
        return sorted(seen)

    def _add_edge(self, index: int, value: str, start: str) -> str:
        cell = self.texts.known[index]
        if self.graph.nodes[index].op != "max_target":
            return f"{cell} = {cell} + {value}"
        # A node without edges has 0, so the maximum cannot start at −inf: the first edge sets it.
        return f"{cell} = {value} if (e == {start}[i]) | ({value} > {cell}) | ({value} != {value}) else {cell}"

    # -- lanes ----------------------------------------------------------------------------------------------------

    def new_lines(self, context: LoopKind) -> Lines:
        self._loops += 1

        def read(index: int, node: Node) -> str:
            return self.texts.read(index, node, context)

        # names are assigned once in a function (emit.py says why), so every loop has its own
        prefix = "v" if self.lanes == 1 and context == "lane" else f"v{self._loops}_"
        return Lines(self.graph, lambda k: self.plan.uses[k], read, prefix, self.functions)

    def lane_loop(self, lines: Sequence[str], depth: int) -> None:
        if not lines:
            return
        pad = INDENT * depth
        if self.lanes > 1:
            self.body.append(f"{pad}for r in range({self.lanes}):")
            pad += INDENT
        self.body += [pad + line for line in lines]

    def _random(self, members: Iterable[int], depth: int, element: str) -> dict[int, str]:
        """The texts of the random numbers among `members`. With several lanes, a loop before samples them, a
        pair of lanes at a time."""
        texts = {}
        for k in members:
            leaf = self.graph.nodes[k]
            if leaf.op not in RANDOM:
                continue
            self.functions.add(random_numbers.function_for(leaf.op, self.lanes))
            if self.lanes == 1:
                texts[k] = random_numbers.one(leaf.op, str(leaf.data), element)
            else:
                row = self.texts.new_row() * self.lanes
                texts[k] = f"s[{row} + r]"
                self.body += random_numbers.pairs(f"s[{row} + ", leaf.op, str(leaf.data), self.lanes, depth, element)
        return texts

    def _compute(self, lines: Lines, members: Sequence[int], random: Mapping[int, str]) -> None:
        """Lines for the members of a loop; `random` has the texts of the random numbers among them."""
        for k, text in random.items():
            lines.define(k, text)
            lines.name(k)
        lines.compute([k for k in members if k not in random], self.plan.stored)

    def _keep_scalar(self, lines: Lines, index: int) -> None:
        """Keep a scalar for later loops."""
        if self.lanes == 1:
            self.texts.known[index] = lines.name(index)
        else:
            self.texts.known[index] = self.texts.new_cell()
            lines.lines.append(f"{self.texts.known[index]} = {lines.name(index)}")

    def _start_total(self, index: int) -> None:
        start = "0.0" if self.graph.nodes[index].op == "total" else "-np.inf"
        self.texts.known[index] = f"a{index}" if self.lanes == 1 else self.texts.new_cell()
        self.lane_loop([f"{self.texts.known[index]} = {start}"], 0)

    def _outputs(self, level: int, population: str) -> list[str]:
        """The slots whose new values one loop computes."""
        return [
            slot for slot, e in self.outputs.items()
            if self.plan.level[e.index] == level and self.place.slots[slot].domain.population == population
        ]

    def _feeds(self, index: int, level: int, population: str) -> bool:
        argument = self.graph.nodes[index].args[0]
        return self.graph.nodes[argument].domain.population == population and self.plan.level[argument] == level


DIRECTIONS = {"incoming": ("sum_target", "max_target"), "outgoing": ("sum_source",)}


def _accumulate(op: str, cell: str, value: str) -> str:
    if op == "total":
        return f"{cell} = {cell} + {value}"
    # NaN, which no comparison prefers, wins as in NumPy's maximum: divergence must not hide behind a neighbour
    return f"{cell} = {value} if ({value} > {cell}) | ({value} != {value}) else {cell}"
