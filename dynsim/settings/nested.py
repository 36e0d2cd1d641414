"""Settings with parts: arrays of numbers, and plug-ins with settings of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Any

from ..algebra.vector import Vector
from ..errors import InputError, Problem
from ..registry import Registry
from .kinds import NumberSetting, Parse, Parsers, wrong
from .reading import name_and_settings, read, within


@dataclass(frozen=True)
class ArraySetting:
    """Nested lists of numbers within the bounds of `each`, or the name of a parameter of that shape; read as nested
    vectors. With a registry, also one of its plug-ins as {name: {settings}}, which provides the numbers.
    """

    doc: str = ""
    each: NumberSetting = NumberSetting()
    registry: Registry[Any] | None = None

    def read(self, key: str, raw: Any, parsers: Parsers) -> Any:
        if self.registry is not None and isinstance(raw, Mapping):
            return NestedSetting(self.registry).read(key, raw, parsers)
        if isinstance(raw, Real):
            return self.each.read(key, raw, parsers)
        if isinstance(raw, (list, tuple)):
            if not raw:
                raise wrong(key, "numbers", raw)
            rows = Vector(self._element(f"{key}[{k}]", part, parsers) for k, part in enumerate(raw))
            shapes = [row.shape if isinstance(row, Vector) else () for row in rows]
            if len(set(shapes)) > 1:
                lengths = [" × ".join(map(str, shape)) or "a number" for shape in dict.fromkeys(shapes)]
                raise InputError(Problem(f"expected rows of one length, got {' and '.join(lengths)}", key))
            return rows
        return parsers.expression(key, raw)

    def _element(self, key: str, raw: Any, parsers: Parsers) -> Any:
        if isinstance(raw, (list, tuple)):
            return self.read(key, raw, parsers)
        return self.each.read(key, raw, parsers)


@dataclass(frozen=True)
class NestedSetting:
    """Another plug-in of the same registry, as {name: {settings}}."""

    registry: Registry[Any]
    doc: str = ""

    def read(self, key: str, raw: Any, parsers: Parsers) -> Any:
        name, settings = name_and_settings(key, raw, self.registry.kind)

        def below(parse: Parse) -> Parse:
            return lambda inner, value: parse(f"{key}.{inner}", value)

        try:
            return read(self.registry, name, settings, below(parsers.number), below(parsers.expression))
        except InputError as error:
            raise within(key, error) from error


@dataclass(frozen=True)
class NestedListSetting:
    """A list of plug-ins of the same registry, each as {name: {settings}}; read as a tuple."""

    registry: Registry[Any]
    doc: str = ""

    def read(self, key: str, raw: Any, parsers: Parsers) -> tuple[Any, ...]:
        if not isinstance(raw, (list, tuple)) or not raw:
            raise wrong(key, f"a list of {self.registry.kind}s", raw)
        one, plugins = NestedSetting(self.registry), []
        problems: list[Problem] = []
        for k, part in enumerate(raw):
            try:
                plugins.append(one.read(f"{key}[{k}]", part, parsers))
            except InputError as error:
                problems += error.problems
        if problems:
            raise InputError(*problems)
        return tuple(plugins)
