"""Conflict: two agents, each of which harms the other."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from ....arrays import Floats
from ...reading.moves import Moves
from ..pairs import PairKind
from .base import KINDS


@KINDS.register
class Conflict(PairKind):
    """Two agents, each of which harms the other.

    Signal: the smaller of the two normalised harms, min(h_a, h_b), h_a = ledger[a, b]/(|∇E_a||u_b|); it is positive
    where each harms the other, and 1 where each moves straight against the other's gradient.

    on = 0.1, off = 0.05: at 0.1 one percent of |∇E_a|² lies along b's move; random directions reach it by chance only
    where there are some hundred variables. The factor of two keeps a signal that trembles at the threshold one episode.
    """

    name = "conflict"
    on, off = 0.1, 0.05

    def find_candidates(self) -> list[tuple[int, int]]:
        # A pair in which one has no effect on the other can never qualify, and would cost a cell in every replica.
        effects = self.source.effects
        pairs = combinations(range(len(self.source.agents)), 2)
        return [(a, b) for a, b in pairs if (a, b) in effects and (b, a) in effects]

    def signal(self, moves: Moves) -> Floats:
        a, b = self.sides()
        return np.minimum(moves.normalised[a, b], moves.normalised[b, a])
