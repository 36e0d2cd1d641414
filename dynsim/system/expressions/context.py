"""What names mean while a scenario is read, and the numbers that become parameters on the way.

Wherever an expression may stand, a plain number becomes a parameter named by its path ("agents.critic.rule.rate"). Any
number of a scenario can therefore differ between replicas without compiling again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ...algebra.domain import SCALAR, Domain
from ...algebra.graph import Expr, Graph, fill
from ...algebra.vector import Vector, components, like
from ...errors import shown
from ...games.base import Game
from ..component_names import component_names
from ..grammar.problems import Place, Problems
from ..model import Parameter, Value
from .mentioned import mentioned
from .reader import Reader
from .shapes import mismatch


class Context:
    """The expression graph of a model under construction, with the meaning of every name.

    Reading never raises: it notes the problem and returns None, so that one pass finds every mistake.

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

    def read(
        self,
        place: Place,
        raw: Any,
        *,
        shape: tuple[int, ...] | None = None,
        population: str | None = None,
        random: bool = False,
        scope: Mapping[str, Expr | Vector | Domain] | None = None,
        condition: bool = False,
        steps: bool = False,
    ) -> Value | None:
        """The value of `raw` (a number, a text, an Expr, or a list of these); None if it is wrong.

        shape: expected shape, to which a scalar is repeated; None allows any. population: one value per node of this
        population is expected, and a scalar is filled in; "" allows only scalars, None allows both. random: may be
        random, sampled once. steps: computed at every step, with new random numbers each time. scope: meaning of names,
        by default all that is declared. condition: truth values are expected instead of numbers.
        """
        known = len(self.problems)
        reader = Reader(self, population, random, steps, self.scope if scope is None else scope)
        value = reader.value(place, raw, shape)
        if value is None or len(self.problems) > known:
            return None
        message = mismatch(value, shape, population, condition)
        if not message and not steps:
            message = self._random_at_every_step(components(value))
        if message:
            self.problems.add(place, message)
            return None
        parts = components(value)
        if population:
            parts = [fill(part, Domain("node", population)) for part in parts]
        if shape:
            count = len(components(self.symbols("", shape)))
            parts = parts * count if len(parts) == 1 else parts
        elif isinstance(value, Vector):
            shape = value.shape
        return like(shape or (), parts)

    def one(self, place: Place, raw: Any, population: str | None = "", **settings: Any) -> Expr | None:
        """The value of `raw` where a single expression is expected, by default a scalar; the settings are those of
        `read`."""
        value = self.read(place, raw, shape=(), population=population, **settings)
        assert not isinstance(value, Vector)
        return value

    def _random_at_every_step(self, outputs: list[Expr]) -> str:
        """Why the outputs, which are not computed at every step, cannot be: they read random numbers that are. "" if
        they read none."""
        nodes = self.graph.nodes
        if not self.random_places or not self.graph.random(outputs):
            return ""
        named = (Expr(self.graph, k) for k in self.graph.reachable(outputs) if nodes[k].op == "named")
        source = next(str(e.name) for e in named if self.graph.random([e]))
        return f"{shown(source)} draws random numbers at every step: it cannot be used here"

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
