"""The designs `continuation` and `basins`, from a file to the tables, against known answers."""

from __future__ import annotations

import random
import time
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import dynsim as ds
from dynsim.errors import InputError
from dynsim.experiments.experimented import Experimented
from dynsim.experiments.model import Experiment
from dynsim.experiments.opening import open_cell
from dynsim.experiments.run import run_experiment
from dynsim.experiments.state import stated_experiment
from dynsim.experiments.storing.store import CELLS, FAILURES, FOLDER, FOUND, REPLICAS, STARTS
from dynsim.experiments.work.carried import carried_columns
from dynsim.system.scenario import load_scenario

from .cluster import kill, started
from .test_crashes import finished

FOLD = 2.0 / (3.0 * np.sqrt(3.0))  # .3849001795
FLIP, DOUBLED, WINDOW = 9.523809524, 12.906015253, 17.896089020

FOLDS = """
dynsim: 1
title: two folds
params: {mu: 0.0, shift: 0.0}
variables: {x: {init: -1.0, flow: mu - shift + x - x**3}}
clock: {time: 40, dt: 0.25}
"""
REPLICATORS = """
dynsim: 1
title: replicators
params: {alpha: 9.0}
variables: {p: {init: 0.4, flow: p/(p + (1 - p)*exp(alpha*(p - 0.7))) - p}}
clock: {steps: 900}
"""
BRUSSELATOR = """
dynsim: 1
title: the Brusselator with A = 1
params: {B: 1.5}
variables:
  x: {init: 1.1, flow: 1 + x**2*y - (B + 1)*x}
  y: {init: 1.1, flow: B*x - x**2*y}
clock: {time: 60, dt: 0.2}
"""
EVERYTHING = """
dynsim: 1
title: noise, nodes, components and a rule with a memory
params: {mu: 0.1}
graphs: {ring: {generator: cycle_graph, n: 3}}
variables:
  x: {init: "normal(0, 1)", noise: 0.01}
  v: {size: 2, init: 1, flow: -0.5*v}
  y: {on: ring, init: index, flow: "0.5*(mean_neighbors(neighbor(y)) - y)"}
agents: {a: {controls: x, declared: "(x - mu*mean(y))**2/2", rule: {momentum: {rate: 0.1, beta: 0.5}}}}
clock: {steps: 20}
ensemble: {replicas: 3, seed: 5}
"""
TABLES = (CELLS, REPLICAS, FAILURES, FOUND, STARTS)


def stated(scenario: str, vary: dict[str, Any], design: Any, **keys: Any) -> Experiment:
    return stated_experiment(load_scenario(scenario), vary=vary, design=design, **({"collect": ["final"]} | keys))


def followed(scenario: str, vary: dict[str, Any], **settings: Any) -> Experimented:
    return run_experiment(stated(scenario, vary, {"continuation": settings}))


def changes(done: Experimented) -> pd.DataFrame:
    return done.found[~done.found["kind"].isin(["branch", "hysteresis"])].reset_index(drop=True)


def hold(found: pd.DataFrame, path: str, values: list[float]) -> bool:
    return ((found[f"{path}.low"] <= values) & (values <= found[f"{path}.high"])).all()


@cache
def everything() -> Experiment:
    return stated(EVERYTHING, {"mu": [0.1, 0.4, 0.7]}, {"continuation": {"patience": 3}}, collect=["final", "mean x"])


# -- known answers ----------------------------------------------------------------------------------------------------


