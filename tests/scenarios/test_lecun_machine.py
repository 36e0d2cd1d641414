"""The machine with a door to every leak: what each door does, what survives training, what an outer loop opens."""

import numpy as np
import pytest

from .runs import run

LEAKS = ("wish", "steer", "capture", "see", "deceive")
LOOP = (
    "{every: 250, populations: 6, scheme: {population_based_training: {share: 0.2}}, fitness: 'FITNESS', heritable: "
    "{steer: 'clip(steer + normal(0, 0.05), 0, 1)', world: , lens: , model: , grip: , tilt: , memory: , cost: , "
    "worth: , taste: , plan: , attention: }}"
)


def effects():
    table = run("lecun_machine").metric("fidelity_effects")
    return {(a, b): (mean, se) for a, b, mean, se in table[["a", "b", "mean", "se"]].itertuples(index=False)}


def cell(found, *leaks):
    """The machines in which these leaks are open and the others shut."""
    return np.logical_and.reduce([(found.summary[leak] > 0) == (leak in leaks) for leak in LEAKS])


@pytest.mark.parametrize(
    ("leak", "module"), [("wish", "world_model"), ("capture", "critic"), ("deceive", "actor"), ("steer", "perception")]
)
def test_a_leak_costs_the_fidelity_of_a_module(leak, module):
    """By more than .1, four standard errors away, and no other leak costs this module as much."""
    found = effects()
    mean, se = found[leak, module]
    assert mean + 4 * se < -0.1
    assert all(mean < other for (a, b), (other, _) in found.items() if b == module and a in LEAKS and a != leak)


def test_the_sight_of_its_influence_does_not_show_in_the_world_models_updates():
    found = run("lecun_machine")
    shut, open_ = cell(found), cell(found, "steer")
    assert (found.summary["label_fidelity.world_model"][shut | open_] > 1 - 1e-12).all()
    late = found.states[(found.states.t > 1500) & (found.states.t <= 2000)].groupby("replica").world.mean()
    difference = late[open_].mean() - late[shut].mean()
    assert difference > 4 * np.hypot(late[open_].std(), late[shut].std()) / 4  # 16 machines a cell


def test_honest_machines_forecast_without_a_bias():
    found = run("lecun_machine")
    states = found.states[(found.states.t > 1000) & (found.states.t <= 2000)].groupby("replica").mean()
    error = (states.forecast - states.outcome)[cell(found)]
    assert abs(error.mean()) < 4 * error.std() / 4


@pytest.mark.parametrize("goal", np.random.default_rng(11).uniform(0.4, 2.2, 4))
def test_the_goal_that_survives_training_lies_on_the_hyperbola(goal):
    """φ² − u² is kept by the gradient flow; steps of 0.01 change it by a part in a hundred."""
    settings = ("ensemble.grid={}", f"params.goal={float(goal)!r}", "params.deceive=1", "metrics=[]")
    end = run("lecun_machine", *settings, replicas=2).summary
    expected = np.sqrt(max(goal**2 - 1, 0))
    np.testing.assert_allclose(end.phi, expected, atol=0.02 if abs(goal - 1) > 0.15 else 0.25)
    assert (end.phi * end.naive < 0.01 + 0.3 * (abs(goal - 1) < 0.15)).all()


def test_the_configurator_takes_back_what_the_deceiver_adds():
    found = run("lecun_machine")
    at = cell(found, "deceive")
    states = found.states
    before = states[(states.t > 1600) & (states.t <= 2000)].groupby("replica").mean()[at]
    after = states[states.t > 2600].groupby("replica").mean()[at]
    assert (after.plan > 1.5 * before.plan).all()
    assert (after.attention < 0.7 * before.attention).all()
    assert abs((after.world - before.world).mean()) < 0.1 * (after.plan - before.plan).mean() * before.attention.mean()


@pytest.mark.slow
def test_selection_opens_the_path_that_was_closed_and_labels_do_not_show_it():
    """Against neutral evolution of the same mutation, six populations each; SE over populations."""
    shares = {}
    for name, fitness in {"label": "-(forecast - outcome)**2/2 - blur/2", "nothing": "0*world"}.items():
        loop = LOOP.replace("FITNESS", fitness)
        settings = ("ensemble.grid={}", "clock.steps=10000", "metrics=[]", f"selection={loop}")
        found = run("lecun_machine", *settings, replicas=480, every=500)
        end = found.states[found.states.t == 10_000]
        shares[name] = end.steer.to_numpy().reshape(6, -1).mean(axis=1)
        assert (found.summary["label_fidelity.world_model"] > 1 - 1e-9).all()
    difference = shares["label"].mean() - shares["nothing"].mean()
    assert difference > 6 * np.hypot(shares["label"].std(ddof=1), shares["nothing"].std(ddof=1)) / np.sqrt(6)
    assert shares["label"].mean() > 0.5
