"""Random distributions that a text calls, as random leaves of the graph.

By their parameters: normal(mean, standard deviation), uniform(low, high), lognormal(mean and standard deviation of the
logarithm), exponential(mean), cauchy(centre, half width), bernoulli(probability of 1), integers(lowest, highest),
choice(a, b, …) with equal chances, and simplex(), uniform on the simplex. An initial value is sampled once; a text that
is computed at every step samples anew at every step.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...errors import DomainError
from ..domain import join, node
from ..functions import sum_
from ..graph import Expr, Graph
from ..value import Value, components
from ..vector import Vector
from .calls import MANY
from .transforms import per_step

DISTRIBUTIONS: dict[str, tuple[int, int]] = {
    "normal": (2, 2), "uniform": (2, 2), "lognormal": (2, 2), "exponential": (1, 1), "cauchy": (2, 2),
    "bernoulli": (1, 1), "integers": (2, 2), "choice": (1, MANY), "simplex": (0, 0),
}
"""Name → (least, most arguments)."""


@dataclass
class Sampler:
    """Makes the random leaves of one text and numbers them.

    stream: the prefix of the names of a step's random numbers; None for an initial value, whose numbers are leaves of
    op "sample". each: the population whose every node samples for itself. length: how many components sample for
    themselves. ordinal: how many random numbers there are so far.
    """

    graph: Graph
    stream: str | None
    each: str | None
    length: int | None
    ordinal: int = 0

    def widened(self, value: Value) -> bool:
        """Adopt the shape of the text's value. True if it has nodes or components that have not sampled so far.

        The shape is known only after the whole text is read: in `normal(0, 1) + x`, x may be a population. If this is
        true, the text is read again, so that every node or component gets a random number of its own.
        """
        before = self.each, self.length
        self.each = self.each or components(value)[0].domain.population or None
        if isinstance(value, Vector) and len(value.shape) == 1:
            self.length = len(value)
        self.ordinal = 0
        return (self.each, self.length) != before

    def call(self, kind: str, args: list[Any]) -> Any:
        """One random number, or a vector of them where the variable or a parameter is a vector.

        DomainError for parameters that are no numbers, and for vectors of different lengths.
        """
        if kind == "simplex":
            if self.length is None:
                raise DomainError("simplex: expected a vector variable")
            # independent exponentials over their sum are uniform on the simplex
            parts = Vector(self._sample("exponential", [self.graph.constant(1.0)]) for _ in range(self.length))
            return parts / sum_(parts)
        lengths = {len(a) for a in args if isinstance(a, Vector)}
        if self.length is not None:
            lengths.add(self.length)
        if len(lengths) > 1:
            raise DomainError(f"{kind}: vectors of different lengths: {' and '.join(map(str, sorted(lengths)))}")
        if not lengths:
            return self._sample(kind, args)
        (n,) = lengths
        return Vector(self._sample(kind, [a[k] if isinstance(a, Vector) else a for a in args]) for k in range(n))

    def _sample(self, kind: str, args: list[Any]) -> Expr:
        own = [node(self.each)] if self.each is not None else []
        if any(not isinstance(a, Expr) or a.boolean for a in args):
            raise DomainError(f"{kind}: expected numbers as parameters")
        domain = join([a.domain for a in args] + own, kind)
        if domain.kind == "edge":
            raise DomainError(f"{kind}: a number is drawn for every node, not for every edge")
        ordinal, self.ordinal = self.ordinal, self.ordinal + 1
        if self.stream is not None:
            return per_step(kind, args, f"{self.stream}:{ordinal}", domain)
        return self.graph.add("sample", tuple(a.index for a in args), (kind, ordinal), domain)
