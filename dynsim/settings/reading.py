"""From what a user wrote (YAML or Python keywords) to a plug-in with its settings, with every mistake reported."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..errors import DynsimError, InputError, Problem
from ..registry import Registry, unknown
from .kinds import NumberSetting, Parse, Parsers, wrong


def settings_of(plugin: type) -> dict[str, Any]:
    """The declared settings of a plug-in, by name."""
    return {f.name: f.metadata["setting"] for f in dataclasses.fields(plugin) if "setting" in f.metadata}





def name_and_settings(key: str, raw: Any, kind: str) -> tuple[str, Mapping[str, Any]]:
    """The name and settings in what a user wrote: a name, {name: {settings}}, or an object with both as attributes.
    InputError for anything else."""
    if isinstance(raw, str):
        return raw, {}
    if isinstance(raw, Mapping) and len(raw) == 1:
        ((name, settings),) = raw.items()
        return str(name), settings if settings is not None else {}
    if hasattr(raw, "name") and hasattr(raw, "settings"):
        return raw.name, raw.settings
    raise wrong(key, f"a {kind} as {{name: {{settings}}}}", raw)


def read(registry: Registry[Any], name: str, settings: Any, parse_number: Parse, parse_expression: Parse) -> Any:
    """The plug-in `name` with its settings; InputError with all mistakes, each with its path below the plug-in.

    If every setting is valid by itself, the plug-in's class method `mistakes`, if it has one, checks their combination.
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
    """The same mistakes with their paths below `key`."""
    return InputError(*(replace(p, path=f"{key}.{p.path}" if p.path else key) for p in error.problems))
