"""The settings of rules and games: how they are read here, and where in the scenario their mistakes are."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ...errors import InputError, Problem
from ...settings import Parse
from ..grammar.problems import Place, Problems
from ..text.yaml_scalars import shown
from .context import Context

_STEP = re.compile(r"[^.\[\]]+")
_UNKNOWN = re.compile(r"unknown setting '(\w+)'")


def below(place: Place, settings: Any, key: str) -> Place:
    """The place of `key` ("rate", "payoffs[0][1]", "rule.rate") in the settings that stand at `place`."""
    for step in _STEP.findall(key):
        name: str | int = int(step) if step.isdigit() else step
        if isinstance(settings, Mapping) and name not in settings and len(settings) == 1:
            ((kind, inner),) = settings.items()
            if isinstance(inner, Mapping):  # a nested plug-in: {gradient: {rate: 0.1}}
                place, settings = place.chosen(kind), inner
        place = place / name
        if isinstance(settings, Mapping):
            settings = settings.get(name)
        elif isinstance(settings, list | tuple) and isinstance(name, int) and name < len(settings):
            settings = settings[name]
    return place


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
