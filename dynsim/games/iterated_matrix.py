"""Iterated games of two players with two actions, memory one, exactly discounted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from ..algebra.functions import sigmoid
from ..algebra.value import components
from ..algebra.vector import Vector
from ..errors import InputError, Problem
from ..settings import Number, array, choice, number
from .base import GAMES, Action, Example, Game, expect_actions, expect_shape
from .building.normal_form import NormalForm

CC, CD, DC, DD = range(4)


@GAMES.register
@dataclass(frozen=True)
class IteratedMatrix(Game):
    """L_i = −p₀ᵀ(I − γP)⁻¹ r_i: the discounted sum of payoffs of two memory-one strategies, negated.

    An action is five logits: of cooperating (the first action) at the start and after CC, CD, DC, DD. view "own": every
    player names its own last action first (as Foerster et al. 2018); "joint": both name player 1's first. Multiplied by
    1 − discount, the loss is the mean loss of a round.

    With visits d = (I − γPᵀ)⁻¹p₀ that sum to T = 1/(1−γ), three unknowns are enough: a = d_CC + d_CD (player 1
    cooperates), b = d_CC + d_DC (player 2 does) and c = d_CC. Σ_s w_s d_s + w₀/γ equals a/γ for w = p, b/γ for w = q,
    and c/γ for w = pq: three linear equations instead of four, without products in the transition matrix.
    """

    name: ClassVar[str] = "iterated_matrix"
    example = Example(
        ((5, "real"), (5, "real")),
        lambda rng: {"payoffs": {"prisoners_dilemma": {}}, "discount": rng.uniform(0.1, 0.9)},
        symmetric=True,
    )

    payoffs: Any = array(
        doc="payoff of every player by both actions: 2 × 2 × 2, [player][action of 1][action of 2]; or the game of a "
        "round, such as {prisoners_dilemma: {}}",
        registry=GAMES,
    )
    discount: Number = number(above=0, below=1, doc="γ, the weight of the next round")
    view: str = choice("own", "joint", doc="whose last action a strategy names first")

    def losses(self, actions: Sequence[Action]) -> Vector:
        expect_actions(actions, (5, 5))
        payoffs = self._payoffs()
        p, q = ([sigmoid(logit) for logit in components(action)] for action in actions)
        if self.view == "own":
            q = [q[0], q[1 + CC], q[1 + DC], q[1 + CD], q[1 + DD]]
        total = 1.0 / (1.0 - self.discount)
        a, b, c = self._visits(p, q, total)
        losses = []
        for (cc, cd), (dc, dd) in payoffs:
            losses.append((cc - cd - dc + dd) * c + (cd - dd) * a + (dc - dd) * b - dd * total)
        return Vector(losses)

    def one_round(self) -> tuple[Vector, Any]:
        return self._payoffs(), 1.0 - self.discount

    def _payoffs(self) -> Any:
        stage = self.payoffs
        if isinstance(stage, Game) and not isinstance(stage, NormalForm):
            raise InputError(Problem(f"expected a game in normal form, got {stage.name!r}", "payoffs"))
        tables = stage.tables() if isinstance(stage, NormalForm) else stage
        expect_shape(tables, (2, 2, 2), "payoffs")
        return tables

    def _visits(self, p: list[Any], q: list[Any], total: Any) -> tuple[Any, Any, Any]:
        """−a, −b, −c. No divisor is 0: up to sign and γ the pivot is 1 − γ(p_CD − p_DD) and the determinant of
        all three equations det(I − γP)/(1 − γ), both positive.
        """
        once = 1.0 / self.discount
        both = [x * y for x, y in zip(p, q, strict=True)]
        (ac, aa, ab, a0), (bc, ba, bb, b0), (cc, ca, cb, c0) = (_row(w, once, total) for w in (p, q, both))
        aa, bb, cc = aa - once, bb - once, cc - once
        pivot = 1.0 / aa  # elimination of a, then Cramer's rule for b and c: fewest operations in the derivatives
        ac, ab, a0 = ac * pivot, ab * pivot, a0 * pivot
        cc, cb, c0 = cc - ca * ac, cb - ca * ab, c0 - ca * a0
        bc, bb, b0 = bc - ba * ac, bb - ba * ab, b0 - ba * a0
        scale = 1.0 / (cc * bb - cb * bc)  # only one division, as derivatives repeat it
        c = (c0 * bb - cb * b0) * scale
        b = (cc * b0 - bc * c0) * scale
        return a0 - ac * c - ab * b, b, c


def _row(w: list[Any], once: Any, total: Any) -> tuple[Any, Any, Any, Any]:
    """Σ_s w_s d_s + w₀/γ as coefficients of c, a, b and a constant."""
    start, cc, cd, dc, dd = w
    of_a, of_b = cd - dd, dc - dd
    return (cc - cd) - of_b, of_a, of_b, start * once + total * dd
