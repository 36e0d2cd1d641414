"""The fast extragradient method."""

from dataclasses import dataclass
from typing import ClassVar

from ..settings import Number, number
from .base import RULES, GameView, Rule, Update
from .building.anchoring import anchored


@RULES.register
@dataclass(frozen=True)
class FastExtragradient(Rule):
    """y = x_k + b(x_0 − x_k) − (1−b)(a+2ρ)ξ(x_k), x_{k+1} = x_k + b(x_0 − x_k) − a ξ(y) − (1−b)2ρ ξ(x_k), b = 1/(k+1).

    The FEG of Lee & Kim (2021), with a = rate, at most 1/L. ρ = 0 suits monotone ξ (convex–concave games); a negative ρ
    > −1/(2L) suits ⟨ξ(z) − ξ(z'), z − z'⟩ ≥ ρ‖ξ(z) − ξ(z')‖². Then, with a = 1/L and R the distance of x_0 from a
    solution, ‖ξ(x_k)‖² ≤ 4R²/((1/L + 2ρ)²k²). The rule assumes that every player moves by it with this agent's
    settings; k counts the agent's own moves. Memory: k, and everybody's position at the first move. For vanishing rates
    and ρ = 0 the steps follow dx/dt = −ξ + (x_0 − x)/t, which depends on the start and the time and so is no flow of
    the state.
    """

    name: ClassVar[str] = "fast_extragradient"
    populations = True
    pace = "harmonic"

    rate: Number = number(above=0, doc="step size a")
    comonotonicity: Number = number(0.0, at_most=0, doc="ρ, how far ξ is from monotone")

    def update(self, game: GameView) -> Update:
        k, anchors, memory = anchored(game)
        pull = 1.0 / (k + 1.0)
        twice = 2.0 * self.comonotonicity
        far = (1.0 - pull) * (self.rate + twice)
        points = {
            j: [
                x + pull * (a - x) - far * slope
                for a, x, slope in zip(anchors[j], game.xs[j], game.xi[j], strict=True)
            ]
            for j in anchors
        }
        parts = zip(anchors[game.me], game.x, game.at(points).gradient, game.gradient, strict=True)
        return Update(
            [pull * (a - x) - self.rate * ahead - (1.0 - pull) * twice * here for a, x, ahead, here in parts], memory
        )
