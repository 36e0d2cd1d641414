"""Expressions as lines of Python: the body of one generated loop.

Every value that is used more than once gets a name that is assigned once; a value used once is written inline. (With
re-used names LLVM needs a minute for what takes five seconds this way.) A conditional is one instruction that selects,
not a branch (engine/mathematics/choice.py), and the loop stays vectorised.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from ...algebra.graph import Graph
from ...algebra.nodes import Node
from ...algebra.operations import OPERATIONS

DEEPEST_INLINE = 12  # a long chain of values in one line would nest more brackets than Python's parser allows
_ATOM = re.compile(r"[A-Za-z_]\w*|\d+\.\d*(e[+-]?\d+)?")


class Lines:
    """The body of one loop: lines of source and the text of every value known in it.

    `read(index, node)` gives the text of a leaf or of a value computed in another loop; `prefix` makes its names
    unique in the function; `functions` collects the engine functions that are called.
    """

    def __init__(
        self,
        graph: Graph,
        uses: Callable[[int], int],
        read: Callable[[int, Node], str],
        prefix: str,
        functions: set[str],
    ) -> None:
        self.graph = graph
        self.uses = uses
        self.read = read
        self.prefix = prefix
        self.functions = functions
        self.lines: list[str] = []
        self._text: dict[int, str] = {}
        self._depth: dict[int, int] = {}

    def compute(self, members: Iterable[int], keep: set[int]) -> None:
        """Lines for `members` (arguments first); those in `keep` become names."""
        for index in members:
            node = self.graph.nodes[index]
            operation = OPERATIONS[node.op]
            # a template that has an argument twice would compute it twice, unless it has a name
            repeated = any(operation.source.count(f"{{{k}}}") > 1 for k in range(len(node.args)))
            text = operation.source.format(*[self.name(k) if repeated else self.text(k) for k in node.args])
            self.functions.update(re.findall(r"(?<![.\w])([a-z]\w*)\(", operation.source))
            depth = 1 + max((self._depth.get(k, 0) for k in node.args), default=0)
            self._text[index], self._depth[index] = text, depth
            if index in keep or self.uses(index) > 1 or depth >= DEEPEST_INLINE:
                self.name(index)

    def text(self, index: int) -> str:
        """The text of a value; loads it where it is not known in this loop."""
        if index not in self._text:
            node = self.graph.nodes[index]
            if node.op == "constant":
                value = str(node.data)
                value = f"np.{value}" if value == "nan" else value
                self._text[index] = f"({value})" if value.startswith("-") else value
            else:
                self._text[index] = self.read(index, node)
                self.name(index)
        return self._text[index]

    def name(self, index: int) -> str:
        """A name or number for the value; assigns a name if it has none."""
        text = self.text(index)
        if not _ATOM.fullmatch(text):
            self._text[index] = f"{self.prefix}{index}"
            self._depth[index] = 0
            self.lines.append(f"{self.prefix}{index} = {text}")
        return self._text[index]

    def define(self, index: int, text: str) -> None:
        """Set the text of a value in this loop."""
        self._text[index] = text
