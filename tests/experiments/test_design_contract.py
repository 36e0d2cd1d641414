"""What every design promises, whatever points it takes: also those that somebody adds."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

import dynsim as ds
from dynsim.experiments.design.base import DESIGNS, Adaptive, Design
from dynsim.experiments.experimented import Experimented
from dynsim.experiments.grammar.schema import schema
from dynsim.experiments.model import Experiment
from dynsim.experiments.run import run_experiment
from dynsim.experiments.state import stated_experiment
from dynsim.experiments.storing.store import CELLS, FAILURES, FOLDER, FOUND, REPLICAS, STARTS
from dynsim.settings import settings_of
from dynsim.system.scenario import load_scenario

SCENARIO = """
dynsim: 1
title: x follows a gain
params: {gain: 0.5, pull: 0.5}
variables: {x: {init: "normal(0, 1)", noise: 0.01}}
agents: {one: {controls: x, declared: "(x - gain)**2/2", rule: {gradient: {rate: pull}}}}
clock: {steps: 12}
ensemble: {replicas: 4, seed: 1}
"""
TABLES = (CELLS, REPLICAS, FAILURES, FOUND, STARTS)
names = pytest.mark.parametrize("name", DESIGNS.names())


def settings(name: str) -> dict[str, Any]:
    """The design's own example, and some number within the bounds for what else must be given."""
    kind = DESIGNS.get(name)
    declared = settings_of(kind)
    missing = [f.name for f in dataclasses.fields(kind) if f.default is dataclasses.MISSING]
    return {key: declared[key].example for key in missing if key not in kind.example} | dict(kind.example)


def stated(name: str) -> Experiment:
    """On one axis, or two where it needs more, of three values or a range."""
    values = [0.0, 1.0] if DESIGNS.get(name).ranges else [0.0, 0.5, 1.0]
    axes: dict[str, Any] = {"gain": values}
    design = DESIGNS.get(name)(**settings(name))
    if design.clashes(stated_experiment(load_scenario(SCENARIO), vary={"gain": [0.0, 0.5, 1.0]}).axes):
        axes["pull"] = values
    return stated_experiment(load_scenario(SCENARIO), vary=axes, design={name: settings(name)}, collect="final")


def run(name: str, out: Path, resume: bool = False) -> Experimented:
    return run_experiment(stated(name), out, resume=resume, compiled=False)


def tables_of(path: Path) -> dict[str, bytes]:
    return {name: (path / name).read_bytes() for name in TABLES if (path / name).exists()}


@names
def test_it_and_its_settings_are_documented(name: str) -> None:
    kind = DESIGNS.get(name)
    assert issubclass(kind, Design)
    described = schema()["$defs"]["Design"]["anyOf"][1]["properties"][name]
    assert described["description"]
    assert described["description"] != Design.__doc__
    for key, setting in described["properties"].items():
        assert setting.get("description"), f"{name}.{key} has no doc"
    assert callable(getattr(ds.designs, name))
    assert set(kind(**settings(name)).reads()) <= set(described["properties"])


@names
def test_its_points_are_counted_and_lie_on_the_axes(name: str) -> None:
    """The points of an adaptive design are those that it may begin with."""
    experiment = stated(name)
    design, axes = experiment.design, experiment.axes
    points = list(design.points(axes))
    assert points == list(design.points(axes))
    assert len(set(points)) == len(points) or not isinstance(design, Adaptive)
    if not isinstance(design, Adaptive):
        assert len(points) == design.count(axes)
    for point in points:
        assert len(point) == len(axes)
        for value, axis in zip(point, axes, strict=True):
            assert value in axis.values or (design.ranges and axis.values[0] <= value <= axis.values[-1])


@names
def test_an_experiment_of_it_ends_with_the_same_bytes_whatever_happens(name: str, tmp_path: Path) -> None:
    done = run(name, tmp_path / "one")
    plain = tables_of(tmp_path / "one")
    assert len(done.failures) == 0
    assert done.cells["cell"].tolist() == list(range(len(done.cells)))
    assert (done.cells["replicas"] > 0).all()
    for axis in done.experiment.axes:
        assert done.cells[axis.path].between(min(axis.values), max(axis.values)).all()
    assert (FOUND in plain) == isinstance(done.experiment.design, Adaptive)
    if FOUND in plain:
        assert set(done.found["variant"]) == {"as_is"}
    for file in [*sorted((tmp_path / "one" / FOLDER).iterdir())[::2], *(tmp_path / "one" / name for name in plain)]:
        file.unlink()
    run(name, tmp_path / "one", resume=True)
    assert tables_of(tmp_path / "one") == plain
    assert run(name, tmp_path / "other").cells.equals(done.cells)
    assert tables_of(tmp_path / "other") == plain
