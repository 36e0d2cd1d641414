"""Any rule against any rule: who shapes a learner that does not shape it in turn gains by it."""

import pytest

import dynsim as ds
from benchmarks.mixed_play import read
from dynsim.system.shipped import scenario_file


@pytest.mark.slow
def test_a_lola_learner_gains_by_a_gradient_learner() -> None:
    """In 40 seeds; by coin, 30 or more would be on one side in one case of 500 (binomial)."""
    run = ds.simulate(scenario_file("mixed_play"), replicas=40, compiled=False)
    ends = run.states[run.states.t == 100]
    gained = ends.reward_two - ends.reward_one
    assert (gained > 0).sum() >= 30
    assert gained.mean() > 0


def test_the_rewards_are_those_that_the_header_states() -> None:
    """In the table of all pairs, to the digits that are given there."""
    table = read()[1].set_index(["game", "first", "second"]).loc["prisoner's dilemma"]
    assert [round(table.loc[("gradient", "lola")][who], 2) for who in ("one", "two")] == [-1.43, -1.32]
    assert round(table.loc[("gradient", "gradient")].one, 2) == -1.99


def test_the_number_of_a_rule_means_the_same_for_both() -> None:
    agents = ds.load_scenario(scenario_file("mixed_play")).resolve().agents
    rules = [[(type(rule), rule.name) for rule in agents[name].rule.rules] for name in ("ann", "bob")]
    assert rules[0] == rules[1]
