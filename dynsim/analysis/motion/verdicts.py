"""The verdicts on how a replica ended, as words. All sentences and figures take them from here."""

CONVERGED = "converged"
CYCLING = "cycling"
RUNNING_AWAY = "running away"
DRIFTING = "drifting"
SPIRALLING_OUT = "spiralling out"
SPIRALLING_IN = "spiralling in"
MOVED_BY_NOISE = "moved by noise"
UNSETTLED = "unsettled"
DIVERGED = "diverged"

VERDICTS = (
    CONVERGED, CYCLING, SPIRALLING_IN, MOVED_BY_NOISE, UNSETTLED, DRIFTING, SPIRALLING_OUT, RUNNING_AWAY, DIVERGED,
)  # fmt: skip

NUMBER = {word: number for number, word in enumerate(VERDICTS)}
"""The place of each word in VERDICTS: arrays hold these numbers, which take an eighth of the room of a word."""
