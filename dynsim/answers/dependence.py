"""How the outcome of a run depends on the parameters that vary in it."""

from __future__ import annotations

import numpy as np

from .base import OUTCOME, answer
from .wording.by_cell import FEW
from .wording.dependence import Dependence, dependence_of, sentences
from .wording.findings import Findings
from .wording.sweep import LEAST, only_within, stretches
from .wording.verdicts import verb
from .wording.words import listing, share, told_cell

MOST = 6  # sentences


@answer("dependence", section=OUTCOME, order=50, heading="What varies", of="run")
def dependence(found: Findings) -> list[str]:
    """Which outcomes rise, fall or otherwise depend on the parameters that vary.

    Outcomes are the agents' objectives, the base objective, the label fidelities and the final state. There is no such
    answer if the cells are few, because the other answers then describe each of them.

    The shares of replicas with each verdict come first, by parameter value. The other outcomes are judged by ranks over
    the replicas: an outcome rises or falls with a parameter if its rank correlation is at least 0.7, and depends on
    what varies if at least half of the variance of ranks lies between cells. The strongest dependence comes first.
    """
    if found.cells.count <= FEW or found.replicas < LEAST:
        return []
    ends = _ends(found)
    every = _every(found)
    clear = sorted((one for one in every if one.clear), key=lambda one: -round(one.strength, 2))
    if not clear and every and not _alone_depends(found):
        names = listing([group[0] for group in found.cells.axes])
        return [*ends, f"Neither an objective nor the final state depends clearly on {names}."]
    return [*ends, *sentences(found, clear)[:MOST]]


def _ends(found: Findings) -> list[str]:
    """The shares of a cell's replicas with each verdict, unless the answer `verdict` says where each occurs."""
    verdicts, cells = found.tables.summary["verdict"].astype(str), found.cells
    _, *rarer = order = verdicts.value_counts().index
    if stretches(found, verdicts) or all(only_within(found, np.flatnonzero(verdicts == name)) for name in rarer):
        return []
    told = []
    for name in order[: min(2, len(order) - 1)]:  # the last share follows from the others
        shares = (verdicts == name).groupby(cells.member).mean().to_numpy(float)
        if shares.min() < shares.max():
            ends = (int(shares.argmin()), int(shares.argmax()))
            low, high = (f"{share(shares[c])} ({told_cell(cells, c)})" for c in ends)
            told.append(f"Between {low} and {high} of replicas {verb(name)}.")
    return told


def _every(found: Findings) -> list[Dependence]:
    """The dependence of every objective, label fidelity and final value that differs between replicas, except of the
    one that the answer `ending` describes."""
    columns = {
        f"objective.{agent}": (f"{agent}'s objective at the end", f"first_objective.{agent}") for agent in found.agents
    }
    columns |= {"base.last": ("the base objective at the end", "base.first")}
    columns |= {f"label_fidelity.{agent}": (f"{agent}'s label fidelity", "") for agent in found.agents}
    columns |= {name: (f"{name} at the end", "") for name in found.source.variables if name != found.alone}
    known = {column: words for column, words in columns.items() if column in found.tables.summary}
    every = [dependence_of(found, what, column, start) for column, (what, start) in known.items()]
    return [one for one in every if one is not None]


def _alone_depends(found: Findings) -> bool:
    """Whether the answer `ending` reports a dependence of the only state variable."""
    one = dependence_of(found, "", found.alone) if found.alone else None
    return one is not None and one.clear
