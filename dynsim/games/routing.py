"""Routing games."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from ..algebra.functions import sum_
from ..algebra.vector import Vector
from ..errors import InputError, Problem
from ..settings import array, choice
from .base import GAMES, Action, Example, Game, expect_shape, per_player, shape_of
from .building.normal_form import strategies


@GAMES.register
@dataclass(frozen=True)
class Routing(Game):
    """Traffic of every player splits over routes; a link e with the load y_e has the latency ℓ_e(y) = Σ_k a_ek y^k.

    An action is the shares of a player's demand d_i on the routes (a point of the simplex; with two routes, the share
    of the first). y_e is the sum of the flow on all routes through e. `drivers` says what a player descends:

        selfish     L_i = Σ_e ∫₀^{y_e} ℓ_e, the same for all: its slope by the flow on a route is the route's latency,
                    so its minimum is Wardrop's equilibrium (Wardrop 1952; Beckmann et al. 1956)
        companies   L_i = d_i Σ_r x_ir (latency of route r): players account for the effect of their own flow on
                    latencies (atomic splittable: Orda et al. 1993)
        social      L_i = Σ_e y_e ℓ_e(y_e): the total time on the roads, the same for all

    The total time of Wardrop's equilibrium is at most 4/3 of the minimum if all latencies are affine, and exactly 4/3
    in Pigou's example [[1, 0], [0, 1]] of two links (Pigou 1920; Roughgarden and Tardos 2002).
    """

    name: ClassVar[str] = "routing"
    example = Example(
        (3, 3), lambda rng: {"latencies": rng.uniform(size=(3, 3)).tolist(), "drivers": "companies"}, symmetric=True
    )

    latencies: Any = array(doc="a_ek, the coefficients of every link's latency, the constant first", at_least=0)
    routes: Any = array(
        doc="for every route its links: 1 of those it uses, else 0; default: every link is a route", optional=True,
        at_least=0, at_most=1,
    )  # fmt: skip
    demands: Any = array(doc="d_i, for each player or for all; default 1", optional=True, above=0)
    drivers: str = choice("selfish", "companies", "social", doc="what is descended")

    def mixed(self, actions: Sequence[Action]) -> Sequence[Action]:
        return actions

    def losses(self, actions: Sequence[Action]) -> Vector:
        shape = shape_of(self.latencies)
        if len(shape) != 2:
            raise InputError(Problem("expected a list of coefficients for every link", "latencies"))
        (links, _), n = shape, len(actions)
        count = links if self.routes is None else self._routes(links)
        shares = strategies(actions, (count,) * n)
        demands = per_player(1.0 if self.demands is None else self.demands, n, "demands")
        flows = [Vector(d * x for x in xs) for d, xs in zip(demands, shares, strict=True)]
        loads = Vector(sum_(Vector(parts)) for parts in zip(*flows, strict=True))  # of routes
        if self.routes is not None:
            loads = Vector(loads @ Vector(uses) for uses in zip(*self.routes, strict=True))
        if self.drivers == "companies":
            waits = Vector(_polynomial(a, y, 0) for a, y in zip(self.latencies, loads, strict=True))
            waits = waits if self.routes is None else self.routes @ waits
            return Vector(flow @ waits for flow in flows)
        integral = 1 if self.drivers == "selfish" else 0
        costs = Vector(y * _polynomial(a, y, integral) for a, y in zip(self.latencies, loads, strict=True))
        return Vector([sum_(costs)] * n)

    def _routes(self, links: int) -> int:
        """The number of routes; InputError unless the setting has a row of links for each."""
        shape = shape_of(self.routes)
        expect_shape(self.routes, (*shape[:1], links), "routes")
        return shape[0]


def _polynomial(coefficients: Vector, y: Any, integral: int) -> Any:
    """Σ_k a_k y^k by Horner's rule; with `integral` 1, ∫₀^y of it over y."""
    value: Any = 0.0
    for k in range(len(coefficients) - 1, -1, -1):
        value = coefficients[k] / float(k + 1 if integral else 1) + y * value
    return value
