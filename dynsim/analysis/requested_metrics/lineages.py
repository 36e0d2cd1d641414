"""Lineages: how many systems of the first generation have heirs left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from ...arrays import Integers
from ...settings import number
from ..reading.genealogy import GENERATIONS, per_population, selected_generations, shape_of, successions
from ..reading.replica_values import ReplicaValues
from ..reading.study import Study
from .base import REQUESTED_METRICS, RequestedMetric


@REQUESTED_METRICS.register
@dataclass(frozen=True)
class Lineages(RequestedMetric):
    """The number of systems of the first generation that have heirs (founders), by generation, over populations.

        founders  the number of founders
        largest   the share of the places that the heirs of the most successful founder have
        common    1 where all systems descend from one founder, otherwise 0: the mean is the share of populations whose
                  last common ancestor lived in the first generation or later

    Under neutral drift one founder takes over after about 2N(1 − 1/N) generations if all N systems are replaced at
    once, and after N(N − 1) steps of a Moran process (Kingman 1982). A much faster takeover means that few founders
    mattered.
    """

    name: ClassVar[str] = "lineages"
    heading: ClassVar[str] = "Whose heirs are left?"
    caption: ClassVar[str] = (
        "How many systems of the first generation have heirs left, and which share of the places the most successful "
        "one's heirs have."
    )
    value: ClassVar[str] = "founders"
    shape: ClassVar = "lines"
    agents: ClassVar = False

    generations: float = number(GENERATIONS, at_least=1, whole=True, doc="how many of the generations are looked at")

    def values(self, study: Study) -> ReplicaValues:
        populations, groups, members = shape_of(study)
        wanted = set(selected_generations(study, int(self.generations)).tolist())
        founder = np.tile(np.arange(groups * members), (populations, 1))
        times, counts = [], []
        for k, succession in enumerate(successions(study)):
            founder = np.take_along_axis(founder, succession.parent, axis=1)
            if k in wanted:
                times.append(succession.t)
                counts.append(_heirs_of(founder))
        heirs = np.stack(counts)
        left = (heirs > 0).sum(axis=-1)
        found = {"founders": left, "largest": heirs.max(axis=-1) / heirs.shape[-1], "common": left == 1}
        keys = [pd.DataFrame({"quantity": name, "t": times}) for name in found]
        return per_population(study, pd.concat(keys), np.concatenate(list(found.values())).astype(float))


def _heirs_of(founder: Integers) -> Integers:
    """The number of places that each founder's heirs have, (P, N). founder: the founder of every place, (P, N)."""
    populations, size = founder.shape
    first = np.arange(populations)[:, None] * size
    return np.bincount((founder + first).ravel(), minlength=populations * size).reshape(populations, size)
