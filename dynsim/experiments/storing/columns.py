"""The columns of an experiment's tables, with their types."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from ...analysis.motion.verdicts import VERDICTS
from ...system.grammar.fields import is_number
from ..model import Cell, Experiment

VERDICT = "verdict"
STATISTICS = ("mean", "se", "q05", "q25", "median", "q75", "q95")
JSON = b"json"
"""Key in the metadata of an axis's column whose texts are JSON, because not all its values are numbers or texts."""


def replicas_schema(names: Sequence[str]) -> pa.Schema:
    kinds = [(name, pa.string() if name == VERDICT else pa.float64()) for name in names]
    return pa.schema([("cell", pa.int64()), ("replica", pa.int64()), *kinds])


def cells_schema(experiment: Experiment, cells: Sequence[Cell], names: Sequence[str]) -> pa.Schema:
    fields = [pa.field("cell", pa.int64()), pa.field("variant", pa.string())]
    fields += [_axis_field(axis.path, [cell.values.get(axis.path) for cell in cells]) for axis in experiment.axes]
    fields += [pa.field("replicas", pa.int64()), pa.field("failed", pa.int64())]
    if experiment.until is not None:
        fields.append(pa.field("reached", pa.bool_()))
    for name in names:
        ends = [f"{word}{end}" for word in VERDICTS for end in ("", ".low", ".high")] if name == VERDICT else STATISTICS
        fields += [pa.field(f"{name}.{end}", pa.float64()) for end in ends]
    return pa.schema(fields)


def _axis_field(path: str, values: Sequence[Any]) -> pa.Field:
    """Numbers and texts as they are; a mixture, or anything else, as JSON."""
    if all(isinstance(value, bool) for value in values):
        return pa.field(path, pa.bool_())
    if all(map(is_number, values)):
        whole = all(isinstance(value, int) and abs(value) < 1 << 53 for value in values)
        return pa.field(path, pa.int64() if whole else pa.float64())
    if all(isinstance(value, str) for value in values):
        return pa.field(path, pa.string())
    return pa.field(path, pa.string(), metadata={JSON: b"1"})


def axis_values(values: Sequence[Any], declared: pa.Field) -> list[Any]:
    if JSON in (declared.metadata or {}):
        return [json.dumps(value) for value in values]
    return [float(value) for value in values] if declared.type == pa.float64() else list(values)


def axis_value(value: Any, declared: pa.Field) -> Any:
    """The value of an axis from its column."""
    return json.loads(value) if JSON in (declared.metadata or {}) else value
