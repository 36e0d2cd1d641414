"""What every metric on request promises, over all that are registered and a few small systems."""

from __future__ import annotations

import dataclasses
import re
from functools import cache

import numpy as np
import pandas as pd
import pytest

from dynsim.analysis.measure import MEASURES, Measure, make
from dynsim.analysis.study import Study
from dynsim.analysis.values import STATISTICS
from dynsim.errors import InputError
from dynsim.plots.measured import draw
from dynsim.session.simulate import simulate
from dynsim.settings import settings_of
from dynsim.system.scenario import load_scenario
from tests.plots.cases import data_of

SYSTEMS = {
    "a tug of war": """
dynsim: 1
title: a tug of war over one sum
phases: {training: 0, deployment: 40}
params: {mu: [1.0, -0.5]}
variables:
  f: {size: 2, init: "normal(0, 1)"}
  x: {expr: "f[0] + f[1]"}
agents:
  left: {controls: "f[0]", declared: "(x - mu[0])**2/2 + f[0]**2/2", goals: "mu[0]", rule: {gradient: {rate: 0.1}}}
  right:
    controls: "f[1]"
    declared: "f[1]**2/2"
    pursues: "(x - mu[1] - deployment)**2 + f[1]**2/2"
    goals: "mu[1]"
    credit: {left: 0.1}
    rule: {momentum: {rate: 0.05, beta: 0.5}}
base: {objective: "(x - mu[0])**2", goals: "mu[0]"}
clock: {steps: 60}
ensemble: {replicas: 4, seed: 5, vary: {"mu[1]": "normal(0, 1)"}}
record: {every: 3}
""",
    "noise, a population and an event": """
dynsim: 1
title: a crowd and its leader in continuous time
graphs: {ring: {generator: cycle_graph, n: 4}}
variables:
  m: {init: 1.0, noise: 0.1, flow: "-0.1*m"}
  x: {on: ring, init: "uniform(0, 1)"}
agents:
  leader: {controls: m, declared: "(m - mean(x))**2 + m**2/10", rule: {gradient: {rate: 0.5}}}
  crowd: {controls: x, declared: "(x - m)**2", rule: {gradient: {rate: 0.2}}}
events: {hush: {at: 1, silence: leader}}
clock: {time: 2, dt: 0.1}
ensemble: {replicas: 3}
""",
    "learners in groups that compete": """
dynsim: 1
title: learners in groups that compete
params: {a: 0.5}
variables: {x: {init: "normal(0, 1)"}}
agents: {one: {controls: x, declared: "(x - a)**4", rule: {momentum: {rate: 0.02, beta: 0.5}}}}
selection:
  fitness: a - x**2
  every: 5
  scheme: {softmax: {temperature: 0.5}}
  heritable: {a: "a + normal(0, 0.1)"}
  populations: 2
  groups: {count: 2, scheme: {truncation: {share: 0.5}}, migration: 0.1}
  means: {A: a}
clock: {steps: 32}
ensemble: {replicas: 12, seed: 3}
""",
    "two who mix": """
dynsim: 1
title: two who mix
params: {win: 1.0}
variables:
  x: {size: 2, space: simplex, init: [0.3, 0.7]}
  y: {size: 2, space: simplex, init: [0.6, 0.4]}
agents:
  row: {controls: x, declared: "win*(x[0]*y[1] + x[1]*y[0]) - x[0]*y[0]", rule: {replicator: {rate: 0.1}}}
  column: {controls: y, declared: "x[0]*y[0] + x[1]*y[1] - 2*x[0]*y[1]", rule: {multiplicative_weights: {rate: 0.1}}}
clock: {steps: 40}
ensemble: {replicas: 3, vary: {win: "linspace(0.5, 1)"}}
""",
    "one agent that runs away": """
dynsim: 1
title: one agent that runs away
variables: {m: {init: 2.0}}
agents: {only: {controls: m, declared: "-m**4", rule: {gradient: {rate: 0.5}}}}
clock: {steps: 30}
""",
}


@cache
def study_of(system: str) -> Study:
    run = simulate(load_scenario(SYSTEMS[system]), compiled=False)
    return run.measured.study


def quick(name: str) -> Measure:
    """The metric with as few samples as it may have."""
    settings = settings_of(MEASURES.get(name))
    return make(name, {key: setting.at_least for key, setting in settings.items() if key == "samples"})


def tabled(measure: Measure, study: Study) -> pd.DataFrame | str:
    try:
        return measure.measure(study)
    except InputError as error:
        return str(error)


def state_of(study: Study) -> tuple[object, ...]:
    """What a metric must leave as it is."""
    recording = study.recording
    blocks = [(b.times.copy(), {k: v.copy() for k, v in b.values.items()}) for b in recording.blocks()]
    return study.program, study.model, {k: v.copy() for k, v in recording.parameters.items()}, blocks


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("name", MEASURES.names())
def test_a_metric_gives_a_table_or_says_why_not(name: str, system: str) -> None:
    measure, study = quick(name), study_of(system)
    before = state_of(study)
    found = tabled(measure, study)
    np.testing.assert_equal(state_of(study), before)
    again = tabled(measure, study)
    if isinstance(found, str):
        assert again == found
        assert re.match(r".{20,}[^.]$", found), "a sentence, without its full stop"
        assert draw(type(measure), found, data_of("two pulls")) == found
        return
    assert isinstance(again, pd.DataFrame)
    pd.testing.assert_frame_equal(found, again)
    assert tuple(found.columns[-len(STATISTICS):]) == STATISTICS
    keys = list(found.columns[: -len(STATISTICS)])
    assert not found.duplicated(keys).any() if keys else len(found) <= 1
    assert (found["n"] <= study.replicas).all()
    assert np.isnan(found.loc[found["n"] == 0, "mean"]).all()
    assert np.isfinite(found.loc[found["n"] > 0, "mean"]).all()
    needed = {"lines": {"t"}, "curve": {"x"}, "matrix": {"a", "b"}, "dots": set()}[measure.shape]
    assert needed <= set(keys)
    drawn = draw(type(measure), found, data_of("two pulls"))
    assert isinstance(drawn, str) or drawn.to_json()


@pytest.mark.parametrize("name", MEASURES.names())
def test_a_metric_describes_itself(name: str) -> None:
    measure = MEASURES.get(name)
    assert dataclasses.is_dataclass(measure)
    assert measure.name == name
    assert measure.heading.endswith("?")
    assert measure.caption.endswith(".")
    assert measure.value
    assert measure.shape != "curve" or measure.over
    assert re.match(r".{20,}\.$", (measure.__doc__ or "").split("\n")[0])
    for setting in settings_of(measure).values():
        assert setting.doc
