"""The prisoner's dilemma."""

from dataclasses import dataclass
from typing import ClassVar

from ..settings import Number, number
from .base import GAMES, Example
from .building.social_dilemma import SocialDilemma, in_order


@GAMES.register
@dataclass(frozen=True)
class PrisonersDilemma(SocialDilemma):
    """L_i = −x_iᵀ A x_j, A = [[R, S], [T, P]] with T > R > P > S: defecting pays, but both lose if both defect.

    Pure strategies: cooperate, defect. An action is their shares, or the probability p_i to cooperate. The only
    equilibrium is mutual defection (p = 0, strictly dominant). The defaults are the payoffs of Axelrod's tournaments
    (Axelrod 1984).
    """

    name: ClassVar[str] = "prisoners_dilemma"
    order: ClassVar[str] = "temptation > reward > punishment > sucker"
    example = Example((2, "chance"), in_order(order), symmetric=True)

    temptation: Number = number(5.0, doc="T, of a defector against a cooperator")
    reward: Number = number(3.0, doc="R, of both who cooperate")
    punishment: Number = number(1.0, doc="P, of both who defect")
    sucker: Number = number(0.0, doc="S, of a cooperator against a defector")
