"""Where the one variable of a system ended."""

from __future__ import annotations

import numpy as np

from .dependence import dependence_of
from .findings import Findings, Floats
from .registry import answer
from .typical import typical
from .words import listing, number, share, without_dust

PLACES = 3  # values that are told one by one


@answer("ending", order=8, heading="Where it ended", of="few cells")
def ending(found: Findings) -> list[str]:
    """Where the state variable ended, if there is one alone and it is a number: in the replicas that did not diverge.

    Along many values of a parameter: how it depends on it.
    """
    name = found.alone
    if name is None:
        return []
    if found.varies:
        return dependence_of(found, name)
    values = found.tables.summary[name].to_numpy(float)[found.stayed]
    values = values[np.isfinite(values)]
    if not len(values):
        return []
    return [f"{name} ended {_places(found, values)}."]


def _places(found: Findings, values: Floats) -> str:
    texts = [number(value) for value in without_dust(values)]
    places = sorted(set(texts), key=lambda text: float(text.replace(",", "")))
    every = "" if found.replicas == 1 else " in every replica"
    if not found.stayed.all():
        every = " in every replica that did not diverge"
    if len(places) == 1:
        return f"at {places[0]}{every}"
    if len(places) <= PLACES and len(values) > PLACES:
        shares = [f"at {place} in {share(texts.count(place) / len(texts))}" for place in places]
        return f"{listing(shares, PLACES)} of replicas"
    return f"at {typical(found, values)}"
