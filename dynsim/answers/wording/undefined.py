"""Values that were undefined although the state was finite, if the source knows its state."""

from __future__ import annotations

import numpy as np

from .findings import Findings
from .sweep import in_which
from .typical import typical
from .words import moment


def undefined(found: Findings, column: str, what: str) -> list[str]:
    """A sentence that says in which of the replicas that did not diverge `what` was NaN or infinite, and since when.
    No sentence if it was always defined. column: of the summary, with the first such time."""
    times = found.tables.summary[column].to_numpy(float)
    hit = np.flatnonzero(np.isfinite(times) & found.stayed)
    if not len(hit):
        return []
    prefix, when = in_which(found, hit), typical(found, times[hit], moment)
    text = f"{prefix}{what} was undefined (NaN or infinite), first at {found.clock} {when}"
    # Only a simulated run records its state: a log of objectives cannot show whether the weights stayed finite.
    text += "; the state stayed finite." if "program" in found.source.has else "."
    return [text[0].upper() + text[1:] if what.startswith("the ") else text]
