"""The design of an experiment, with its settings."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

from ...errors import InputError, Problem
from ...system.grammar.fields import is_number
from ...system.grammar.problems import ROOT, Problems, below, found
from ...system.model import Model
from ...system.ticks import Ticks
from ..axis import Axis
from ..design.base import Design, make
from ..search.attractor import FEWEST

_SETTING = re.compile(r"(?:unknown|needs the) setting '(\w+)'")


def read_design(raw: Mapping[str, Any], problems: Problems) -> Design | None:
    """The design in {name: {settings}}; None, with notes, if it is wrong."""
    ((name, settings),) = raw.items()
    at = (ROOT / "design").chosen(name)
    mappings = {key: value for key, value in _items(settings) if isinstance(value, Mapping)}
    for key, value in mappings.items():
        problems.add(at / key, f"expected a number or a text, got {found(value)}")
    if mappings:
        return None
    try:
        return make(name, settings, _number, _text)
    except InputError as error:
        for problem in error.problems:
            named = _SETTING.search(problem.message)
            key = problem.path or (named[1] if named and named[1] in settings else "")
            problems.add(below(at, settings, key) if key else at, problem.message, at_key=problem.path is None)
        return None


def _items(settings: Any) -> Iterable[tuple[str, Any]]:
    return settings.items() if isinstance(settings, Mapping) else ()


def check_design(design: Design, axes: tuple[Axis, ...], problems: Problems) -> bool:
    """Whether the design can combine these axes; notes why it cannot."""
    clashes = design.clashes(axes)
    for problem in clashes:
        place = ROOT / "vary" / problem.path if problem.path else ROOT / "design"
        problems.add(place, problem.message, at_key=problem.path is not None)
    return not clashes


def check_carried(design: Design, model: Model, problems: Problems) -> None:
    """Note why a design cannot carry this scenario's states over."""
    if not design.carries:
        return
    if model.selection is not None:
        problems.add(ROOT / "design", "a system with selection has no states to carry over: generations replace them")
    records, fewest = Ticks.of(model.clock, model.record.every).records, 2 * FEWEST - 1
    if records < fewest:
        told = f"design {design.name} reads periods off the second half of the record"
        problems.add(ROOT / "design", f"{told}: expected {fewest} records or more, got {records}")


def _number(key: str, raw: Any) -> float:
    if not is_number(raw) or not math.isfinite(raw):
        raise InputError("the settings of a design are plain numbers")
    return float(raw)


def _text(key: str, raw: Any) -> Any:
    """An expression stays text: what its names mean depends on what is collected."""
    if not isinstance(raw, str):
        raise InputError(Problem(f"expected the name of what is collected, got {found(raw)}", key))
    return raw