def test_folds_are_where_they_are() -> None:
    """x' = μ − s + x − x³ jumps at s ± .3849001795, up and down, in each variant; between these the way matters."""
    experiment = stated(
        FOLDS, {"mu": "linspace(-0.8, 0.8, 9)"}, {"continuation": {"tolerance": 1e-3, "patience": 12}},
        variants={"as_is": {}, "shifted": {"set": {"shift": 0.1}}},
    )
    done = run_experiment(experiment)
    found = changes(done)
    assert found[["variant", "kind", "way"]].to_numpy().tolist() == [
        ["as_is", "jump", "up"], ["as_is", "jump", "down"], ["shifted", "jump", "up"], ["shifted", "jump", "down"],
    ]
    assert hold(found, "mu", [FOLD, -FOLD, 0.1 + FOLD, 0.1 - FOLD])
    with pytest.raises(InputError, match="cells of design continuation go on from states of their variant"):
        _ = done.effects
    assert (found["mu.high"] - found["mu.low"]).max() < 4e-3
    loop = done.found[done.found["kind"] == "hysteresis"]
    np.testing.assert_allclose(loop[["mu.low", "mu.high"]], [[-FOLD, FOLD], [0.1 - FOLD, 0.1 + FOLD]], atol=2e-3)
    branch = done.found.query("kind == 'branch' and variant == 'as_is'")
    values = np.linspace(-0.8, 0.8, 9).tolist()
    assert branch["mu"].tolist() == values + values[::-1]
    np.testing.assert_allclose(branch["mu"] + branch["x.low"] - branch["x.low"] ** 3, 0.0, atol=1e-5)
    assert (branch["period"] == 1).all()
    both = done.found.query("kind == 'branch'")
    centre = both["variant"].map({"as_is": 0.0, "shifted": 0.1})
    assert both["apart"].tolist() == ((both["mu"] - centre).abs() < FOLD).tolist()


def test_a_map_doubles_its_period() -> None:
    """p ← p/(p + (1 − p)e^{α(p − .7)}): period 2 from α = 2/(.7·.3) = 9.523809524, period 4 from 12.906015253."""
    found = changes(followed(REPLICATORS, {"alpha": "linspace(9, 13.4, 5)"}, tolerance=1e-4))
    assert found[["kind", "way", "before", "after"]].to_numpy().tolist() == [
        ["period doubling", "up", 1, 2], ["period doubling", "up", 2, 4],
        ["period doubling", "down", 4, 2], ["period doubling", "down", 2, 1],
    ]
    assert hold(found, "alpha", [FLIP, DOUBLED, DOUBLED, FLIP])
    assert (found["alpha.high"] - found["alpha.low"])[:2].max() < 5e-4


def test_a_window_of_period_three_ends_where_it_does() -> None:
    """The cycle of three points vanishes at α = 17.896089020, and chaos follows."""
    found = changes(followed(REPLICATORS, {"alpha": [17.85, 17.9, 17.95]}, tolerance=1e-3, patience=12))
    assert found[["kind", "way", "before", "after"]].to_numpy().tolist() == [
        ["period", "up", 0, 3], ["period", "down", 3, 0],
    ]
    assert hold(found, "alpha", [WINDOW, WINDOW])
    assert found["alpha.high"][0] - found["alpha.low"][0] < 1e-3


def test_the_brusselator_oscillates_from_b_on() -> None:
    """Its Hopf bifurcation lies at B = 1 + A² = 2."""
    found = changes(followed(BRUSSELATOR, {"B": [1.6, 1.8, 2.1, 2.4]}, tolerance=1e-3, patience=12))
    assert found[["kind", "way"]].to_numpy().tolist() == [["oscillation", "up"], ["oscillation", "down"]]
    assert hold(found, "B", [2.0, 2.0])
    assert (found["B.high"] - found["B.low"]).max() < 0.08


def test_lookahead_flips_along_a_hyperbola() -> None:
    """With α = 20η(1 + L), the rate η and the lookahead L lose their rest along 20η(1 + L) = 9.5238, which the design
    `boundary` finds as the border of the verdict. Where three verdicts meet, a vertex is known to a cell, 1/32 of the
    ranges, alone; elsewhere to 1/8 of that."""
    scenario = REPLICATORS.replace("{alpha: 9.0}", "{eta: 0.3, ahead: 1.0}").replace("alpha*", "20*eta*(1 + ahead)*")
    design = {"boundary": {"of": "verdict", "start": 4, "levels": 3}}
    done = run_experiment(stated(scenario, {"eta": [0.1, 0.6], "ahead": [0.0, 3.0]}, design, collect="verdict"))
    border = done.found[done.found["between"].str.contains("converged")]
    assert len(border) > 20
    off = np.abs(20.0 * border["eta"] * (1.0 + border["ahead"]) / FLIP - 1.0)
    assert off.max() < 0.06
    assert off.quantile(0.8) < 0.01
    assert border["eta"].min() < 0.125
    assert border["ahead"].min() < 0.1


