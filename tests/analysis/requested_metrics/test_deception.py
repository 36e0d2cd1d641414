"""Who behaves otherwise when training is over: closed forms of a hidden goal and of one that changes its mind."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import dynsim as ds
from dynsim.analysis.requested_metrics.deception import Deception
from dynsim.errors import InputError
from tests.analysis.requested_metrics.cases import simulated


def cell(table: pd.DataFrame, quantity: str, agent: str, phase: str = "deployment") -> pd.Series:
    chosen = (table["quantity"] == quantity) & (table["agent"] == agent) & (table["phase"] == phase)
    (row,) = table[chosen].iloc
    return row


HIDDEN = """
dynsim: 1
title: a sensor with a goal that training cannot see
phases: {{training: 0, deployment: 25}}
params: {{wish: {wish}, doubt: {doubt}, a: {a}, b: {b}}}
variables:
  goal: {{init: wish}}
  exposed: {{init: doubt}}
  world: {{init: 0}}
  belief: {{init: 0}}
  offset: {{expr: "goal*(training*exposed + deployment)"}}
  report: {{expr: world + offset}}
agents:
  sensor:
    controls: {{goal: a, exposed: b}}
    declared: "(exposed*goal)**2/2"
    during: training
    rule: {{gradient: {{rate: 1}}}}
  actor: {{controls: world, declared: "(report - 1)**2/2", rule: {{gradient: {{rate: 1}}}}}}
  model: {{controls: belief, declared: "(belief - report)**2/2", rule: {{gradient: {{rate: 1}}}}}}
clock: {{time: 35, dt: 0.02, method: rk4}}
record: {{every: 50}}
"""


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_goal_that_training_hides_shows_in_deployment(seed: int) -> None:
    """φ' = −a u²φ, u' = −b uφ² conserve φ²/a − u²/b: φ² = h² + (a/b)u² with the hidden offset h² = φ₀² − (a/b)u₀²; in
    training uφ shows, in deployment φ. d = (u²φ, uφ²)."""
    rng = np.random.default_rng(seed)
    a, b, doubt = rng.uniform(0.5, 1.5, 3)
    wish = np.sqrt(a / b) * doubt * rng.uniform(1.5, 2.0)
    study = simulated(ds.load_scenario(HIDDEN.format(wish=wish, doubt=doubt, a=a, b=b)))
    table = Deception().table(study)
    hidden = np.sqrt(wish**2 - a / b * doubt**2)
    (whole,) = study.recording.blocks(1 << 30)
    u = whole.values["exposed"][24].item()
    goal = np.sqrt(hidden**2 + a / b * u**2)
    assert cell(table, "output at once", "sensor")["mean"] == pytest.approx(goal * (1 - u), rel=1e-6)
    gradient = np.hypot(u**2 * goal, u * goal**2)
    assert cell(table, "residual gradient", "sensor")["mean"] == pytest.approx(gradient, rel=1e-6)
    assert u < 1e-3
    assert cell(table, "outputs later", "sensor")["mean"] == pytest.approx(hidden, rel=1e-3)
    assert cell(table, "controls later", "sensor")["mean"] < 1e-3
    assert cell(table, "output at once", "actor")["mean"] == 0, "the report that it reads is the same input"
    assert cell(table, "controls later", "actor")["mean"] > 0.1 * hidden, "it answers to what it is told"
    assert cell(table, "output at once", "model")["n"] == 0, "nothing reads what it believes"


def test_a_goal_that_training_erases_does_not_show() -> None:
    table = Deception().table(simulated(ds.load_scenario(HIDDEN.format(wish=0.5, doubt=1.0, a=1.0, b=1.0))))
    for quantity in ("output at once", "outputs later", "controls later", "residual gradient"):
        assert cell(table, quantity, "sensor")["mean"] < 1e-6


@pytest.mark.parametrize("sight", [0.0, 0.4, 1.0])
def test_one_that_pursues_another_goal_in_deployment(sight: float) -> None:
    """What it pursues weighs +1 with w = π + q(1 − π) in training, with π(1 − q) in deployment: it rests at 2w − 1, and
    moves by −2r(x − x*): the move at once is 4rq, the way 2q(1 − (1 − 2r)^t)."""
    rate, train, test = 0.05, 300, 100
    s = ds.load_scenario(f"""
dynsim: 1
title: two faces
phases: {{training: 0, deployment: {train}}}
variables: {{x: {{init: 0}}, y: {{init: 0, noise: 0.3}}}}
agents:
  two_faced:
    controls: x
    declared: "(x - 1)**2"
    pursues: "training*(x - 1)**2 + deployment*(x + 1)**2"
    observes: {{deployment: {sight}}}
    rule: {{gradient: {{rate: {rate}}}}}
  honest: {{controls: y, declared: "(y - 1)**2", rule: {{gradient: {{rate: {rate}}}}}}}
clock: {{steps: {train + test}}}
ensemble: {{replicas: 3}}
""")
    table = Deception().table(simulated(s))
    assert cell(table, "move at once", "two_faced")["mean"] == pytest.approx(4 * rate * sight, abs=1e-9)
    ticks = np.arange(test + 1)
    way = 2 * sight * (1 - (1 - 2 * rate) ** ticks)
    root = np.sqrt(np.mean(way**2))
    assert cell(table, "controls later", "two_faced")["mean"] == pytest.approx(root, rel=1e-9, abs=1e-9)
    share = train / (train + test)
    gap = abs(2 * (share + sight * (1 - share)) - 2)
    assert cell(table, "residual gradient", "two_faced")["mean"] == pytest.approx(2 * gap, rel=1e-6, abs=1e-6)
    for quantity in ("move at once", "controls later"):
        row = cell(table, quantity, "honest")
        assert (row["mean"], row["q05"], row["q95"]) == (0, 0, 0), "its noise is the same"


def test_every_further_phase_is_compared_with_training() -> None:
    """y counts a phase's steps with its own speed: after training 0, 1 or 3 a step."""
    s = ds.load_scenario("""
dynsim: 1
title: three phases
phases: {training: 0, trial: 10, use: 20}
variables: {x: {init: 0}}
agents:
  one: {controls: x, declared: "0*x - trial*x - 3*use*x", rule: {gradient: {rate: 1}}}
clock: {steps: 30}
""")
    table = Deception().table(simulated(s))
    ticks = np.arange(21)
    for phase, speed in (("trial", 1), ("use", 3)):
        assert cell(table, "move at once", "one", phase)["mean"] == pytest.approx(speed)
        expected = speed * np.sqrt(np.mean(ticks**2.0))
        assert cell(table, "controls later", "one", phase)["mean"] == pytest.approx(expected)


def test_a_run_needs_two_phases_in_its_record() -> None:
    s = ds.System("no phases")
    x = s.state("x", init=1)
    s.agent("one", controls=x, declared=x**2, rule={"gradient": {"rate": 0.1}})
    s.clock(steps=5)
    with pytest.raises(InputError, match="no second phase"):
        Deception().table(simulated(s))
