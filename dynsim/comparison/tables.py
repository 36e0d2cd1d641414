"""Tables of runs or experiments side by side."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from ..answers.wording.wilson import wilson
from ..experiments.effects.differences import effects
from ..experiments.effects.sentences import sentences
from ..experiments.effects.values import values_of
from ..session.requested_metrics import silent
from .scenarios import scenario_differences
from .sides import RunSide, Side


@dataclass(frozen=True)
class ComparisonTables:
    """Runs or experiments side by side. The first is the reference of all differences.

    Every table has a column `run`, or a column per run. An experiment counts as a run whose variants and axes vary; it
    has no answers, metrics and objectives over time.
    """

    sides: tuple[Side, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(side.name for side in self.sides)

    @property
    def runs(self) -> tuple[RunSide, ...]:
        """The sides that are runs: all or none."""
        return tuple(side for side in self.sides if isinstance(side, RunSide))

    @cached_property
    def scenarios(self) -> pd.DataFrame:
        """What differs between the resolved scenarios: column path, as `--set` writes it, and a column per run with the
        value there, "—" where it has none."""
        return scenario_differences({side.name: side.stated for side in self.sides})

    @cached_property
    def verdicts(self) -> pd.DataFrame:
        """How the replicas ended: columns run, what varies, verdict, replicas, share, low, high (Wilson's 95 %
        interval of the share)."""
        tables = []
        for side in self.sides:
            counts = side.results.groupby(["cell", "verdict"], sort=False).size().rename("replicas").reset_index()
            every = counts.groupby("cell")["replicas"].transform("sum")
            ends = [wilson(hits, trials) for hits, trials in zip(counts["replicas"], every, strict=True)]
            low, high = np.array(ends).reshape(-1, 2).T
            counts = counts.assign(share=counts["replicas"] / every, low=low, high=high)
            tables.append(_named(side, side.cells.merge(counts, on="cell").drop(columns="cell")))
        table = pd.concat(tables, ignore_index=True)
        numbers = ["verdict", "replicas", "share", "low", "high"]
        return table[[*(name for name in table if name not in numbers), *numbers]]

    @cached_property
    def answers(self) -> pd.DataFrame:
        """What each run says about itself: columns run, answer, heading, sentence."""
        rows = [
            (side.name, one.name, one.heading, text)
            for side in self.runs for one in side.run.answers for text in one.sentences
        ]
        return pd.DataFrame(rows, columns=["run", "answer", "heading", "sentence"])

    @cached_property
    def metrics(self) -> dict[str, pd.DataFrame]:
        """The requested metrics that at least one run has, by name: the runs' tables with a column `run` first."""
        found: dict[str, list[pd.DataFrame]] = {}
        for side in self.runs:
            for name, table in side.run.requested.all(silent).items():
                if isinstance(table, pd.DataFrame):
                    found.setdefault(name, []).append(_named(side, table))
        return {name: pd.concat(tables, ignore_index=True) for name, tables in found.items()}

    @cached_property
    def objectives(self) -> pd.DataFrame:
        """The objectives over time: the runs' tables `objectives` with a column `run` first."""
        tables = [_named(side, side.run.tables.objectives) for side in self.runs]
        return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()

    @cached_property
    def unpaired(self) -> dict[str, str]:
        """The runs whose replicas cannot be paired with the reference's, each with the reason."""
        reasons = {side.name: _obstacle(self.sides[0], side) for side in self.sides[1:]}
        return {name: reason for name, reason in reasons.items() if reason}

    @cached_property
    def differences(self) -> pd.DataFrame:
        """What changes from the reference to each run with the same seed: paired differences of verdicts, last
        objectives and last values, in the columns of an experiment's effects with `run` in place of `variant`.

        Of runs with different numbers of replicas, those that both have are compared. Where parameters vary, there is a
        row for each of their combinations, with its number in `cell`, and one over all of them.
        """
        table = self._effects.rename(columns={"variant": "run"})
        if not self.sides[0].varied:
            return table[table["cell"].isna()].drop(columns="cell").reset_index(drop=True)
        return table.assign(cell=table["cell"] % len(self.sides[0].cells))

    @cached_property
    def sentences(self) -> tuple[str, ...]:
        """What the differences show, and why there are none for some runs."""
        told = sentences(self._effects, self._paired[0], self._axes) if len(self._effects) else []
        return (*told, *(f"{name} is not paired with {self.sides[0].name}: {why}." for name, why in
                         self.unpaired.items()))

    @property
    def _axes(self) -> list[str]:
        return list(self.sides[0].varied)

    @cached_property
    def _paired(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """The cells and replicas of the reference and of all runs that can be paired with it, as an experiment has
        them."""
        sides = [side for side in self.sides if side.name not in self.unpaired]
        count, replicas = len(sides[0].cells), min(side.replicas for side in sides)
        cells = [side.cells.assign(cell=range(k * count, (k + 1) * count), variant=side.name)
                 for k, side in enumerate(sides)]
        both = [side.results[side.results["replica"] < replicas] for side in sides]
        rows = [own.assign(cell=own["cell"] + k * count) for k, own in enumerate(both)]
        return pd.concat(cells, ignore_index=True), pd.concat(rows, ignore_index=True)

    @property
    def _common(self) -> int:
        """How many replicas each cell has at least."""
        return min(side.fewest for side in self.sides if side.name not in self.unpaired)

    @cached_property
    def _effects(self) -> pd.DataFrame:
        table = effects(values_of(*self._paired, self._axes, self._common))
        return table[table["pairs"] > 0].reset_index(drop=True)  # a quantity that only one of them has


def _named(side: Side, table: pd.DataFrame) -> pd.DataFrame:
    table = table.copy()
    table.insert(0, "run", side.name)
    return table


def _obstacle(first: Side, other: Side) -> str:
    """Why replicas of the same number are no pairs; "" if they are."""
    if first.seed != other.seed:
        return f"they have the seeds {other.seed} and {first.seed}, so their replicas have different random numbers"
    if first.related or other.related:
        return "selection makes replicas depend on each other"
    if not first.cells.equals(other.cells):
        return "their replicas differ in other parameters, or in other values of them"
    return ""
