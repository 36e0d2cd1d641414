"""What an agent sees of the consequences of its moves: its gradient, with path factors and a horizon."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ...algebra.differentiate import gradient, own_gradient
from ...algebra.graph import Expr
from ...algebra.structural import named
from ...algebra.substitute import substitute
from ...errors import InputError, Problem
from ...rules.base import Exprs
from ...system.flows import Flows, flows_beside, reached
from ...system.model import Agent, Model
from .fixed_point import through_fixed_point
from .horizon import unrolled


@dataclass(frozen=True)
class Sight:
    """How one agent differentiates.

    factors: on the paths through derived variables, and through variables that flow, by component. ahead: with a
    horizon, what replaces the state. resting: the flows that it assumes to have come to rest.
    """

    agent: str
    factors: Mapping[str, Expr]
    ahead: Mapping[Expr, Expr] = field(default_factory=dict)
    resting: Flows = field(default_factory=dict)

    def seen(self, value: Expr) -> Expr:
        """The value at the state that the agent looks at."""
        return substitute([value], self.ahead)[0] if self.ahead else value

    def gradient(self, value: Expr, symbols: Sequence[Expr]) -> Exprs:
        """∇value by the symbols as the agent sees it. Of one value per node, each node's own derivative."""
        if self.resting:
            return through_fixed_point(value, symbols, self.resting, self.factors, self._masked)
        return self._masked(self.seen(value), symbols)

    def again(self, slope: Expr, symbols: Sequence[Expr]) -> Exprs:
        """The derivative of one component of this gradient; the factors on paths act once more."""
        if self.resting:
            raise InputError(Problem(
                "a gradient through where the flow comes to rest is not differentiated again", f"agents.{self.agent}"
            ))
        return self._masked(slope, symbols)

    def _masked(self, value: Expr, symbols: Sequence[Expr]) -> Exprs:
        if not symbols:
            return []
        if value.domain.kind == "scalar":
            return gradient([value], symbols, factors=self.factors)
        if any(s.domain != value.domain for s in symbols):
            raise InputError(Problem(
                f"an objective with {value.domain} moves a variable that has not: reduce it with mean(...) or sum(...)",
                f"agents.{self.agent}",
            ))
        return own_gradient(value, symbols, self.factors)


def sight_of(model: Model, agent: Agent, objectives: Sequence[Expr]) -> Sight:
    """The sight of an agent that looks at these objectives.

    With a horizon of H, objectives are evaluated where the flow takes the system: E(x(H), θ) in place of E(x, θ). The
    factor g_v on the path through x_v acts once, where they read x_v(H). So g = 1 gives d/dθ E(x(H; θ), θ), and g = 0
    is blind to the effect of the agent's own components on x_v.
    """
    factors = {name: marked(factor, agent.name, name) for name, factor in agent.paths.items()}
    if agent.horizon is None:
        return Sight(agent.name, factors)
    flows = reached(objectives, flows_beside(model.variables, agent.controls))
    if not flows:
        return Sight(agent.name, factors)
    if isinstance(agent.horizon, str):
        return Sight(agent.name, factors, resting=flows)
    ahead = unrolled(model, flows, agent.horizon, f"agents.{agent.name}.horizon")
    # The factors act at `named` nodes. Only the end of the way gets one: inside, a factor would act at every step.
    ahead |= {symbol: named(ahead[symbol], str(symbol.name)) for symbol in flows}
    return Sight(agent.name, factors, ahead)


def marked(factor: Expr, agent: str, path: str) -> Expr:
    """The factor with a mark, by which idle.py finds it in whatever it enters.

    The mark is a pair and no name, so that no path factor acts on it and printing passes it over.
    """
    return factor.graph.add("named", (factor.index,), (agent, path), factor.domain)
