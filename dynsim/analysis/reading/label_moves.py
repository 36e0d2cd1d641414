"""The moves that an agent would make if it descended its label alone, next to those that it makes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from operator import add

import numpy as np

from ...algebra.functions import sqrt
from ...algebra.graph import Expr
from ...algebra.structural import total
from ...arrays import Floats
from ...compiler.program import AgentProgram
from ...errors import InputError


@dataclass(frozen=True)
class LabelPair:
    """u·û and |û| of an agent: u its move, û the move of its label."""

    product: Expr
    norm: Expr


def label_pair(agent: AgentProgram) -> LabelPair | None:
    """None if both moves are the same expressions, because then nothing needs to be evaluated."""
    moves, alone = agent.moves, _moves_of_label(agent)
    if all(alone[v] == u for v, u in moves.items()):
        return None
    return LabelPair(_sum([u * alone[v] for v, u in moves.items()]), sqrt(_sum([e * e for e in alone.values()])))


def signed_square(product: Floats, norm: Floats, other: Floats) -> Floats:
    """s cos² with cos = product/(norm · other) and s its sign; 0 where `other` is 0."""
    with np.errstate(all="ignore"):
        cosine = np.clip(product / norm / other, -1.0, 1.0)
        return np.where(other == 0.0, 0.0, np.copysign(cosine * cosine, cosine))


def _moves_of_label(agent: AgentProgram) -> Mapping[str, Expr]:
    """û by slot; NaN where the rule cannot descend the label."""
    try:
        return agent.label_moves
    except InputError:
        nan = agent.objective.graph.constant(np.nan)
        return dict.fromkeys(agent.moves, nan)


def _sum(products: list[Expr]) -> Expr:
    return reduce(add, [total(product) for product in products])
