"""The settings of rules and games: how they are read here, and where in the scenario their mistakes are."""

from __future__ import annotations

import re
from typing import Any

from ...errors import InputError, Problem, shown
from ...settings import Parse
from ..grammar.problems import Place, Problems, below
from .context import Context

_UNKNOWN = re.compile(r"unknown setting '(\w+)'")


def parsers(context: Context, place: Place, settings: Any, steps: bool = False) -> tuple[Parse, Parse]:
    """How numbers and expressions in the settings at `place` are read: functions of (key, raw). steps: whether
    they are computed at every step.

    What cannot be read, or mentions something that is itself wrong, is replaced by 1: there is no model then anyway.
    """

    def number(key: str, raw: Any) -> Any:
        outside, context.problems = context.problems, Problems()
        try:
            value = context.one(below(place, settings, key), raw, steps=steps)
            found = context.problems.found
        finally:
            context.problems = outside
        if found:  # raised, to be told with the bounds of the number
            raise InputError(*(p.message.removesuffix(f" (character 1 of {shown(str(raw))})") for p in found))
        return context.graph.constant(1.0) if value is None else value

    def expression(key: str, raw: Any) -> Any:
        value = context.read(below(place, settings, key), raw, steps=steps)
        return context.graph.constant(1.0) if value is None else value

    return number, expression


def note_settings(error: InputError, place: Place, kind: str, settings: Any, problems: Problems) -> None:
    """Note the mistakes that reading the settings of the plug-in `kind` at `place` brought up."""
    for problem in error.problems:
        unknown = _UNKNOWN.match(problem.message)
        key = ".".join(part for part in (problem.path, unknown and unknown[1]) if part)
        at = below(place.chosen(kind), settings, key) if key else place
        problems.add(at, _brief(problem), at_key=unknown is not None)


def _brief(problem: Problem) -> str:
    """Without the reason where it only repeats that a word is no number."""
    return re.sub(r"(got '(\w+)'): unknown name '\2'$", r"\1", problem.message)
