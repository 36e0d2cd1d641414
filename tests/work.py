"""How much work something is, counted in calls instead of seconds: the same on a slow machine and a fast one."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

MOMENT = 8_000_000
"""Calls that take about two seconds where nothing else runs: what may be asked of a reader's patience."""


class TooMuchWork(BaseException):
    """Raised where the limit is passed, so that what would take forever ends. No `except Exception` catches it."""


@contextmanager
def at_most(calls: int = MOMENT) -> Iterator[None]:
    """Fail if the block makes more function calls, of Python or of C, than that."""
    left = calls
    outside = sys.getprofile()

    def count(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal left
        if event in ("call", "c_call"):
            left -= 1
            if left < 0:
                sys.setprofile(outside)
                raise TooMuchWork(f"more than {calls:,} calls")

    sys.setprofile(count)
    try:
        yield
    except TooMuchWork as error:
        raise AssertionError(str(error)) from error
    finally:
        sys.setprofile(outside)
    assert left >= 0, f"more than {calls:,} calls"
