"""The Dirac-GAN."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from ..algebra.functions import softplus
from ..algebra.vector import Vector
from ..settings import Number, choice, number
from .base import GAMES, Action, Example, Game, expect_actions, numbers


@GAMES.register
@dataclass(frozen=True)
class DiracGAN(Game):
    """L_2 = −f(ψθ) − f(−ψc) + γψ²/2, L_1 = f(ψθ) + f(−ψc): a generator puts its mass at θ, the data are at c.

    The discriminator is D(x) = ψx, with f(t) = −log(1 + e^{−t}). "non_saturating": the generator has L_1 = −f(−ψθ)
    instead. "wasserstein": f(t) = t. γψ²/2 is the gradient penalty R1 (which equals R2 here). The actions are θ and ψ.

    Equilibrium: θ = c, ψ = 0, where gradient flow has the eigenvalues −m/2 ± √(m²/4 − f'(0)²), m = γ + ½c² (γ for
    "wasserstein"), f'(0) = ½ (1 for "wasserstein"). For c = 0 it circles without a penalty and converges fastest at the
    critical γ = 2f'(0) (Mescheder, Geiger and Nowozin 2018, for c = 0).
    """

    name: ClassVar[str] = "dirac_gan"
    example = Example(("real", "real"), lambda rng: {"penalty": rng.uniform(), "data": rng.normal()})

    penalty: Number = number(0.0, at_least=0, doc="γ, the weight of the gradient penalty")
    data: Number = number(0.0, doc="c, where the data are")
    variant: str = choice("minimax", "non_saturating", "wasserstein", doc="what generator and discriminator descend")

    def losses(self, actions: Sequence[Action]) -> Vector:
        expect_actions(actions, (1, 1))
        theta, psi = numbers(actions)
        value = self._f(psi * theta) + self._f(-psi * self.data)
        generator = -self._f(-psi * theta) if self.variant == "non_saturating" else value
        return Vector((generator, self.penalty / 2.0 * psi**2.0 - value))

    def _f(self, t: Any) -> Any:
        return t if self.variant == "wasserstein" else -softplus(-t)