def test_basins_have_their_shares() -> None:
    """Starts uniform on (−2, 2) end below if they start left of the middle root of μ + x − x³; beyond the folds there
    is one attractor. Of 400 starts, the 95 % interval is ±.05."""
    scenario = FOLDS.replace("init: -1.0", 'init: "uniform(-2, 2)"')
    done = run_experiment(stated(scenario, {"mu": [-0.5, -0.2, 0.2, 0.5]}, "basins", replicas=400, seed=1))
    assert done.found[["mu", "attractor"]].to_numpy().tolist() == [
        [-0.5, 0], [-0.2, 0], [-0.2, 1], [0.2, 0], [0.2, 1], [0.5, 1],
    ]
    assert (done.found["period"] == 1).all()
    for mu in (-0.2, 0.2):
        middle = min(np.roots([-1.0, 0.0, 1.0, mu]).real, key=abs)
        below, above = (done.found.query(f"mu == {mu} and attractor == {k}").iloc[0] for k in (0, 1))
        assert below["share.low"] <= (middle + 2.0) / 4.0 <= below["share.high"]
        assert below["share"] + above["share"] == 1.0
        np.testing.assert_allclose(mu + above["x.high"] - above["x.high"] ** 3, 0.0, atol=1e-6)


def test_what_diverges_is_told() -> None:
    """x ← r x rests at 0 for r < 1. From a kick of 1e-6, 3 · 400 steps leave the finite numbers where r^1200 > 1e314,
    r > 1.83; in between it grows. The way back finds rest again."""
    scenario = """
dynsim: 1
title: t
params: {r: 0.5}
variables: {x: {init: 1, flow: (r - 1)*x}}
clock: {steps: 400}
"""
    done = followed(scenario, {"r": [0.25, 0.5, 4.0, 8.0]}, tolerance=1e-2, patience=3)
    found = changes(done)
    assert found[["kind", "way"]].to_numpy().tolist() == [["divergence", "up"], ["return", "down"]]
    assert (found["r.low"] > 0.9).all()
    assert (found["r.high"] < 3.0).all()
    lost = done.found.query("kind == 'branch' and r >= 4")
    assert len(lost) == 4
    assert lost["x.low"].isna().all()
    assert (lost["period"] == 0).all()


def test_a_branch_whose_first_cell_fails_is_a_row_with_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise ValueError("no states today")

    monkeypatch.setattr("dynsim.experiments.work.compute.carried_columns", broken)
    done = followed(FOLDS, {"mu": [0.0, 0.1, 0.2]})
    (row,) = done.found.to_dict("records")
    assert row["message"] == "the cell at mu = 0 failed, so that there are no states to go on from"
    assert done.failures["message"].tolist() == ["ValueError: no states today"]


def test_a_cell_that_fails_on_the_way_is_a_change(monkeypatch: pytest.MonkeyPatch) -> None:
    """x follows μ. Where cells with x > .5 fail, the branch goes on from the last states there, and back."""
    columns = carried_columns

    def broken(program: Any, chunks: Any) -> Any:
        if (chunks[-1].values["x"][-1] > 0.5).any():
            raise ValueError("x is too large")
        return columns(program, chunks)

    monkeypatch.setattr("dynsim.experiments.work.compute.carried_columns", broken)
    scenario = FOLDS.replace("mu - shift + x - x**3", "mu - x")
    done = followed(scenario, {"mu": [-1.0, 0.0, 1.0, 2.0]}, tolerance=1e-2, patience=4)
    found = changes(done)
    assert found[["kind", "way"]].to_numpy().tolist() == [["failure", "up"], ["return", "down"]]
    assert hold(found, "mu", [0.5, 0.5])
    assert set(done.failures["message"]) == {"ValueError: x is too large"}
    assert done.found.query("kind == 'branch' and mu > 0.5")["x.low"].isna().all()


# -- the promises of a store ------------------------------------------------------------------------------------------


