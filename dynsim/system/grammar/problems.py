"""Mistakes in a scenario, collected with their places, so that a user sees all of them at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ...errors import InputError, Problem, shown, suggest
from ..text.yaml_loader import Document, Location, dotted

MAX_PROBLEMS = 100


@dataclass(frozen=True)
class Place:
    """Where a value stands: its location in the document, and the path that a user writes for it.

    They differ at a plug-in: {rule: {gradient: {rate: 0.1}}} has the path `rule.rate`, whatever the rule is called.
    """

    location: Location = ()
    written: Location = ()

    def __truediv__(self, key: str | int) -> Place:
        return Place((*self.location, key), (*self.written, key))

    def chosen(self, name: str) -> Place:
        """Inside the settings of the plug-in `name`."""
        return Place((*self.location, name), self.written)

    @property
    def path(self) -> str:
        return dotted(self.written)


ROOT = Place()
_STEP = re.compile(r"[^.\[\]]+")


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


@dataclass(frozen=True)
class Source:
    """The text a system was read from, to say where in it a mistake is. `overridden`: places that --set changed."""

    document: Document
    lines: tuple[str, ...]
    overridden: tuple[Location, ...] = ()

    def problem(self, place: Place, message: str, at_key: bool, text: str, column: int | None) -> Problem:
        path = place.path or None
        if any(place.location[: len(location)] == location for location in self.overridden):
            return Problem(message + _character(text, column), path, "--set")
        line, start = (self.document.key_mark if at_key else self.document.mark)(place.location)
        if column is not None:
            offset = self._offset(line, start, text)
            if offset is None:
                message += _character(text, column)
            else:
                start = offset + column
        return Problem(message, path, self.document.file, line, start)

    def _offset(self, line: int, start: int, text: str) -> int | None:
        """How many characters stand before `text` in its line, if it stands there as it is (quoted or not)."""
        for begin in (start - 1, start):
            if line <= len(self.lines) and self.lines[line - 1].startswith(text, begin):
                return begin
        return None


class Problems:
    """Collects problems; `finish` raises them together."""

    def __init__(self, source: Source | None = None) -> None:
        self.source = source
        self.found: list[Problem] = []

    def __len__(self) -> int:
        return len(self.found)

    def add(
        self, place: Place, message: str, *, at_key: bool = False, text: str = "", column: int | None = None
    ) -> None:
        """Note a mistake at `place`; `column` counts from 1 within the expression `text` that stands there."""
        if self.source is None:
            problem = Problem(message + _character(text, column), place.path or None)
        else:
            problem = self.source.problem(place, message, at_key, text, column)
        if problem not in self.found:
            self.found.append(problem)
        if len(self.found) >= MAX_PROBLEMS:
            self.finish()

    def unknown(self, place: Place, what: str, name: str, known: Iterable[str], *, at_key: bool = False) -> None:
        """Note that `name` is no `what`; names the nearest ones that exist."""
        self.add(place, f"unknown {what} {shown(name)}{suggestion(name, known)}", at_key=at_key)

    def finish(self) -> None:
        if self.found:
            raise InputError(*sorted(self.found, key=lambda p: (p.line or 0, p.column or 0)))


def suggestion(name: str, known: Iterable[str]) -> str:
    """`, did you mean 'x'?`, or the list of what there is, for the end of a message."""
    names = sorted(known)
    if near := suggest(name[:60], names):
        return near
    if not names:
        return " (there is none)"
    listed = ", ".join(n for n in names[:12])
    return f" (there is: {listed}{', …' if len(names) > 12 else ''})"


def found(value: Any) -> str:
    """`value` for a message: 'text', 3.5, a list of 3, a mapping of a, b, nothing."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return shown(value)
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}" if value else "an empty list"
    if isinstance(value, Mapping):
        keys = [shown(str(key))[1:-1] for key in value]
        return f"a mapping of {', '.join(keys[:4])}{', …' if len(keys) > 4 else ''}" if keys else "an empty mapping"
    if callable(value):
        return f"the function {shown(getattr(value, '__name__', type(value).__name__))[1:-1]}"
    return " ".join(str(value).split())[:40]


def _character(text: str, column: int | None) -> str:
    return "" if column is None else f" (character {column} of {shown(text)})"
