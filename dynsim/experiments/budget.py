"""A limit on the time that one call of an experiment computes."""

from __future__ import annotations

import re
import time

from ..errors import InputError, shown

_TIME = re.compile(r"(?:(?P<d>\d+)d)?(?:(?P<h>\d+)h)?(?:(?P<m>\d+)m)?(?:(?P<s>\d+)s)?")
_SECONDS = {"d": 86400, "h": 3600, "m": 60, "s": 1}


class Budget:
    """A time that runs from now on. text: such as 90s, 30m, 2h or 1d12h; None: no limit. InputError for anything else.
    """

    def __init__(self, text: str | None) -> None:
        self.text = text
        self._end = None if text is None else time.monotonic() + seconds_of(text)

    def spent(self) -> bool:
        return self._end is not None and time.monotonic() >= self._end


def seconds_of(text: str) -> int:
    """A time such as 90s, 30m, 2h or 1d12h in seconds, above 0. InputError for anything else."""
    found = _TIME.fullmatch(text) if isinstance(text, str) else None
    seconds = 0 if found is None else sum(_SECONDS[unit] * int(n) for unit, n in found.groupdict("0").items())
    if not seconds:
        raise InputError(f"budget: expected a time such as 90s, 30m, 2h or 1h30m, got {shown(str(text))}")
    return seconds
