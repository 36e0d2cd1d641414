"""The proximal point method and competitive gradient descent on bilinear games."""

from collections.abc import Iterator

import dynsim as ds

from ..base import BILINEAR, ROWS, Check, Row
from ..play import duel, growth, rotation

RATE = 0.2
PRINTED = {1: 0.980581, 3: 0.857493, 6: 0.640184}


@ROWS.register
class ProximalPoint(Row):
    """L₁ = a·xy = −L₂. The implicit step z⁺ = z − ηξ(z⁺) multiplies by 1/(1 ± iηa), of modulus 1/√(1 + η²a²): the
    stronger the rotation, the faster it converges, whatever the step. Competitive gradient descent, −η(I + ηH_o)⁻¹ξ,
    takes the same step here. η = .2; the printed values are rounded to six decimals.
    """

    name = "proximal_point"
    heading = "Which methods profit from a strong rotation?"
    section = BILINEAR
    order = 50
    source = "Schäfer and Anandkumar 2019, section 3; Martinet 1970"
    quick = True

    def checks(self) -> Iterator[Check]:
        for a, printed in PRINTED.items():
            implicit, competitive = (
                growth(duel(rotation(a), rule))
                for rule in (ds.rules.proximal_point(rate=RATE), ds.rules.competitive_gradient(rate=RATE))
            )
            what = f"competitive gradient, a = {a}: growth in one step"
            yield Check(what, printed, competitive, "published", tolerance=5e-7)
            yield Check(f"proximal point, a = {a}: growth in one step", (1 + RATE**2 * a**2) ** -0.5, implicit)
