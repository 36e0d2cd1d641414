"""What counts as fitness, the means of groups, competition between groups, and migration."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.selection.populations import history, prepared

compiled_or_not = pytest.mark.parametrize("compiled", [True, False], ids=["compiled", "interpreted"])

STEPS = """\
dynsim: 1
title: fitness over a lifetime of five steps
variables: {x: {init: "normal(0, 1)", noise: 0.3}}
agents: {one: {controls: x, declared: x**2/2, rule: {gradient: {rate: 0.2}}}}
selection:
  fitness: x**2 + 0.1*t
  every: 5
  scheme: moran
  heritable: [x]
clock: {steps: 23}
ensemble: {replicas: 6, seed: 3}
"""


@compiled_or_not
def test_the_fitness_of_a_life_in_steps(compiled: bool) -> None:
    """Σ over the states from which its steps were made, their mean, or the state at the end."""
    for over, expected in (
        ("sum", lambda states: states[:5].sum(axis=0)),
        ("mean", lambda states: states[:5].mean(axis=0)),
        ("end", lambda states: states[5]),
    ):
        found = history(*prepared(STEPS, selection__over=over), compiled=compiled)
        fitness = found.record["x"] ** 2 + 0.1 * found.record["t"][:, None]
        assert len(found.births["t"]) == 5
        assert np.isnan(found.births["fitness"][0]).all()
        for k in range(1, 5):
            life = fitness[5 * (k - 1) : 5 * k + 1].copy()
            # a life begins with the heritable state as it was, so only the newborn's first state is not in the record
            life[0] = life[0, found.births["parent"][k - 1]] if k > 1 else life[0]
            np.testing.assert_allclose(found.births["fitness"][k], expected(life), rtol=1e-12)


FLOW = """\
dynsim: 1
title: exponential decay, whose square has a known integral
params: {k: 1.0}
variables: {x: {init: 2, flow: -k*x}, y: {init: 0}}
agents: {one: {controls: y, declared: y**2/2, rule: {gradient: {rate: 1}}}}
selection:
  fitness: x**2
  every: 0.5
  scheme: {truncation: {share: 1}}
  heritable: [k]
clock: {time: 2, dt: 0.01}
ensemble: {replicas: 5, seed: 3, vary: {k: "linspace(0.5, 2)"}}
"""


@compiled_or_not
def test_the_fitness_of_a_life_in_time(compiled: bool) -> None:
    """∫ 4 e^(−2kt) dt = 2 (1 − e^(−2kT))/k, that over T, or 4 e^(−2kT), of a life of T = 0.5 that begins at x = 2."""
    for over, expected in (
        ("sum", lambda k: 2 * (1 - np.exp(-k)) / k),
        ("mean", lambda k: 4 * (1 - np.exp(-k)) / k),
        ("end", lambda k: 4 * np.exp(-k)),
    ):
        found = history(*prepared(FLOW, selection__over=over), compiled=compiled).births
        np.testing.assert_allclose(found["t"], [0, 0.5, 1, 1.5])
        np.testing.assert_allclose(found["fitness"][1:], expected(found["k"][:-1]), rtol=1e-8)


GROUPS = """\
dynsim: 1
title: three populations of four groups of five
params: {z: 0.0}
variables: {x: {init: 0}}
agents: {one: {controls: x, declared: x**2, rule: {gradient: {rate: 0.1}}}}
selection:
  fitness: exp(z)
  every: 1
  scheme: SCHEME
  heritable: [z]
  populations: 3
  groups: {count: 4, GROUPS}
  means: {Z: z, S: "(z - Z)**2", L: "0.5*L + z"}
