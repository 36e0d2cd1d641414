"""The game of chicken."""

from dataclasses import dataclass
from typing import ClassVar

from ..settings import Number, number
from .base import GAMES, Example
from .building.social_dilemma import SocialDilemma, in_order


@GAMES.register
@dataclass(frozen=True)
class Chicken(SocialDilemma):
    """L_i = −x_iᵀ A x_j, A = [[R, S], [T, P]] with T > R > S > P: the worst outcome is that nobody swerves.

    Pure strategies: swerve, go straight. An action is their shares, or the probability p_i to swerve. Equilibria: one
    player swerves and the other does not, or both swerve with p = (S − P)/(S − P + T − R), from which play moves away
    (Rapoport and Chammah 1966).
    """

    name: ClassVar[str] = "chicken"
    order: ClassVar[str] = "temptation > reward > sucker > punishment"
    example = Example(("chance", 2), in_order(order), symmetric=True)

    temptation: Number = number(1.0, doc="T, of who goes straight while the other swerves")
    reward: Number = number(0.0, doc="R, of both who swerve")
    punishment: Number = number(-10.0, doc="P, of both who go straight")
    sucker: Number = number(-1.0, doc="S, of who swerves alone")
