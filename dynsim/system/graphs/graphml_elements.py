"""The elements of a GraphML document (Brandes et al. 2002), read one by one with the lines where they stand.

What other programs add (such as yEd's shapes) is skipped. Hyperedges, ports and graphs within nodes are refused, and
so are document types, whose entities could make a small XML file expand to any size.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from ...errors import shown
from ..text.yaml_scalars import UNPRINTABLE
from .edge_list import Fault, fault
from .text_lines import MAX_EDGES

NAMESPACE = "http://graphml.graphdrawing.org/xmlns"
MAX_DEPTH = 100

_REFUSED = {"hyperedge": "a hyperedge", "port": "a port"}
_SCOPES = {"node": ("node",), "edge": ("edge",), "all": ("node", "edge"), "": ("node", "edge")}


@dataclass
class Key:
    """An attribute that nodes or edges may have: its name, its type, and the value of those that do not give one."""

    name: str
    type: str
    scopes: tuple[str, ...]
    line: int
    default: str | None = None


@dataclass
class Element:
    """A node or an edge: its XML attributes, and its data by key id as (text, line)."""

    kind: str
    given: dict[str, str]
    line: int
    data: dict[str, tuple[str, int]]


@dataclass
class Document:
    """What a document contains, with the mistakes found so far. directed: whether its edges are by default. graphs:
    number of graph elements."""

    file: str
    directed: bool = False
    graphs: int = 0
    keys: dict[str, Key] = field(default_factory=dict)
    nodes: dict[str, Element] = field(default_factory=dict)
    edges: list[Element] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def note(self, message: str, line: int) -> None:
        self.faults.append((f"line {line} of {self.file}: {message}", None))


def parsed(content: bytes, file: str) -> Document:
    """The document in `content`, whose file is called `file` in messages. Raises GraphFaults at once for what is not
    XML or exceeds a limit; other mistakes are collected in the document."""
    handlers = _Handlers(file)
    parser = expat.ParserCreate(encoding="utf-8", namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler = handlers.start, handlers.end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = handlers.text, handlers.doctype
    parser.buffer_text, handlers.parser = True, parser
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise fault(f"not GraphML: line {error.lineno} of {file}: {expat.ErrorString(error.code)}") from None
    return handlers.document


class _Handlers:
    """Called by the parser. path: names of the open elements. open: the open nodes and edges. into: pieces of the text
    of the open datum. key: id of the key that the datum or default belongs to."""

    parser: Any

    def __init__(self, file: str) -> None:
        self.file = file
        self.document = Document(file)
        self.path: list[str] = []
        self.open: list[Element] = []
        self.into: list[str] | None = None
        self.key = ""

    def note(self, message: str, line: int | None = None) -> None:
        self.document.note(message, self.parser.CurrentLineNumber if line is None else line)

    def doctype(self, *_: Any) -> None:
        raise fault(f"document types and entities are not allowed in {self.file}")

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
                self.open.append(Element(name, given, self.parser.CurrentLineNumber, {}))
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
        self.document.keys[self.key] = Key(name, given.get("attr.type", "string").lower(), scopes, line)

    def _graph(self, given: dict[str, str]) -> None:
        self.document.graphs += 1
        if self.open:
            self.note("a graph within a node has no meaning here")
        elif self.document.graphs > 1:
            self.note("expected one graph, this is another one")
        else:
            self.document.directed = given.get("edgedefault") == "directed"
            if given.get("edgedefault") not in ("directed", "undirected", None):
                self.note(f"expected edgedefault to be directed or undirected, got {shown(given['edgedefault'])}")

    def _datum(self, name: str, text: str) -> None:
        if name == "default":
            if self.key in self.document.keys:
                self.document.keys[self.key].default = text
        elif self.open:
            line = self.parser.CurrentLineNumber
            if self.key not in self.document.keys:
                self.note(f"no key has the id {shown(self.key)}")
            self.open[-1].data[self.key] = (text, line)

    def _element(self, element: Element) -> None:
        if element.kind == "edge":
            self.document.edges.append(element)
            if len(self.document.edges) > MAX_EDGES:
                raise fault(f"expected at most {MAX_EDGES:,} edges in {self.file}, found more")
            for end in ("source", "target"):
                if not element.given.get(end):
                    self.note(f"the edge has no {end}", element.line)
            return
        name = element.given.get("id", "")
        if not name or UNPRINTABLE.search(name):
            self.note("expected a node with a printable id", element.line)
        elif name in self.document.nodes:
            first = self.document.nodes[name].line
            self.note(f"the node {shown(name)} is listed twice, first in line {first}", element.line)
        else:
            self.document.nodes[name] = element
