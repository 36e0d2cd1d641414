"""Verdicts as verbs."""

from __future__ import annotations

from ...analysis.motion.verdicts import (
    CONVERGED,
    CYCLING,
    DIVERGED,
    DRIFTING,
    MOVED_BY_NOISE,
    RUNNING_AWAY,
    SPIRALLING_IN,
    SPIRALLING_OUT,
    UNSETTLED,
)  # fmt: skip

VERBS = {
    CONVERGED: "converged", CYCLING: "cycled", RUNNING_AWAY: "ran away", DRIFTING: "drifted",
    SPIRALLING_OUT: "spiralled out", SPIRALLING_IN: "spiralled in", MOVED_BY_NOISE: "kept moving around a steady mean",
    UNSETTLED: "did not settle", DIVERGED: "diverged",
}


def verb(name: str) -> str:
    """The verdict in the past tense: "converged". A verdict without a verb is returned as it is."""
    return VERBS.get(name, name)
