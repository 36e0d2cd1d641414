"""Findings of small runs, and of tables made up for a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from dynsim.answers.wording.findings import Findings, findings
from dynsim.session.run import Run
from dynsim.session.simulate import simulate
from dynsim.system.scenario import load_scenario
from tests.plots.cases import run_of


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def of_run(run: Run) -> Findings:
    return findings(run.study, run.tables)


@cache
def findings_of(case: str) -> Findings:
    return of_run(run_of(case))


def changed(found: Findings, parameters: Mapping[str, np.ndarray] | None = None, **fields: Any) -> Findings:
    """The same tables, of a study with other fields; with parameters, of as many replicas as these have values."""
    study = replace(found.study, **fields)
    if parameters is None:
        return replace(found, source=study)
    replicas = len(next(iter(parameters.values())))
    recording = replace(study.recording, replicas=replicas, parameters=parameters)
    return replace(found, source=replace(study, recording=recording), mine=np.arange(replicas))


def simulated(scenario: str) -> Findings:
    """The findings of a scenario's run, by the interpreter."""
    return of_run(simulate(load_scenario(scenario), compiled=False))


def episodes(*rows: tuple[int, str, str, str, float, float, bool, str]) -> pd.DataFrame:
    """An episodes table of (replica, kind, agents, variables, onset, end, open, outcome)."""
    columns = ("replica", "kind", "agents", "variables", "onset", "end", "open", "outcome")
    table = pd.DataFrame(rows, columns=columns)
    return table.assign(peak=table["onset"], intensity=0.5, harm=1.0, harm_a=0.5, harm_b=0.5)


def with_episodes(table: pd.DataFrame, replicas: int, case: str = "two pulls") -> Findings:
    """A run of 1001 ticks with these episodes."""
    found = findings_of(case)
    ticks = pd.DataFrame({"t": np.arange(1001.0), "agent": "critic"})
    rows = np.arange(replicas) % found.source.replicas
    return replace(found, mine=rows, tables=found.tables.but(episodes=table, objectives=ticks))


def with_summary(summary: pd.DataFrame, case: str = "two pulls") -> Findings:
    """A run with a replica for every row of the summary; columns that are not given are those of the case's
    replicas."""
    found = findings_of(case)
    rows = np.arange(len(summary)) % len(found.tables.summary)
    whole = found.tables.summary.iloc[rows].reset_index(drop=True)
    whole = whole.assign(**{name: summary[name].to_numpy() for name in summary})
    return replace(found, mine=rows, tables=found.tables.but(summary=whole))
