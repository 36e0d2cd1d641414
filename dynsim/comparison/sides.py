"""What a comparison needs to know of a run, or of an experiment."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any, Literal

import pandas as pd

from ..answers.wording.words import count
from ..experiments.experimented import Experimented
from ..experiments.storing.store import RESOLVED
from ..record.files import read_text
from ..session.run import ROOM, Run
from ..system.dump import resolved_yaml
from ..system.large_inputs import detached
from ..system.text.yaml_loader import load

BASE = "base.last"
OBJECTIVE = "objective."
VARIANTS = "variants"
"""The column with the variants of an experiment, which its file has under this name."""


@dataclass(frozen=True)
class Side(ABC):
    """A run or an experiment, with its name in the comparison."""

    name: str

    @property
    @abstractmethod
    def title(self) -> str:
        """Of its scenario or its own."""

    @property
    @abstractmethod
    def seed(self) -> int:
        """Of its random numbers."""

    @property
    @abstractmethod
    def replicas(self) -> int:
        """How many there are, of an experiment in each cell: the largest number."""

    @property
    def fewest(self) -> int:
        """How many each cell has at least."""
        return self.replicas

    @property
    @abstractmethod
    def stated(self) -> Mapping[str, Any]:
        """The resolved scenario, or the resolved experiment with the scenario in it."""

    @property
    @abstractmethod
    def as_run(self) -> Mapping[str, Any]:
        """`stated` in the form of a scenario."""

    @property
    @abstractmethod
    def scenario(self) -> Mapping[str, Any]:
        """The scenario in `stated`."""

    @property
    @abstractmethod
    def cells(self) -> pd.DataFrame:
        """A row per combination of what varies: columns cell, and those that tell cells apart."""

    @property
    @abstractmethod
    def results(self) -> pd.DataFrame:
        """A row per replica: columns cell, replica, verdict, and numbers."""

    @property
    def clock(self) -> Literal["step", "time"]:
        return "step" if "steps" in self.scenario["clock"] else "time"

    @property
    def related(self) -> bool:
        """Whether replicas depend on each other."""
        return bool(self.scenario.get("selection"))

    @property
    def varied(self) -> tuple[str, ...]:
        """The columns that tell cells apart."""
        return tuple(str(name) for name in self.cells if name != "cell")

    @property
    def facts(self) -> str:
        """Its size."""
        least = "" if self.fewest == self.replicas else f"{self.fewest:,} to "
        return f"{count(len(self.cells), 'cell')} with {least}{count(self.replicas, 'replica')} each"


@dataclass(frozen=True)
class RunSide(Side):
    run: Run

    @property
    def title(self) -> str:
        return self.run.manifest.title or self.run.manifest.scenario

    @property
    def seed(self) -> int:
        return self.run.manifest.seed

    @property
    def replicas(self) -> int:
        return self.run.manifest.replicas

    @cached_property
    def stated(self) -> Mapping[str, Any]:
        """With the hash of every file that the scenario reads."""
        files = self.run.sources.files
        hashes = {name: f"SHA-256 {sha256(content).hexdigest()[:12]}" for name, content in files.items()}
        return {**self.scenario, "content": hashes} if hashes else self.scenario

    @property
    def as_run(self) -> Mapping[str, Any]:
        return self.stated

    @cached_property
    def scenario(self) -> Mapping[str, Any]:
        data: Mapping[str, Any] = load(self.run.sources.resolved, room=ROOM).data
        return data

    @cached_property
    def cells(self) -> pd.DataFrame:
        """Of a cell that is a range of values, the lower and the upper bound."""
        cells = self.run.study.cells
        ends = (("", cells.low),) if cells.exact else ((".low", cells.low), (".high", cells.high))
        columns = {f"{name}{end}": bound[k] for k, name in enumerate(cells.names) for end, bound in ends}
        return pd.DataFrame({"cell": range(cells.count), **columns})

    @cached_property
    def results(self) -> pd.DataFrame:
        """The last value of every objective and of every variable."""
        summary, program = self.run.summary, self.run.program
        states = [slot.name for slot in program.states if slot.role == "state"]
        objectives = [f"{OBJECTIVE}{agent.name}" for agent in program.agents]
        wanted = [name for name in (BASE, *objectives, *states) if name in summary]
        table = summary[["replica", "verdict", *wanted]]
        return table.assign(cell=self.run.study.cells.member[table["replica"].to_numpy(int)])

    @property
    def facts(self) -> str:
        """All replicas, whatever varies between them."""
        return count(self.replicas, "replica")


@dataclass(frozen=True)
class ExperimentSide(Side):
    experimented: Experimented

    @property
    def title(self) -> str:
        return self.experimented.experiment.title

    @property
    def seed(self) -> int:
        return self.experimented.experiment.seed

    @property
    def replicas(self) -> int:
        experiment = self.experimented.experiment
        return experiment.replicas if experiment.until is None else int(self.experimented.cells["replicas"].max())

    @property
    def fewest(self) -> int:
        return self.replicas if self.experimented.experiment.until is None else self.experimented.fewest

    @cached_property
    def stated(self) -> Mapping[str, Any]:
        data: Mapping[str, Any] = load(read_text(self.experimented.directory / RESOLVED), room=ROOM).data
        return {**data, "scenario": self.scenario}

    @property
    def as_run(self) -> Mapping[str, Any]:
        """The scenario with the replicas and seed of the experiment, and what varies."""
        own = {"replicas": self.replicas, "seed": self.seed}
        varied = {key: self.stated[key] for key in ("vary", VARIANTS, "design") if key in self.stated}
        return {**self.scenario, "ensemble": {**self.scenario.get("ensemble", {}), **own}, **varied}

    @cached_property
    def scenario(self) -> Mapping[str, Any]:
        """With every default written out, as a run has it."""
        system = self.experimented.experiment.system
        apart, _ = detached(system, system.resolve().populations)
        data: Mapping[str, Any] = load(resolved_yaml(apart), room=ROOM).data
        return data

    @cached_property
    def cells(self) -> pd.DataFrame:
        axes = [axis.path for axis in self.experimented.experiment.axes]
        cells = self.experimented.cells
        variants = {VARIANTS: cells["variant"]} if cells["variant"].nunique() > 1 else {}
        return pd.DataFrame({"cell": cells["cell"], **variants, **{path: cells[path] for path in axes}})

    @property
    def results(self) -> pd.DataFrame:
        return self.experimented.replicas
