"""Every shipped experiment at a small size, against what is known of its scenario."""

from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dynsim.experiments.experimented import Experimented
from dynsim.experiments.model import Experiment
from dynsim.experiments.run import run_experiment
from dynsim.experiments.state import load_experiment, stated_experiment
from dynsim.system.shipped import shipped_experiments, shipped_scenarios

DOCS = Path(__file__).parents[2] / "docs" / "experiments"


def smaller(name: str, replicas: int, variants: tuple[str, ...] | None = None, **values: list[Any]) -> Experiment:
    """A shipped experiment with fewer replicas, variants and values of its axes, by the last word of their path."""
    full = load_experiment(name)
    axes = tuple(replace(axis, values=tuple(values.get(axis.path.split(".")[-1], axis.values))) for axis in full.axes)
    kept = tuple(one for one in full.variants if variants is None or one.name in variants)
    return replace(full, axes=axes, variants=kept, replicas=replicas)


def simulated(experiment: Experiment, folder: Path, compiled: bool = True) -> Experimented:
    found = run_experiment(experiment, folder / "experiment", compiled=compiled)
    assert found.failures.empty
    return found


def paired(found: Experimented, column: str) -> pd.DataFrame:
    """A column by replica (rows) and variant."""
    rows = found.replicas.merge(found.cells[["cell", "variant"]], on="cell")
    return rows.pivot(index="replica", columns="variant", values=column)


@pytest.mark.parametrize("name", shipped_experiments())
def test_it_is_free_of_mistakes_and_has_a_page(name: str) -> None:
    experiment = load_experiment(name)
    assert 0 < len(experiment.cells()) < 2000
    assert experiment.question
    assert f"../../scenarios/experiments/{name}.yaml" in (DOCS / f"{name}.md").read_text("utf-8")


def test_no_name_means_two_things() -> None:
    assert not set(shipped_experiments()) & set(shipped_scenarios())
    assert stated_experiment("five_leaks").text == load_experiment("five_leaks").text


@pytest.mark.slow
def test_the_critic_is_captured_above_a_line_of_slope_one_half(tmp_path: Path) -> None:
    rates = [0.5, 1.5]
    cells = simulated(smaller("critic_capture_map", 2, rate=rates, kappa=[0.2, 0.3, 0.6, 0.9]), tmp_path).cells
    bias = cells.pivot(index="rate", columns="kappa", values="abs(bias).median").to_numpy()
    captured = np.array([0.2, 0.3, 0.6, 0.9]) > np.array(rates)[:, None] / 2
    assert ((bias > 0.1) == captured).all()


@pytest.mark.parametrize("level", [0.05, 0.1])
def test_the_leak_that_captures_the_critic(level: float, tmp_path: Path) -> None:
    """κ* = friction·forget·rate = 1/2, as far as a run of 800 units of time shows it. On the centre manifold
    (derived in docs/scenarios/critic_capture.md) db/dt = μb − b³/6 with μ = κ − κ*, so that 1/b² goes exponentially
    from 1/b₀² to 1/(6μ). The part of the start on it is b₀ = (2 bias + action)/4, normal with deviation .1·√5/4.
    That puts the mean |b| at .05 for κ = .50086, and at .1 for κ = .50254; theory is exact up to b², 1 % of μ here."""
    start = 0.1 * np.sqrt(5.0) / 4.0 * np.linspace(1e-4, 6.0, 2001)
    weight = np.exp(-((start / start[-1] * 6.0) ** 2) / 2.0)
    grid = np.linspace(1e-5, 0.005, 300)
    means = [
        np.average(((1 / start**2 - 1 / (6 * mu)) * np.exp(-1600 * mu) + 1 / (6 * mu)) ** -0.5, weights=weight)
        for mu in grid
    ]
    experiment = stated_experiment(
        "critic_capture", set=["ensemble.vary={}", "clock.time=800", "record.every=2000"], vary={"kappa": [0, 1]},
        collect=["abs(bias)"], design={"boundary": {"of": "abs(bias)", "level": level, "budget": 512}},
    )
    (found,) = simulated(experiment, tmp_path).found.to_dict("records")
    assert found["kappa.low"] <= 0.5 + np.interp(level, means, grid) <= found["kappa.high"] < found["kappa.low"] + 0.001


