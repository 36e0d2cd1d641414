"""What a report says and draws of branches and basins, from tables made by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dynsim.experiments.report.basins import basins
from dynsim.experiments.report.bifurcation import bifurcation
from dynsim.experiments.report.branches import Changes, located
from dynsim.experiments.report.finding.basins import what_starts_reach
from dynsim.experiments.report.finding.branches import where_branches_change
from dynsim.experiments.report.page import report
from dynsim.experiments.report.tables import Tables
from dynsim.experiments.state import stated_experiment
from dynsim.system.scenario import load_scenario
from tests.browser import open_page

SCENARIO = """
dynsim: 1
title: two folds
params: {mu: 0.0}
variables: {x: {init: 0, flow: mu + x - x**3}, y: {init: 0, flow: -y}}
clock: {time: 20, dt: 0.5}
"""
READY = "document.documentElement.dataset.drawn === 'yes'"


def tables(rows: list[dict[str, Any]], design: str = "continuation", variants: dict[str, Any] | None = None,
           values: Any = "linspace(-1, 1, 5)", replicas: int = 1) -> Tables:  # fmt: skip
    experiment = stated_experiment(
        load_scenario(SCENARIO), vary={"mu": values}, design=design, variants=variants, replicas=replicas
    )
    found = pd.DataFrame(rows)
    names = [variant.name for variant in experiment.variants]
    found["variant"] = found.get("variant", pd.Series(names[0], found.index)).fillna(names[0])
    axis = experiment.axes[0].values
    cells = pd.DataFrame({"cell": range(len(axis)), "variant": names[0], "mu": axis, "replicas": 1, "failed": 0})
    cells = pd.concat([cells.assign(variant=name) for name in names], ignore_index=True).assign(
        cell=range(len(axis) * len(names))
    )
    failures = pd.DataFrame(columns=["cell", "variant", "message"])
    return Tables(experiment, "folds.exp", cells, failures, found=found)


def branch(values: list[float], jump: float, replica: int = 0, **more: Any) -> list[dict[str, Any]]:
    """x is −1 before the jump and 1 beyond it going up, the other way round at −jump going down; y is 0."""
    rows = []
    for way, own in (("up", values), ("down", values[::-1])):
        for value in own:
            x = np.sign(value - jump) if way == "up" else np.sign(value + jump)
            rows.append({
                "kind": "branch", "way": way, "replica": replica, "mu": value, "cell": 0, "period": 1, "settled": True,
                "apart": abs(value) < jump, "x.low": x, "x.high": x, "y.low": 0.0, "y.high": 0.0, **more,
            })
    return rows


def change(kind: str, way: str, value: float, before: int = 1, after: int = 1, replica: int = 0) -> dict[str, Any]:
    return {"kind": kind, "way": way, "replica": replica, "mu": value, "mu.low": value - 0.001,
            "mu.high": value + 0.001, "before": before, "after": after}


def loop(low: float, high: float, replica: int = 0) -> dict[str, Any]:
    return {"kind": "hysteresis", "replica": replica, "mu.low": low, "mu.high": high}


FOLDS = [
    *branch([-1.0, -0.5, 0.0, 0.5, 1.0], 0.7), change("jump", "up", 0.7), change("jump", "down", -0.7), loop(-0.7, 0.7),
]


def test_a_fold_on_each_way_is_told() -> None:
    assert where_branches_change(tables(FOLDS)) == [
        "Going up, the state jumps to another attractor at mu = 0.7 (0.699–0.701).",
        "Going down, the state jumps to another attractor at mu = -0.7 (-0.701 to -0.699).",
        "The way matters between mu = -0.7 and 0.7: up and down end on different attractors in 3 of the 3 states "
        "followed there.",
    ]


def test_every_kind_of_change_has_its_words() -> None:
    values = [-1.0, -0.5, 0.0, 0.5, 1.0]
    rows = [
        *branch(values, 2.0), change("period doubling", "up", 0.1, 2, 4), change("oscillation", "up", 0.2, 1, 0),
        change("period", "up", 0.3, 3, 0), change("divergence", "up", 0.4, 1, 0), change("failure", "up", 0.5, 1, 0),
        change("return", "down", 0.4, 0, 1),
        change("oscillation", "down", 0.2, 0, 1), change("period doubling", "down", 0.1, 4, 2),
    ]
    assert where_branches_change(tables(rows)) == [
        "Going up, the period doubles from 2 to 4 at mu = 0.1 (0.099–0.101).",
        "Going up, rest gives way to a motion that repeats after no whole number of records at mu = 0.2 (0.199–0.201).",
        "Going up, the motion changes from a period of 3 records to no period at mu = 0.3 (0.299–0.301).",
        "Going up, the state leaves the finite numbers at mu = 0.4 (0.399–0.401).",
        "Going up, the first cell fails at mu = 0.5 (0.499–0.501).",
        "Going down, the state is finite again at mu = 0.4 (0.399–0.401).",
        "Going down, a motion that repeats after no whole number of records comes to rest at mu = 0.2 (0.199–0.201).",
        "Going down, the period halves from 4 to 2 at mu = 0.1 (0.099–0.101).",
    ]


def test_replicas_are_counted_and_variants_named() -> None:
    values = [-1.0, -0.5, 0.0, 0.5, 1.0]
    rows = [
        *branch(values, 0.7), *branch(values, 0.7, 1), *branch(values, 2.0, 2, settled=False),
        change("jump", "up", 0.7), change("jump", "up", 0.8, replica=1), change("jump", "down", -0.7), loop(-0.7, 0.7),
        *[row | {"variant": "calm"} for row in branch(values, 2.0)],
    ]
    told = where_branches_change(tables(rows, variants={"as_is": {}, "calm": {"set": {"variables.x.noise": 0.1}}}))
    assert told == [
        "With as_is, going up, the state jumps to another attractor at mu = 0.75 (0.69–0.81; "
        "median of 2 of 3 replicas).",
        "With as_is, going down, the state jumps to another attractor at mu = -0.7 (-0.701 to -0.699; "
        "median of 1 of 3 replicas).",
        "With as_is, the way matters between mu = -0.7 and 0.7 in 1 of 3 replicas: up and down end on different "
        "attractors in 3 of the 3 states followed there.",
        "With as_is, 10 of 30 states had not settled after 20 runs.",
        "With calm, going up, no jump and no change of the period was found.",
        "With calm, going down, no jump and no change of the period was found.",
    ]


@pytest.mark.parametrize(
    ("low", "high"),
    [(9.523145, 9.524219), (12.901563, 12.910156), (-0.38591, -0.38444), (1999.7, 2000.4), (2.0, 2.0), (1e-9, 3e-9)],
)
def test_what_is_told_contains_the_interval(low: float, high: float) -> None:
    found = located(Changes("up", "jump", 1, 1, 1, (low + high) / 2, low, high))
    ends = [float(text.replace(",", "")) for text in found[1:]]
    assert ends[0] <= low <= high <= ends[1]
    assert ends[1] - ends[0] <= 1.3 * (high - low)


def test_the_diagram_has_both_ways_and_breaks_at_jumps() -> None:
    figure = bifurcation(tables(FOLDS))
    up, down = (next(trace for trace in figure.data if trace["name"] == f"going {way}") for way in ("up", "down"))
    np.testing.assert_array_equal(up["x"], [-1.0, -0.5, 0.0, 0.5, np.nan, 1.0])
    np.testing.assert_array_equal(down["y"], [1.0, 1.0, 1.0, 1.0, np.nan, -1.0])
    jumps = [trace["x"][0] for trace in figure.data if trace["name"] == "jump" and len(trace["x"]) == 3]
    assert jumps[:2] == [0.7, -0.7]
    first = figure.data[0]
    assert (first["name"], *first["x"]) == ("the way matters", -0.7, -0.7, 0.7, 0.7)
    assert [button["label"] for button in figure.layout["updatemenus"][0]["buttons"]] == ["x", "y"]


def reached(value: float, attractor: int, share: float) -> dict[str, Any]:
    return {"mu": value, "attractor": attractor, "share": share, "share.low": share - 0.1, "share.high": share + 0.1,
            "replicas": int(100 * share), "period": 1, "x.low": 0.0, "x.high": 0.0}


BASINS = [reached(1.0, 0, 0.9), reached(10.0, 0, 0.4), reached(10.0, 1, 0.5), reached(100.0, 1, 0.8)]


def test_basins_are_told() -> None:
    found = tables(BASINS, "basins", values="logspace(0, 2, 3)", replicas=100)
    assert what_starts_reach(found) == [
        "At 1 of 3 values, at mu = 10, the starts reach more than one attractor.",
        "Attractor 1 has its largest share, 90\u00a0% (95\u00a0% interval 80–100\u00a0%), at mu = 1, and its "
        "smallest, 40\u00a0% (95\u00a0% interval 30–50\u00a0%), at 10.",
        "Attractor 2 has its largest share, 80\u00a0% (95\u00a0% interval 70–90\u00a0%), at mu = 100, and its "
        "smallest, 50\u00a0% (95\u00a0% interval 40–60\u00a0%), at 10.",
        "Up to 20\u00a0% of the starts, at mu = 100, leave the finite numbers.",
    ]


def test_bands_add_up() -> None:
    figure = basins(tables(BASINS, "basins", values="logspace(0, 2, 3)", replicas=100))
    assert [trace["name"] for trace in figure.data] == ["attractor 1", "attractor 2", "no attractor"]
    np.testing.assert_allclose(sum(trace["y"] for trace in figure.data), 1.0)
    assert figure.layout["xaxis"]["type"] == "log"


@pytest.mark.browser
@pytest.mark.parametrize("name", ["branches", "basins"])
def test_the_page_is_drawn_and_fits_any_window(name: str, tmp_path: Path) -> None:
    variants = {"as_is": {}, "calm": {"set": {"variables.x.noise": 0.1}}}
    rows = FOLDS if name == "branches" else BASINS
    both = [row | {"variant": variant} for variant in variants for row in rows]
    values = "linspace(-1, 1, 5)" if name == "branches" else "logspace(0, 2, 3)"
    design = "continuation" if name == "branches" else "basins"
    file = tmp_path / "report.html"
    file.write_text(report(tables(both, design, variants, values)), encoding="utf-8")
    with open_page(file, 1280) as page:
        page.wait(READY)
        for width in (1920, 1280, 700):
            page.resize(width, 900)
            widest = "Math.max(...[...document.querySelectorAll('.figure svg')].map(s => s.clientWidth))"
            page.wait(f"{widest} <= {width} && document.documentElement.scrollWidth <= {width}")
        assert page.run("return document.querySelectorAll('#explored').length") == 0
        assert page.console_errors() == []
