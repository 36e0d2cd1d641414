"""How an objective changed from the first to the last tick."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ...arrays import Floats
from .findings import Findings
from .sign_test import LEVEL, sign_test
from .sweep import only_within, stretches
from .words import DUST, apart, share

UNDEFINED_BASE = "base.undefined_from"
UNCHANGED = 1e-3  # a smaller change, relative to the larger value, counts as none


@dataclass(frozen=True)
class Change:
    """An objective at the first and at the last tick, (R,) each; NaN in replicas in which either is unknown."""

    found: Findings
    first: Floats
    last: Floats

    @cached_property
    def relative(self) -> Floats:
        """(last − first)/max(|first|, |last|), in [−2, 2]; 0 where both are 0."""
        larger = np.maximum(np.abs(self.first), np.abs(self.last))
        safe = np.where(larger == 0.0, 1.0, larger)
        return np.where(larger == 0.0, 0.0, self.last / safe - self.first / safe)

    @cached_property
    def signs(self) -> NDArray[np.int64]:
        """−1 where it fell, 1 where it rose, 0 where it changed by less than UNCHANGED; only of known replicas."""
        known = self.relative[np.isfinite(self.relative)]
        return np.where(np.abs(known) < UNCHANGED, 0, np.sign(known)).astype(np.int64)

    @property
    def known(self) -> bool:
        return len(self.signs) > 0

    @property
    def moved(self) -> bool:
        return bool(self.signs.any())

    @cached_property
    def typical(self) -> float:
        """The median relative change."""
        return float(np.nanmedian(self.relative))

    @cached_property
    def ends(self) -> tuple[float, float]:
        """The medians at both ends; a last value that is negligible beside the first is 0."""
        first, last = float(np.nanmedian(self.first)), float(np.nanmedian(self.last))
        return first, 0.0 if abs(last) < DUST * abs(first) else last

    @property
    def one_way(self) -> bool:
        """Whether it changed in some replica, and in all of those in the same direction."""
        return self.moved and not {-1, 1} <= set(self.signs.tolist())

    @cached_property
    def clear(self) -> int:
        """−1 for a clear fall, 1 for a clear rise, else 0. A change of independently sampled replicas is clear
        by the sign test at LEVEL, if the medians at the ends agree with it; where nothing is random, or a parameter is
        swept, if no replica changed the other way."""
        up, down = int((self.signs > 0).sum()), int((self.signs < 0).sum())
        if not self.found.random or self.found.varies:
            return self._way if self.one_way else 0
        return self._way if self._agrees and self.found.sampled and sign_test(up, down) < LEVEL else 0

    def words(self) -> str:
        """ "fell from 5 to 2 in 80 % of replicas", "showed no clear change (5 to 4; it rose in 48 % of replicas)"."""
        if not self.moved:
            return f"changed by less than {100 * UNCHANGED:g}\u00a0%"
        if self.found.varies:
            return self._along_sweep()
        ends, way = apart(*self.ends), self._way
        if self.clear or (self.one_way and self._agrees):
            return f"{_verb(way)} from {ends[0]} to {ends[1]}{self._in_which(way)}"
        told = ends[0] if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"
        return f"showed no clear change ({told}; it {_verb(way)}{self._in_which(way)})"

    def _along_sweep(self) -> str:
        """The direction of the change, by values of the swept parameter or by shares of replicas."""
        told = stretches(self.found, self._by_replica())
        if not told:
            told = f"{_verb(self._way)}{self._in_which(self._way)}"
            rarer = self._way if self.one_way else -self._way
            told += "" if self.one_way else f" and {_verb(rarer)} in {share(self._share(rarer))}"
            values = only_within(self.found, np.flatnonzero(np.isfinite(self.relative))[self.signs == rarer])
            told += values and f" ({values})"
        return told

    def _by_replica(self) -> list[str]:
        words = np.full(self.found.replicas, "diverged", dtype=object)
        words[np.isfinite(self.relative)] = [_verb(sign) for sign in self.signs]
        return words.tolist()

    @cached_property
    def _way(self) -> int:
        """The direction in which most replicas changed."""
        return 1 if self._share(1) > self._share(-1) else -1

    @cached_property
    def _agrees(self) -> bool:
        """Whether the medians at the ends differ in the direction of most replicas."""
        first, last = self.ends
        return np.sign(last - first) == self._way and abs(last - first) >= UNCHANGED * max(abs(first), abs(last))

    def _in_which(self, way: int) -> str:
        """ " in 80 % of the replicas that did not diverge": those that changed this way."""
        part = self._share(way)
        if self.found.replicas == 1:
            return ""
        those = ""
        if len(self.signs) < self.found.replicas:
            undefined = len(self.signs) < self.found.stayed.sum()
            those = " in which it stayed defined" if undefined else " that did not diverge"
        if part == 1:
            return f" in every replica{those}"
        return f" in {share(part)} of {f'the replicas{those}' if those else 'replicas'}"

    def _share(self, way: int) -> float:
        return float((self.signs == way).mean())


def _verb(way: int) -> str:
    return {-1: "fell", 0: "hardly changed", 1: "rose"}[way]


def change_of(found: Findings, first: str, last: str, undefined_from: str) -> Change:
    """The change between two columns of the summary, in the replicas that did not diverge and whose objective was
    defined throughout: their value in the column `undefined_from` is NaN."""
    summary = found.tables.summary
    ends = np.stack([summary[name].to_numpy(float) for name in (first, last)])
    known = found.stayed & np.isfinite(ends).all(axis=0) & np.isnan(summary[undefined_from].to_numpy(float))
    return Change(found, *np.where(known, ends, np.nan))


def change_of_agent(found: Findings, agent: str) -> Change:
    """The change of an agent's objective."""
    return change_of(found, f"first_objective.{agent}", f"objective.{agent}", f"undefined_from.{agent}")


def change_of_base(found: Findings, phase: str = "") -> Change:
    """The change of the base objective; within a phase if one is named."""
    end = f".{phase}" if phase else ""
    return change_of(found, f"base.first{end}", f"base.last{end}", UNDEFINED_BASE)
