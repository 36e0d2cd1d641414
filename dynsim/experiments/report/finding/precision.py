"""Whether the cells reached the precision that the experiment asks for."""

from __future__ import annotations

import numpy as np

from ....answers.wording.words import count, counted
from ..tables import Tables
from .words import cell_in_words


def how_precise(tables: Tables) -> list[str]:
    """Whether the cells are as precise as `until` wants; if not, how many have all the replicas that they may have, and
    how many have nothing that could be precise."""
    until, finished = tables.experiment.until, ~tables.failed
    if until is None or not finished.any():
        return []
    own = tables.cells[finished]
    missing, total = own[~own["reached"]], int(own["replicas"].sum())
    if missing.empty:
        return [f"Every cell reached {until.wanted}, with {total:,} replicas in all."]
    told, valued = [], until.valued(missing)
    if valued.any():
        wide = missing[valued]
        first = cell_in_words(tables, int(np.flatnonzero(tables.cells.index == wide.index[0])[0]))
        told.append(f"{len(wide):,} of {count(len(own), 'cell')} did not reach {until.wanted} with up to "
                    f"{int(wide['replicas'].max()):,} replicas{first and f': the first is the one {first}'}.")
    if not valued.all():
        which = counted(int((~valued).sum()), "cell", "has", "have")
        told.append(f"{which} no finite value of {until.of} in the first replicas, and got no more.")
    return told
