"""Pairs of replicas with the same random numbers: what is known of a quantity at each point, and over all points."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from ...answers.wording.change import UNCHANGED
from ...arrays import Flags, Floats, Integers
from .numbers import mean_differences
from .shares import Sample, contrasts, share_differences


@dataclass(frozen=True)
class Pairs:
    """A quantity in N pairs of replicas in which it is known.

    first: in the variant that all are compared with. reference: what `last` is compared with; with two variants,
    `first`. point, replica: which pair it is. points: their number P. Every table has P + 1 rows: one for each point,
    and one over all, in which a replica counts with its mean over its points. common: only replicas below this number
    count there, so that points with more replicas than others do not weigh more.
    """

    first: Floats
    reference: Floats
    last: Floats
    point: Integers
    replica: Integers
    points: int
    common: int

    def numbers(self) -> pd.DataFrame:
        return mean_differences(self._each_and_all(self.last - self.reference), self._sample.row, self.points + 1)

    def shares(self) -> pd.DataFrame:
        """Of values 0 and 1."""
        first, last = self.first, self.last
        kinds = (first * last, (1 - first) * last, first * (1 - last))
        return share_differences(self._sample, *map(self._each_and_all, kinds))

    def contrasts(self) -> pd.DataFrame:
        """Of a reference that is a sum of several values 0 and 1."""
        contrast = self.last - self.reference
        return contrasts(self._sample, self._each_and_all(contrast), self._each_and_all(contrast**2))

    def facts(self) -> dict[str, Floats]:
        """reference: its mean. pairs: how many. changed: the share of pairs that differ by more than UNCHANGED of the
        larger value."""
        reference, last, sample = self.reference, self.last, self._sample
        other = np.abs(last - reference) > UNCHANGED * np.maximum(np.abs(reference), np.abs(last))
        pairs, changed = (
            np.append(np.bincount(self.point, which, self.points), which[self._shared].sum())
            for which in (np.ones(len(other)), other)
        )
        with np.errstate(invalid="ignore"):
            return {"reference": sample.mean(self._each_and_all(reference)), "pairs": pairs.astype(int),
                    "changed": changed / pairs}

    @cached_property
    def _sample(self) -> Sample:
        """The replicas of each point, then those over all points."""
        cells = np.bincount(self.replica[self._shared])
        there = cells[cells > 0]
        row = np.concatenate([self.point, np.full(len(there), self.points)])
        return Sample(row, np.concatenate([np.ones(len(self.point)), there]), self.points + 1)

    @cached_property
    def _shared(self) -> Flags:
        return self.replica < self.common

    def _each_and_all(self, values: Floats) -> Floats:
        """The values of all pairs, then every replica's mean over its points."""
        shared = self.replica[self._shared]
        cells = np.bincount(shared)
        with np.errstate(over="ignore"):
            means = np.bincount(shared, values[self._shared])[cells > 0] / cells[cells > 0]
        return np.concatenate([values, means])
