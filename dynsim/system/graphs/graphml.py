"""Graphs from GraphML files: keys have scopes, types and defaults, and single edges may have their own direction."""

from __future__ import annotations

from typing import Any

from ...errors import shown
from .edge_list import EdgeList, Fault, GraphFaults
from .graphml_elements import Element, Key, parsed
from .text_lines import NUMBER

MAX_VALUES = 3_000_000
"""Nodes times their attributes."""

_WHOLE, _REAL = ("int", "integer", "long"), ("float", "double")
_TRUTH = {"true": True, "1": True, "false": False, "0": False}


def read_graphml(content: bytes, file: str, directed: bool | None) -> EdgeList:
    """The graph in a GraphML document. directed: overrides the direction that the document states for its edges.

    A directed graph has an undirected edge in both directions. Raises GraphFaults with every mistake.
    """
    return _Converter(content, file, directed).edge_list()


class _Converter:
    """From the elements of a document to nodes and edges."""

    def __init__(self, content: bytes, file: str, directed: bool | None) -> None:
        document = parsed(content, file)
        self.file, self.directed = file, directed
        self.default_directed, self.graphs = document.directed, document.graphs
        self.keys, self.nodes, self.edges = document.keys, document.nodes, document.edges
        self.faults, self.note = document.faults, document.note

    def edge_list(self) -> EdgeList:
        if self.graphs == 0 and not self.faults:
            self.faults.append((f"not GraphML: there is no graph in {self.file}", None))
        edge_list = EdgeList(self._mixed() if self.directed is None else self.directed, file=self.file)
        for name in self.nodes:
            edge_list.node(name)
        weights = self._named("weight")
        for edge in self.edges:
            self._add(edge_list, edge, self._weight(edge, weights))
        edge_list.values |= self._columns()
        if self.faults:
            raise GraphFaults(*self.faults)
        return edge_list

    def _mixed(self) -> bool:
        """Whether the graph is directed: if any edge is, or if it has no edges and they would be."""
        return any(self._has_direction(edge) for edge in self.edges) or (self.default_directed and not self.edges)

    def _has_direction(self, edge: Element) -> bool:
        return {"true": True, "false": False}.get(edge.given.get("directed", ""), self.default_directed)

    def _add(self, edge_list: EdgeList, edge: Element, weight: float) -> None:
        a, b = edge.given.get("source", ""), edge.given.get("target", "")
        for end in (a, b):
            if end and end not in self.nodes:
                self.note(f"there is no node {shown(end)}", edge.line)
                return
        if a and b:
            edge_list.add(a, b, weight, edge.line)
            if edge_list.directed and not self._has_direction(edge) and a != b:
                edge_list.add(b, a, weight, edge.line)

    def _named(self, name: str) -> dict[str, Key]:
        """The keys of edges with this name; if there are none, those whose name differs only in case."""
        keys = {k: key for k, key in self.keys.items() if "edge" in key.scopes and key.name.lower() == name}
        exact = {k: key for k, key in keys.items() if key.name == name}
        return exact or keys

    def _weight(self, edge: Element, keys: dict[str, Key]) -> float:
        stated = [(key, *edge.data[k]) for k, key in keys.items() if k in edge.data]
        stated = stated or [(key, key.default, key.line) for key in keys.values() if key.default is not None]
        if len(stated) > 1:
            self.note("the edge has two weights", edge.line)
        if not stated:
            return 1.0
        key, text, line = stated[0]
        value = number(text, key.type)
        if value is None or isinstance(value, str | bool):
            expected = {"string": "int, long, float or double as the type of the key weight, got string"}.get(
                key.type, f"a finite weight ({key.type}), got {shown(text)}"
            )
            self._once(f"expected {expected}", key.line if key.type == "string" else line)
            return 1.0
        return float(value)

    def _once(self, message: str, line: int) -> None:
        fault: Fault = (f"line {line} of {self.file}: {message}", None)
        if not self.faults or self.faults[-1] != fault:
            self.faults.append(fault)

    def _columns(self) -> dict[str, list[Any]]:
        """The attributes of nodes by name: one number, truth value or text per node, None where it has none."""
        keys = {k: key for k, key in self.keys.items() if "node" in key.scopes and key.name}
        used = {k for node in self.nodes.values() for k in node.data}
        keys = {k: key for k, key in keys.items() if k in used or key.default is not None}
        if len(keys) * len(self.nodes) > MAX_VALUES:
            self.faults.append((f"expected at most {MAX_VALUES:,} attributes of nodes in {self.file}", None))
            return {}
        columns: dict[str, list[Any]] = {}
        for k, key in keys.items():
            texts = [node.data[k][0] if k in node.data else key.default for node in self.nodes.values()]
            found = [None if text is None else number(text, key.type) for text in texts]
            known = columns.setdefault(key.name, found)
            columns[key.name] = [a if a is not None else b for a, b in zip(known, found, strict=True)]
        return columns


def number(text: str, kind: str) -> float | bool | str | None:
    """The value of `text` as the GraphML type `kind`: a finite number, a truth value, or the text itself if it is not a
    value of that type; None if it is empty."""
    if kind == "boolean":
        return _TRUTH.get(text.lower(), text)
    if kind in (*_WHOLE, *_REAL) and NUMBER.match(text):
        value = float(text)
        if value - value == 0.0 and (kind in _REAL or value == int(value)):
            return value
    return text or None
