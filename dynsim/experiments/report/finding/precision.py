"""Whether the cells reached the precision that the experiment asks for."""

from __future__ import annotations

from ....answers.wording.words import count
from ..tables import Tables
from .words import cell_in_words


def how_precise(tables: Tables) -> list[str]:
    """How many cells are as precise as `until` wants, and which one is not, although it has all the replicas that it
    may have."""
    until, finished = tables.experiment.until, ~tables.failed
    if until is None or not finished.any():
        return []
    own = tables.cells[finished]
    missing = own[~own["reached"]]
    cells, total = count(len(own), "cell"), int(own["replicas"].sum())
    if missing.empty:
        return [f"Every cell reached {until.wanted}, with {total:,} replicas in all."]
    if len(own) == 1:
        return [f"The only cell did not reach {until.wanted} with {total:,} replicas."]
    first = cell_in_words(tables, tables.cells.index.get_loc(missing.index[0]))
    return [f"{len(missing):,} of {cells} did not reach {until.wanted} with up to {int(missing['replicas'].max()):,} "
            f"replicas: the first is the one {first}."]
