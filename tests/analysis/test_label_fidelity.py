"""Label fidelity of agents that descend something else than their label, where it is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from dynsim.analysis.conflict_log.tables import single
from tests.analysis.labels import scores, simulated, ticks

TURNED = """
params: {c: 1, s: 0}
variables: {x: {init: 0}, y: {init: 0}, k: {init: 1, flow: "-0.1*k"}}
agents:
  a: {controls: {x: k, y: k}, declared: x, pursues: c*x + s*y, RULE}
clock: {steps: 20}
"""
ANGLES = (0.4, 1.2, np.pi / 2, 2.0, np.pi)


@pytest.mark.parametrize("rule", [
    "every: 3, rule: {gradient: {rate: 0.1}}", "rule: {gradient: {rate: '0.1/(1 + t)'}}",
    "rule: {normalized_gradient: {rate: 0.1, floor: 0.01}}",
    "rule: {one_of: {which: 0, rules: [{gradient: {rate: 0.1}}]}}",
])  # fmt: skip
@pytest.mark.parametrize("angle", ANGLES)
def test_a_gradient_turned_by_an_angle_scores_its_squared_cosine_with_its_sign(angle: float, rule: str) -> None:
    """cos θ |cos θ|: −1 for an agent that climbs its label; whatever its clock, gain and rate."""
    text = TURNED.replace("RULE", rule)
    (found,) = scores(text, f"params.c={np.cos(angle)}", f"params.s={np.sin(angle)}")["a"]
    assert found == pytest.approx(np.cos(angle) * abs(np.cos(angle)), abs=1e-12)


def test_moves_weigh_by_their_squared_length() -> None:
    """The pursued slope is (1, 0) at length 3 for t < 2 and (cos θ, sin θ) at length 1 from then on, the label's is
    (1, 0): two moves of length 3, three of length 1."""
    angle = 1.1
    text = """
params: {c: 1, s: 0}
variables: {x: {init: 0}, y: {init: 0}}
agents:
  a: {controls: [x, y], declared: 7*x, pursues: "where(t < 2, 3*x, c*x + s*y)", rule: {gradient: {rate: 0.1}}}
clock: {steps: 5}
"""
    settings = [f"params.c={np.cos(angle)}", f"params.s={np.sin(angle)}"]
    expected = (2 * 9 + 3 * np.cos(angle) ** 2) / (2 * 9 + 3)
    assert scores(text, *settings)["a"] == pytest.approx(expected, abs=1e-12)
    assert ticks(text, *settings)["a"] == [5], "no step is made from the last tick"
    later = (9 + np.cos(angle) ** 2) / (9 + 1)  # of a record of t = 0, 3, 5
    assert scores(text, *settings, every=3)["a"] == pytest.approx(later, abs=1e-12)
    assert ticks(text, *settings, every=3)["a"] == [2]


def test_a_label_that_asks_for_no_move_explains_none() -> None:
    """û = 0 at t < 2, u = û from then on: 3 of 5 equal moves."""
    text = """
variables: {x: {init: 0}}
agents: {a: {controls: x, declared: "where(t < 2, 0*x, x)", pursues: x, rule: {gradient: {rate: 0.1}}}}
clock: {steps: 5}
"""
    assert scores(text)["a"] == pytest.approx(3 / 5)


def test_a_memory_is_shared_by_both_moves() -> None:
    """u ← βu − rate·ξ: by its label alone the next move is βu − rate·d."""
    text = """
variables: {x: {init: 0}, y: {init: 0}}
agents: {a: {controls: [x, y], declared: x, pursues: y, rule: {momentum: {rate: 0.1, beta: 0.5}}}}
clock: {steps: 4}
"""
    found = scores(text)["a"]
    m, top, bottom = 0.0, 0.0, 0.0
    for _ in range(4):
        u, other = np.array([0.0, 0.5 * m + 1]), np.array([1.0, 0.5 * m])
        top += (u @ other) ** 2 / (other @ other)
        bottom += u @ u
        m = 0.5 * m + 1
    assert found == pytest.approx(top / bottom, rel=1e-12)


def test_in_turn_a_move_is_compared_at_the_state_that_it_is_made_from() -> None:
    """b goes first, from y to y/2; a then descends (x − y)² in place of (x + y)²: against its label where |x| < y/2."""
    text = """
