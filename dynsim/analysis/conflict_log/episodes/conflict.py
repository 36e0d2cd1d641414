"""Conflict: two agents harm each other."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from ....arrays import Floats
from ...reading.moves import Moves
from ..pairs import PairKind
from .base import KINDS


@KINDS.register
class Conflict(PairKind):
    """Two agents harm each other.

    Signal: the smaller of the two normalised harms, min(h_a, h_b), with h_a = ledger[a, b]/(|∇E_a||u_b|). It is
    positive if each agent harms the other, and 1 if each moves straight up the other's gradient.

    on = 0.1, off = 0.05: at 0.1, one percent of |∇E_a|² lies along b's move. Two random directions have a cosine of
    this size if there are about a hundred variables. The factor of two keeps a signal that fluctuates around a
    threshold in one episode.
    """

    name = "conflict"
    on, off = 0.1, 0.05

    def find_candidates(self) -> list[tuple[int, int]]:
        # A pair in which one agent has no effect on the other never qualifies, but would cost a cell in every replica.
        effects = self.source.effects
        pairs = combinations(range(len(self.source.agents)), 2)
        return [(a, b) for a, b in pairs if (a, b) in effects and (b, a) in effects]

    def signal(self, moves: Moves) -> Floats:
        a, b = self.sides()
        return np.minimum(moves.normalised[a, b], moves.normalised[b, a])
