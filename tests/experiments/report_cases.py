"""Tables of experiments made by hand, with outcomes that are known in closed form."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from dynsim.answers.wording.wilson import wilson
from dynsim.experiments.model import Experiment
from dynsim.experiments.report.tables import Tables
from dynsim.experiments.state import stated_experiment
from dynsim.system.scenario import load_scenario

SCENARIO = """
dynsim: 1
title: a pull on one memory
params: {kappa: 0.1, eta: 0.1, a: 1, b: 1, c: 1}
variables: {x: {init: 1}}
agents: {one: {controls: x, declared: kappa*a*b*c*x**2, rule: {gradient: {rate: eta}}}}
base: {objective: x**2}
clock: {steps: 10}
"""
VARIANTS = {"as_is": {}, "slow": {"set": {"clock.steps": 5}}, "long": {"set": {"clock.steps": 20}}}
REPLICAS = 64


def stated(vary: Mapping[str, Any], variants: Mapping[str, Any] | None = None, **more: Any) -> Experiment:
    return stated_experiment(load_scenario(SCENARIO), vary=vary, variants=variants, replicas=REPLICAS, seed=1,
                             title="Where does the pull win?", question="From which kappa on does the memory give way?",
                             **more)


def tables(experiment: Experiment, failed: Mapping[int, str] | None = None, **analyses: pd.DataFrame) -> Tables:
    """The tables of an experiment in which replicas converge with probability Φ(8 (distance to a boundary)), and the
    objectives follow the axes."""
    cells = experiment.cells()
    rng = np.random.default_rng(0)
    rows = pd.DataFrame({
        "cell": [cell.number for cell in cells], "variant": [cell.variant for cell in cells],
        **{axis.path: [cell.values[axis.path] for cell in cells] for axis in experiment.axes},
    })
    for axis in experiment.axes:
        if not pd.api.types.is_numeric_dtype(rows[axis.path]):
            rows[axis.path] = rows[axis.path].map(json.dumps)
    at = _distance(rows, experiment)
    hits = rng.binomial(REPLICAS, 1 / (1 + np.exp(-8 * at)))
    other = np.where(at < -0.6, "running away", "cycling")
    counts = {"converged": hits, "cycling": np.where(other == "cycling", REPLICAS - hits, 0),
              "running away": np.where(other == "running away", REPLICAS - hits, 0), "diverged": 0 * hits}
    found: dict[str, Any] = {"replicas": REPLICAS, "failed": 0}
    for name, amount in counts.items():
        ends = np.array([wilson(int(k), REPLICAS) for k in amount])
        found |= {f"verdict.{name}": amount / REPLICAS, f"verdict.{name}.low": ends[:, 0],
                  f"verdict.{name}.high": ends[:, 1]}
    for name, middle, width in (("base.last", 1 - at, 0.2 + 0.1 * np.abs(at)), ("objective.one", 2 + at**2, 0.3)):
        middle = middle + rng.normal(0, 0.01, len(rows))
        found |= {f"{name}.mean": middle, f"{name}.se": width / 8}
        found |= {f"{name}.{q}": middle + z * width for q, z in
                  (("q05", -1.645), ("q25", -0.674), ("median", 0.0), ("q75", 0.674), ("q95", 1.645))}
    cells_table = pd.concat([rows, pd.DataFrame(found, index=rows.index)], axis=1)
    lost = cells_table["cell"].isin(failed or {})
    cells_table.loc[lost, "replicas"], cells_table.loc[lost, "failed"] = 0, REPLICAS
    cells_table.loc[lost, [name for name in found if name not in ("replicas", "failed")]] = np.nan
    failures = pd.DataFrame(
        [(cell, cells[cell].variant, message) for cell, message in (failed or {}).items()],
        columns=["cell", "variant", "message"],
    )
    return Tables(experiment, "leaks.exp", cells_table, failures, **analyses)


def _distance(rows: pd.DataFrame, experiment: Experiment) -> np.ndarray:
    """How far inside the region in which it converges each cell lies."""
    parts = [_unit(rows[axis.path]) for axis in experiment.axes]
    at = 0.55 - sum(parts) / max(len(parts), 1) + 0.1 * np.sin(6 * parts[0]) if parts else np.zeros(len(rows))
    return np.asarray(at + 0.25 * (rows["variant"] == "slow") - 0.1 * (rows["variant"] == "long"))


def _unit(column: pd.Series) -> np.ndarray:
    if not pd.api.types.is_numeric_dtype(column):
        return np.asarray(pd.factorize(column)[0], float) / 4
    values = column.to_numpy(float)
    values = np.log(values) if values.min() > 0 and values.max() > 20 * values.min() else values
    return (values - values.min()) / (np.ptp(values) or 1.0)


def _curve(variants: Mapping[str, Any], shift: Mapping[str, float]) -> pd.DataFrame:
    """A boundary over log κ and log η, both from 0.01 to 1."""
    u = np.linspace(0, 1, 60)
    parts = []
    for name in variants:
        v = 2 * (0.55 + shift[name] + 0.1 * np.sin(6 * u)) - u
        inside = (v >= 0) & (v <= 1)
        parts.append(pd.DataFrame({
            "variant": name, "quantity": "verdict.converged", "level": 0.5, "curve": 0,
            "params.kappa": 10 ** (2 * u[inside] - 2), "params.eta": 10 ** (2 * v[inside] - 2),
        }))
    return pd.concat(parts, ignore_index=True)


SHIFT = {"as_is": 0.0, "slow": 0.25, "long": -0.1}


def _effects() -> pd.DataFrame:
    """Differences that are clear, and one that is not; over all cells, in the columns of `effects`."""
    return pd.DataFrame({
        "cell": pd.array([None] * 6, dtype="Int64"), "variant": ["slow", "long", "slow", "long", "slow", "long"],
        "quantity": ["base.last"] * 2 + ["objective.one"] * 2 + ["verdict.converged"] * 2, "reference": 1.0,
        "difference": [-0.25, 0.1, 0.004, -0.002, 0.21, -0.08], "low": [-0.27, 0.07, -0.01, -0.02, 0.18, -0.11],
        "high": [-0.23, 0.13, 0.018, 0.016, 0.24, -0.05], "n": 64, "pairs": 3840, "changed": 0.8,
        "p": [1e-9, 1e-6, 0.6, 0.8, 1e-9, 1e-6],
    })


def _indices() -> pd.DataFrame:
    """Ishigami's function: the indices that are known, with intervals of ∓0.03."""
    first, total = np.array([0.3139, 0.4424, 0.0]), np.array([0.5576, 0.4424, 0.2437])
    table = pd.DataFrame({
        "variant": "as_is", "quantity": "base.last", "parameter": ["params.a", "params.b", "params.c"], "first": first,
        "total": total,
    })
    for name in ("first", "total"):
        table[f"{name}.low"], table[f"{name}.high"] = table[name] - 0.03, table[name] + 0.03
    return table