variables: {x: {init: 0.8}, y: {init: 2}}
agents:
  a: {controls: x, declared: "(x + y)**2/2", pursues: "(x - y)**2/2", rule: {gradient: {rate: 0.01}}}
  b: {controls: y, declared: "y**2/2", rule: {gradient: {rate: 0.5}}}
clock: {steps: 1, order: [b, a]}
"""
    assert scores(text)["a"] == -1.0
    assert scores(text, "variables.x.init=1.2")["a"] == 1.0
    assert scores(text, "variables.x.init=1.2", "clock.order=[a, b]")["a"] == -1.0


def test_random_numbers_are_those_of_the_move() -> None:
    """SPSA moves along δ, a vector of signs, by −rate·(E⁺ − E⁻)/2c: for linear E with slopes p, and d of the label,
    by −rate·(p·δ) δ. So a tick counts (p·δ)², with the sign of (p·δ)(d·δ)."""
    text = """
variables: {x: {size: 3}}
agents:
  a: {controls: x, declared: "x[0] + 2*x[1] + 4*x[2]", pursues: "5*x[0] - x[1] - x[2]", rule: {spsa: {rate: 0.1}}}
clock: {steps: 40}
"""
    states = simulated(text).states
    moves = np.diff(states[["x[0]", "x[1]", "x[2]"]].to_numpy(), axis=0)
    delta = np.sign(moves)
    pursued, declared = delta @ [5, -1, -1], delta @ [1, 2, 4]
    expected = (pursued**2 * np.sign(pursued * declared)).sum() / (pursued**2).sum()
    assert -0.99 < expected < 0.99
    assert scores(text)["a"] == pytest.approx(expected, abs=1e-12)


def test_objectives_in_a_rules_settings_are_goals_of_its_own() -> None:
    """Descent of the label and of another objective at once, at a right angle: the least combination halves them."""
    text = """
variables: {x: {init: 0}, y: {init: 0}}
agents: {a: {controls: [x, y], declared: x, rule: {multiple_gradient: {rate: 0.1, objectives: "[x, y]"}}}}
clock: {steps: 5}
"""
    assert scores(text)["a"] == pytest.approx(0.5, abs=1e-12)
    assert scores(text.replace("[x, y]}", "[x]}").replace('"[x, y]"', '"[x]"'))["a"] == 1.0


@pytest.mark.parametrize("which", ["never", "between records", "at the end"])
def test_without_a_tick_there_is_no_fidelity(which: str) -> None:
    off = {"never": 30, "between records": 17, "at the end": 20}[which]
    text = f"""
variables: {{x: {{init: 1}}}}
agents: {{a: {{controls: x, declared: x**2, pursues: -x, rule: {{gradient: {{rate: 0.1}}}}}}}}
events:
  first: {{at: 0, silence: [a]}}
  then: {{at: {off}, restore: [a]}}
  later: {{at: {off + 2}, silence: [a]}}
clock: {{steps: 20}}
"""
    every = 10 if which == "between records" else 1
    assert np.isnan(scores(text, every=every)["a"]).all()
    assert ticks(text, every=every)["a"] == [0]


def test_a_replica_that_diverges_counts_until_then() -> None:
    text = """
params: {closed: 0}
variables: {x: {init: 1}, y: {init: 0}}
agents:
  a: {controls: x, declared: "-x**4", credit: {b: closed}, rule: {gradient: {rate: 1}}}
  b: {controls: y, declared: y**2 + y, pursues: y, rule: {gradient: {rate: 0.1}}}
clock: {steps: 30}
"""
    run = simulated(text)
    assert run.summary.verdict.tolist() == ["diverged"]
    assert run.summary["label_fidelity.a"].tolist() == [1.0]
    assert 0 < run.summary["label_fidelity_ticks.a"][0] < 30


def test_blocks_change_no_bit() -> None:
    """A record in one block and tick by tick."""
    study = simulated(TURNED.replace("RULE", "rule: {momentum: {rate: 0.1}}"), "params.s=2").requested.study
    (block,) = study.recording.blocks()
    pieces = [block[k : k + 1] for k in range(block.ticks)]
    chopped = replace(study, recording=replace(study.recording, chunks=pieces))
    assert single(study, "label_fidelity").equals(single(chopped, "label_fidelity"))
