"""The seven modules: honest labels, and conflicts all the same."""

import numpy as np

from .runs import run


def late(found):
    """Each replica's mean over the last quarter."""
    states = found.states
    return states[states.t > 0.75 * states.t.max()].groupby("replica").mean()


def test_the_world_model_ends_at_the_true_dynamics():
    """Least squares of outcome = lens (0.9 world + 0.1 action) on (percept, action): model 0.9, grip 0.1·lens."""
    found = late(run("lecun_modules"))
    error = found.prediction - found.outcome
    assert abs(error.mean()) < 4 * error.std() / 16
    longer = late(run("lecun_modules", "clock.steps=20000", replicas=32, every=100))
    np.testing.assert_allclose(longer.model.mean(), 0.9, atol=2e-3)
    np.testing.assert_allclose(longer.grip.mean(), 0.1, atol=3e-3)


def test_actor_and_configurator_fight_to_the_end_over_plan_and_attention():
    episodes = run("lecun_modules").conflicts
    fights = episodes[(episodes.kind == "conflict") & (episodes.agents == "actor, configurator")]
    unending = fights[fights.open & (fights.onset < 400)]
    assert unending.replica.nunique() > 0.7 * 256  # in most it never stops; in all it happens
    assert fights.replica.nunique() == 256
    assert unending.variables.str.contains("plan").all()
    deadlocks = episodes[(episodes.kind == "deadlock") & (episodes.agents == "actor, configurator")]
    assert deadlocks.replica.nunique() > 0.9 * 256
    assert (deadlocks.variables == "plan").all()


def test_the_honest_learner_harms_the_actor_only_while_it_learns():
    episodes = run("lecun_modules").conflicts
    early = episodes[(episodes.kind == "conflict") & (episodes.agents == "world_model, actor")]
    assert 0.3 * 256 < early.replica.nunique() < 0.7 * 256
    assert early.end.quantile(0.95) < 200


def test_the_actors_share_makes_predictions_wishful():
    """The prediction error moves towards the setpoint (models of wishful thinking: bias = leak · pull / precision)."""
    leaky = late(run("lecun_modules", "params.wish=0.02", every=100))
    error = (leaky.prediction - leaky.outcome).dropna()
    assert error.mean() > 5 * error.std() / np.sqrt(len(error))
