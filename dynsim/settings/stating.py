"""Plug-ins as a script states them: `ds.rules.gradient(rate=0.05)`.

Every plug-in becomes a function whose signature and documentation are the plug-in's own, so that `help` and an editor
show its settings.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from inspect import Parameter, Signature, cleandoc
from typing import Any, Literal, TypeVar, get_type_hints

from ..errors import InputError, suggest
from ..registry import Registry
from .kinds import ChoiceSetting
from .reading import read, settings_of


@dataclass(frozen=True)
class Stated:
    """A plug-in as a script or scenario states it: a name and raw settings (numbers, texts, expressions)."""

    name: str
    settings: Mapping[str, Any] = field(default_factory=dict)


S = TypeVar("S", bound=Stated)


def offer(registry: Registry[Any], spec: type[Stated], namespace: dict[str, Any]) -> None:
    """Put the functions that state the plug-ins into the namespace of their package, once it has been searched.

    A plug-in and its module have the same name: from then on the name in the package means the function.
    """

    def update() -> None:
        namespace.update({name: stating(registry, spec, name) for name in registry.names()})

    registry.when_discovered(update)


def named(registry: Registry[Any], spec: type[S], name: str, kind: str) -> Callable[..., S]:
    """The function that states the plug-in `name`; AttributeError with the nearest name if there is none."""
    if name.startswith("__"):  # what Python and its tools ask every module for
        raise AttributeError(name)
    if name not in registry.names():
        raise AttributeError(f"there is no {kind} {name!r}{suggest(name, registry.names())}")
    return stating(registry, spec, name)


def stating(registry: Registry[Any], spec: type[S], name: str) -> Callable[..., S]:
    """The function that states the plug-in `name` by its settings, as a `spec`.

    It raises InputError with every mistake in the settings. Numbers are checked; texts and expressions wait for the
    system that gives their names a meaning.
    """
    plugin = registry.get(name)

    def state(*unnamed: Any, **settings: Any) -> S:
        if unnamed:
            known = ", ".join(f"{key}=…" for key in settings_of(plugin)) or "none"
            raise InputError(f"settings of {registry.kind} {name!r} are given by name: {known}")
        read(registry, name, settings, _unread, _unread)
        return spec(name, settings)

    state.__name__ = state.__qualname__ = name
    state.__doc__ = _documented(plugin)
    state.__module__ = spec.__module__
    vars(state)["__signature__"] = _signature(plugin, spec)
    return state


def _documented(plugin: type) -> str:
    """The plug-in's docstring, and what each setting means."""
    meanings = [f"{name}: {setting.doc}" for name, setting in settings_of(plugin).items()]
    return "\n\n".join([cleandoc(plugin.__doc__ or ""), *(["\n".join(meanings)] if meanings else [])])


def _signature(plugin: type, spec: type[Stated]) -> Signature:
    """The declared settings as keywords."""
    declared, types = settings_of(plugin), get_type_hints(plugin)
    parameters = []
    for field_ in dataclasses.fields(plugin):
        if field_.name in declared:
            kind = declared[field_.name]
            annotation = Literal[kind.options] if isinstance(kind, ChoiceSetting) else types[field_.name]
            default = Parameter.empty if field_.default is dataclasses.MISSING else field_.default
            parameters.append(Parameter(field_.name, Parameter.KEYWORD_ONLY, annotation=annotation, default=default))
    return Signature(parameters, return_annotation=spec)


def _unread(key: str, raw: Any) -> Any:
    return raw
