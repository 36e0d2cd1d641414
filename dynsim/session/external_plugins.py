"""Which plug-ins from outside the package a run uses: what its manifest says of them."""

from __future__ import annotations

import re

from ..analysis.requested_metrics.base import REQUESTED_METRICS
from ..games.base import GAMES
from ..integrators.base import INTEGRATORS
from ..plugins import load_installed, loaded
from ..rules.base import RULES
from ..selection.base import SCHEMES

NEEDED = tuple(registry.kind for registry in (RULES, GAMES, SCHEMES, INTEGRATORS))
"""A run that was made with a plug-in of one of these kinds cannot be read without it."""


def plugins_of(resolved: str) -> dict[str, str]:
    """"rule lion" → where it comes from. What a scenario chooses by name (a rule, a requested metric) counts if its
    text has the name; what every run has (an answer, a figure, a log metric) always does."""
    load_installed()
    here = loaded()
    if not here:
        return {}
    chosen = {f"{kind} {name}" for kind in NEEDED for name in re.findall(r"[^\W\d]\w*", resolved)}
    unused = {f"{REQUESTED_METRICS.kind} {name}" for name in REQUESTED_METRICS.names() if name not in resolved}
    return {
        name: source
        for name, source in sorted(here.items())
        if name in chosen or (not name.startswith(tuple(f"{kind} " for kind in NEEDED)) and name not in unused)
    }
