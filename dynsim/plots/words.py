"""Numbers and lists in sentences."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def number(value: float) -> str:
    """Four digits at most where they are enough: "120", "0.0312", "1.2e+08"."""
    return f"{value:,.0f}" if 1000 <= abs(value) < 1e6 else f"{value:.4g}"


def share(part: float, minimum: float = 0.01) -> str:
    """A share as per cent, "83 %", that no line ends within; what is not none or all never reads as such."""
    if 0 < part < minimum:
        return "under 1\u00a0%"
    if 1 - minimum < part < 1:
        return "over 99\u00a0%"
    return f"{round(100 * part)}\u00a0%"


def listing(names: Sequence[str], most: int = 3) -> str:
    """ "a, b and c"; more than `most` end in "and 4 others"."""
    shown = list(names[:most])
    if len(names) > most:
        shown.append(f"{len(names) - most} others")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}" if shown else "nothing"


def count(amount: int, noun: str, plural: str = "") -> str:
    """ "1 replica", "10,000 replicas"."""
    return f"{amount:,} {noun if amount == 1 else plural or noun + 's'}"


def of_replicas(replicas: int, diverged: int) -> str:
    """What the bands of a figure are taken over."""
    if diverged == replicas:
        return f"All {count(replicas, 'replica')} diverged; a replica counts until then." if replicas > 1 else (
            "The replica diverged; the curve ends there.")
    text = f"Over {count(replicas, 'replica')}." if replicas > 1 else "One replica."
    return text + (f" {diverged:,} of them diverged and count until then." if diverged else "")


def diverged(times: np.ndarray) -> int:
    """How many replicas diverged, from their times of divergence (NaN: did not)."""
    return int(np.isfinite(times).sum())
