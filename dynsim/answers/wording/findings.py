"""The input of all answers: a source of moves, the tables of its conflict log, and the replicas that they describe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ...algebra.graph import Expr
from ...analysis.conflict_log.tables import Tables
from ...analysis.motion.verdicts import DIVERGED
from ...analysis.reading.cells import Cells, cells
from ...analysis.reading.moves import MoveSource
from ...analysis.reading.sampling import constant
from ...analysis.reading.study import Study
from ...arrays import Floats
from ...compiler.program import Program
from ...system.model import Model
from .words import told_cell


@dataclass(frozen=True)
class Findings:
    """What was found in a source of moves, as its answers see it.

    mine: the source's replicas that the tables describe. part: if these are the replicas of one cell, the parameters
    that vary and their values there. `study` and `program` are available if the source is a simulated run
    (`simulated`), and `model` if the run still has its model (`has_model`).
    """

    source: MoveSource
    tables: Tables
    mine: NDArray[np.int64]
    part: str = ""

    @property
    def title(self) -> str:
        return self.source.title

    @property
    def agents(self) -> tuple[str, ...]:
        return self.source.agents

    @property
    def clock(self) -> Literal["step", "time"]:
        """The word for a moment."""
        return self.source.clock

    @property
    def ticks(self) -> int:
        """How many were recorded."""
        return len(self.source.times)

    @property
    def start(self) -> float:
        """The first recorded tick."""
        return float(self.source.times[0]) if self.ticks else 0.0

    @property
    def end(self) -> float:
        """The last one."""
        return float(self.source.times[-1]) if self.ticks else 0.0

    @property
    def replicas(self) -> int:
        return len(self.mine)

    @cached_property
    def parameters(self) -> Mapping[str, Floats]:
        """(R,) by name, as the replicas started."""
        return {name: values[self.mine] for name, values in self.source.parameters.items()}

    @cached_property
    def cells(self) -> Cells:
        """Which replicas have the same values of what varies."""
        names = [name for name in self.source.cells.names if (self.parameters[name] != self.parameters[name][:1]).any()]
        return cells(self.parameters, names, self.replicas)

    def of_cell(self, cell: int) -> Findings:
        """The findings of one cell, as if it were a separate run: replicas are numbered from 0."""
        tables = self.tables.of_cell(self.cells, cell)
        return replace(
            self, tables=tables, mine=self.mine[self.cells.replicas(cell)], part=told_cell(self.cells, cell)
        )

    @property
    def simulated(self) -> bool:
        """Whether there is a program, so that an answer can look at more than what was logged."""
        return isinstance(self.source, Study)

    @property
    def has_model(self) -> bool:
        """Whether there is also the model that the program was built from."""
        return "model" in self.source.has

    @property
    def study(self) -> Study:
        assert isinstance(self.source, Study), "ask `simulated` first"
        return self.source

    @property
    def program(self) -> Program:
        return self.study.program

    @property
    def model(self) -> Model:
        assert self.study.model is not None, "ask `has_model` first"
        return self.study.model

    @cached_property
    def names(self) -> frozenset[str]:
        """Names with which a sentence may begin: they keep their case."""
        variables = self.model.variables if self.has_model else self.source.variables
        return frozenset({*self.agents, *variables})

    @cached_property
    def stayed(self) -> NDArray[np.bool_]:
        """Which replicas did not diverge, (R,); all of them if that is unknown."""
        if "verdict" not in self.tables.summary:
            return np.ones(self.replicas, bool)
        return (self.tables.summary["verdict"] != DIVERGED).to_numpy()

    @property
    def varies(self) -> bool:
        """Whether these replicas differ in parameters, so that no sentence may describe them together."""
        return self.cells.count > 1 and not self.part

    @cached_property
    def alone(self) -> str | None:
        """The name of the state variable if the system has a single one and it is a real number, otherwise None."""
        states = [one for one in self.model.variables.values() if one.kind == "state"] if self.has_model else []
        if len(states) != 1 or states[0].shape or states[0].population or states[0].space.kind == "circle":
            return None
        return states[0].name

    @cached_property
    def swept(self) -> tuple[str, ...]:
        """The parameters that take listed values, one after the other, over the replicas."""
        return tuple(name for name in self.source.listed if len(set(self.parameters[name].tolist())) > 1)

    @property
    def random(self) -> bool:
        """Whether anything in the run is random."""
        return self.source.random

    @cached_property
    def sampled(self) -> bool:
        """Whether the replicas are independent samples of the same system, so that a share of them estimates a
        probability: something is random, nothing is swept, and no replica descends from another."""
        return self.random and not self.swept and not self.source.related and self.replicas > 1

    def at_start(self, name: str) -> Floats:
        """A scalar state variable at the first tick, (R,)."""
        first: Floats = next(iter(self.study.recording.blocks())).values[name][0][self.mine]
        return first

    def ever(self, value: Expr) -> bool:
        """Whether a value is not 0 in some replica, or may become so."""
        known = constant(self.study, value)
        return known is None or bool(known[..., self.mine].any())


def findings(source: MoveSource, tables: Tables) -> Findings:
    """The findings of all replicas; the record is not read."""
    return Findings(source, tables, np.arange(source.replicas))
