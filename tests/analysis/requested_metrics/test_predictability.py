import numpy as np
import pytest
from scipy.special import digamma

from dynsim.algebra.graph import Graph
from dynsim.algebra.topology import Topology
from dynsim.analysis.reading.study import Study
from dynsim.analysis.requested_metrics.predictability import Predictability
from dynsim.compiler.program import Slot
from dynsim.errors import InputError
from tests.analysis.games import Player, build, node

from .cases import recording


def movers(sizes, states, **settings):
    """Agents whose moves are the recorded states m0, m1, …, as many of them as they have controls."""
    graph = Graph()
    players, slots, start = {}, [], 0
    for i, size in enumerate(sizes):
        controls = [f"x{k}" for k in range(start, start + size)]
        moves = {c: graph.symbol(f"m{c[1:]}") for c in controls}
        players[f"a{i}"] = Player(controls, sum((graph.symbol(c) ** 2 for c in controls), graph.constant(0.0)),
                                  moves=moves)
        slots += controls + [f"m{k}" for k in range(start, start + size)]
        start += size
    record = {f"m{k}": x for k, x in enumerate(states)}
    record |= {f"x{k}": np.zeros_like(states[k]) for k in range(start)}
    return Predictability(**settings).table(Study(build(graph, slots, players), recording(record)))


@pytest.mark.parametrize("seed", range(3))
def test_bivariate_normal_moves_have_their_mutual_information(seed):
    """−½ ln(1 − ρ²), ρ random; 400 ticks, 200 replicas: the mean within 4 standard errors, and 1/2K for its bias."""
    rng = np.random.default_rng(seed)
    rho = rng.uniform(-0.95, 0.95)
    x, noise = rng.normal(size=(2, 400, 200))
    row = movers((1, 1), [3.0 * x - 1.0, 0.01 * (rho * x + np.sqrt(1 - rho**2) * noise)]).iloc[0]
    assert row.a == "a0"
    assert row.b == "a1"
    assert abs(row["mean"] - 1 / 800 + 0.5 * np.log(1 - rho**2)) < 4 * row["se"]


def test_vector_moves_have_that_of_their_joint_covariance():
    """½ ln(|Σ_a||Σ_b|/|Σ|) of the sample covariances of 3 and 2 numbers, replica by replica (seed 7)."""
    rng = np.random.default_rng(7)
    mix = rng.normal(size=(5, 5))
    z = np.einsum("ij,jkr->ikr", mix, rng.normal(size=(5, 60, 4)))
    expected = []
    for r in range(4):
        c = np.cov(z[:, :, r])
        expected.append(0.5 * np.log(np.linalg.det(c[:3, :3]) * np.linalg.det(c[3:, 3:]) / np.linalg.det(c)))
    row = movers((3, 2), z).iloc[0]
    assert row["mean"] == pytest.approx(np.mean(expected), rel=1e-10)
    assert row["median"] == pytest.approx(np.median(expected), rel=1e-10)


def test_independent_moves_have_the_bias_that_is_stated():
    """About pq/2K = 6/200 for 100 ticks, exactly −½ Σ_{i<q} [ψ((n − p − i)/2) − ψ((n − i)/2)], n = 99, for Wilks'
    Λ = Π(1 − r²) is a product of Beta((n − p − i)/2, p/2) (Anderson 2003, section 8.4); 3000 replicas, seed 3."""
    row = movers((2, 3), np.random.default_rng(3).normal(size=(5, 100, 3000))).iloc[0]
    i = np.arange(3)
    exact = -0.5 * (digamma((97 - i) / 2) - digamma((99 - i) / 2)).sum()
    assert exact == pytest.approx(6 / 200, rel=0.05)
    assert abs(row["mean"] - exact) < 4 * row["se"]


def test_moves_that_are_redundant_count_once_and_those_that_determine_each_other_end_at_rounding():
    rng = np.random.default_rng(5)
    x, y, noise = rng.normal(size=(3, 50, 2))
    simple = movers((1, 1), [x, x + noise]).iloc[0]["mean"]
    assert movers((2, 1), [x, -2.0 * x, x + noise]).iloc[0]["mean"] == pytest.approx(simple, rel=1e-9)
    assert movers((2, 1), [x, y, 3.0 * x - y]).iloc[0]["mean"] == pytest.approx(18.02, abs=0.01)


def test_still_moves_lost_replicas_and_short_records_have_none():
    rng = np.random.default_rng(5)
    x = rng.normal(size=(50, 3))
    still = x.copy()
    still[:, 0] = 2.0
    lost = rng.normal(size=(50, 3))
    lost[30:, 1] = np.nan
    assert movers((1, 1), [still, lost]).iloc[0]["n"] == 1
    assert movers((2, 2), rng.normal(size=(4, 5, 2))).iloc[0]["n"] == 0
    assert movers((2, 2), rng.normal(size=(4, 6, 2))).iloc[0]["n"] == 2


def test_a_population_moves_by_its_mean():
    rng = np.random.default_rng(9)
    graph = Graph()
    p, m = graph.symbol("p", node("net")), graph.symbol("m")
    push = graph.symbol("push", node("net"))
    players = {"crowd": Player(["p"], p * p, moves={"p": push}), "one": Player(["m"], m * m)}
    topology = Topology.build(3, np.array([0, 1]), np.array([1, 2]), np.ones(2))
    program = build(graph, [Slot("p", node("net")), Slot("push", node("net")), "m"], players,
                    topologies={"net": topology})
    pushes, m = rng.normal(size=(40, 3, 2)), rng.normal(size=(40, 2))
    table = Predictability().table(Study(program, recording({"p": 0 * pushes, "push": pushes, "m": m})))
    r = [np.corrcoef(pushes[:, :, k].mean(axis=1), m[:, k])[0, 1] for k in range(2)]
    assert table["mean"].item() == pytest.approx(np.mean(-0.5 * np.log(1 - np.square(r))), rel=1e-9)


def test_it_takes_two():
    graph = Graph()
    x = graph.symbol("x")
    program = build(graph, ["x"], {"a": Player(["x"], x * x)})
    with pytest.raises(InputError, match="two that move"):
        Predictability().table(Study(program, recording({"x": [[1.0], [2.0]]})))
