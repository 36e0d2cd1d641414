"""What an experiment gave: its tables, what is derived from them, and its cells as runs of their own."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from ..errors import InputError
from ..session.run import Run
from .effects.differences import effects, interactions
from .effects.sentences import interaction_sentences, sentences
from .effects.values import Values, values_of
from .model import Experiment
from .opening import open_cell
from .sensitivity import sensitivity
from .state import load_experiment
from .storing.store import CELLS, FAILURES, FOUND, REPLICAS, RESOLVED


@dataclass
class Experimented:
    """What an experiment gave: its tables, and the directory they are in.

    cells: a row for each cell. replicas: a row for each replica. failures: a row for each cell that failed, with the
    message.
    """

    directory: Path
    _kept: Any = field(default=None, repr=False)  # the temporary directory, which ends with this object
    _stated: Experiment | None = field(default=None, repr=False)  # known to whoever ran it, else read when asked for

    @cached_property
    def cells(self) -> pd.DataFrame:
        return _frame(self.directory / CELLS)

    @cached_property
    def replicas(self) -> pd.DataFrame:
        return _frame(self.directory / REPLICAS)

    @cached_property
    def found(self) -> pd.DataFrame:
        """What an adaptive design found, rows for every variant; InputError for other designs."""
        if not (self.directory / FOUND).exists():
            raise InputError(f"{self.directory}: its design looks for nothing, so there is no {FOUND}")
        return _frame(self.directory / FOUND)

    @cached_property
    def failures(self) -> pd.DataFrame:
        return _frame(self.directory / FAILURES)

    @cached_property
    def experiment(self) -> Experiment:
        """What was run."""
        return self._stated or load_experiment(self.directory / RESOLVED)

    @cached_property
    def effects(self) -> pd.DataFrame:
        """Paired differences of everything collected between each variant and the reference (`differences.effects`)."""
        return effects(self._values)

    @cached_property
    def interactions(self) -> pd.DataFrame:
        """How far the effects of two variants do not add, where a third variant makes the changes of both. See
        `differences.interactions`."""
        return interactions(self._values, self.experiment.variants)

    @cached_property
    def effect_sentences(self) -> tuple[str, ...]:
        """What the effects and interactions show, and how it was tested."""
        told = sentences(self.effects, self.cells, [axis.path for axis in self.experiment.axes])
        return (*told, *interaction_sentences(self.interactions))

    @cached_property
    def sensitivity(self) -> pd.DataFrame:
        """How much of every quantity each axis is responsible for; InputError unless the design is sampled for it. See
        `sensitivity.sensitivity`."""
        return sensitivity(self.experiment, self.cells)

    @cached_property
    def _values(self) -> Values:
        if self.experiment.design.carries:
            name = self.experiment.design.name
            raise InputError(f"cells of design {name} go on from states of their variant, so those of two are no pairs")
        axes, unequal = [axis.path for axis in self.experiment.axes], self.experiment.until is not None
        return values_of(self.cells, self.replicas, axes, self.fewest if unequal else None)

    @property
    def fewest(self) -> int:
        """The fewest replicas of a cell that did not fail."""
        counts = self.cells["replicas"]
        return int(counts[counts > 0].min()) if counts.any() else 0

    def open(self, cell: int, out: str | Path | None = None, **settings: Any) -> Run:
        """Simulate a cell again, as a run of its own whose replicas are those of the experiment to the bit. See
        `open_cell`."""
        return open_cell(self.directory, cell, out, **settings)


def _frame(path: Path) -> pd.DataFrame:
    frame: pd.DataFrame = pq.read_table(path).to_pandas()
    return frame
