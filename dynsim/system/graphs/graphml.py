"""GraphML (Brandes et al. 2002): graphs as XML, read element by element with the lines where they stand.

Keys with their scopes, types and defaults, the direction of single edges, and data of nodes and edges count; what other
programs put between (such as yEd's shapes) is passed over. Hyperedges, ports and graphs within nodes are refused, and
so is a document type, with which an XML file could ask for endless memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from xml.parsers import expat

from ...errors import shown
from ..text.yaml_scalars import UNPRINTABLE
from .edge_list import EdgeList, Fault, GraphFaults, fault
from .text_lines import MAX_EDGES, NUMBER

NAMESPACE = "http://graphml.graphdrawing.org/xmlns"
MAX_DEPTH = 100
MAX_VALUES = 3_000_000
"""Nodes times their attributes."""

_REFUSED = {"hyperedge": "a hyperedge", "port": "a port"}
_SCOPES = {"node": ("node",), "edge": ("edge",), "all": ("node", "edge"), "": ("node", "edge")}
_WHOLE, _REAL = ("int", "integer", "long"), ("float", "double")
_TRUTH = {"true": True, "1": True, "false": False, "0": False}


@dataclass
class _Key:
    """An attribute that nodes or edges may have: its name, its type, and the value of those that say nothing."""

    name: str
    type: str
    scopes: tuple[str, ...]
    line: int
    default: str | None = None


@dataclass
class _Element:
    """A node or an edge: its XML attributes and its data, by the ids of keys."""

    kind: str
    given: dict[str, str]
    line: int
    data: dict[str, tuple[str, int]]


def read_graphml(content: bytes, file: str, directed: bool | None) -> EdgeList:
    """The graph in a GraphML document. directed: instead of what the document says of its edges."""
    reader = _Reader(file, directed)
    parser = expat.ParserCreate(encoding="utf-8", namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler = reader.start, reader.end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = reader.text, reader.doctype
    parser.buffer_text, reader.parser = True, parser
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise fault(f"not GraphML: line {error.lineno} of {file}: {expat.ErrorString(error.code)}") from None
    return reader.edge_list()


class _Reader:
    """What the parser calls."""

    parser: Any

    def __init__(self, file: str, directed: bool | None) -> None:
        self.file, self.directed = file, directed
        self.default_directed = False
        self.faults: list[Fault] = []
        self.keys: dict[str, _Key] = {}
        self.path: list[str] = []
        self.open: list[_Element] = []
        self.into: list[str] | None = None
        self.key = ""
        self.nodes: dict[str, _Element] = {}
        self.edges: list[_Element] = []
        self.graphs = 0

    def note(self, message: str, line: int | None = None) -> None:
        line = self.parser.CurrentLineNumber if line is None else line
        self.faults.append((f"line {line} of {self.file}: {message}", None))

    def doctype(self, *_: Any) -> None:
        raise fault(f"document types and entities are not allowed in {self.file}")

    # -- what the parser calls ------------------------------------------------------------------------------------

    def start(self, tag: str, given: dict[str, str]) -> None:
        space, _, name = tag.rpartition(" ")
        name = name if space in ("", NAMESPACE) else f"{space} {name}"
        self.path.append(name)
        if len(self.path) == 1 and name != "graphml":
            raise fault(f"not GraphML: expected the element graphml in {self.file}, got {shown(name)}")
        if len(self.path) > MAX_DEPTH:
            raise fault(f"not GraphML: more than {MAX_DEPTH} elements within each other in {self.file}")
        match name:
            case "key":
                self._key(given)
            case "graph":
                self._graph(given)
            case "node" | "edge":
                self.open.append(_Element(name, given, self.parser.CurrentLineNumber, {}))
            case "data" | "default":
                self.into, self.key = [], given.get("key", "") if name == "data" else self.key
            case "hyperedge" | "port":
                self.note(f"{_REFUSED[name]} has no meaning here")

    def text(self, text: str) -> None:
        if self.into is not None and self.path[-1] in ("data", "default"):
            self.into.append(text)

    def end(self, tag: str) -> None:
        name = self.path.pop()
        match name:
            case "data" | "default":
                self._datum(name, "".join(self.into or ()).strip())
                self.into = None
            case "node" | "edge" if self.open:
                self._element(self.open.pop())

    def _key(self, given: dict[str, str]) -> None:
        line = self.parser.CurrentLineNumber
        scopes = _SCOPES.get(given.get("for", ""), ())
        self.key = given.get("id", "")
        name = given.get("attr.name", "" if "yfiles.type" in given else self.key)
        self.keys[self.key] = _Key(name, given.get("attr.type", "string").lower(), scopes, line)

    def _graph(self, given: dict[str, str]) -> None:
        self.graphs += 1
        if self.open:
            self.note("a graph within a node has no meaning here")
        elif self.graphs > 1:
            self.note("expected one graph, this is another one")
        else:
            self.default_directed = given.get("edgedefault") == "directed"
            if given.get("edgedefault") not in ("directed", "undirected", None):
                self.note(f"expected edgedefault to be directed or undirected, got {shown(given['edgedefault'])}")

    def _datum(self, name: str, text: str) -> None:
        if name == "default":
            if self.key in self.keys:
                self.keys[self.key].default = text
        elif self.open:
            line = self.parser.CurrentLineNumber
            if self.key not in self.keys:
                self.note(f"no key has the id {shown(self.key)}")
            self.open[-1].data[self.key] = (text, line)

    def _element(self, element: _Element) -> None:
        if element.kind == "edge":
            self.edges.append(element)
            if len(self.edges) > MAX_EDGES:
                raise fault(f"expected at most {MAX_EDGES:,} edges in {self.file}, found more")
            for end in ("source", "target"):
                if not element.given.get(end):
                    self.note(f"the edge has no {end}", element.line)
            return
        name = element.given.get("id", "")
        if not name or UNPRINTABLE.search(name):
            self.note("expected a node with a printable id", element.line)
        elif name in self.nodes:
            first = self.nodes[name].line
            self.note(f"the node {shown(name)} is listed twice, first in line {first}", element.line)
        else:
            self.nodes[name] = element

    # -- what comes of it -----------------------------------------------------------------------------------------

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
        """Whether any edge has a direction."""
        return any(self._has_direction(edge) for edge in self.edges) or (self.default_directed and not self.edges)

    def _has_direction(self, edge: _Element) -> bool:
        return {"true": True, "false": False}.get(edge.given.get("directed", ""), self.default_directed)

    def _add(self, edge_list: EdgeList, edge: _Element, weight: float) -> None:
        a, b = edge.given.get("source", ""), edge.given.get("target", "")
        for end in (a, b):
            if end and end not in self.nodes:
                self.note(f"there is no node {shown(end)}", edge.line)
                return
        if a and b:
            edge_list.add(a, b, weight, edge.line)
            if edge_list.directed and not self._has_direction(edge) and a != b:
                edge_list.add(b, a, weight, edge.line)

    def _named(self, name: str) -> dict[str, _Key]:
        """The keys of edges with this name, in lower case or not."""
        keys = {k: key for k, key in self.keys.items() if "edge" in key.scopes and key.name.lower() == name}
        exact = {k: key for k, key in keys.items() if key.name == name}
        return exact or keys

    def _weight(self, edge: _Element, keys: dict[str, _Key]) -> float:
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
        """The attributes of nodes by name: a number, true or false, or text per node; None where there is none."""
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
    """What a text of a type states: a finite number, true or false; a text that is none of its type stays one."""
    if kind == "boolean":
        return _TRUTH.get(text.lower(), text)
    if kind in (*_WHOLE, *_REAL) and NUMBER.match(text):
        value = float(text)
        if value - value == 0.0 and (kind in _REAL or value == int(value)):
            return value
    return text or None
