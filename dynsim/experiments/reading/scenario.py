"""The scenario of an experiment: a file beside it, a shipped scenario, or the scenario itself."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ...errors import InputError, Problem
from ...system.builder import System
from ...system.grammar.problems import ROOT, Problems, Source
from ...system.grammar.spec import Scenario
from ...system.scenario import load_scenario
from ...system.shipped import scenario_file
from ...system.text.document import Document
from ..paths import full_path

KEY = "scenario"


def read_scenario(
    raw: Any, changes: Mapping[str, Any], overrides: Sequence[str], folder: Path | None, problems: Problems
) -> tuple[System | None, list[Problem]]:
    """The system that `raw` names or states, first with the changes and then with the overrides that apply; None, with
    the mistakes in its text, where it cannot be read.

    changes: path → value, the `set` of the experiment. folder: where the experiment's file is; None for a script, whose
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
    system = _changed(system, changes, problems)
    try:
        system = system.overridden(overrides)
    except InputError as error:
        problems.found.extend(error.problems)  # each has its place: the override
    return system, []


def broken_sections(mistakes: Sequence[Problem]) -> frozenset[str]:
    """The sections of a scenario in which the mistakes are; all of them, where a mistake may be in the name of one."""
    sections = [(problem.path or "").partition(".")[0].partition("[")[0] for problem in mistakes]
    known = frozenset(Scenario.model_fields)
    return frozenset(sections) if known.issuperset(sections) else known


def _changed(system: System, changes: Mapping[str, Any], problems: Problems) -> System:
    """The system with the changes that apply; notes those that do not."""
    for path, value in changes.items():
        try:
            system = system.changed({full_path(system.data, path): value})
        except InputError as error:
            problems.add(ROOT / "set" / path, error.problems[0].message, at_key=True)
    return system


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
