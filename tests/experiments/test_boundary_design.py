"""The design `boundary`, from the statement to the table of what was found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dynsim.errors import InputError
from dynsim.experiments.model import Experiment
from dynsim.experiments.run import run_experiment
from dynsim.experiments.state import stated_experiment

SCENARIO = """
dynsim: 1
title: A pull that is nearly reached
params: {gain: 0.5, far: 1.0}
variables: {x: {init: "normal(0, 1)"}}
agents:
  one: {controls: x, declared: "(x - gain*far)**2/2", rule: {gradient: {rate: 0.5}}}
clock: {steps: 12}
ensemble: {replicas: 4, seed: 1}
"""


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("scenario") / "pull.yaml"
    path.write_text(SCENARIO)
    return path


def stated(scenario: Path, vary: dict[str, Any], collect: str = "final", **settings: Any) -> Experiment:
    return stated_experiment(scenario, vary=vary, design={"boundary": settings}, collect=[collect], replicas=4)


def test_a_threshold_has_a_row(scenario: Path) -> None:
    """After 12 steps x is gain·(1 − 2⁻¹²) and noise of 2⁻¹²: its mean crosses 1 at gain = 1.00024."""
    run = run_experiment(
        stated(scenario, {"gain": [0.0, 1.7]}, of="x", level=1.0, budget=1024, tolerance=0.01), compiled=False
    )
    (found,) = run.found.to_dict("records")
    assert found["variant"] == "as_is"
    assert found["between"] == "below, above"
    assert found["message"] == ""
    assert found["gain.low"] <= 1.00024 <= found["gain.high"] <= found["gain.low"] + 0.017
    asked = run.replicas.groupby("cell")["replica"]
    assert run.replicas["replica"].is_unique  # no replica twice, at whatever point
    assert run.cells["gain"].tolist()[:2] == [0.0, 1.7]
    assert len(run.cells) == asked.ngroups


def test_without_a_crossing_the_row_has_a_message(scenario: Path) -> None:
    run = run_experiment(stated(scenario, {"gain": [0.0, 0.5]}, of="x", level=1.0), compiled=False)
    (found,) = run.found.to_dict("records")
    assert np.isnan(found["gain"])
    assert "below the level 1 at both ends" in found["message"]


def test_curves_have_their_vertices(scenario: Path) -> None:
    """gain·far = 1.00024 over gain and the logarithm of far, for two variants that end at the same place."""
    axes = {"gain": [0.0, 2.0], "far": {"range": [0.4, 4.0], "scale": "log"}}
    experiment = stated_experiment(
        scenario, vary=axes, design={"boundary": {"of": "x", "level": 1.0, "start": 4, "levels": 3}},
        collect=["final"], replicas=4, variants={"as_is": {}, "shifted": {"set": {"variables.x.init": "normal(0, 2)"}}},
    )
    run = run_experiment(experiment, compiled=False)
    assert run.found["variant"].unique().tolist() == ["as_is", "shifted"]
    assert (run.found["curve"] == 0).all()
    np.testing.assert_allclose(run.found["gain"] * run.found["far"], 1.0, atol=2e-3)
    for path in axes:
        assert (run.found[f"{path}.low"] <= run.found[path]).all()
        assert (run.found[path] <= run.found[f"{path}.high"]).all()
    assert len(run.cells) < 2 * 129 * 129 / 40  # a grid as fine has 129 points on each axis
    assert (run.cells["replicas"] == 4).all()


def test_verdicts_have_a_border(scenario: Path) -> None:
    """Gradient descent on a parabola of curvature 1 converges up to a rate of 2, whatever the target."""
    experiment = stated_experiment(
        scenario, vary={"agents.one.rule.gradient.rate": [0.5, 3.0], "gain": [0.5, 1.0]}, collect=["verdict"],
        design={"boundary": {"of": "verdict", "start": 2, "levels": 3}}, replicas=4, set=["clock.steps=4000"],
    )
    run = run_experiment(experiment)
    border = run.found[run.found["between"].str.contains("converged")]
    assert len(border) >= 17  # vertices: one at least in each of the 16 rows of finest cells
    np.testing.assert_allclose(border["agents.one.rule.gradient.rate"], 2.0, atol=0.05)


WHO_WINS = """
dynsim: 1
title: Three that pull at one number
params: {a: 0.0, b: 0.0}
variables: {x: {init: "normal(0, 0.1)"}}
agents:
  one: {controls: x, declared: "x**2/2", rule: {gradient: {rate: 0.5}}}
