"""Paths of an experiment's file: those of `--set`, where a parameter may also be given by its name alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..errors import InputError, shown
from ..system.grammar.problems import suggestion
from ..system.grammar.spec import Scenario
from ..system.overrides import location_of, written
from ..system.text.yaml_loader import Location

OWN: Mapping[Location, str] = {("ensemble", key): key for key in ("replicas", "seed")}
"""Values of a scenario that an experiment gives itself, and the key that it gives them by."""

_FIRST = re.compile(r"[^.\[]+")


def full_path(data: Mapping[str, Any], path: str) -> str:
    """The path as `--set` needs it: `kappa` and `q[0]` are `params.kappa` and `params.q[0]` if the scenario's data has
    such a parameter; a path that begins with a section stays as it is. Raises InputError if it begins with neither."""
    match = _FIRST.match(path)
    if match is None or match[0] in Scenario.model_fields:
        return path
    params = data.get("params")
    known = params if isinstance(params, Mapping) else {}
    if match[0] not in known:
        near = suggestion(match[0], [*known, *Scenario.model_fields])
        raise InputError(f"there is no parameter or section {shown(match[0])}{near}")
    return f"params.{path}"


def section_of(path: str) -> str:
    """The section of the scenario that a path leads into."""
    match = _FIRST.match(path)
    return match[0] if match is not None and match[0] in Scenario.model_fields else "params"


def below_path(path: str, start: str) -> bool:
    """Whether `path` is `start` or a part of it."""
    return path == start or path.startswith((f"{start}.", f"{start}["))


def written_path(data: dict[str, Any], path: str) -> str:
    """The path as the problems of a scenario write it; as it is where it exists only once another change is made."""
    try:
        return written(location_of(data, full_path(data, path)))
    except InputError:
        return path