def test_a_cell_opens_as_the_run_that_it_was(tmp_path: Path) -> None:
    """Also one that goes on from other cells' states: nodes, components and memories begin and end with the same bits,
    and the run directory can be simulated again from its own scenario."""
    done = run_experiment(everything(), tmp_path / "experiment")
    cell = int(done.found.query("kind == 'branch'")["cell"].iloc[-1])
    run = open_cell(tmp_path / "experiment", cell, tmp_path / "run")
    ours = done.replicas[done.replicas["cell"] == cell].reset_index(drop=True)
    for name in ("x", "v[0]", "v[1]"):
        np.testing.assert_array_equal(ours[name], run.summary[name])
    starts = pd.read_parquet(tmp_path / "experiment" / STARTS).query(f"cell == {cell}")
    begin = run.states.query("t == 0")
    for name in ("x", "v[0]", "v[1]", "a.v"):
        np.testing.assert_array_equal(starts[name], begin[name])
    np.testing.assert_array_equal(np.concatenate(starts["y"].to_list()), run.population("y").query("t == 0")["value"])
    again = ds.simulate(tmp_path / "run" / "scenario.yaml")
    pd.testing.assert_frame_equal(again.states, run.states)


def tables_of(path: Path) -> dict[str, bytes]:
    return {name: (path / name).read_bytes() for name in TABLES}


def test_what_was_lost_is_computed_again(tmp_path: Path) -> None:
    """Without any of its tables and half of its units, an experiment ends with the same bytes. So it does with more
    than one worker process."""
    path = tmp_path / "experiment"
    run_experiment(everything(), path)
    plain = tables_of(path)
    units = sorted((path / FOLDER).iterdir())
    for file in [*random.Random(1).sample(units, len(units) // 2), *(path / name for name in TABLES)]:
        file.unlink()
    run_experiment(everything(), path, resume=True)
    assert tables_of(path) == plain
    assert {file.name for file in (path / FOLDER).iterdir()} == {file.name for file in units}
    run_experiment(everything(), tmp_path / "other", on="processes")
    assert tables_of(tmp_path / "other") == plain


def driver(path: Path) -> None:
    """The main function of a process of its own."""
    run_experiment(everything(), path, resume=True)


def test_the_process_is_killed_on_the_way(tmp_path: Path) -> None:
    """Each time at a later step of the branch; what was finished is not computed again."""
    run_experiment(everything(), tmp_path / "plain")
    path = tmp_path / "experiment"
    for least in (3, 12):
        process = started(driver, path)
        while process.is_alive() and finished(path) < least:
            time.sleep(0.002)
        kill(process)
    before = {file.name: file.stat().st_mtime_ns for file in (path / FOLDER).glob("*.arrow")}
    assert 12 <= len(before) < finished(tmp_path / "plain")
    run_experiment(everything(), path, resume=True)
    assert tables_of(path) == tables_of(tmp_path / "plain")
    assert {name: (path / FOLDER / name).stat().st_mtime_ns for name in before} == before


def test_another_design_leaves_no_starts(tmp_path: Path) -> None:
    run_experiment(everything(), tmp_path / "experiment")
    run_experiment(stated(EVERYTHING, {"mu": [0.1, 0.4]}, None), tmp_path / "experiment", resume=True)
    assert not (tmp_path / "experiment" / STARTS).exists()


# -- mistakes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scenario", "vary", "message"),
    [
        (FOLDS, {"mu": [0, 1]}, "mu.*: design continuation needs 3 values or more, got 2"),
        (FOLDS, {"mu": [0, 1, 2], "shift": [0, 1, 2]}, "design continuation needs one axis, got 2"),
        (FOLDS, {"clock.dt": [0.1, 0.2, 0.3]}, "is part of the structure, and design continuation samples only"),
        (FOLDS, {"variables.x.init": ["1", "mu", "2"]}, "design continuation needs numbers"),
        (FOLDS.replace("time: 40, dt: 0.25", "steps: 9"), {"mu": [0, 1, 2]},
         "design continuation reads periods off the second half of the record: expected 11 records or more, got 10"),
        (EVERYTHING + "selection: {fitness: -x**2, every: 5, scheme: {tournament: {size: 2}}, heritable: {v: v}}",
         {"mu": [0, 1, 2]}, "a system with selection has no states to carry over: generations replace them"),
    ],
)  # fmt: skip
def test_mistakes_are_told_before_anything_runs(scenario: str, vary: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        stated(scenario, vary, "continuation")
