"""Gains that differ between the nodes of a population."""

import numpy as np
import pytest

from tests.verification.running import last_of_nodes, run


@pytest.mark.parametrize("compiled", [False, True])
def test_a_gain_may_differ_between_the_nodes_of_a_population(compiled: bool) -> None:
    """Gain x (1 − x), loss −c x: every node follows a logistic curve of its own. Gain 1/chance on the preferences of a
    softmax: the natural policy gradient (Kakade 2001), by which they grow as their rewards."""
    done = run("""\
graphs: {crowd: {generator: empty_graph, n: 4}}
variables: {x: {on: crowd, init: "0.1 + 0.1*index"}, c: {on: crowd, init: "index - 1"}}
agents: {all: {controls: {x: x*(1 - x)}, declared: "-c*x", rule: {gradient: {rate: 0.5}}}}
clock: {time: 3, method: dopri5, rtol: 1e-11, atol: 1e-12}
""", compiled=compiled)  # fmt: skip
    start, push = 0.1 + 0.1 * np.arange(4), np.arange(4) - 1
    odds = start / (1 - start) * np.exp(0.5 * 3 * push)
    assert last_of_nodes(done, "x")[0] == pytest.approx(odds / (1 + odds), abs=1e-9)

    done = run("""\
graphs: {choices: {generator: empty_graph, n: 5}}
variables:
  liking: {on: choices}
  reward: {on: choices, init: "normal(0, 1)"}
  chance: {expr: exp(liking)/sum(exp(liking))}
agents: {chooser: {controls: {liking: 1/chance}, declared: -sum(chance*reward), rule: {gradient: {rate: 0.1}}}}
clock: {steps: 20}
""", compiled=compiled)  # fmt: skip
    liking, reward = last_of_nodes(done, "liking")[0], last_of_nodes(done, "reward")[0]
    assert liking - liking.mean() == pytest.approx(2 * (reward - reward.mean()), abs=1e-12)