@pytest.mark.slow
def test_the_curve_of_capture_is_the_line_of_slope_one_half(tmp_path: Path) -> None:
    """κ* = η/2; at a bias of .1 the branch is at κ*(1 + .1²/3), and a run of 800 adds as much; a cell is .016 wide."""
    experiment = stated_experiment(
        "critic_capture", set=["ensemble.vary={}", "clock.time=800", "record.every=2000"], replicas=2,
        vary={"rate": [0.25, 2], "kappa": [0, 1]}, collect=["abs(bias)"],
        design={"boundary": {"of": "abs(bias)", "level": 0.1, "start": 4, "levels": 4}},
    )
    found = simulated(experiment, tmp_path).found
    assert (found["curve"] == 0).all()
    assert np.ptp(found["rate"]) > 1.7  # up to the upper border, where κ = 1
    np.testing.assert_allclose(found["kappa"], found["rate"] / 2.0, atol=0.008)


def test_the_ring_rests_above_the_least_leak(tmp_path: Path) -> None:
    """c* of docs/scenarios/slice_or_fuse.md, along a curve of coarser cells; largest at radius √3, where it is 1/3."""
    full = load_experiment("slice_or_fuse_boundary")
    found = simulated(replace(full, design=replace(full.design, levels=2)), tmp_path).found
    real = found["radius"] * np.cos(np.pi / 6.0)
    least = np.maximum(0.0, (real - 1.0) / (found["radius"] ** 2 - real))
    np.testing.assert_allclose(found["c"], least, atol=0.004)
    top = found.loc[found["c"].idxmax()]
    assert top["radius"] == pytest.approx(np.sqrt(3.0), abs=2 / 16)
    assert top["c"] == pytest.approx(1.0 / 3.0, abs=0.002)


def test_shaping_pays_in_dilemmas_and_not_in_harmony(tmp_path: Path) -> None:
    two, bob = "two gradient learners", "bob shapes"
    gains = {}
    for name, S, T in (("dilemma", -1, 2), ("harmony", 1, 0)):
        tried = smaller("where_shaping_pays", 60, (two, bob), S=[S], T=[T])
        reward = paired(simulated(tried, tmp_path / name, compiled=False), "reward_two")
        gains[name] = reward[bob] - reward[two]
        if name == "dilemma":
            # docs/mixed_play.md: 10,000 seeds, whose payoffs are less by 2.
            assert abs(reward[bob].mean() - 0.68) < 4 * reward[bob].sem()
            assert abs(reward[two].mean() - 0.01) < 0.02
    assert gains["dilemma"].mean() > 8 * gains["dilemma"].sem()
    assert abs(gains["harmony"].mean()) < 0.01


@pytest.mark.slow
def test_leaks_cost_the_module_that_they_enter_and_do_not_add_up(tmp_path: Path) -> None:
    found = simulated(smaller("five_leaks", 8), tmp_path)
    world_model, actor = (paired(found, f"label_fidelity.{module}") for module in ("world_model", "actor"))
    assert len(world_model.columns) == 1 + 5 + len(list(combinations(range(5), 2)))
    assert (world_model["no leak"] > 0.999).all()
    assert (world_model["steer"] > 0.999).all()  # the label is judged by what it is allowed to see
    lost = world_model["no leak"] - world_model["wish"]
    assert lost.mean() > 3 * lost.sem() > 0
    hidden = actor["no leak"] - actor["deceive"]
    assert hidden.mean() > 5 * hidden.sem() > 0
    assert (actor["capture + deceive"] > 0.99).all()  # a plan at its limit cannot show a hidden goal


def test_modules_rest_up_to_the_largest_eigenvalue_of_their_graph(tmp_path: Path) -> None:
    for tau in (-0.5, 0.5):
        drawn = smaller("random_modules_edge", 2, n=[16], correlation=[tau])
        graph = drawn.system_of(drawn.cells()[0]).resolve().populations["wiring"].topology
        weights = np.zeros((16, 16))
        weights[graph.target, graph.source] = graph.weight
        edge = 1 / np.linalg.eigvals(weights).real.max()
        tried = smaller("random_modules_edge", 2, n=[16], correlation=[tau], strength=[0.9 * edge, 1.1 * edge])
        below, above = simulated(tried, tmp_path / str(tau)).cells["max(abs(x)).median"]
        assert below < 1e-4 < 1e-2 < above
