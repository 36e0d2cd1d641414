"""The plug-ins from outside the package that a run uses, for its manifest."""

from __future__ import annotations

import re

from ..analysis.requested_metrics.base import REQUESTED_METRICS
from ..games.base import GAMES
from ..integrators.base import INTEGRATORS
from ..plugins import load_installed, loaded
from ..rules.base import RULES
from ..selection.base import SCHEMES

NEEDED = tuple(registry.kind for registry in (RULES, GAMES, SCHEMES, INTEGRATORS))
"""Kinds of plug-ins without which a run that used one cannot be read."""


def plugins_of(resolved: str) -> dict[str, str]:
    """"rule lion" → where it comes from. Plug-ins that a scenario selects by name (rules, requested metrics, …) are
    used if the name occurs in its text; those that every run uses (answers, figures, log metrics) always are.

    resolved: the resolved scenario.
    """
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
