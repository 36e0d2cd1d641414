"""What the symmetric games of cooperation and defection share: four payoffs, whose order defines the game."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ...algebra.vector import Vector
from ...errors import Problem
from ...settings import Number, number
from ..base import Random
from .normal_form import NormalForm, out_of_order, symmetric


@dataclass(frozen=True)
class SocialDilemma(NormalForm):
    """Base of games in which two players cooperate (the first pure strategy) or defect; the settings are the payoffs.

    order: the order that the payoffs must have if they are numbers (their names: Rapoport and Chammah 1965).
    """

    order: ClassVar[str]

    temptation: Number = number(doc="T, of a defector against a cooperator")
    reward: Number = number(doc="R, of both who cooperate")
    punishment: Number = number(doc="P, of both who defect")
    sucker: Number = number(doc="S, of a cooperator against a defector")

    @classmethod
    def mistakes(cls, settings: Mapping[str, Any]) -> Iterable[Problem]:
        return out_of_order(settings, cls.order)

    def tables(self) -> Vector:
        return symmetric(((self.reward, self.sucker), (self.temptation, self.punishment)))


def in_order(order: str) -> Random:
    """Random payoffs in this order, for the example of a dilemma."""
    names = order.split()[::2]
    return lambda rng: dict(zip(names, np.sort(rng.normal(size=len(names)))[::-1].tolist(), strict=True))
