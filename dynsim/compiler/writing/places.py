"""How generated code reads a value: the text of a leaf, or of what another loop has left in scratch.

Kinds of loops: "lane" (a loop over the lanes only), "node" (node i of a population), "incoming" (edge e into node i),
"outgoing" (edge c out of node i) and "edge" (edge e by itself, with node i at its head).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from ...algebra.graph import Graph
from ...algebra.nodes import Node
from .layout import Layout

LoopKind = Literal["lane", "node", "incoming", "outgoing", "edge"]


class Places:
    """The texts of one generated function, and the scratch it takes (rows of s, edge buffers by population)."""

    def __init__(self, graph: Graph, place: Layout, time: str) -> None:
        self.graph = graph
        self.place = place
        self.time = time
        self.lanes = place.lanes
        self.numbers = {name: g for g, name in enumerate(place.nodes)}
        self.rows = place.reserved
        self.buffers: dict[str, int] = dict.fromkeys(place.nodes, 0)
        self.known: dict[int, str] = {}  # the places of scalars and sums of other loops
        self._areas: dict[int, int] = {}

    def read(self, index: int, node: Node, context: LoopKind) -> str:
        """The text of a leaf, or of a value that another loop computes."""
        match node.op:
            case "symbol":
                return self._symbol(str(node.data), node)
            case "constant":
                return f"({node.data})"
            case "time":
                return self.time
            case "size":
                return repr(float(self.place.nodes[str(node.data)]))
            case "index":
                return "float(i)"
            case "values":
                return self._value(node, "i")
            case "weight":
                g = self.numbers[node.domain.population]
                return f"wgt{g}[{f'c{g}' if context == 'outgoing' else 'e'}]"
            case "fill":
                return self.read(node.args[0], self.graph.nodes[node.args[0]], context)
            case "gather_source" | "gather_target":
                return self._gather(node, context)
        kept = f"s[{self.at(self.area(index), 'i')}]" if node.domain.kind == "node" else self.known[index]
        # scratch holds numbers: a condition that passed through it is compared with 0 again
        return f"({kept} != 0.0)" if node.boolean else kept

    def cell(self, row: int) -> str:
        """The place of a scalar slot or scratch row, as an index."""
        return f"{row}" if self.lanes == 1 else f"{row * self.lanes} + r"

    def scalar(self, array: str, row: int) -> str:
        """A scalar's value in p, y or k."""
        if array in self.place.inside:
            return f"s[{self.cell(self.place.inside[array] + row)}]"
        return f"{array}[{self.cell(row)}]"

    def at(self, row: int, element: str) -> str:
        """The place of a node's value, as an index; the population's rows start at `row`."""
        return f"{row} + {element}" if self.lanes == 1 else f"{row * self.lanes} + {element}*{self.lanes} + r"

    def new_row(self, rows: int = 1) -> int:
        row = self.rows
        self.rows += rows
        return row

    def new_cell(self) -> str:
        """A scratch place for one number per lane."""
        return f"s[{self.cell(self.new_row())}]"

    def area(self, index: int) -> int:
        """The first scratch row of a population value."""
        if index not in self._areas:
            self._areas[index] = self.new_row(self.place.nodes[self.graph.nodes[index].domain.population])
        return self._areas[index]

    def new_buffer(self, population: str) -> str:
        """The start of a buffer with one number per edge; those of a graph stand behind those of the graphs before."""
        # The number of edges is data, no literal: another sample of a random graph needs no new kernel.
        g = self.numbers[population]
        mine = self.buffers[population]
        self.buffers[population] += 1
        return " + ".join([*(f"len(src{q})*{buffer_count(q)}" for q in range(g)), f"{mine}*len(src{g})"])

    def _symbol(self, name: str, node: Node) -> str:
        if name in self.place.parameters:
            return self.scalar("p", self.place.parameters[name])
        row = self.place.states[name]
        return self.scalar("y", row) if node.domain.kind == "scalar" else f"y[{self.at(row, 'i')}]"

    def _gather(self, node: Node, context: LoopKind) -> str:
        argument = node.args[0]
        leaf = self.graph.nodes[argument]
        # node i is the loop's own node: the head of its incoming edges and the tail of its outgoing ones
        own = (node.op == "gather_source") == (context == "outgoing")
        end = "i" if own else f"j{self.numbers[node.domain.population]}"
        if leaf.op == "symbol":
            return f"y[{self.at(self.place.states[str(leaf.data)], end)}]"
        if leaf.op == "index":
            return f"float({end})"
        if leaf.op == "values":
            return self._value(leaf, end)
        return f"s[{self.at(self.area(argument), end)}]"


    def _value(self, leaf: Node, element: str) -> str:
        """What a population's table holds for a node."""
        start = self.place.values[str(leaf.data)]
        return f"val{self.numbers[leaf.domain.population]}[{start} + {element}]"


def buffer_count(graph: int) -> str:
    """The constant of a generated module that holds the number of buffers of a graph.

    It is known only when all functions are written, after this text.
    """
    return f"BUFFERS{graph}"


def unpacked(graphs: Mapping[str, object]) -> tuple[str, ...]:
    """The names under which generated code finds the arrays of its graphs, in the order in which they are passed."""
    parts = ("src", "tgt", "wgt", "ins", "outs", "oute", "val")
    return tuple(f"{part}{k}" for k in range(len(graphs)) for part in parts)
