"""The axes of an experiment: what `vary` says, and whether the scenario has it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ...errors import InputError
from ...system.builder import System
from ...system.grammar.fields import is_number, plain
from ...system.grammar.problems import ROOT, Place, Problems, found
from ...system.overrides import location_of, written
from ...system.text.range_text import read_range
from ...system.text.yaml_loader import Location
from ..axis import Axis, Spacing
from ..design.base import DESIGNS, Design
from ..paths import OWN, full_path, section_of

VARY = ROOT / "vary"


def read_axes(raw: Mapping[str, Any], design: Design | None, problems: Problems) -> tuple[Axis, ...]:
    """The axes, without those that are wrong. design: decides whether they are lists or ranges; None if it is wrong."""
    axes = [_axis(VARY / path, path, plain(values), design, problems) for path, values in raw.items()]
    return tuple(axis for axis in axes if axis is not None)


def _axis(at: Place, path: str, raw: Any, design: Design | None, problems: Problems) -> Axis | None:
    if design is None:
        return None
    if design.ranges:
        return _range(at, path, raw, design, problems)
    if isinstance(raw, str):
        return _spaced(at, path, raw, problems)
    if isinstance(raw, Mapping) and "range" in raw:
        sampling = ", ".join(name for name in DESIGNS.names() if DESIGNS.get(name).ranges)
        problems.add(at, f"design {design.name} takes a list of values, not a range; ranges are for {sampling}")
        return None
    if not isinstance(raw, list) or not raw:
        problems.add(at, f"expected a list of values, linspace(a, b, n) or logspace(a, b, n), got {found(raw)}")
        return None
    values = [plain(value) for value in raw]
    wrong = [k for k, value in enumerate(values) if not _allowed(value)]
    twice = [k for k, value in enumerate(values) if any(_same(value, other) for other in values[:k])]
    for k in wrong:
        problems.add(at / k, f"expected a finite number, text, list or mapping, got {found(values[k])}")
    for k in twice:
        problems.add(at / k, f"{found(values[k])} is listed twice")
    return None if wrong or twice else Axis(path, tuple(values), "listed")


def _allowed(value: Any) -> bool:
    """Whether a scenario can have the value, as far as that shows without its place."""
    if isinstance(value, Mapping):
        return all(isinstance(key, str) and _allowed(item) for key, item in value.items())
    if isinstance(value, list):
        return all(map(_allowed, value))
    return value is None or isinstance(value, str | int) or (isinstance(value, float) and math.isfinite(value))


def _same(a: Any, b: Any) -> bool:
    return a == b and isinstance(a, bool) == isinstance(b, bool)


def _spaced(at: Place, path: str, text: str, problems: Problems) -> Axis | None:
    try:
        values = read_range(text, None)
    except ValueError as error:
        problems.add(at, str(error))
        return None
    if values is None:
        problems.add(at, f"expected a list of values, linspace(a, b, n) or logspace(a, b, n), got {found(text)}")
        return None
    spacing: Spacing = "log" if text.strip().startswith("logspace") else "linear"
    return Axis(path, tuple(values), spacing)


def _range(at: Place, path: str, raw: Any, design: Design, problems: Problems) -> Axis | None:
    """An axis from whose range the design takes values: [low, high] or {range: [low, high], scale: log}."""
    scale: Any = "linear"
    if isinstance(raw, Mapping):
        if not {"range"} <= raw.keys() <= {"range", "scale"}:
            problems.add(at, f"expected the keys range and scale, got {found(raw)}")
            return None
        scale, raw, at = raw.get("scale", "linear"), plain(raw["range"]), at / "range"
    ends: list[Any] = raw if isinstance(raw, list) and len(raw) == 2 else [None]
    if not all(is_number(end) and math.isfinite(end) for end in ends) or ends[0] >= ends[1]:
        expected = f"design {design.name} takes its values from a range: expected [low, high]"
        problems.add(at, f"{expected}, got {_range_text(raw)}")
        return None
    if scale not in ("linear", "log"):
        problems.add(VARY / path / "scale", f"expected linear or log, got {found(scale)}")
        return None
    if scale == "log" and ends[0] <= 0:
        problems.add(at, f"expected a range above 0 on a log scale, got [{ends[0]:g}, {ends[1]:g}]")
        return None
    return Axis(path, tuple(ends), scale)


def _range_text(raw: Any) -> str:
    numbers = isinstance(raw, list) and 0 < len(raw) <= 4 and all(map(is_number, raw))
    return f"[{', '.join(f'{x:g}' for x in raw)}]" if numbers else found(raw)


def place_axes(
    paths: Iterable[str], system: System, broken: frozenset[str], problems: Problems
) -> dict[str, Location]:
    """Axis → its location in the scenario's data, for those that the scenario has. Notes those that it has not, and
    those that clash with each other or with the scenario's own sweeps. broken: sections of the scenario with mistakes,
    in which nothing is looked for."""
    places: dict[str, Location] = {}
    swept = _swept(system)
    for path in paths:
        at = VARY / path
        location = None if section_of(path) in broken else _located(at, path, system, problems)
        if location is None:
            continue
        if location in OWN:
            problems.add(at, f"is the experiment's own: give `{OWN[location]}`", at_key=True)
        if location in swept:
            section = swept[location]
            told = f"is varied twice: here and in the scenario's {section}, which `set: {{{section}: {{}}}}` empties"
            problems.add(at, told, at_key=True)
        for earlier, other in places.items():
            if other == location:
                problems.add(at, f"is the same number as the axis {earlier}", at_key=True)
            elif other[: len(location)] == location:
                problems.add(at, f"replaces what the axis {earlier} changes: put it before that axis", at_key=True)
        places[path] = location
    return places


def sound_axes(axes: Sequence[Axis], places: Mapping[str, Location]) -> tuple[Axis, ...]:
    """The axes that can be checked further: those that the scenario has, and that change no part of what an axis with a
    mistake should have put there."""
    right = {axis.path for axis in axes}
    wrong = [location for path, location in places.items() if path not in right]
    return tuple(
        axis for axis in axes
        if axis.path in places and not any(places[axis.path][: len(other)] == other for other in wrong)
    )


def _located(at: Place, path: str, system: System, problems: Problems) -> Location | None:
    try:
        return location_of(system.data, full_path(system.data, path))
    except InputError as error:
        for problem in error.problems:
            problems.add(at, problem.message, at_key=True)
        return None


def _swept(system: System) -> dict[Location, str]:
    """Location → section, of everything that the scenario's ensemble varies."""
    ensemble = system.data.get("ensemble") or {}
    found: dict[Location, str] = {}
    for kind in ("vary", "grid"):
        swept = ensemble.get(kind) if isinstance(ensemble, Mapping) else None
        for path in swept if isinstance(swept, Mapping) else ():
            try:
                found[location_of(system.data, full_path(system.data, path))] = f"ensemble.{kind}"
            except InputError:  # the scenario's own mistake, which its resolution reports
                continue
    return found


def slot_of(location: Location) -> str:
    """The name that a number at `location` has among the model's parameters, if it is one of them."""
    return written(location).removeprefix("params.")
