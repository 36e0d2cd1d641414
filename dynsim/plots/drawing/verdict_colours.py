"""The colour of each verdict, the same in all figures."""

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
    VERDICTS,
)
from .style import BLACK, BLUE, GREEN, GREY, LIGHT, ORANGE, PURPLE, SKY, VERMILLION, YELLOW

BY_VERDICT = {
    CONVERGED: BLUE, CYCLING: GREEN, SPIRALLING_IN: SKY, MOVED_BY_NOISE: YELLOW, UNSETTLED: ORANGE, DRIFTING: GREY,
    SPIRALLING_OUT: PURPLE, RUNNING_AWAY: BLACK, DIVERGED: VERMILLION,
}  # fmt: skip
COLOURS = {name: BY_VERDICT[name] for name in VERDICTS}
PALE = (SKY, YELLOW, ORANGE, PURPLE)  # letters on these are dark
UNKNOWN = LIGHT  # a verdict of somebody's own metric
