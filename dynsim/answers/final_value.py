"""The final value of a system's only state variable."""

from __future__ import annotations

import numpy as np

from ..arrays import Floats
from .base import OUTCOME, answer
from .wording.dependence import dependence_of, sentences
from .wording.findings import Findings
from .wording.typical import typical
from .wording.words import DUST, listing, number, share

PLACES = 3  # the most values that are listed one by one
APART = 0.25  # the least gap between two places, relative to the range of all values
NEAR = 0.05  # the widest range of the values at one place, relative to the range of all values


@answer("ending", section=OUTCOME, order=30, needs=("program",), heading="Where it ended", of="few cells")
def final_value(found: Findings) -> list[str]:
    """Where the only state variable ended, if it is a number, in the replicas that did not diverge.

    If the replicas ended at two or three places, these with their shares; otherwise the median. If a parameter has many
    values, how the final value depends on it.
    """
    name = found.alone
    if name is None:
        return []
    if found.varies:
        one = dependence_of(found, f"{name} at the end", name)
        return sentences(found, [one]) if one is not None and one.clear else []
    values, start = found.tables.summary[name].to_numpy(float), found.at_start(name)
    values = np.where(np.abs(values) < DUST * np.abs(start), 0.0, values)[found.stayed]
    values = values[np.isfinite(values)]
    if not len(values):
        return []
    gone = 1.0 - float(found.stayed.mean())
    if gone == 0.0:
        return [f"{name} ended {_places(found, values, 'replicas')}."]
    return [f"{name} diverged in {share(gone)} of replicas; in the others it ended {_places(found, values, 'them')}."]


def _places(found: Findings, values: Floats, whose: str) -> str:
    texts = [number(value) for value in values]
    if len(set(texts)) == 1:
        return f"at {texts[0]}{' in every replica' if whose == 'replicas' and found.replicas > 1 else ''}"
    places = _apart(np.sort(values))
    if len(places) > 1:
        shares = []
        for place in places:
            exact = len({number(value) for value in place}) == 1
            at = f"{'at' if exact else 'near'} {number(float(np.median(place)))}"
            shares.append(f"{at} in {share(len(place) / len(values))}")
        return f"{listing(shares, PLACES)} of {whose}"
    return f"at {typical(found, values)}"


def _apart(values: Floats) -> list[Floats]:
    """Sorted values split into places; all in one part if there are more than PLACES, or some spread too far."""
    span = values[-1] - values[0]
    places = np.split(values, np.flatnonzero(np.diff(values) > APART * span) + 1)
    apart = len(places) <= PLACES and all(np.ptp(place) <= NEAR * span for place in places)
    return places if apart else [values]
