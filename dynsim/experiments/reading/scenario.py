"""The scenario of an experiment: a file beside it, a shipped scenario, or the scenario itself."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ...errors import InputError, Problem, shown
from ...system.builder import System
from ...system.dump import plain_data
from ...system.grammar.problems import ROOT, Problems, Source
from ...system.grammar.spec import Scenario
from ...system.overrides import location_of
from ...system.scenario import load_scenario
from ...system.shipped import scenario_file
from ...system.text.document import Document
from ..grammar.spec import ExperimentSpec
from ..paths import OWN, full_path

KEY = "scenario"

Overrides = Sequence[str] | Mapping[str, Any]
"""Changes before anything varies: `PATH=VALUE` each, or path → value."""


def read_scenario(
    raw: Any, spec: ExperimentSpec, overrides: Overrides, folder: Path | None, problems: Problems
) -> tuple[System | None, list[Problem]]:
    """The system that `raw` names or states, with the experiment's `set` and then the overrides, as far as they apply;
    None, with the mistakes in its text, where it cannot be read.

    folder: where the experiment's file is; None for a script, whose
    paths start at the working directory.
    """
    try:
        if isinstance(raw, System):
            system = raw
        elif isinstance(raw, Mapping):
            system = _inline(raw, folder, problems.source)
        else:
            system = load_scenario(_file(raw, folder))
    except InputError as error:
        # What has a line is in the scenario's own text; the rest is about the name of the scenario.
        told = [problem for problem in error.problems if problem.line is not None]
        for problem in error.problems:
            if problem not in told:
                problems.add(ROOT / KEY, str(problem))
        return None, told
    own = frozenset(key for key in OWN.values() if getattr(spec, key) is not None)
    system = _changed(system, plain_data(spec.set), own, problems)
    if isinstance(overrides, Mapping):
        unplaced = Problems()  # they do not stand in the experiment's text
        system = _changed(system, overrides, own, unplaced)
        problems.found += unplaced.found
        return system, []
    return _overridden(system, overrides, own, problems), []


def broken_sections(mistakes: Sequence[Problem]) -> frozenset[str]:
    """The sections of a scenario in which the mistakes are; all of them, where a mistake may be in the name of one."""
    sections = [(problem.path or "").partition(".")[0].partition("[")[0] for problem in mistakes]
    known = frozenset(Scenario.model_fields)
    return frozenset(sections) if known.issuperset(sections) else known


def _changed(system: System, changes: Mapping[str, Any], own: frozenset[str], problems: Problems) -> System:
    """The system with the changes that apply; notes those that do not. own: what the experiment gives itself."""
    for path, value in changes.items():
        try:
            full = full_path(system.data, path)
            _expect_effect(system, full, own)
            system = system.changed({full: value})
        except InputError as error:
            problems.add(ROOT / "set" / path, error.problems[0].message, at_key=True)
    return system


def _overridden(system: System, overrides: Sequence[str], own: frozenset[str], problems: Problems) -> System:
    """The same for overrides as on the command line."""
    for override in overrides:
        try:
            _expect_effect(system, override.partition("=")[0].strip(), own)
            system = system.overridden([override])
        except InputError as error:
            problems.found += [Problem(p.message, shown(override, 80), "--set") for p in error.problems]
    return system


def _expect_effect(system: System, path: str, own: frozenset[str]) -> None:
    """InputError for a path that is the experiment's and not the scenario's."""
    key = path.partition(".")[0].partition("[")[0]
    if key in ExperimentSpec.model_fields and key not in Scenario.model_fields:
        raise InputError(f"`{key}` is a key of the experiment, and this changes its scenario")
    given = OWN.get(location_of(system.data, path))
    if given in own:
        raise InputError(f"has no effect: the experiment gives `{given}`")


def _file(name: str, folder: Path | None) -> Path:
    beside = None if folder is None else folder / name
    if beside is not None and (beside.is_file() or os.sep in name or Path(name).suffix):
        return beside
    return scenario_file(name)


def _inline(data: Mapping[str, Any], folder: Path | None, source: Source | None) -> System:
    """The system of a scenario that stands in the experiment; its mistakes have their places in the same text."""
    if source is None:
        return System.from_data(dict(data), None, folder)
    whole = source.document
    marks, key_marks = (
        {location[1:]: mark for location, mark in marks.items() if location[:1] == (KEY,)}
        for marks in (whole.marks, whole.key_marks)
    )
    document = Document(dict(data), whole.file, marks, key_marks)
    return System.from_data(document.data, Source(document, source.lines), folder)
