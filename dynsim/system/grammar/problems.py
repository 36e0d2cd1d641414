"""Mistakes in a scenario, collected with their places so that a user sees all of them at once."""

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
    """The place of a value: its location in the document, and the path that messages show.

    They differ at plug-ins: in {rule: {gradient: {rate: 0.1}}} the path of the rate is `rule.rate`, without the name of
    the rule.
    """

    location: Location = ()
    written: Location = ()

    def __truediv__(self, key: str | int) -> Place:
        return Place((*self.location, key), (*self.written, key))

    def chosen(self, name: str) -> Place:
        """The place of the settings of the plug-in `name`."""
        return Place((*self.location, name), self.written)

    @property
    def path(self) -> str:
        return dotted(self.written)


ROOT = Place()
_STEP = re.compile(r"[^.\[\]]+")


def below(place: Place, settings: Any, key: str) -> Place:
    """The place of `key` ("rate", "payoffs[0][1]", "rule.rate") in the settings at `place`."""
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
    """The text that a system was read from, for the line and column of a mistake. overridden: locations that --set
    changed, so that the text no longer shows them."""

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
        """The number of characters before `text` in its line; None if the line does not contain it literally, quoted or
        not."""
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
        """Note a mistake at `place`, or at its key if `at_key`. column: of the mistake within the expression `text`,
        from 1."""
        if self.source is None:
            problem = Problem(message + _character(text, column), place.path or None)
        else:
            problem = self.source.problem(place, message, at_key, text, column)
        if problem not in self.found:
            self.found.append(problem)
        if len(self.found) >= MAX_PROBLEMS:
            self.finish()

    def unknown(self, place: Place, what: str, name: str, known: Iterable[str], *, at_key: bool = False) -> None:
        """Note that `name` is not the name of any `what`, and suggest the nearest of `known`."""
        self.add(place, f"unknown {what} {shown(name)}{suggestion(name, known)}", at_key=at_key)

    def finish(self) -> None:
        if self.found:
            raise InputError(*sorted(self.found, key=lambda p: (p.line or 0, p.column or 0)))


def suggestion(name: str, known: Iterable[str]) -> str:
    """The end of a message: `, did you mean 'x'?`, or the list of known names if none is near."""
    names = sorted(known)
    if near := suggest(name[:60], names):
        return near
    if not names:
        return " (there is none)"
    listed = ", ".join(n for n in names[:12])
    return f" (there is: {listed}{', …' if len(names) > 12 else ''})"


def found(value: Any) -> str:
    """`value` in a message: 'text', 3.5, a list of 3, a mapping of a, b, nothing."""
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