clock: {steps: 40}
ensemble: {replicas: 60, seed: 3, vary: {z: "normal(0, 1)"}}
"""


def of_groups(scheme: str, groups: str, **changes: Any) -> dict[str, np.ndarray]:
    """The genealogy as (G, populations, groups, members); parents numbered within their population."""
    text = GROUPS.replace("SCHEME", scheme).replace("GROUPS", groups)
    found = history(*prepared(text, **changes), compiled=False)
    replicas = found.births["parent"].shape[1]
    shape = (-1, 3, 4, replicas // 12)
    result = {name: x.reshape(shape) for name, x in found.births.items() if name != "t"}
    first = np.arange(3)[:, None, None] * (replicas // 3)
    result["parent"] = result["parent"][1:] - first
    assert result["parent"].min() >= 0
    assert result["parent"].max() < replicas // 3
    return result | {name: found.record[name][1:].reshape(shape) for name in ("Z", "S", "L")}


def test_without_competition_between_them_and_migration_groups_are_populations() -> None:
    found = of_groups("{softmax: {temperature: 1}}", "migration: 0")
    own = np.arange(4)[:, None]
    assert (found["parent"] // 5 == own).all()


def test_means_are_of_the_group_in_the_order_stated() -> None:
    """S is the variance around the new Z; L remembers its last value, and starts from 0."""
    found = of_groups("{softmax: {temperature: 1}}", "migration: 0.2")
    z = found["z"]
    mean = np.broadcast_to(z.mean(axis=-1, keepdims=True), z.shape)
    np.testing.assert_allclose(found["Z"], mean)
    np.testing.assert_allclose(found["S"], np.broadcast_to(z.var(axis=-1, keepdims=True), z.shape))
    # a mean belongs to the group, whoever moves there
    before = np.zeros_like(mean)
    before[1:] = found["L"][:-1]
    np.testing.assert_allclose(found["L"], 0.5 * before + mean)


@pytest.mark.parametrize("chance", [0.0, 0.15, 0.6, 1.0])
def test_migrants_come_from_anywhere_in_their_population(chance: float) -> None:
    """A place is filled from another group with the chance μ(1 − 1/m); of the others one in n is born."""
    found = of_groups("moran", f"migration: {chance}", clock__steps=200, ensemble__replicas=180)
    parent, born = found["parent"] // 15, found["born"][1:]
    moved = parent != np.arange(4)[:, None]
    expected, count = chance * 0.75, moved.size
    assert abs(moved.mean() - expected) <= 4 * np.sqrt(expected * (1 - expected) / count)
    assert born[moved].all()
    births = chance + (1 - chance) / 15
    assert abs(born.mean() - births) <= 4 * np.sqrt(births * (1 - births) / count)
    if chance:
        sources = np.bincount(parent[moved], minlength=4) / moved.sum()
        assert np.abs(sources - 0.25).max() < 5 * np.sqrt(0.25 * 0.75 / moved.sum())


def test_a_migrant_is_who_would_live_in_the_place_that_it_comes_from() -> None:
    """With truncation to the best of five, everybody descends from the best of some group."""
    found = of_groups("{truncation: {share: 0.2}}", "migration: 0.3", clock__steps=2)
    best = found["z"][0].argmax(axis=-1) + 5 * np.arange(4)
    parent = found["parent"][0]
    for population in range(3):
        assert set(np.unique(parent[population])) <= set(best[population])
    own = parent == best[:, :, None]
    assert 0.6 < own.mean() < 0.95


def test_a_group_is_replaced_as_a_whole_in_every_so_many_generations() -> None:
    """The groups of largest mean z take all places in every third generation, member by member in order."""
    found = of_groups("moran", "every: 3, fitness: z, scheme: {truncation: {share: 0.25}}")
    parents = found["parent"] // 5
    for k, (parent, born) in enumerate(zip(parents, found["born"][1:], strict=True), start=1):
        if k % 3:
            assert (parent == np.arange(4)[:, None]).all()
            assert (born.sum(axis=-1) == 1).all()
            continue
        mean = found["z"][k - 1].mean(axis=-1)
        assert (parent == parent[:, :1, :1]).all()
        np.testing.assert_allclose(np.take_along_axis(mean, parent[:, 0, :1], axis=1)[:, 0], mean.max(axis=1))
        assert born.all()
        members = found["parent"][k - 1]
        assert (members == members[:, :1]).all(), "every group has the same new composition"


def test_groups_compete_by_the_systems_own_fitness_unless_told_otherwise() -> None:
    """exp(z) has another best group than z at times; over three populations and many seeds both are seen."""
    differ = 0
    for seed in range(8):
        found = of_groups("{truncation: {share: 1}}", "scheme: {truncation: {share: 0.25}}",
                          clock__steps=2, ensemble__seed=seed)
        best = np.exp(found["z"][0]).mean(axis=-1).argmax(axis=-1)
        assert (found["parent"][0] // 5 == best[:, None, None]).all()
        differ += (best != found["z"][0].mean(axis=-1).argmax(axis=-1)).sum()
    assert differ > 0


def test_a_member_that_ran_away_does_not_make_its_group_unfit() -> None:
    """The mean is over those that stayed finite; a group of none is the last to be taken."""
    text = """\
dynsim: 1
title: one member of the best group, and all of the second best, run away
params: {gene: 1.0, fate: 0.0}
variables: {x: {init: 1, flow: "fate*x**3"}, y: {init: 2}}
agents: {one: {controls: y, declared: y**2/2, rule: {gradient: {rate: 0.1}}}}
selection:
  fitness: gene
  every: 12
  scheme: {population_based_training: {share: 0.5}}
  heritable: [gene]
  groups: {count: 3, scheme: {truncation: {share: 0.3}}}
clock: {steps: 20}
ensemble: {replicas: 6, seed: 2, vary: {gene: [1, 2, 9, 10, 7, 8], fate: [0, 0, 9, 0, 9, 9]}}
"""
    found = history(*prepared(text), compiled=False).births
    assert np.isneginf(found["fitness"][1]).tolist() == [False, False, True, False, True, True]
    np.testing.assert_array_equal(found["parent"][1], [3] * 6)
