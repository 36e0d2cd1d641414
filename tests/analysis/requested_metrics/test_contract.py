"""What every requested metric promises, over all that are registered and a few small systems."""

from __future__ import annotations

import dataclasses
import re
from functools import cache

import numpy as np
import pandas as pd
import pytest

from dynsim.analysis.reading.replica_values import STATISTICS
from dynsim.analysis.reading.study import Study
from dynsim.analysis.requested_metrics.base import REQUESTED_METRICS, RequestedMetric, make
from dynsim.errors import InputError
from dynsim.plots.drawing.requested_metrics import draw
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


EXAMPLE = "its example"
CASES = [(name, system) for name in REQUESTED_METRICS.names() for system in SYSTEMS]
CASES += [(name, EXAMPLE) for name in REQUESTED_METRICS.names() if REQUESTED_METRICS.get(name).example]


@cache
def study_of(scenario: str) -> Study:
    return simulate(load_scenario(scenario), compiled=False).requested.study


def study_for(name: str, system: str) -> Study:
    return study_of(REQUESTED_METRICS.get(name).example if system == EXAMPLE else SYSTEMS[system])


def quick(name: str) -> RequestedMetric:
    """The metric with as few samples as it may have."""
    settings = settings_of(REQUESTED_METRICS.get(name))
    return make(name, {key: setting.at_least for key, setting in settings.items() if key == "samples"})


def tabled(metric: RequestedMetric, study: Study) -> pd.DataFrame | str:
    """The table of a metric, by all that varies unless it tells that itself."""
    try:
        return metric.table(study.split_by(study.cells.pooled) if metric.pooled else study)
    except InputError as error:
        return str(error)


def state_of(study: Study) -> tuple[object, ...]:
    """What a metric must leave as it is."""
    recording = study.recording
    blocks = [(b.times.copy(), {k: v.copy() for k, v in b.values.items()}) for b in recording.blocks()]
    return study.program, study.model, {k: v.copy() for k, v in recording.parameters.items()}, blocks


@pytest.mark.parametrize("name", REQUESTED_METRICS.names())
def test_a_metric_has_a_table_of_some_system(name: str) -> None:
    tables = (tabled(quick(name), study_for(name, system)) for case, system in CASES if case == name)
    assert any(isinstance(table, pd.DataFrame) and (table["n"] > 0).any() for table in tables), (
        "no system here has what the metric needs: give the class an `example`, a scenario that has it"
    )


@pytest.mark.parametrize(("name", "system"), CASES)
def test_a_metric_gives_a_table_or_says_why_not(name: str, system: str) -> None:
    metric, study = quick(name), study_for(name, system)
    before = state_of(study)
    found = tabled(metric, study)
    np.testing.assert_equal(state_of(study), before)
    again = tabled(metric, study)
    if isinstance(found, str):
        assert again == found
        assert re.match(r".{20,}[^.]$", found), "a sentence, without its full stop"
        assert draw(type(metric), found, data_of("two pulls")) == found
        return
    assert isinstance(again, pd.DataFrame)
    pd.testing.assert_frame_equal(found, again)
    assert tuple(found.columns[-len(STATISTICS):]) == STATISTICS
    keys = list(found.columns[: -len(STATISTICS)])
    if not metric.pooled:
        assert [key for key in keys if key.startswith("vary.")] == [f"vary.{key}" for key in study.cells.names]
    assert not found.duplicated(keys).any() if keys else len(found) <= 1
    assert (found["n"] <= study.replicas).all()
    assert np.isnan(found.loc[found["n"] == 0, "mean"]).all()
    assert np.isfinite(found.loc[found["n"] > 0, "mean"]).all()
    needed = {"lines": {"t"}, "curve": {"x"}, "matrix": {"a", "b"}, "dots": set()}[metric.shape]
    assert needed <= set(keys)
    drawn = draw(type(metric), found, data_of("two pulls"))
    assert isinstance(drawn, str) or drawn.to_json()


