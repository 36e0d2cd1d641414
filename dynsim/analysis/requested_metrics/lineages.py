"""How many of the first systems have heirs left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from ...settings import number
from ..reading.genealogy import GENERATIONS, per_population, selected_generations, shape_of, successions
from ..reading.replica_values import ReplicaValues
from ..reading.study import Study
from .base import REQUESTED_METRICS, RequestedMetric


@REQUESTED_METRICS.register
@dataclass(frozen=True)
class Lineages(RequestedMetric):
    """The number of systems of the first generation that have heirs (founders), by generation, over populations.

        founders  how many are left
        largest   the share of the places that belong to the heirs of the most successful one
        common    1 where all come from one founder, otherwise 0: its mean is the share of the populations whose last
                  common ancestor lived in the first generation or later

    Under neutral drift a founder takes over in about 2N generations of N systems that are all replaced (1 − 1/N of it),
    and in N(N − 1) steps of Moran's (Kingman 1982). Much faster means that few of the many counted.
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


def _heirs_of(founder: np.ndarray) -> np.ndarray:
    """How many places every founder's heirs have, from the founder of every place; (P, N) both."""
    populations, size = founder.shape
    first = np.arange(populations)[:, None] * size
    return np.bincount((founder + first).ravel(), minlength=populations * size).reshape(populations, size)
