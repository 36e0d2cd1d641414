"""What the symmetric games of cooperation and defection have in common: four payoffs, whose order names the game."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..algebra.vector import Vector
from ..settings import Number, number
from .normal_form import NormalForm, expect_order, symmetric


@dataclass(frozen=True)
class SocialDilemma(NormalForm):
    """Base: both choose to cooperate (the first pure strategy) or to defect, and get what the four settings say.

    order: how the payoffs have to be ordered, where they are numbers (Rapoport and Chammah 1965 for their names).
    """

    order: ClassVar[str]

    temptation: Number = number(doc="T, of a defector against a cooperator")
    reward: Number = number(doc="R, of both who cooperate")
    punishment: Number = number(doc="P, of both who defect")
    sucker: Number = number(doc="S, of a cooperator against a defector")

    def tables(self) -> Vector:
        expect_order(self, self.order)
        return symmetric(((self.reward, self.sucker), (self.temptation, self.punishment)))
