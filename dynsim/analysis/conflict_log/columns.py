"""The columns of the summary whose names are plain words: dynsim's own, and those named by a user."""

from __future__ import annotations

from collections.abc import Mapping

from ...arrays import Floats
from ...compiler.program import Program
from .metrics.base import LOG_METRICS

SUMMARY = "summary"


def summary_columns(program: Program, parameters: Mapping[str, Floats]) -> list[str]:
    """The columns of the summary that are plain words: first the metrics' own, then those named after variables and
    parameters. A name that occurs twice here cannot be a column."""
    return [*own_columns(), *named_columns(program, parameters)]


def own_columns() -> list[str]:
    """The columns that log metrics declare."""
    metrics = [LOG_METRICS.get(name) for name in LOG_METRICS.names()]
    return ["replica", *(column for metric in metrics if metric.table == SUMMARY for column in metric.columns)]


def named_columns(program: Program | None, parameters: Mapping[str, Floats]) -> list[str]:
    """The columns that are named after variables and parameters."""
    ending = [] if program is None else ending_names(program, parameters)
    return list(dict.fromkeys([*differing_names(parameters), *ending]))


def differing_names(parameters: Mapping[str, Floats]) -> list[str]:
    """The parameters that differ between replicas."""
    return [name for name, values in parameters.items() if (values != values[0]).any()]


def ending_names(program: Program, parameters: Mapping[str, Floats]) -> list[str]:
    """The scalar state slots and heritable parameters whose last value is in the summary."""
    inherited = [] if program.selection is None else [n for n in program.selection.heritable if n in parameters]
    return [slot.name for slot in program.states if slot.role == "state" and slot.domain.kind == "scalar"] + inherited
