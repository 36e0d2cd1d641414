"""The stag hunt."""

from dataclasses import dataclass
from typing import ClassVar

from ..settings import Number, number
from .base import GAMES, Example
from .building.social_dilemma import SocialDilemma, in_order


@GAMES.register
@dataclass(frozen=True)
class StagHunt(SocialDilemma):
    """L_i = −x_iᵀ A x_j, A = [[R, S], [T, P]] with R > T ≥ P > S: the best outcome requires mutual trust.

    Pure strategies: stag, hare. An action is their shares, or the probability p_i of stag. Both pure profiles are
    equilibria; between their basins lies the mixed one, p = (P − S)/(R − T + P − S). Hunting hare is risk-dominant iff
    this p is above ½ (Harsanyi and Selten 1988; the story: Rousseau 1755, Skyrms 2004).
    """

    name: ClassVar[str] = "stag_hunt"
    order: ClassVar[str] = "reward > temptation >= punishment > sucker"
    example = Example(("chance", 2), in_order(order), symmetric=True)

    temptation: Number = number(3.0, doc="T, of a hare while the other hunts stag")
    reward: Number = number(4.0, doc="R, of both who hunt stag")
    punishment: Number = number(3.0, doc="P, of both who hunt hare")
    sucker: Number = number(0.0, doc="S, of who hunts stag alone")
