"""The Price equation is an identity; its terms are what they are called; who counts where."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import dynsim as ds
from dynsim.analysis.reading.genealogy import Succession, successions
from dynsim.analysis.requested_metrics.price_equation import QUANTITIES, PriceEquation, terms
from dynsim.errors import InputError

SCENARIO = """\
dynsim: 1
title: learners in groups that inherit, mutate, migrate and learn
params: {a: 0.0}
variables: {x: {init: "normal(0, 1)", noise: 0.1}}
agents: {one: {controls: x, declared: "(x - a)**2/2", rule: {gradient: {rate: RATE}}}}
selection:
  fitness: exp(-a - x**2/4)
  every: 3
  scheme: SCHEME
  heritable: {x: null, a: "a + normal(0.1, 0.2)"}
  populations: 5
  GROUPS
clock: {steps: 40}
ensemble: {replicas: 120, seed: SEED, vary: {a: "normal(0, 1)", agents.one.rule.rate: "uniform(0, 0.5)"}}
metrics: [price_equation]
"""
SCHEMES = ["moran", "{softmax: {temperature: 0.3}}", "{tournament: {size: 3}}", "{population_based_training: {}}"]


def simulated(scheme: str = SCHEMES[1], groups: str = "", rate: float = 0.2, seed: int = 1) -> ds.Run:
    parts = {"SCHEME": scheme, "GROUPS": groups, "RATE": rate, "SEED": seed}
    text = SCENARIO
    for name, part in parts.items():
        text = text.replace(name, str(part))
    return ds.simulate(ds.load_scenario(text), compiled=False)


def by_quantity(succession: Succession, variable: str) -> dict[str, np.ndarray]:
    return dict(zip(QUANTITIES, terms(succession, variable), strict=True))


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(
    "groups",
    ["", "groups: {count: 4}", "groups: {count: 6, migration: 0.3, scheme: {moran: {}}}",
     "groups: {count: 24, every: 2, scheme: {truncation: {share: 0.5}}}"],
)  # fmt: skip
def test_it_is_an_identity_in_every_generation(scheme: str, groups: str) -> None:
    """Whoever is born, whoever moves, with what is learned in a life among what is inherited; to 1e-12."""
    seen = 0
    for succession in successions(simulated(scheme, groups).requested.study):
        for variable in ("a", "x"):
            found = by_quantity(succession, variable)
            total = found["between"] + found["within"] + found["transmission"]
            np.testing.assert_allclose(total, found["change"], rtol=0, atol=1e-12)
            seen += 1
    assert seen == 2 * 13


def test_the_table_has_the_means_over_populations_by_time() -> None:
    run = simulated(groups="groups: {count: 4, migration: 0.2}")
    table = run.metric("price_equation").set_index(["variable", "quantity", "t"]).sort_index()
    means = run.generations.groupby("t")[["a", "x"]].mean().diff().iloc[1:]
    for variable in ("a", "x"):
        np.testing.assert_allclose(table.loc[variable, "change"]["mean"], means[variable], atol=1e-12)
    assert set(table.index.get_level_values("variable")) == {"a", "x"}
    for succession in successions(run.requested.study):
        for variable in ("a", "x"):
            for quantity, values in by_quantity(succession, variable).items():
                row = table.loc[variable, quantity, succession.t]
                assert row["n"] == 5
                assert row["mean"] == pytest.approx(values.mean(), abs=1e-15)
                assert row["se"] == pytest.approx(values.std(ddof=1) / np.sqrt(5), abs=1e-15)
    few = run.metric("price_equation", generations=3)
    assert few.t.nunique() == 3
    assert few.t.iloc[0] == 3
    assert few.t.max() == 39


def one(before: list[list[float]], parent: list[int], after: list[list[float]]) -> dict[str, float]:
    """The terms of one population of groups of two, by hand."""
    succession = Succession(1.0, np.array([parent]), {"z": np.array([before])}, {"z": np.array([after])})
    return {quantity: value.item() for quantity, value in by_quantity(succession, "z").items()}


def test_the_terms_are_what_they_are_called() -> None:
    """Two groups of two, Z = (0.5, 2.5) and Var_k = 0.25 in each."""
    before = [[0.0, 1.0], [2.0, 3.0]]
    parents = {"V_between": 1, "V_within": 0.25, "F_ST": 0.8}
    nothing = one(before, [0, 1, 2, 3], before)
    assert nothing == {"change": 0, "between": 0, "within": 0, "transmission": 0, **parents}
    group = one(before, [2, 3, 2, 3], [[2.0, 3.0], [2.0, 3.0]])  # the second group takes the first one's place
    assert group == {"change": 1, "between": 1, "within": 0, "transmission": 0, **parents}
    members = one(before, [1, 1, 3, 3], [[1.0, 1.0], [3.0, 3.0]])  # in both groups the larger one takes over
    assert members == {"change": 0.5, "between": 0, "within": 0.5, "transmission": 0, **parents}
    heirs = one(before, [0, 1, 2, 3], [[0.5, 1.5], [2.5, 3.5]])
    assert heirs == {"change": 0.5, "between": 0, "within": 0, "transmission": 0.5, **parents}
    swap = one(before, [3, 1, 2, 0], [[3.0, 1.0], [2.0, 0.0]])  # migrants that swap places change no mean
    assert swap == {"change": 0, "between": 0, "within": 0, "transmission": 0, **parents}


def test_an_heir_that_moved_counts_where_its_parent_lived() -> None:
    """The largest of the second group sends one heir to the first group: its own group gains, not where it goes."""
    found = one([[0.0, 1.0], [2.0, 3.0]], [3, 1, 2, 3], [[3.0, 1.0], [2.0, 3.0]])
    assert found["between"] == pytest.approx(0.5 * 0.5 * 2)  # W = (0.5, 1.5), Z = (0.5, 2.5)
    assert found["within"] == pytest.approx((0.25 + 0.25) / 2)
    assert found["change"] == pytest.approx(0.75)


def test_selection_acts_between_groups_and_within_them_as_expected() -> None:
    """One generation of softmax within and between groups with w = 1 + s_w (z − Z) − s_b Z: the expectations of
    the terms are −s_b V_B/w̄ and s_w V_W/w̄ (Price 1972), over 2,000 populations."""
    rng = np.random.default_rng(4)
    count, groups, size, s_w, s_b = 2000, 6, 5, 0.3, 0.4
    start = np.tile(np.ravel(rng.beta(0.5, 0.5, (groups, 1)) > rng.uniform(size=(groups, size))), count)
    s = ds.System("hard selection in groups")
    z = s.parameter("z", 0.0)
    s.agent("idle", controls=s.state("rest"), declared="0*rest", rule=ds.rules.gradient(rate=1))
    s.selection(
        fitness=f"log(1 + {s_w}*(z - Z) - {s_b}*Z)", every=1, over="end", scheme={"softmax": {"temperature": 1}},
        heritable=z, populations=count, means={"Z": z},
        groups={"count": groups, "scheme": {"softmax": {"temperature": 1}}, "fitness": f"log(1 - {s_b}*Z)"},
    )  # fmt: skip
    s.clock(steps=2)
    s.ensemble(replicas=len(start), vary={"z": [float(x) for x in start]})
    (succession,) = successions(ds.simulate(s, compiled=False).requested.study)
    found = by_quantity(succession, "z")
    grouped = start[: groups * size].reshape(groups, size).astype(float)
    mean_fitness = 1 - s_b * grouped.mean()
    expected = {
        "between": -s_b * grouped.mean(axis=1).var() / mean_fitness,
        "within": s_w * grouped.var(axis=1).mean() / mean_fitness,
    }
    for quantity, value in expected.items():
        assert abs(found[quantity].mean() - value) < 4 * found[quantity].std() / np.sqrt(count)
        assert abs(value) > 4 * found[quantity].std() / np.sqrt(count)
    assert (found["transmission"] == 0).all()


def test_without_a_heritable_number_it_says_so() -> None:
    text = SCENARIO.replace("SCHEME", "moran").replace("GROUPS", "").replace("RATE", "0.1").replace("SEED", "1")
    text = text.replace('{x: null, a: "a + normal(0.1, 0.2)"}', "[u]")
    text = text.replace("variables: {", "graphs: {net: {generator: path_graph, n: 2}}\nvariables: {u: {on: net}, ")
    with pytest.raises(InputError, match="no heritable value is a single number"):
        ds.simulate(ds.load_scenario(text), compiled=False).metric("price_equation")


def test_a_run_that_was_stopped_in_its_first_generation_has_no_change() -> None:
    study = simulated().requested.study
    first = [next(study.recording.generations())[:1]]
    stopped = replace(study, recording=replace(study.recording, births=first))
    with pytest.raises(InputError, match="takes two generations"):
        PriceEquation().table(stopped)
