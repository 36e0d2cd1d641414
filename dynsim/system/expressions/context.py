"""What names mean while a scenario is read, and the numbers that become parameters on the way.

Wherever an expression may stand, a plain number becomes a parameter named by its path ("agents.critic.rule.rate"). Any
number of a scenario can therefore differ between replicas without compiling again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...algebra.domain import Domain
from ...algebra.graph import Expr, fill
from ...algebra.value import Value, components, like
from ...algebra.vector import Vector
from ...errors import shown
from ..grammar.problems import Place
from .declarations import Declarations
from .reader import Reader
from .shapes import mismatch


class Context(Declarations):
    """Declarations that read the values of further ones.

    Reading never raises: it notes the problem and returns None, so that one pass finds every mistake.
    """

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
        reader = Reader(self, population, random, steps, self.scope if scope is None else scope, self.one)
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