clock: {steps: 6}
ensemble: {replicas: 16, seed: 1}
"""


def test_who_wins_is_a_category(tmp_path: Path) -> None:
    """The largest of a, b and .5: three regions that meet at a = b = .5."""
    path = tmp_path / "wins.yaml"
    path.write_text(WHO_WINS)
    winner = "argmax([a + x, b + x, 0.5 + x])"
    experiment = stated_experiment(
        path, vary={"a": [0.0, 1.1], "b": [0.0, 1.2]}, collect=[winner], replicas=2,
        design={"boundary": {"of": winner, "start": 4, "levels": 2}},
    )
    found = run_experiment(experiment, compiled=False).found
    assert sorted(found["between"].unique()) == ["0, 1", "0, 2", "1, 2"]
    for between, off in {"0, 1": found["a"] - found["b"], "0, 2": found["a"] - 0.5, "1, 2": found["b"] - 0.5}.items():
        here = off[found["between"] == between].abs()
        assert (here <= 1.2 / 16).all()  # the point where all three meet is known to a finest cell
        assert here.median() < 1.2 / 64


def test_a_condition_is_a_share(tmp_path: Path) -> None:
    """x ~ N(0, .1/64) after six steps: the share with a > x is Φ(640 a), so it crosses .5 at 0 and .9 at .0020024."""
    path = tmp_path / "wins.yaml"
    path.write_text(WHO_WINS)
    for level, at in ((0.5, 0.0), (0.9, 1.2815516 / 640.0)):
        experiment = stated_experiment(
            path, vary={"a": [-0.02, 0.03]}, collect=["a > x"], replicas=2,
            design={"boundary": {"of": "a > x", "level": level, "budget": 2048}},
        )
        (found,) = run_experiment(experiment, compiled=False).found.to_dict("records")
        assert found["a.low"] <= at <= found["a.high"] < found["a.low"] + 0.002


def test_resuming_computes_nothing_and_finds_the_same(scenario: Path, tmp_path: Path) -> None:
    experiment = stated(scenario, {"gain": [0.0, 1.7]}, of="x", level=1.0, budget=256, tolerance=0.1)
    first = run_experiment(experiment, tmp_path / "out", compiled=False)
    units = sorted((tmp_path / "out" / "units").iterdir())
    again = run_experiment(experiment, tmp_path / "out", resume=True, compiled=False)
    pd.testing.assert_frame_equal(first.found, again.found)
    pd.testing.assert_frame_equal(first.cells, again.cells)
    assert sorted((tmp_path / "out" / "units").iterdir()) == units


def test_another_design_in_the_directory_has_found_nothing(scenario: Path, tmp_path: Path) -> None:
    searching = stated(scenario, {"gain": [0.0, 1.7]}, of="x", level=1.0, budget=64, tolerance=0.5)
    run_experiment(searching, tmp_path / "out", compiled=False)
    plain = stated_experiment(scenario, vary={"gain": [0.0, 1.7]}, collect=["final"], replicas=4)
    run = run_experiment(plain, tmp_path / "out", resume=True, compiled=False)
    assert len(run.cells) == 2
    with pytest.raises(InputError, match=r"its design looks for nothing, so there is no found\.parquet"):
        _ = run.found


@pytest.mark.parametrize(
    ("vary", "settings", "message"),
    [
        ({"gain": [0, 1]}, {"of": "verdict"}, "on one axis a share crosses a level: give `of: verdict.NAME`"),
        ({"gain": [0, 1]}, {"of": "argmax([x, gain])"}, "on one axis a share crosses a level: give `of: argmax"),
        ({"gain": [0, 1]}, {"of": "verdict.convergd"}, "unknown verdict 'convergd': did you mean 'converged'"),
        ({"gain": [0, 1], "far": [1, 2], "agents.one.rule.rate": [0.1, 0.2]}, {"of": "x"}, "one axis or two, got 3"),
        ({"gain": [0, 1, 2]}, {"of": "x"}, "gain"),
        ({"gain": [0, 1]}, {}, "needs the setting 'of'"),
    ],
)
def test_mistakes_are_told_before_anything_runs(scenario: Path, vary: dict, settings: dict, message: str) -> None:
    with pytest.raises(InputError, match=message):
        stated(scenario, vary, **settings)


@pytest.mark.parametrize(("of", "collect", "told"), [
    ("y", "final", "design.of: unknown column 'y': known are verdict, x"),
    ("x - 1", "final", "design.of: 'x - 1' is not collected: add it to `collect`"),
    ("label_fidelity.two", "metric:label_fidelity", r"unknown column 'label_fidelity.two': did you mean '.*\.one'"),
])  # fmt: skip
def test_a_column_that_is_not_collected_is_told_before_anything_runs(
    of: str, collect: str, told: str, scenario: Path
) -> None:
    with pytest.raises(InputError, match=told):
        stated(scenario, {"gain": [0, 1]}, collect, of=of)


def test_a_row_that_a_metric_on_request_does_not_have_is_told_after_the_first_cells(scenario: Path) -> None:
    experiment = stated(scenario, {"gain": [0, 1]}, "metric:period", of="period.y")
    with pytest.raises(InputError, match=r"boundary.of: unknown column 'period.y': .*known are cell, .*verdict"):
        run_experiment(experiment, compiled=False)
