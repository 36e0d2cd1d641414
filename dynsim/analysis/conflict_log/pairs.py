"""The base of episodes between two agents: their variables, harm and outcome."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...arrays import Floats
from ..reading.moves import NORMALISED, Moves
from .episodes.base import Cells, SignalKind
from .tracker import Episodes

NONE = -1

# A variable is named if it carries at least this share of what the first one carries.
WORTH_NAMING = 0.1


class PairKind(SignalKind):
    """A kind of episode whose candidates are pairs of agents (a, b).

    It integrates the harm to each agent and each variable's contribution to the normalised harm, ∫ Σ max(0, ∂E_i/∂x_v
    u_jv/(|∇E_i||u_j|)) dt with (i, j) = (a, b) and (b, a). Variables are sorted by this contribution. At onset, peak
    and end it keeps both objectives.
    """

    needs = ("objectives", *NORMALISED)
    uses = ("parts",)

    def sides(self) -> tuple[Cells, Cells]:
        """a and b of every candidate, (candidates,) each."""
        a, b = np.array(self.candidates, dtype=np.int64).reshape(-1, 2).T
        return a, b

    @cached_property
    def _levers(self) -> tuple[NDArray[np.int64], list[list[str]]]:
        """Rows of `Moves.normalised_parts` per candidate (candidates, L), and the variables that they are about."""
        parts = {key: row for row, key in enumerate(self.source.parts)}
        rows, names = [], []
        for a, b in self.candidates:
            pairs = [
                (parts[i, k], v)
                for k, (j, v) in enumerate(self.source.levers)
                for i in ((b,) if j == a else (a,) if j == b else ())
                if (i, k) in parts
            ]
            rows.append([row for row, _ in pairs])
            names.append([v for _, v in pairs])
        # NONE pads the rows: as an index it is the last row of `normalised_parts`, which is 0.
        longest = max(map(len, rows), default=0)
        padded = np.array([row + [NONE] * (longest - len(row)) for row in rows], dtype=np.int64)
        return padded.reshape(len(rows), longest), names

    def amounts(self, moves: Moves, candidate: Cells, replica: Cells) -> Floats:
        a, b = (side[candidate] for side in self.sides())
        ledger = moves.ledger
        levers = self._levers[0][candidate]
        harms = np.stack([ledger[a, b, :, replica], ledger[b, a, :, replica]])
        # Help through one variable does not reduce the harm through another: each is counted separately. fmax: a tick
        # at which the harm is undefined (NaN) must not hide the contributions of other ticks.
        shares = np.fmax(moves.normalised_parts[levers.T, :, replica], 0.0)
        return np.concatenate([harms, shares]).transpose(2, 0, 1)

    def marks(self, moves: Moves, candidate: Cells, replica: Cells) -> Floats:
        return np.stack([moves.objectives[side[candidate], :, replica] for side in self.sides()]).transpose(2, 0, 1)

    def rows(self, found: Episodes) -> pd.DataFrame:
        a, b = (side[found.candidate] for side in self.sides())
        names = self.source.agents
        return self.table_of(
            found,
            [f"{names[i]}, {names[j]}" for i, j in zip(a, b, strict=True)],
            self._variables(found),
            found.amounts[0], found.amounts[1],
            self.outcomes(found, a, b, found.at_end - found.at_onset, found.amounts[:2]),
        )

    def _variables(self, found: Episodes) -> list[str]:
        names = np.empty(len(found.candidate), dtype=object)
        for candidate in np.unique(found.candidate):
            mine = np.flatnonzero(found.candidate == candidate)
            weights: dict[str, Floats] = {}
            # An agent may reach another one through a variable that both move: two levers, one name.
            for slot, share in zip(self._levers[1][candidate], found.amounts[2:, mine], strict=False):
                weights[slot] = weights.get(slot, 0.0) + share
            names[mine] = listed(list(weights), np.array(list(weights.values())).reshape(len(weights), len(mine)))
        return list(names)


def listed(names: Sequence[str], weights: Floats) -> list[str]:
    """For each of N episodes, the names in descending order of their weights (names, N), as "x, y", without those of
    small weight."""
    order = np.argsort(-weights, axis=0, kind="stable")
    weights = np.take_along_axis(weights, order, axis=0)
    order[~((weights > 0.0) & (weights >= WORTH_NAMING * weights[:1]))] = NONE
    texts: dict[bytes, str] = {}  # thousands of episodes share a few orders: each is joined once
    found = []
    for row in np.ascontiguousarray(order.T):
        key = row.tobytes()
        if key not in texts:
            texts[key] = ", ".join(names[k] for k in row if k != NONE)
        found.append(texts[key])
    return found
