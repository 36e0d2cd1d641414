"""Checks the metrics that a scenario requests, and their settings, before anything is computed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ...errors import InputError, Problem, shown
from ...system.builder import System
from ...system.grammar.problems import Place, Problems, below
from ...system.model import Model


def checked_model(system: System) -> Model:
    """`system.resolve()`. Raises one InputError with every mistake, including those in `metrics`."""
    found: list[Problem] = []
    try:
        model = system.resolve()
    except InputError as error:
        found += error.problems
    found += wrong_metrics(system)
    if found:
        raise InputError(*sorted(found, key=lambda p: (p.line or 0, p.column or 0)))
    return model


def wrong_metrics(system: System) -> list[Problem]:
    """The mistakes in the metrics that a system requests. If `metrics` has the wrong type, `resolve` reports it."""
    raw = system.data.get("metrics")
    problems = Problems(system.source)
    for place, name, settings in _requests(raw):
        _check(place, name, settings, problems)
    return problems.found


def _requests(raw: Any) -> list[tuple[Place, str, Mapping[str, Any]]]:
    """Place, name and settings of each metric, for every form in which they can be written."""
    if isinstance(raw, str):
        return [(Place(("metrics",), ("metrics", raw)), raw, {})]
    if isinstance(raw, Mapping):
        entries = [(name, name, settings or {}) for name, settings in raw.items()]
    elif isinstance(raw, list | tuple):
        entries = [(k, name, {}) for k, name in enumerate(raw)]
    else:
        return []
    return [
        (Place(("metrics", key), ("metrics", name)), name, settings)
        for key, name, settings in entries
        if isinstance(name, str) and isinstance(settings, Mapping)
    ]


def _check(place: Place, name: str, settings: Mapping[str, Any], problems: Problems) -> None:
    from ...analysis.conflict_log.metrics.base import LOG_METRICS
    from ...analysis.requested_metrics.base import REQUESTED_METRICS, make

    if name in LOG_METRICS.names():
        problems.add(place, f"{shown(name)} belongs to the conflict log, which every run has: it need not be asked for")
        return
    if name not in REQUESTED_METRICS.names():
        problems.unknown(place, "metric", name, REQUESTED_METRICS.names(), at_key=True)
        return
    try:
        make(name, settings)
    except InputError as error:
        for problem in error.problems:
            unknown = next((key for key in settings if f"unknown setting {key!r}" in problem.message), None)
            key = problem.path or unknown
            problems.add(below(place, settings, key) if key else place, problem.message, at_key=unknown is not None)


def placed(name: str, error: InputError) -> InputError:
    """Mistakes in the settings of a metric, with paths below `metrics.NAME`."""
    return InputError(*(replace(p, path=".".join(["metrics", name, *([p.path] if p.path else [])])) for p in
                        error.problems))
