"""Settings of rules, games and metrics: declared as dataclass fields, read from a mapping, with every mistake reported.

    @dataclass(frozen=True)
    class Gradient(Rule):
        rate: Number = number(above=0, doc="step size")

`read` is the one way from what a user wrote (YAML or Python keywords) to an instance. Numbers go through the caller's
`parse_number(key, raw)`, expressions through `parse_expression(key, raw)`; `key` is the place below the plug-in, such
as "rate", "payoffs[0][1]" or, in a nested rule, "rule.rate".
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from numbers import Real
from typing import Any

from .algebra.graph import Expr
from .algebra.vector import Vector
from .errors import DynsimError, InputError, Problem, suggest
from .registry import Registry, unknown

Number = Expr | float
Parse = Callable[[str, Any], Any]


@dataclass(frozen=True)
class Parsers:
    """How numbers and expressions become expressions of a system."""

    number: Parse
    expression: Parse


def _fail(key: str, expected: str, found: Any) -> InputError:
    return InputError(Problem(f"expected {expected}, got {found!r}", key))


@dataclass(frozen=True)
class NumberSetting:
    """A number within bounds, or an expression of parameters (whose value is not checked)."""

    above: float | None = None
    at_least: float | None = None
    below: float | None = None
    at_most: float | None = None
    doc: str = ""
    whole: bool = False

    @property
    def expected(self) -> str:
        kind = "whole number" if self.whole else "number"
        if (self.above, self.at_least, self.below, self.at_most) == (0, None, None, None):
            return f"a positive {kind}"
        limits = [
            f"{word} {bound:g}"
            for word, bound in (
                ("above", self.above),
                ("at least", self.at_least),
                ("below", self.below),
                ("at most", self.at_most),
            )
            if bound is not None
        ]
        return " ".join([f"a {kind}", " and ".join(limits)]).strip()

    def allows(self, value: float) -> bool:
        """Whether a number lies within the bounds."""
        return (
            math.isfinite(value)
            and (self.above is None or value > self.above)
            and (self.at_least is None or value >= self.at_least)
            and (self.below is None or value < self.below)
            and (self.at_most is None or value <= self.at_most)
            and (not self.whole or value.is_integer())
        )

    def read(self, key: str, raw: Any, parsers: Parsers) -> Number:
        if isinstance(raw, bool) or not isinstance(raw, (Real, str, Expr)):
            raise _fail(key, self.expected, raw)
        if isinstance(raw, Real) and not self.allows(float(raw)):
            raise _fail(key, self.expected, raw)
        try:
            value: Number = parsers.number(key, raw)
        except DynsimError as error:
            raise InputError(Problem(f"expected {self.expected}, got {raw!r}: {error}", key)) from error
        known = value.constant if isinstance(value, Expr) else None
        if known is not None and not self.allows(known):
            raise _fail(key, self.expected, raw)
        return value


@dataclass(frozen=True)
class CountSetting:
    """A whole number that shapes the program itself, such as how often something is repeated: no expression."""

    at_least: int = 1
    at_most: int | None = None
    doc: str = ""

    @property
    def expected(self) -> str:
        end = "or more" if self.at_most is None else f"to {self.at_most}"
        return f"a whole number, {self.at_least} {end}"

    def read(self, key: str, raw: Any, parsers: Parsers) -> int:
        whole = not isinstance(raw, bool) and isinstance(raw, Real) and float(raw).is_integer()
        if not whole or raw < self.at_least or (self.at_most is not None and raw > self.at_most):
            raise _fail(key, self.expected, raw)
        return int(raw)


@dataclass(frozen=True)
class ChoiceSetting:
    """One of a few words."""

    options: tuple[str, ...]
    doc: str = ""

    def read(self, key: str, raw: Any, parsers: Parsers) -> str:
        if not isinstance(raw, str) or raw not in self.options:
            near = suggest(str(raw), self.options)
            raise InputError(Problem(f"expected one of {', '.join(self.options)}, got {raw!r}{near}", key))
        return raw


@dataclass(frozen=True)
class ExpressionSetting:
    """An expression, or a mapping of names to expressions."""

    doc: str = ""

    def read(self, key: str, raw: Any, parsers: Parsers) -> Any:
        if isinstance(raw, Mapping):
            return {name: parsers.expression(f"{key}.{name}", part) for name, part in raw.items()}
        return parsers.expression(key, raw)


@dataclass(frozen=True)
class ArraySetting:
    """Nested lists of numbers, each as `each` says, or the name of a parameter of that shape; becomes nested vectors.

    With a registry also one of its plug-ins as {name: {settings}}, which has the numbers.
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
                raise _fail(key, "numbers", raw)
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
    """A list of plug-ins of the same registry, each as {name: {settings}}; becomes a tuple."""

    registry: Registry[Any]
    doc: str = ""

    def read(self, key: str, raw: Any, parsers: Parsers) -> tuple[Any, ...]:
        if not isinstance(raw, (list, tuple)) or not raw:
            raise _fail(key, f"a list of {self.registry.kind}s", raw)
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


