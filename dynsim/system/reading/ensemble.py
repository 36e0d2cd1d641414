"""The replicas, and the sweeps that give parameters different values in them.

A list of L values gives replica r of R the value number ⌊r·L/R⌋, so replicas with equal values are adjacent; R must be
a multiple of L. linspace(a, b) and logspace(a, b) (exponents of 10, as in NumPy) without a number of points give every
replica its own value. The lists of `vary` run side by side. Those of `grid` are combined, the last one changing
fastest, and R must be a multiple of the number of combinations. A distribution is sampled once per replica.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from ...arrays import Floats
from ..component_names import component_names
from ..expressions.context import Context
from ..grammar.fields import is_number, plain
from ..grammar.problems import ROOT, Place, found
from ..grammar.spec import Scenario
from ..model import Ensemble, Sweep
from ..text.range_text import read_range
from .allowed_names import unreadable

MAX_REPLICAS = 2**33
"""Number of replicas that the counter of the random numbers can distinguish."""


def resolve_ensemble(scenario: Scenario, context: Context) -> Ensemble:
    """The ensemble, with every path in `vary` and `grid` resolved to the name of a parameter's component."""
    spec, place, problems = scenario.ensemble, ROOT / "ensemble", context.problems
    if spec.replicas > MAX_REPLICAS:
        problems.add(place / "replicas", f"expected at most 2**33 replicas, got {spec.replicas}")
    sweeps: dict[str, dict[str, Sweep]] = {"vary": {}, "grid": {}}
    taken: dict[str, str] = {}
    known = [n for p in context.parameters.values() for n in component_names(p.name, p.shape)]
    for kind in ("vary", "grid"):
        for path, raw in getattr(spec, kind).items():
            at = place / kind / path
            name = _slot(at, path, known, context)
            if name is None:
                continue
            if name in taken:
                problems.add(at, f"is varied twice: here and in {taken[name]}", at_key=True)
                continue
            taken[name] = kind
            sweep = _sweep(at, raw, spec.replicas, kind == "grid", context)
            if sweep is not None:
                sweeps[kind][name] = sweep
    points = math.prod(len(s.values or ()) for s in sweeps["grid"].values())
    if spec.replicas % points:
        problems.add(place / "replicas", f"expected a multiple of the grid's {points} points, got {spec.replicas}")
    start = {name: _start(place / "start" / name, plain(raw), spec.replicas, context) for name, raw in
             (spec.start or {}).items()}
    known_starts = {name: values for name, values in start.items() if values is not None}
    return Ensemble(spec.replicas, spec.seed, sweeps["vary"], sweeps["grid"], known_starts)


def _start(at: Place, raw: Any, replicas: int, context: Context) -> Floats | None:
    """What every replica starts from, (R,) or (R, n); None, with notes, if it is no such list."""
    rows = raw if isinstance(raw, list) else []
    nodes = [row if isinstance(row, list) else [row] for row in map(plain, rows)]
    numbers = all(is_number(x) and math.isfinite(x) for row in nodes for x in row)
    if not nodes or not numbers or len({len(row) for row in nodes}) > 1:
        context.problems.add(at, f"expected a list of finite numbers, one for each replica, got {found(raw)}")
        return None
    if len(nodes) != replicas:
        context.problems.add(at, f"expected a number for each of the {replicas} replicas, got {len(nodes)}")
        return None
    return np.array([plain(row) for row in rows], dtype=float)


def _slot(at: Place, path: str, known: list[str], context: Context) -> str | None:
    name = path.removeprefix("params.")
    if name in known and name not in context.phases:
        return name
    base = name.split("[")[0]
    if name in context.phases:
        context.refuse_phase(at, name)
        return None
    if base in context.broken or not context.broken.isdisjoint(base.split(".")):
        return None
    if context.refuse_per_node(at, name):
        return None
    parameter = context.parameters.get(base)
    if parameter is not None and parameter.shape:
        first, last = component_names(base, parameter.shape)[0], component_names(base, parameter.shape)[-1]
        context.problems.add(at, f"expected one of its components, {first} to {last}", at_key=True)
    else:
        context.problems.unknown(at, "parameter, or number of the scenario,", path, known, at_key=True)
    return None


def _sweep(at: Place, raw: Any, replicas: int, grid: bool, context: Context) -> Sweep | None:
    raw, name = plain(raw), ""
    problems = context.problems
    if isinstance(raw, Mapping):
        raw, name = _named(at, raw, context)
        at = at / "distribution"
        if not name:
            return None
    if isinstance(raw, list):
        wrong = [x for x in raw if not is_number(x) or not math.isfinite(x)]
        if wrong or not raw:
            got = f"{found(wrong[0])} among them" if wrong else "an empty one"
            problems.add(at, f"expected a list of finite numbers, got {got}")
            return None
        return _listed(at, [float(x) for x in raw], "", replicas, grid, context)
    if not isinstance(raw, str):
        problems.add(
            at, f"expected a list of numbers, linspace(a, b), logspace(a, b) or a distribution, got {found(raw)}"
        )
        return None
    try:
        values = read_range(raw, None if grid else replicas)
    except ValueError as error:
        problems.add(at, str(error))
        return None
    if values is not None and not name:
        return _listed(at, values, raw, replicas, grid, context)
    if values is not None:
        problems.add(at, f"expected a distribution, got {found(raw)}: only random numbers have a name")
        return None
    if grid:
        problems.add(at, "a distribution has no points to combine: give it under `vary`")
        return None
    distribution = context.one(at, raw, random=True, scope={})
    return None if distribution is None else Sweep(text=raw, distribution=distribution, stream=name)


def _named(at: Place, raw: Mapping[str, Any], context: Context) -> tuple[Any, str]:
    """(distribution, name of its random stream) from {distribution: …, draw: …}; the name is "" if something is
    wrong."""
    if raw.keys() != {"distribution", "draw"}:
        context.problems.add(at, "expected `distribution` and `draw`, what its random numbers are named after")
    elif not isinstance(raw["distribution"], str):
        context.problems.add(at / "distribution", f"expected a distribution, got {found(raw['distribution'])}")
    elif not isinstance(raw["draw"], str) or (message := unreadable(raw["draw"])):
        said = f"expected a name, got {found(raw['draw'])}" if not isinstance(raw["draw"], str) else message
        context.problems.add(at / "draw", said)
    else:
        return raw["distribution"], raw["draw"]
    return None, ""


def _listed(at: Place, values: list[float], text: str, replicas: int, grid: bool, context: Context) -> Sweep | None:
    if not grid and replicas % len(values):
        context.problems.add(
            at, f"{len(values)} values for {replicas} replicas: the number of replicas must be a multiple of theirs"
        )
        return None
    return Sweep(tuple(values), text)
