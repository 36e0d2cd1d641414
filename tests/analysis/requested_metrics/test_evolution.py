"""Fixation and α-Rank of the games that a run is made of: the tables that are read off the objectives."""

import numpy as np
import pytest

import dynsim as ds
from dynsim.analysis.numerics.evolution import alpha_rank, fixation
from dynsim.analysis.requested_metrics.alpha_rank import AlphaRank
from dynsim.analysis.requested_metrics.fixation import Fixation
from dynsim.errors import InputError

from .cases import pooled, simulated


def two_players(payoffs, **more):
    """Agents a and b mix between the rows and the columns."""
    s = ds.System("two players")
    sizes = np.shape(payoffs[0])
    x, y = (s.state(name, init=[1 / n] * n, size=n, space="simplex") for name, n in zip("xy", sizes, strict=True))
    game = s.game("g", "matrix_game", actions=[x, y], payoffs=[np.asarray(p).tolist() for p in payoffs])
    for k, (name, z) in enumerate({"a": x, "b": y}.items()):
        s.agent(name, controls=z, declared=game[k], rule=ds.rules.replicator())
    s.clock(steps=1)
    s.ensemble(**more)
    return s


def population(u):
    """Shares x of one population, everybody meets everybody: the agent sees −u·crowd and not that it is the crowd."""
    n = len(u)
    s = ds.System("one population")
    x = s.state("x", init=[1 / n] * n, size=n, space="simplex")
    crowd = s.derived("crowd", x)
    loss = sum((-float(u[k][m]) * x[k] * crowd[m] for k in range(n) for m in range(n)), 0.0 * x[0])
    s.agent("all", controls=x, declared=loss, rule=ds.rules.replicator(), paths={"crowd": 0})
    s.clock(steps=1)
    return s


def square(table):
    return table.pivot(index="a", columns="b", values="mean").to_numpy()


@pytest.mark.parametrize("seed", range(2))
def test_fixation_of_a_symmetric_game_between_two_and_of_one_population(seed):
    u = np.random.default_rng(seed).normal(size=(3, 3))
    expected = fixation(u, 20, 0.7)
    for system in (two_players([u, u.T]), population(u)):
        found = Fixation(population=20, intensity=0.7).table(simulated(system))
        np.testing.assert_allclose(square(found), expected, rtol=1e-10)
    moran = Fixation(population=20, intensity=0.2, process="moran").table(simulated(population(u)))
    np.testing.assert_allclose(square(moran), fixation(u, 20, 0.2, "moran"), rtol=1e-10)


@pytest.mark.parametrize("seed", range(2))
def test_alpha_rank_of_two_populations_and_of_one(seed):
    rng = np.random.default_rng(seed)
    tables = rng.normal(size=(2, 2, 3))
    study = simulated(two_players(tables))
    found = AlphaRank(alpha=0.3, population=10).table(study)
    assert found["profile"].tolist() == [f"x[{i}], y[{j}]" for i in range(2) for j in range(3)]
    np.testing.assert_allclose(found["mean"], alpha_rank(tables, 0.3, 10).ravel(), rtol=1e-10)
    found = AlphaRank(selection="infinite").table(study)
    np.testing.assert_allclose(found["mean"], alpha_rank(tables).ravel(), rtol=1e-10, atol=1e-14)
    u = rng.normal(size=(3, 3))
    for system in (two_players([u, u.T]), population(u)):
        found = AlphaRank(alpha=0.3, population=10, populations="one").table(simulated(system))
        np.testing.assert_allclose(found["mean"], alpha_rank(u, 0.3, 10), rtol=1e-10)
        assert found["profile"].tolist() == ["x[0]", "x[1]", "x[2]"]


def test_every_replica_has_its_own_payoffs_and_what_no_one_controls_is_as_it_ended():
    """Payoff bonus·c for the first strategy, the bonus different in each replica, c at 2 in the end."""
    s = ds.System("bonus")
    bonus = s.parameter("bonus", 0.0)
    x = s.state("x", init=[0.5, 0.5], size=2, space="simplex")
    c = s.state("c", init=1.0, flow=1.0)
    s.agent("all", controls=x, declared=-bonus * c * x[0], rule=ds.rules.replicator())
    s.agent("bystander", controls=s.state("z", init=0.0), declared="z**2", rule=ds.rules.gradient(rate=0.1))
    s.ensemble(replicas=3, vary={bonus: [0.0, 0.1, 0.2]})
    s.clock(steps=1)
    table = AlphaRank(alpha=1.0, population=10).table(pooled(simulated(s)))
    expected = [alpha_rank([[2 * b, 2 * b], [0, 0]], 1.0, 10)[0] for b in (0.0, 0.1, 0.2)]
    row = table.iloc[0]
    assert row["n"] == 3
    assert [row["q05"], row["median"]] == pytest.approx([np.quantile(expected, 0.05), expected[1]])


def test_it_says_who_does_not_mix_and_what_is_no_symmetric_game():
    s = ds.System("numbers")
    s.agent("a", controls=s.state("x", init=1.0), declared="x**2", rule=ds.rules.gradient(rate=0.1))
    s.clock(steps=1)
    with pytest.raises(InputError, match="no agent here mixes"):
        AlphaRank().table(simulated(s))
    with pytest.raises(InputError, match="here mix a, b"):
        Fixation().table(simulated(two_players(np.random.default_rng(0).normal(size=(2, 2, 2)))))
    s = ds.System("cubic")
    x = s.state("x", init=[0.5, 0.5], size=2, space="simplex")
    s.agent("all", controls=x, declared=x[0] ** 3, rule=ds.rules.replicator())
    s.clock(steps=1)
    with pytest.raises(InputError, match="nobody meets in pairs"):
        Fixation().table(simulated(s))
