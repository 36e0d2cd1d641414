"""The extragradient method with an anchor."""

from dataclasses import dataclass
from typing import ClassVar

from ..algebra.functions import where
from ..settings import Number, choice, number
from .base import RULES, GameView, Rule, Update
from .building.anchoring import anchored


@RULES.register
@dataclass(frozen=True)
class AnchoredExtragradient(Rule):
    """y = x_k + (x_0 − x_k)/(k+2) − a_k ξ(x_k), x_{k+1} = x_k + (x_0 − x_k)/(k+2) − a_k ξ(y) (Yoon & Ryu 2021, EAG).

    With step "constant" (EAG-C), a_k = rate. With step "varying" (EAG-V), a_0 = rate and a_{k+1} = a_k(1 −
    s/((k+1)(k+3)(1−s))), s = a_k²L². In convex–concave games, with L the Lipschitz constant of ξ and R the distance of
    x_0 from a solution: ‖ξ(x_k)‖² ≤ 260 R²L²/(k+1)² for a_k = 1/(8L), and ‖ξ(x_k)‖² ≤ 27 R²L²/((k+1)(k+2)) for a_0 =
    .618/L. The rule assumes that every player moves by it with this agent's settings; k counts the agent's own moves.
    Memory: everybody's position at the first move, k, and a_k. For vanishing rates the steps follow dx/dt = −ξ + (x_0 −
    x)/t, which depends on the start and the time and so is no flow of the state.
    """

    name: ClassVar[str] = "anchored_extragradient"
    populations = True
    pace = "harmonic"

    rate: Number = number(above=0, doc="step size a, also of the extrapolation; if it varies a_0, below 1/L")
    step: str = choice("constant", "varying", doc="whether the step stays or shrinks to a limit")
    lipschitz: Number = number(1.0, above=0, doc="L, the Lipschitz constant of ξ, for varying steps")

    def update(self, game: GameView) -> Update:
        k, anchors, memory = anchored(game)
        size: Number = self.rate
        if self.step == "varying":
            size = where(k > 0.0, game.counter("size"), self.rate)
            square = (size * self.lipschitz) ** 2.0
            memory["size"] = [size * (1.0 - square / ((k + 1.0) * (k + 3.0) * (1.0 - square)))]
        pulls = {j: [(a - x) / (k + 2.0) for a, x in zip(anchors[j], game.xs[j], strict=True)] for j in anchors}
        points = {
            j: [x + p - size * slope for x, p, slope in zip(game.xs[j], pulls[j], game.xi[j], strict=True)]
            for j in anchors
        }
        slopes = game.at(points).gradient
        return Update([p - size * slope for p, slope in zip(pulls[game.me], slopes, strict=True)], memory)
