"""Events that wait for a condition, with step size control: they happen when it comes true, not when a step ends."""

import numpy as np
import pytest

import dynsim as ds

OSCILLATOR = """
dynsim: 1
title: A harmonic oscillator that is watched
variables:
  x: {init: 1, flow: v}
  v: {init: 0, flow: -x}
  seen: {init: -1}
  brief: {init: -1}
agents: {clock: {controls: seen, declared: "0", rule: {gradient: {rate: 1}}}}
events:
  falls: {when: x < level, set: {seen: t}}
  slow: {when: "v > 0.995", set: {brief: t}}
params: {level: 0.3}
clock: {time: 20, method: dopri5, rtol: 1e-10, atol: 1e-12}
ensemble: {replicas: 5, vary: {level: [0.9, 0.3, 0, -0.5, -0.999]}}
record: {every: 20}
"""


@pytest.mark.parametrize("compiled", [True, False])
def test_the_moment_a_condition_comes_true(compiled):
    """cos t falls to the level at arccos(level), to 1e-10 of the run; −sin t first exceeds 0.995 at 3π/2 − arccos
    0.995 and stays there for 0.2: one hundredth of the run."""
    run = ds.simulate(ds.load_scenario(OSCILLATOR), compiled=compiled)
    end = run.states.query("t == 20")
    np.testing.assert_allclose(end.seen, np.arccos(end.level), atol=1e-8)
    np.testing.assert_allclose(end.brief, 1.5 * np.pi - np.arccos(0.995), atol=1e-8)


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("end", [0.02, 1.0, 3000.0])
def test_what_holds_for_a_two_hundredth_of_a_run_is_not_stepped_over(end, compiled):
    """In whatever unit time is counted; nothing else asks for short steps here."""
    text = f"""
dynsim: 1
title: A brief moment
variables: {{x: {{init: 0, flow: 1}}, seen: {{init: -1}}}}
agents: {{clock: {{controls: seen, declared: "0", rule: {{gradient: {{rate: 1}}}}}}}}
params: {{low: {0.731 * end}, high: {0.7361 * end}}}
events: {{brief: {{when: "x > low and x < high", set: {{seen: t}}}}}}
clock: {{time: {end}, method: dopri5}}
record: {{every: {end}}}
"""
    run = ds.simulate(ds.load_scenario(text), compiled=compiled)
    assert run.states.seen.iloc[-1] == pytest.approx(0.731 * end, rel=1e-8)
