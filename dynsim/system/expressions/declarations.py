"""What has been declared while a scenario is read: names and their values, parameters, and what is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from ...algebra.domain import SCALAR, Domain
from ...algebra.graph import Expr, Graph
from ...algebra.value import Value, components, like
from ...algebra.vector import Vector
from ...errors import shown
from ...games.base import Game
from ..component_names import component_names
from ..grammar.problems import Place, Problems
from ..model import Parameter
from .mentioned import mentioned


class Declarations:
    """The expression graph of a model under construction, with the meaning of every name.

    handles: the graph of a script's symbols. scope: name → value, for texts. leaves: component name → symbol.
    broken: names of things that are wrong themselves; whatever mentions them is skipped. phases: names of phase
    indicators. later: names of variables, which have no value yet where initial values are read. streams: variable →
    name of its random stream, where it is not the variable's own name. random_places: where texts sample random
    numbers at every step. mixed: what games take for mixed strategies. work: operations counted so far. nodes:
    population → labels of its nodes. values: population → name → one number per node. unusable: `graph.column` → why
    the column cannot be used.
    """

    def __init__(self, problems: Problems, broken: Iterable[str] = (), handles: Graph | None = None) -> None:
        self.graph = Graph()
        self.handles = handles
        self.problems = problems
        self.scope: dict[str, Expr | Vector | Domain] = {}
        self.leaves: dict[str, Expr] = {}
        self.parameters: dict[str, Parameter] = {}
        self.games: dict[str, Game] = {}
        self.phases: set[str] = set()
        self.broken = set(broken)
        self.later: set[str] = set()
        self.streams: dict[str, str] = {}
        self.random_places: list[Place] = []
        self.mixed: list[Value] = []
        self.work = 0
        self.nodes: dict[str, Sequence[str]] = {}
        self.values: dict[str, dict[str, Any]] = {}
        self.unusable: dict[str, str] = {}

    def declare(self, name: str, value: Value) -> None:
        """From here on `name` means `value`, in texts and in a script's expressions."""
        self.scope[name] = value
        shape = value.shape if isinstance(value, Vector) else ()
        self.leaves |= dict(zip(component_names(name, shape), components(value), strict=True))

    def symbols(self, name: str, shape: tuple[int, ...], domain: Domain = SCALAR) -> Value:
        """New leaf symbols: name, name[0], name[0][1]."""
        return like(shape, [self.graph.symbol(part, domain) for part in component_names(name, shape)])

    def number(self, place: Place, value: float) -> Expr:
        """The symbol of the new parameter that a number at `place` becomes."""
        name = place.path
        self.parameters[name] = Parameter(name, (), float(value))
        self.scope[name] = self.graph.symbol(name)
        return self.graph.symbol(name)

    def is_broken(self, raw: Any) -> bool:
        """Whether `raw` mentions something that is wrong itself; reading it would only add consequential errors."""
        return not self.broken.isdisjoint(mentioned(raw))

    def refuse_per_node(self, place: Place, target: str) -> bool:
        """Whether `target` names values per node, which nothing can change; if so, the problem is noted."""
        name = next((n for names in self.values.values() for n in names if n == re.sub(r"\[\d+\]\Z", "", target)), None)
        if name is None:
            return False
        message = f"{shown(name)} has one value per node, the same in all replicas: "
        message += "to change it, make it a variable on the graph, or multiply it by a parameter"
        self.problems.add(place, message, at_key=True)
        return True

    def refuse_phase(self, place: Place, name: str) -> None:
        """Note that only the clock changes the indicator of a phase."""
        self.problems.add(place, f"{shown(name)} is a phase: it begins when `phases` says", at_key=True)
