"""The proximal point method and competitive gradient descent on bilinear games."""

from collections.abc import Iterator

import dynsim as ds

from .base import BILINEAR, ROWS, Check, Row
from .playing.duels import duel, rotation
from .playing.outcomes import growth

RATE = 0.2
STRENGTHS = (1, 3, 6)


@ROWS.register
class ProximalPoint(Row):
    """L₁ = a·xy = −L₂. The implicit step z⁺ = z − ηξ(z⁺) multiplies by 1/(1 ± iηa), of modulus 1/√(1 + η²a²): it
    converges for any step, and the faster the stronger the rotation. Competitive gradient descent, −η(I + ηH_o)⁻¹ξ,
    takes the same step here. η = .2.
    """

    name = "proximal_point"
    heading = "Which methods profit from a strong rotation?"
    section = BILINEAR
    order = 50
    source = "Martinet 1970; setting: Schäfer and Anandkumar 2019"
    quick = True

    def checks(self) -> Iterator[Check]:
        for a in STRENGTHS:
            modulus = (1 + RATE**2 * a**2) ** -0.5
            for name in ("proximal_point", "competitive_gradient"):
                found = growth(duel(rotation(a), ds.rules.RuleSpec(name, {"rate": RATE})))
                yield Check(f"{name.replace('_', ' ')}, a = {a}: growth in one step", modulus, found)
