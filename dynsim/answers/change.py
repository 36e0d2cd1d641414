"""How an objective changed from the first to the last tick."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .findings import Findings, Floats
from .sweep import along
from .words import number, share, spread, without_dust

UNCHANGED = 1e-3  # a change of less than this share of the larger value is none


@dataclass(frozen=True)
class Change:
    """An objective at the first and at the last tick, (R,) each; NaN where it was never finite."""

    first: Floats
    last: Floats

    @cached_property
    def size(self) -> Floats:
        """last − first; negative is a gain."""
        return self.last - self.first

    @cached_property
    def relative(self) -> Floats:
        """(last − first)/max(|first|, |last|), in [−2, 2]; 0 where both are 0."""
        larger = np.maximum(np.abs(self.first), np.abs(self.last))
        return np.where(larger == 0.0, 0.0, self.size / np.where(larger == 0.0, 1.0, larger))

    @property
    def known(self) -> bool:
        return bool(np.isfinite(self.size).any())

    @cached_property
    def typical(self) -> float:
        """The median relative change."""
        return float(np.nanmedian(self.relative))

    @property
    def moved(self) -> bool:
        return self.known and abs(self.typical) >= UNCHANGED

    def words(self) -> str:
        """ "fell by 3 (2–4), from 5 to 2, in 80 % of the replicas": the change, with its middle half; both values; and
        the share of replicas in which it changed that way."""
        down = self.typical < 0
        known = np.isfinite(self.size)
        sign = -1.0 if down else 1.0
        same = float((sign * self.relative[known] > 0).mean())
        part = "" if known.sum() == 1 else ", in every replica" if same == 1 else f", in {share(same)} of the replicas"
        ends = np.array([np.nanmedian(self.first), np.nanmedian(self.last)])
        first, last = map(number, without_dust(ends))
        return f"{'fell' if down else 'rose'} by {spread(sign * self.size)}, from {first} to {last}{part}"


def told_change(found: Findings, one: Change) -> str:
    """How it changed, and how that depends on the swept parameter."""
    depends = along(found, one.size)
    return f"{one.words()}{depends and f'; the change {depends}'}"


def change_of(found: Findings, first: str, last: str) -> Change:
    """The change between two columns of the summary, in the replicas that did not diverge."""
    summary = found.tables.summary
    return Change(*(np.where(found.stayed, summary[name].to_numpy(float), np.nan) for name in (first, last)))
