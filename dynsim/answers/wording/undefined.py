"""What was undefined although the state was finite."""

from __future__ import annotations

import numpy as np

from .findings import Findings
from .sweep import in_which
from .typical import typical
from .words import moment


def undefined(found: Findings, column: str, what: str) -> list[str]:
    """In which of the replicas that did not diverge something was NaN or infinite, and from when on: a sentence, or
    none. column: of the summary, with the first such time."""
    times = found.tables.summary[column].to_numpy(float)
    hit = np.flatnonzero(np.isfinite(times) & found.stayed)
    if not len(hit):
        return []
    where, when = in_which(found, hit), typical(found, times[hit], moment)
    text = f"{where}{what} was undefined (NaN or infinite), first at {found.clock} {when}; the state stayed finite."
    return [text[0].upper() + text[1:] if what.startswith("the ") else text]
