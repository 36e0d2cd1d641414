"""Tables of runs or experiments side by side."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from ..experiments.effects.differences import COLUMNS
from ..experiments.effects.sentences import sentences
from ..experiments.effects.shares import wilson_of
from ..session.requested_metrics import silent
from .matching import Matched, matched
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
        """The sides that are runs."""
        return tuple(side for side in self.sides if isinstance(side, RunSide))

    @cached_property
    def scenarios(self) -> pd.DataFrame:
        """What differs between the resolved scenarios: column path, as `--set` writes it, and a column per run with the
        value there, "—" where it has none. Between experiments, what differs between them."""
        alike = len(self.runs) in (0, len(self.sides))
        return scenario_differences({side.name: side.stated if alike else side.as_run for side in self.sides})

    @cached_property
    def verdicts(self) -> pd.DataFrame:
        """How the replicas ended: columns run, what varies, verdict, replicas, share, low, high (Wilson's 95 %
        interval of the share)."""
        tables = []
        for side in self.sides:
            counts = side.results.groupby(["cell", "verdict"], sort=False).size().rename("replicas").reset_index()
            every = counts.groupby("cell")["replicas"].transform("sum")
            low, high = wilson_of((counts["replicas"] / every).to_numpy(), every.to_numpy())
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
        """The runs whose replicas are no pairs with the reference's, each with the reason. Their differences are those
        of independent replicas."""
        return {name: one.unpaired for name, one in self._matched.items() if one.unpaired}

    @cached_property
    def apart(self) -> dict[str, str]:
        """The runs that have no differences from the reference, each with the reason."""
        return {name: one for name, one in self._matches.items() if isinstance(one, str)}

    @cached_property
    def differences(self) -> pd.DataFrame:
        """What changes from the reference to each run: differences of verdicts, last objectives and last values, in the
        columns of an experiment's effects with `run` in place of `variant`, and `paired`.

        Cells that have the same values of what varies are compared: a row for each, with its number in `cell` and these
        values, and one over all of them. Where nothing varies, there is no column `cell`.
        """
        table = self._effects.rename(columns={"variant": "run"})
        if not len(table) or not any(side.varied for side in self.sides):
            return table.drop(columns="cell")
        table = table.merge(self._cells.drop(columns="variant"), on="cell", how="left")
        names = ["run", "cell", *self._axes]
        rest = [name for name in table if name not in names]
        return table[[*names, *rest]].assign(cell=table["cell"] % self._span)

    @cached_property
    def sentences(self) -> tuple[str, ...]:
        """What the differences show, and why some are unpaired or missing."""
        first = self.sides[0].name
        told = sentences(self._effects, self._cells, self._axes, self.unpaired) if len(self._effects) else []
        return (*told, *(f"{name} is not paired with {first}: {why}." for name, why in self.unpaired.items()),
                *(f"{name} is not compared with {first}: {why}." for name, why in self.apart.items()))

    @cached_property
    def _matches(self) -> dict[str, Matched | str]:
        first, *others = self.sides
        return {side.name: matched(first, side, k * self._span) for k, side in enumerate(others)}

    @property
    def _matched(self) -> dict[str, Matched]:
        return {name: one for name, one in self._matches.items() if isinstance(one, Matched)}

    @property
    def _axes(self) -> list[str]:
        return list(dict.fromkeys(name for one in self._matched.values() for name in one.axes))

    @cached_property
    def _cells(self) -> pd.DataFrame:
        """The cells that are compared with the reference's: cell, variant, and what varies."""
        return pd.concat([one.cells for one in self._matched.values()], ignore_index=True)

    @property
    def _span(self) -> int:
        """More than the largest number of a cell."""
        return 1 + max(int(side.cells["cell"].max()) for side in self.sides)

    @cached_property
    def _effects(self) -> pd.DataFrame:
        tables = [one.effects for one in self._matched.values()]
        return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=[*COLUMNS, "paired"])


def _named(side: Side, table: pd.DataFrame) -> pd.DataFrame:
    table = table.copy()
    table.insert(0, "run", side.name)
    return table

