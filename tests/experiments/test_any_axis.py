"""Anything that a scenario states can be an axis: over a sample of all paths of all shipped scenarios."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import dynsim as ds
from dynsim.errors import InputError
from dynsim.experiments.state import stated_experiment
from dynsim.experiments.work.programs import Programs
from dynsim.system.shipped import shipped_scenarios

FEW = 2  # paths of each scenario and kind
TEXTS = ("init", "flow", "noise", "expr", "declared", "pursues", "weights")
OWN = ("dynsim", "title", "question", "expect", "metrics", "ensemble")
NO_SWEEP = {"ensemble.vary": {}, "ensemble.grid": {}}


def parts(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every value of a scenario with its path."""
    if path and path[0] not in OWN:
        yield path, value
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from parts(item, (*path, str(key)))


def numbers(data: dict[str, Any]) -> dict[str, list[Any]]:
    """Axis → two values, for all numbers."""
    found = {".".join(path): value for path, value in parts(data) if type(value) in (int, float)}
    return {path: [value, value + 1 if isinstance(value, int) else 1.1 * value + 0.01] for path, value in found.items()}


def structures(data: dict[str, Any]) -> dict[str, list[Any]]:
    """The same for rules, expressions, graphs, and for how often agents move."""
    found: dict[str, list[Any]] = {f"agents.{name}.every": [1, 2] for name in data.get("agents", ())}
    for path, value in parts(data):
        if path[-1] == "rule":
            found[".".join(path)] = [value, {"random_walk": {"scale": 0.1}}]
        elif path[-1] in TEXTS and isinstance(value, str):
            found[".".join(path)] = [value, f"({value})*1.5" if path[-1] != "init" else 0.25]
        elif len(path) == 2 and path[0] == "graphs":
            found[".".join(path)] = [value, {"generator": "cycle_graph", "n": 12}]
    return found


@pytest.mark.parametrize("kind", [numbers, structures])
@pytest.mark.parametrize("name", shipped_scenarios())
def test_any_path_is_an_axis_or_is_refused_at_its_place(name: str, kind: Any) -> None:
    """An axis that the scenario cannot have, such as the size of one variable alone, is refused with a message at the
    axis, and only its second value can be wrong."""
    file = shipped_scenarios()[name]
    axes = kind(ds.load_scenario(file).data)
    for path in random.Random(name).sample(sorted(axes), min(FEW, len(axes))):
        tried(file, path, axes[path])


def tried(file: Path, path: str, values: list[Any]) -> None:
    try:
        stated = stated_experiment(file, vary={path: values}, set=NO_SWEEP)
    except InputError as error:
        places = {str(problem.path).partition("'[")[2] for problem in error.problems}
        assert places == {"1]"}, f"{path}: {error}"
        return
    placed = list(Programs(stated).placed(stated.cells()))
    assert [one.failure for one in placed] == ["", ""], path
    made = {(one.structure.key, tuple(one.values.values())) for one in placed if one.structure is not None}
    assert len(made) == 2, path
