"""All tables of the conflict log, in one pass over the record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...arrays import Floats
from ...compiler.program import Program
from ...record.recording import Recording
from ..numerics.bands import QUANTILES
from ..reading.cells import each, varied
from ..reading.study import Study
from .episodes.base import COLUMNS, KINDS
from .metrics.base import LOG_METRICS
from .metrics.final import named_columns

SUMMARY = "summary"
OVER_TIME = ("ledger", "contest", "alignment", "pair_states", "objectives")


@dataclass(frozen=True)
class Tables:
    """ledger, contest, alignment, pair_states, objectives: over time, cell after cell (cells.py); episodes: one row
    each; summary: one row per replica. Columns: see the metric of the same name; `more` holds the tables of other
    metrics."""

    ledger: pd.DataFrame
    contest: pd.DataFrame
    alignment: pd.DataFrame
    pair_states: pd.DataFrame
    objectives: pd.DataFrame
    episodes: pd.DataFrame
    summary: pd.DataFrame
    more: Mapping[str, pd.DataFrame]


def tables(program: Program, recording: Recording) -> Tables:
    """Evaluate every registered metric and kind of episode over the record."""
    study = Study(program, recording)
    metrics = [LOG_METRICS.get(name)(study) for name in LOG_METRICS.names()]
    kinds = [KINDS.get(name)(study) for name in KINDS.names()]
    everything = [*metrics, *kinds]
    for sample in study.samples(expr for metric in everything for expr in metric.expressions()):
        for metric in everything:
            metric.feed(sample)
    found: dict[str, list[pd.DataFrame]] = {}
    for metric in metrics:
        found.setdefault(metric.table, []).append(metric.result())
    summary = pd.concat([pd.DataFrame({"replica": range(study.replicas)}), *found.pop(SUMMARY)], axis=1)
    first = _own_columns()
    summary = summary[[*first, *summary.columns.difference(first, sort=False)]]
    known = {*first, *named_columns(program, recording.parameters)}
    unknown = [name for name in map(str, summary.columns) if "." not in name and name not in known]
    assert not unknown, f"a metric has a column that it does not declare: {unknown[0]}"
    single = {name: frames[0] for name, frames in found.items()}
    own = {name: single.pop(name) for name in OVER_TIME}
    return Tables(**own, episodes=_episodes([kind.result() for kind in kinds]), summary=summary, more=single)


def summary_columns(program: Program, parameters: Mapping[str, Floats]) -> list[str]:
    """The columns of the summary that are plain words: first the metrics' own, then those with names of variables and
    parameters. A word that stands here twice cannot be a column."""
    return [*_own_columns(), *named_columns(program, parameters)]


def _own_columns() -> list[str]:
    metrics = [LOG_METRICS.get(name) for name in LOG_METRICS.names()]
    return ["replica", *(column for metric in metrics if metric.table == SUMMARY for column in metric.columns)]


def single(study: Study, name: str) -> pd.DataFrame:
    """What the metric `name` alone fills its table with; a row per replica where that is the summary."""
    metric = LOG_METRICS.get(name)(study)
    for sample in study.samples(metric.expressions()):
        metric.feed(sample)
    found = metric.result()
    if metric.table != SUMMARY:
        return found
    return pd.concat([pd.DataFrame({"replica": range(study.replicas)}), found], axis=1)


def per_replica(study: Study, name: str) -> pd.DataFrame:
    """The same with rows for every replica: its values in place of means, its parameters, and no quantiles."""
    parameters = study.recording.parameters
    names = varied(study.program, parameters)
    found = single(study.split_by(each(parameters, names, study.replicas)), name)
    if LOG_METRICS.get(name).table == "summary":
        return found
    replica = np.repeat(np.arange(study.replicas), len(found) // study.replicas)
    values = found.drop(columns=[name for name in QUANTILES if name in found]).rename(columns={"mean": "value"})
    return pd.concat([pd.DataFrame({"replica": replica}), values], axis=1)


def _episodes(parts: list[pd.DataFrame]) -> pd.DataFrame:
    filled = [part for part in parts if len(part)]
    if not filled:
        return pd.DataFrame(columns=list(COLUMNS))
    order = ["replica", "onset", "kind", "agents", "variables"]
    return pd.concat(filled, ignore_index=True).sort_values(order, ignore_index=True)
