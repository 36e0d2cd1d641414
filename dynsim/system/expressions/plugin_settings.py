"""The settings of rules, games and schemes: how their expressions are read, and where in the scenario mistakes are."""

from __future__ import annotations

import re
from typing import Any

from ...errors import InputError, Problem, shown
from ...settings import Parse
from ..grammar.problems import Place, Problems, below
from .context import Context

_UNKNOWN = re.compile(r"unknown setting '(\w+)'")


def parsers(context: Context, place: Place, settings: Any, steps: bool = False) -> tuple[Parse, Parse]:
    """Two functions of (key, raw) that read the numbers and the expressions in the settings at `place`.

    steps: whether they are computed at every step. Whatever cannot be read becomes 1: the problem is noted, so no model
    comes of it.
    """

    def number(key: str, raw: Any) -> Any:
        outside, context.problems = context.problems, Problems()
        try:
            value = context.one(below(place, settings, key), raw, steps=steps)
            found = context.problems.found
        finally:
            context.problems = outside
        if found:  # raised, so that the setting can add which numbers it expects
            raise InputError(*(p.message.removesuffix(f" (character 1 of {shown(str(raw))})") for p in found))
        return context.graph.constant(1.0) if value is None else value

    def expression(key: str, raw: Any) -> Any:
        value = context.read(below(place, settings, key), raw, steps=steps)
        return context.graph.constant(1.0) if value is None else value

    return number, expression


def note_settings(error: InputError, place: Place, kind: str, settings: Any, problems: Problems) -> None:
    """Note the mistakes in the settings of the plug-in `kind` at `place`."""
    for problem in error.problems:
        unknown = _UNKNOWN.match(problem.message)
        key = ".".join(part for part in (problem.path, unknown and unknown[1]) if part)
        at = below(place.chosen(kind), settings, key) if key else place
        problems.add(at, _brief(problem), at_key=unknown is not None)


def _brief(problem: Problem) -> str:
    """The message without a reason that only repeats that a word is not a number."""
    return re.sub(r"(got '(\w+)'): unknown name '\2'$", r"\1", problem.message)
