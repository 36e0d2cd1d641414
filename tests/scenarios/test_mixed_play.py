"""Any rule against any rule: who shapes a learner that does not shape it in turn gains by it."""

import dynsim as ds
from dynsim.system.shipped import scenario_file


def test_a_lola_learner_gains_by_a_gradient_learner() -> None:
    """In 40 seeds; by coin, 30 or more would be on one side in one case of 500 (binomial)."""
    run = ds.simulate(scenario_file("mixed_play"), replicas=40, compiled=False)
    ends = run.states[run.states.t == 100]
    gained = ends.reward_two - ends.reward_one
    assert (gained > 0).sum() >= 30
    assert gained.mean() > 0


def test_the_number_of_a_rule_means_the_same_for_both() -> None:
    agents = ds.load_scenario(scenario_file("mixed_play")).resolve().agents
    rules = [[(type(rule), rule.name) for rule in agents[name].rule.rules] for name in ("ann", "bob")]
    assert rules[0] == rules[1]
