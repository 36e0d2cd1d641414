"""What a replica with each verdict did, as a verb."""

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
    """In the past tense: "converged". A verdict that has no verb of its own is its own name."""
    return VERBS.get(name, name)