@cache
def case(name: str) -> Tables:
    return MAKE[name]()


def _one_axis() -> Tables:
    boundary = pd.DataFrame({"variant": ["as_is"], "quantity": ["verdict.converged"], "level": [0.5], "curve": [0],
                             "params.kappa": [0.5172], "params.kappa.low": [0.4981], "params.kappa.high": [0.5377]})
    one = stated({"params.kappa": "linspace(0, 1, 21)"})
    return tables(one, {3: "NotConverged: no fixed point"}, boundary=boundary)


def _two_axes() -> Tables:
    vary = {"params.kappa": "logspace(-2, 0, 31)", "params.eta": "logspace(-2, 0, 25)"}
    return tables(stated(vary), boundary=_curve({"as_is": {}}, SHIFT))


def _variants() -> Tables:
    vary = {"params.kappa": "logspace(-2, 0, 21)", "params.eta": "logspace(-2, 0, 21)"}
    return tables(stated(vary, VARIANTS), boundary=_curve(VARIANTS, SHIFT), effects=_effects())


def _rules() -> Tables:
    rules = [{"gradient": {"rate": "eta"}}, {"momentum": {"rate": "eta", "beta": 0.9}}, {"adam": {"rate": "eta"}}]
    return tables(stated({"params.kappa": "linspace(0, 1, 15)", "agents.one.rule": rules}))


def _five_axes() -> Tables:
    vary = {f"params.{name}": [0.1, 0.5, 1.0] for name in "abc"} | {"params.kappa": "logspace(-2, 0, 4)",
                                                                     "params.eta": "linspace(0, 1, 4)"}
    return tables(stated(vary, {"as_is": {}, "slow": VARIANTS["slow"]}), {7: "refused"}, sensitivity=_indices())


def _failures() -> Tables:
    vary = {"params.kappa": "linspace(0, 1, 12)", "params.eta": "linspace(0, 1, 10)"}
    made = tables(stated(vary), {k: "params.eta: 1 is too large" if k % 2 else "OverflowError" for k in range(87, 112)})
    made.cells.loc[40:44, [c for c in made.cells if c.startswith("base.last")]] = np.nan
    made.cells.loc[[20, 21], "replicas"], made.cells.loc[[20, 21], "failed"] = 60, 4
    there = made.cells.drop(index=[60, 61, 62]).reset_index(drop=True)
    return Tables(made.experiment, made.directory, there, made.failures)


def _hundred_thousand() -> Tables:
    vary = {"params.kappa": "logspace(-2, 0, 320)", "params.eta": "logspace(-2, 0, 320)"}
    return tables(stated(vary), boundary=_curve({"as_is": {}}, SHIFT))


def _scattered() -> Tables:
    made = _two_axes()
    cells = made.cells.sample(200, random_state=1).reset_index(drop=True)
    rng = np.random.default_rng(1)
    for path in ("params.kappa", "params.eta"):
        cells[path] *= np.exp(rng.normal(0, 0.1, len(cells)))
    return Tables(made.experiment, made.directory, cells, made.failures, boundary=made.boundary)


def _one_cell() -> Tables:
    return tables(stated({"params.kappa": [0.5]}))


def _only_variants() -> Tables:
    return tables(stated({}, VARIANTS), effects=_effects())


def _one_axis_variants() -> Tables:
    return tables(stated({"params.kappa": "logspace(-2, 0, 15)"}, VARIANTS), {4: "OverflowError", 13: "refused"},
                  effects=_effects())


def _all_failed() -> Tables:
    one = stated({"params.kappa": "linspace(0, 1, 5)"}, VARIANTS)
    return tables(one, {cell.number: "OverflowError" for cell in one.cells()})


def _one_variant_failed() -> Tables:
    one = stated({"params.kappa": "linspace(0, 1, 5)"}, VARIANTS)
    return tables(one, {cell.number: "OverflowError" for cell in one.cells() if cell.variant == "slow"})


MAKE = {
    "one axis": _one_axis, "two axes": _two_axes, "variants": _variants, "rules": _rules, "five axes": _five_axes,
    "failures": _failures, "scattered": _scattered, "one cell": _one_cell, "only variants": _only_variants,
    "one axis, variants": _one_axis_variants, "100,000 cells": _hundred_thousand,
    "all failed": _all_failed, "one variant failed": _one_variant_failed,
}
