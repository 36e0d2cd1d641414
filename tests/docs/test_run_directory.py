"""docs/run_directory.md names every file and every column that a run leaves, and none that it doesn't.

What metrics of their own files add is documented by their docstrings.
"""

import json
import re
from pathlib import Path

import pandas as pd
import pytest

import dynsim as ds
from dynsim.analysis.conflict_log.metrics.base import LOG_METRICS

PAGE = Path(__file__).parents[2] / "docs" / "run_directory.md"
SCENARIO = """
dynsim: 1
title: everything that makes a column
params: {gap: 1.0, weight_of: 2.0}
graphs: {ring: {generator: cycle_graph, n: 4}}
variables:
  m: {init: "normal(0, 1)"}
  v: {size: 2, init: 0.5}
  x: {on: ring, init: "normal(0, 1)"}
  far: {expr: "m - gap"}
agents:
  critic: {controls: m, declared: "far**2", goals: gap, rule: {gradient: {rate: 0.05}}}
  actor: {controls: [m, v], declared: "(m + gap)**2 + dot(v, v)", rule: {momentum: {rate: 0.05, beta: 0.9}}}
  crowd: {controls: x, declared: "weight_of*(x - m)**2", rule: {momentum: {rate: 0.05, beta: 0.9}}}
events: {stop: {at: 10, silence: critic, set: {weight_of: 1}}}
clock: {steps: 20}
ensemble: {replicas: 4, vary: {gap: "linspace(0, 1)"}}
record: {derived: [far]}
base: {objective: "(m - 3)**2"}
phases: {before: 0, after: 8}
selection:
  fitness: far**2
  every: 6
  scheme: moran
  heritable: [m, weight_of]
  groups: {count: 2, scheme: {truncation: {}}, fitness: -m**2}
  means: {M: m}
metrics: [power]
"""
HIDDEN = {"far": "DERIVED", **dict.fromkeys(("gap", "weight_of", "before", "after", "M"), "PARAMETER")}


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs")
    scenario = folder / "all.yaml"
    scenario.write_text(SCENARIO)
    ds.simulate(scenario, out=folder / "run", compiled=False)
    return folder / "run"


def documented() -> dict[str, set[str]]:
    """The names in the first column of every file's table."""
    sections = re.split(r"^### (.+)$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    found = {}
    for file, text in zip(sections[::2], sections[1::2], strict=True):
        rows = re.findall(r"^\| (`.+?) \|", text.split("\n## ")[0], flags=re.MULTILINE)
        found[file] = {name for row in rows for name in re.findall(r"`([^`]+)`", row)}
    return found


def general(column: str) -> str:
    """A column as the page names it."""
    if column in HIDDEN:
        return HIDDEN[column]
    if column.startswith("vary."):
        return "vary.PARAMETER"
    column = re.sub(r"\b(critic|actor|crowd)\b", "AGENT", column)
    column = re.sub(r"\b(stop|phases\.after)\b", "EVENT", column)
    column = re.sub(r"\b(before|after)\b", "PHASE", column)
    column = re.sub(r"^(m|v\[\d\])$", "VARIABLE", column)
    column = re.sub(r"^vary\.gap\b", "vary.PARAMETER", column)
    return re.sub(r"^AGENT\.v(\[\d\])?$", "AGENT.MEMORY", column)


def test_every_file_is_documented(directory: Path) -> None:
    files = {p.relative_to(directory).as_posix() for p in directory.rglob("*") if p.is_file()}
    named = {re.sub(r"^(populations|metrics)/.*", r"\1/NAME.parquet", file) for file in files}
    of_metrics = {f"{LOG_METRICS.get(name).table}.parquet" for name in LOG_METRICS.names()}
    assert named == (set(documented()) | of_metrics) - {"More"}


def test_every_column_is_documented(directory: Path) -> None:
    for file, columns in documented().items():
        if not file.endswith(".parquet"):
            continue
        path = directory / file.replace("NAME", "power" if file.startswith("metrics") else "x")
        there = {general(column) for column in pd.read_parquet(path).columns}
        of_cells = {f"vary.PARAMETER{end}" for end in ("", ".low", ".high")}  # named once for all tables over time
        assert columns <= there if file == "summary.parquet" else columns - of_cells == there - of_cells, file


def test_every_key_of_the_manifest_is_documented(directory: Path) -> None:
    assert set(json.loads((directory / "manifest.json").read_text())) == documented()["manifest.json"] - {
        "running", "finished", "interrupted", "failed", "end",
    } | {"end"}