def number(
    default: float | None = None,
    *,
    above: float | None = None,
    at_least: float | None = None,
    below: float | None = None,
    at_most: float | None = None,
    whole: bool = False,
    doc: str = "",
) -> Any:
    """A field that holds a number (float or expression); without a default it must be given."""
    return _field(NumberSetting(above, at_least, below, at_most, doc, whole), default)


def count(default: int | None = None, *, at_least: int = 1, at_most: int | None = None, doc: str = "") -> Any:
    """A field that holds a whole number on which the form of the program depends."""
    return _field(CountSetting(at_least, at_most, doc), default)


def choice(*options: str, doc: str = "") -> Any:
    """A field that holds one of the words; the first is the default."""
    return _field(ChoiceSetting(options, doc), options[0])


def expression(doc: str = "", optional: bool = False) -> Any:
    """A field that holds an expression, or a mapping of names to them; an optional one is None when it is not given."""
    return _maybe(ExpressionSetting(doc), optional)


def array(
    doc: str = "",
    optional: bool = False,
    *,
    above: float | None = None,
    at_least: float | None = None,
    at_most: float | None = None,
    registry: Registry[Any] | None = None,
) -> Any:
    """A field that holds nested vectors of numbers; an optional one is None when it is not given."""
    kind = ArraySetting(doc, NumberSetting(above=above, at_least=at_least, at_most=at_most), registry)
    return _maybe(kind, optional)


def nested(registry: Registry[Any], doc: str = "") -> Any:
    """A field that holds another plug-in of `registry`."""
    return _field(NestedSetting(registry, doc), None)


def nested_list(registry: Registry[Any], doc: str = "") -> Any:
    """A field that holds several plug-ins of `registry`."""
    return _field(NestedListSetting(registry, doc), None)


def _maybe(kind: Any, optional: bool) -> Any:
    return dataclasses.field(default=None, metadata={"setting": kind}) if optional else _field(kind, None)


def _field(kind: Any, default: Any) -> Any:
    if default is None:
        return dataclasses.field(metadata={"setting": kind})
    return dataclasses.field(default=default, metadata={"setting": kind})


def settings_of(plugin: type) -> dict[str, Any]:
    """The declared settings of a plug-in, by name."""
    return {f.name: f.metadata["setting"] for f in dataclasses.fields(plugin) if "setting" in f.metadata}


def name_and_settings(key: str, raw: Any, kind: str) -> tuple[str, Mapping[str, Any]]:
    """The two parts of what a user wrote: `name`, {name: {…}} or an object with `name` and `settings`."""
    if isinstance(raw, str):
        return raw, {}
    if isinstance(raw, Mapping) and len(raw) == 1:
        ((name, settings),) = raw.items()
        return str(name), settings if settings is not None else {}
    if hasattr(raw, "name") and hasattr(raw, "settings"):
        return raw.name, raw.settings
    raise _fail(key, f"a {kind} as {{name: {{settings}}}}", raw)


def read(registry: Registry[Any], name: str, settings: Any, parse_number: Parse, parse_expression: Parse) -> Any:
    """The plug-in `name` with its settings; InputError with all mistakes, each with its path below the plug-in.

    Settings that are right one by one are given to the plug-in's `mistakes`, where it has one, as they were written.
    """
    plugin = registry.get(name)
    declared = settings_of(plugin)
    if not isinstance(settings, Mapping):
        raise InputError(f"expected the settings of {registry.kind} {name!r} as a mapping, got {settings!r:.60}")
    problems = [
        Problem(unknown("setting", str(key), declared, of=f"{registry.kind} {name!r}"))
        for key in settings
        if key not in declared
    ]
    values: dict[str, Any] = {}
    for field in dataclasses.fields(plugin):
        kind = declared.get(field.name)
        if kind is None:
            continue
        if field.name not in settings and field.default is dataclasses.MISSING:
            problems.append(Problem(f"{registry.kind} {name!r} needs the setting {field.name!r}: {kind.doc}"))
        elif field.name in settings or isinstance(kind, NumberSetting):
            raw = settings.get(field.name, field.default)
            try:
                values[field.name] = kind.read(field.name, raw, Parsers(parse_number, parse_expression))
            except InputError as error:
                problems += error.problems
            except DynsimError as error:
                problems.append(Problem(str(error), field.name))
    if not problems and hasattr(plugin, "mistakes"):
        written = {f.name: settings.get(f.name, f.default) for f in dataclasses.fields(plugin) if f.name in declared}
        problems = list(plugin.mistakes(written))
    if problems:
        raise InputError(*problems)
    return plugin(**values)


def within(key: str, error: InputError) -> InputError:
    """The same mistakes, placed below `key`."""
    return InputError(*(replace(p, path=f"{key}.{p.path}" if p.path else key) for p in error.problems))
