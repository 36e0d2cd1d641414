"""Checks that no name of a scenario is also the name of one of dynsim's own columns in the same table."""

from __future__ import annotations

from collections import Counter

from ...analysis.conflict_log.columns import summary_columns
from ...compiler.program import Program
from ...errors import Problem
from ...record.layout import REPLICAS, Layout
from ...system.model import Model


def taken_names(model: Model, program: Program, layout: Layout) -> list[Problem]:
    """A problem for every name that would be the name of two columns of a table."""
    columns = {file: schema.names for file, schema in layout.files.items()}
    columns |= {REPLICAS: list(layout.replicas_columns), "summary.parquet": summary_columns(program, layout.parameters)}
    files: dict[str, str] = {}
    for file, names in columns.items():
        files |= {name: file for name, times in Counter(names).items() if times > 1 and name not in files}
    return [Problem(_message(name, file), _path(name, model)) for name, file in files.items()]


def _message(name: str, file: str) -> str:
    return f"{file} has a column of its own called {name!r}: choose another name, such as '{name}_value'"


def _path(name: str, model: Model) -> str:
    if name in model.variables:
        return f"variables.{name}"
    if name in model.phases:
        return f"phases.{name}"
    means = {} if model.selection is None else model.selection.means
    return f"selection.means.{name}" if name in means else f"params.{name}"
