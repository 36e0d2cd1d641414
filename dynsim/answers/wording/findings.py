"""What answers are made of: a run's tables and what it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ...algebra.graph import Expr
from ...analysis.conflict_log.tables import OVER_TIME, Tables
from ...analysis.motion.verdicts import DIVERGED
from ...analysis.reading.cells import Cells, cells, varied
from ...analysis.reading.sampling import constant
from ...analysis.reading.study import Study
from ...arrays import Floats
from ...compiler.program import Program
from ...record.recording import Recording
from ...system.model import Model
from .words import told_cell


@dataclass(frozen=True)
class Findings:
    """A run as its answers see it.

    clock: the word for a moment, "step" or "time". ticks: how many were recorded; start, end: the first and the last
    one. parameters: (R,) by slot, as the replicas started. study: for the few answers that look at the record itself.
    mine: which of the study's replicas these are. part: where these are the replicas of one cell, what varies and its
    values there.
    """

    title: str
    clock: Literal["step", "time"]
    replicas: int
    ticks: int
    start: float
    end: float
    agents: tuple[str, ...]
    tables: Tables
    model: Model
    program: Program
    parameters: Mapping[str, Floats]
    study: Study
    mine: NDArray[np.int64]
    part: str = ""

    @cached_property
    def cells(self) -> Cells:
        """Which replicas have the same values of what varies."""
        return cells(self.parameters, varied(self.program, self.parameters), self.replicas)

    def of_cell(self, cell: int) -> Findings:
        """What was found in one cell, as if it were a run of its own: replicas are numbered from 0."""
        ensemble = self.cells
        mine = ensemble.replicas(cell)
        summary = self.tables.summary.iloc[mine].reset_index(drop=True)
        episodes = self.tables.episodes
        episodes = episodes[episodes["replica"].isin(mine)]
        tables = replace(
            self.tables, summary=summary.assign(replica=range(len(mine))),
            episodes=episodes.assign(replica=np.searchsorted(mine, episodes["replica"].to_numpy(int))),
            more={name: ensemble.rows(table, cell) for name, table in self.tables.more.items()},
            **{name: ensemble.rows(getattr(self.tables, name), cell) for name in OVER_TIME},
        )
        parameters = {name: values[mine] for name, values in self.parameters.items()}
        return replace(
            self, replicas=len(mine), tables=tables, parameters=parameters, mine=mine, part=told_cell(ensemble, cell)
        )

    @cached_property
    def stayed(self) -> NDArray[np.bool_]:
        """Which replicas did not diverge, (R,)."""
        return (self.tables.summary["verdict"] != DIVERGED).to_numpy()

    @property
    def varies(self) -> bool:
        """Whether these replicas differ in parameters, so that nothing is told of all their values together."""
        return self.cells.count > 1 and not self.part

    @cached_property
    def alone(self) -> str | None:
        """The one state variable, if there is one alone and it is a number on a line."""
        states = [one for one in self.model.variables.values() if one.kind == "state"]
        if len(states) != 1 or states[0].shape or states[0].population or states[0].space.kind == "circle":
            return None
        return states[0].name

    @cached_property
    def swept(self) -> tuple[str, ...]:
        """The parameters that take listed values, one after the other, over the replicas."""
        listed = [*self.model.ensemble.vary.items(), *self.model.ensemble.grid.items()]
        swept = [name for name, sweep in listed if len(set(sweep.values or ())) > 1]
        return tuple(name for name in swept if len(set(self.parameters[name].tolist())) > 1)

    @cached_property
    def sampled(self) -> bool:
        """Whether the replicas are independent draws of one and the same system, so that a share of them estimates a
        probability: something is drawn, nothing is swept, and none descends from another."""
        return self.drawn and not self.swept and self.program.selection is None and self.replicas > 1

    def at_start(self, name: str) -> Floats:
        """A scalar state variable at the first tick, (R,)."""
        first: Floats = next(iter(self.study.recording.blocks())).values[name][0][self.mine]
        return first

    def ever(self, value: Expr) -> bool:
        """Whether a value is not 0 in some replica, or may become so."""
        known = constant(self.study, value)
        return known is None or bool(known[..., self.mine].any())

    @cached_property
    def drawn(self) -> bool:
        """Whether chance plays a part: in the starts, the parameters, the steps or a selection."""
        graph, sweeps = self.program.graph, self.model.ensemble.vary.values()
        starts = graph.reachable(self.program.initial.values())
        drawn = any(graph.nodes[k].op == "sample" for k in starts)
        drawn = drawn or any(sweep.distribution is not None for sweep in sweeps)
        return drawn or self.program.random or self.program.selection is not None


def findings(model: Model, program: Program, recording: Recording, tables: Tables) -> Findings:
    """The findings of a run; its record is not read."""
    times = recording.times
    return Findings(
        title=model.title,
        clock="time" if program.clock.continuous else "step",
        replicas=recording.replicas,
        ticks=len(times),
        start=float(times[0]) if len(times) else 0.0,
        end=float(times[-1]) if len(times) else 0.0,
        agents=tuple(agent.name for agent in program.agents),
        tables=tables,
        model=model,
        program=program,
        parameters=recording.parameters,
        study=Study(program, recording, model),
        mine=np.arange(recording.replicas),
    )
