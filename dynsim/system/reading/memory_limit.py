"""Refuses scenarios whose state would exceed the memory of any machine."""

from __future__ import annotations

from collections.abc import Mapping

from ..grammar.problems import ROOT, Problems
from ..model import Ensemble, Population, Variable
from .ensemble import MAX_REPLICAS

MAX_BYTES = 64 * 10**9
_COPIES = 3
"""Copies of the state in memory: the state, its next value, and about one more for rule memory and pending records."""


def check_size(
    ensemble: Ensemble, variables: Mapping[str, Variable], populations: Mapping[str, Population], problems: Problems
) -> None:
    """Note a problem if the state of all replicas needs more than MAX_BYTES."""
    numbers = sum(
        (v.shape[0] if v.shape else 1) * (populations[v.population].topology.n if v.population else 1)
        for v in variables.values()
        if v.kind == "state"
    )
    needed = 8 * _COPIES * numbers * ensemble.replicas
    if ensemble.replicas <= MAX_REPLICAS and needed > MAX_BYTES:
        what = f"{ensemble.replicas:,} replicas of {numbers:,} number{'' if numbers == 1 else 's'}"
        message = f"{what} need about {needed / 1e9:,.0f} GB: expected at most {MAX_BYTES / 1e9:.0f} GB"
        problems.add(ROOT / "ensemble" / "replicas", message)