# What varies in each system, its values in the two halves of the replicas, and how many make a half.
VARIED = {
    "a tug of war": ("mu[0]", (1.0, -0.25), 2),
    "noise, a population and an event": ("agents.crowd.rule.rate", (0.3, 0.1), 2),
    "learners in groups that compete": ("agents.one.rule.rate", (0.03, 0.01), 6),
    "two who mix": ("win", (1.0, 0.5), 2),
}


@cache
def halves_of(system: str) -> tuple[Study, Study]:
    """A run of two values, and one of the first value alone, in which the replicas have the same draws."""
    name, values, half = VARIED[system]
    text = re.sub(r"^ensemble:.*\n", "", SYSTEMS[system], flags=re.MULTILINE)
    both = f'{text}ensemble: {{replicas: {2 * half}, seed: 3, vary: {{"{name}": {list(values)}}}}}\n'
    alone = text.replace("populations: 2", "populations: 1")
    alone += f'ensemble: {{replicas: {half}, seed: 3, vary: {{"{name}": [{values[0]}]}}}}\n'
    runs = [simulate(load_scenario(one), compiled=False) for one in (both, alone)]
    return runs[0].requested.study, runs[1].requested.study


@pytest.mark.parametrize("system", VARIED)
@pytest.mark.parametrize("name", REQUESTED_METRICS.names())
def test_the_rows_of_a_value_are_those_of_a_run_with_that_value_alone(name: str, system: str) -> None:
    if REQUESTED_METRICS.get(name).pooled:
        pytest.skip("tells by itself how something depends on what varies")
    metric = quick(name)
    both, alone = (tabled(metric, study) for study in halves_of(system))
    if isinstance(alone, str):
        assert both == alone
        return
    assert isinstance(both, pd.DataFrame)
    parameter, values, _ = VARIED[system]
    assert set(both[f"vary.{parameter}"]) <= set(values)
    rows = both[both[f"vary.{parameter}"] == values[0]].drop(columns=f"vary.{parameter}").reset_index(drop=True)
    pd.testing.assert_frame_equal(rows, alone, rtol=1e-9, atol=1e-12, check_dtype=False, check_categorical=False)


@pytest.mark.parametrize("system", VARIED)
@pytest.mark.parametrize("name", REQUESTED_METRICS.names())
def test_a_table_is_made_of_the_values_of_the_replicas(name: str, system: str) -> None:
    """Statistics of `single`, value by value of what varies (of all replicas, for a pooled metric), are the table; and
    there is a row for every replica. Only a metric that makes its table in another way may have no such values."""
    metric, study = quick(name), halves_of(system)[0]
    table = tabled(metric, study)
    try:
        single = metric.per_replica(study)
    except InputError:
        assert isinstance(table, str) or type(metric).table is not RequestedMetric.table
        return
    assert isinstance(table, pd.DataFrame)
    unit = str(single.columns[0])
    assert unit in ("replica", "population")
    keys = [str(column) for column in table.columns if column not in STATISTICS]
    if metric.pooled:
        single = single.drop(columns=[column for column in single if str(column).startswith("vary.")])
    assert list(single.columns) == [unit, *keys, "value"]
    assert not single.duplicated([unit, *keys]).any()
    groups = single.groupby(keys, sort=False, observed=True)["value"]
    found = pd.DataFrame({"n": groups.count(), "mean": groups.mean(), "median": groups.median()}).reset_index()
    order = table[keys].merge(found, on=keys, how="left")
    assert len(found) == len(table)
    for column in ("n", "mean", "median"):
        np.testing.assert_allclose(order[column], table[column], rtol=1e-9, atol=1e-12)
    assert not len(table) or single[unit].nunique() in (4, 12, 2)


@pytest.mark.parametrize("name", REQUESTED_METRICS.names())
def test_a_metric_describes_itself(name: str) -> None:
    metric = REQUESTED_METRICS.get(name)
    assert dataclasses.is_dataclass(metric)
    assert metric.name == name
    assert metric.heading.endswith("?")
    assert metric.caption.endswith(".")
    assert metric.value
    assert metric.shape != "curve" or metric.over
    assert re.match(r".{20,}\.$", (metric.__doc__ or "").split("\n")[0])
    for name_, setting in settings_of(metric).items():
        assert setting.doc
        assert name_ not in ("by", "per"), "arguments of Run.metric"
