"""How large an experiment is, before it runs."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from shutil import disk_usage

from ... import machine
from ...analysis.conflict_log.episodes.base import KINDS
from ...system.component_names import component_names
from ...system.grammar.problems import ROOT, Place, Problems
from ...system.model import Model
from ..model import Experiment
from ..quantities import quantity

CELL = (400, 150)  # bytes of a cell in memory: fixed, and per axis
STATISTICS = 7  # columns of cells.parquet for each collected quantity
COPIES = 2  # of a replica's numbers on the disk: in its unit, and in replicas.parquet


@dataclass(frozen=True)
class Size:
    """cells: of the design, with all variants; an adaptive design counts those that it starts with. replicas: of all
    cells. columns: numbers that are kept of a replica. memory, disk: bytes."""

    cells: int
    replicas: int
    columns: int
    memory: int
    disk: int


def size_of(experiment: Experiment, model: Model) -> Size:
    """The size of an experiment. model: of its scenario without any change."""
    cells = experiment.design.count(experiment.axes) * len(experiment.variants)
    columns = sum(_columns(text, model) for text in experiment.collect)
    axes = len(experiment.axes)
    replicas = cells * experiment.replicas
    disk = 8 * (replicas * COPIES * (columns + 2) + cells * (axes + STATISTICS * columns))
    return Size(cells, replicas, columns, cells * (CELL[0] + CELL[1] * axes), disk)


def too_large(size: Size) -> str:
    """Why the cells do not fit into memory; "" if they do."""
    there = machine.memory()
    if size.memory <= there:
        return ""
    told = f"{size.cells:,} cells take about {size.memory / 1e9:,.1f} GB of memory, and {there / 1e9:,.1f} GB are free"
    return f"{told}: take fewer values or variants"


def crowded(experiment: Experiment) -> Place:
    """What makes an experiment large: its replicas, its longest axis, or the design where that has its own number of
    points."""
    axes, design = experiment.axes, ROOT / "design"
    points = experiment.design.count(axes)
    if experiment.replicas >= points:
        return ROOT / "replicas"
    longest = max(axes, key=lambda axis: len(axis.values))
    return design if experiment.design.ranges else ROOT / "vary" / longest.path


def expect_disk(experiment: Experiment, size: Size, directory: Path) -> None:
    """InputError if the results do not fit on the disk of `directory`, which need not exist yet."""
    existing = next(place for place in (directory, *directory.absolute().parents) if os.path.exists(place))
    there = disk_usage(existing).free
    if size.disk > there:
        what = f"{size.replicas:,} replicas with {size.columns} numbers each take about {size.disk / 1e9:,.1f} GB"
        where = f"the disk of {directory} has {there / 1e9:,.1f} GB"
        problems = Problems(experiment.source)
        problems.add(crowded(experiment), f"{what}, and {where}: take fewer cells or replicas, or collect less")
        problems.finish()


def _columns(text: str, model: Model) -> int:
    """About how many numbers a collected quantity has in each replica."""
    match quantity(text).kind:
        case "episodes":
            return 2 * len(KINDS.names())
        case "objectives":
            return 2 * len(model.agents)
        case "final":
            states = [variable for variable in model.variables.values() if variable.kind == "state"]
            return sum(len(component_names(v.name, v.shape)) for v in states if v.population is None)
        case _:
            return 1
