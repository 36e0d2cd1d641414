"""Writes a system as a scenario file: as it was stated, or with every default filled in."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from ..algebra.graph import Expr
from ..errors import InputError, Problem
from ..games.base import GAMES
from ..registry import Registry
from ..rules.base import RULES
from ..selection.base import SCHEMES
from ..settings import ArraySetting, NestedListSetting, NestedSetting, settings_of
from .builder import System
from .grammar.problems import Problems, found
from .grammar.spec import Scenario
from .grammar.validation import validated
from .large_inputs import edge_list_of, number_columns
from .reading.clock import resolve_clock
from .reading.variables import default_start
from .text.document import Location, dotted
from .text.yaml_dumper import dump
from .text.yaml_loader import MAX_SCALAR


def to_yaml(system: System) -> str:
    """The text of a scenario file with the same model as `system`.

    Raises InputError if an expression's text is too long for a scenario file.
    """
    if not isinstance(system, System):
        raise InputError(f"expected a System, got {found(system)}")
    order = list(Scenario.model_fields)
    known = {key: system.data[key] for key in order if key in system.data}
    return _written(_plain(known | system.data, ()))


def resolved_yaml(system: System) -> str:
    """Like `to_yaml`, with every default written out, including those of rules and of the clock's method.

    Raises InputError if sections or keys of the system are invalid.
    """
    problems = Problems()
    scenario, broken = validated(system.data, problems)
    clock = resolve_clock(scenario, problems, broken)
    problems.finish()
    data = _given(scenario.model_dump())
    for name, graph in scenario.graphs.items():
        if graph.graph is not None:  # the graph itself: pydantic has converted it to plain data
            data["graphs"][name]["graph"] = graph.graph
    if clock.continuous:
        data["clock"] |= {"method": clock.method}
    for name, spec in scenario.variables.items():
        if spec.expr is None:
            data["variables"][name] = {"init": default_start(spec), "space": "real"} | data["variables"][name]
    for name, agent in data["agents"].items():
        agent["rule"] = _filled(agent["rule"], RULES)
        gains = scenario.agents[name].controls
        agent["controls"] = list(gains) if not any(gain is not None for gain in gains.values()) else gains
    if scenario.selection is not None:
        chosen = data["selection"]
        for section in (chosen, chosen.get("groups", {})):
            if "scheme" in section:
                section["scheme"] = _filled(section["scheme"], SCHEMES)
        chosen["heritable"] = scenario.selection.heritable
    data["games"] = {name: _filled(game, GAMES) for name, game in data["games"].items()}
    return _written(_plain({key: value for key, value in data.items() if value not in ("", {})}, ()))


def _written(data: dict[str, Any]) -> str:
    try:
        return dump(data)
    except ValueError as error:
        raise InputError(f"it cannot be written as a scenario file: {error}") from error


def _given(data: dict[str, Any]) -> dict[str, Any]:
    """The data without keys whose value is None."""
    return {
        key: _given(value) if isinstance(value, dict) and key not in ("controls", "heritable") else value
        for key, value in data.items()
        if value is not None
    }


def _filled(plugin: Mapping[str, Any], registry: Registry[Any]) -> dict[str, Any]:
    """A rule or game with all settings, including defaults."""
    ((name, given),) = plugin.items()
    if name not in registry.names():
        return dict(plugin)
    kind = registry.get(name)
    settings = settings_of(kind)
    values = {
        f.name: f.default
        for f in dataclasses.fields(kind)
        if f.name in settings and f.default is not dataclasses.MISSING and f.default is not None
    }
    for key, value in given.items():
        match settings.get(key):
            case NestedSetting():
                values[key] = _filled_if_stated(value, registry)
            case ArraySetting() if isinstance(value, Mapping):
                values[key] = _filled(value, registry)
            case NestedListSetting():
                values[key] = [_filled_if_stated(part, registry) for part in value]
            case _:
                values[key] = value
    return {name: values}


def _filled_if_stated(plugin: Any, registry: Registry[Any]) -> Any:
    """A rule within a rule with all settings; a mere name, or a script's object, stays as it is."""
    return _filled(plugin, registry) if isinstance(plugin, Mapping) else plugin


def plain_data(value: Any) -> Any:
    """What a script passes, as plain data of a scenario: expressions as text, arrays as lists, rules as mappings."""
    return _plain(value, ())


def _plain(value: Any, path: Location) -> Any:
    """Plain data for the YAML writer: expressions become text, graphs edges, rules mappings, NumPy values Python's."""
    if isinstance(value, Expr):
        return _text(value, path)
    if isinstance(value, str):
        return str(value)  # a script's Distribution is a subclass of str
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    if hasattr(value, "name") and hasattr(value, "settings"):
        value = {value.name: value.settings}
    if isinstance(value, Mapping):
        if len(path) == 2 and path[0] == "graphs" and value.get("graph") is not None:
            value = {key: item for key, item in value.items() if key != "graph"} | _edges(value["graph"])
        return {str(key): _plain(item, (*path, str(key))) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, (*path, k)) for k, item in enumerate(value)]
    return value


def _text(expr: Expr, path: Location) -> str:
    text = expr.text(MAX_SCALAR)
    if "…" in text or len(text) > MAX_SCALAR:
        raise InputError(Problem(f"the expression has more than {MAX_SCALAR:,} characters as text", dotted(path)))
    return text


def _edges(graph: Any) -> dict[str, Any]:
    """A script's graph as the keys `nodes`, `edges` and `directed`. Nodes that are neither text nor whole numbers are
    named by their text."""
    edge_list = edge_list_of(graph)
    columns = number_columns(edge_list)
    names = [name if type(name) in (int, str) and not columns else str(name) for name in edge_list.number]
    rows = zip(edge_list.source, edge_list.target, edge_list.weight, strict=True)
    edges = [[names[a], names[b], *([] if weight == 1.0 else [weight])] for a, b, weight in rows]
    nodes: Any = names
    if columns:
        cells = ({k: cell for k, cell in zip(columns, row, strict=True) if cell is not None}
                 for row in zip(*columns.values(), strict=True))  # fmt: skip
        nodes = dict(zip(names, cells, strict=True))
    return {"nodes": nodes, "edges": edges, "directed": edge_list.directed}
