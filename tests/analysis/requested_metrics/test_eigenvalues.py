import numpy as np
import pytest

import dynsim as ds
from dynsim.analysis.reading.study import Study
from dynsim.analysis.requested_metrics.eigenvalues import Eigenvalues
from dynsim.analysis.requested_metrics.stability import leading
from tests.analysis.games import CONTINUOUS, build, record

from .cases import pooled, quadratics, simulated


def values(table, kind):
    """The eigenvalues of one kind, in the order of the table."""
    rows = table[table["quantity"].str.startswith(f"{kind}: ")]
    real, imaginary, modulus = (rows[rows["quantity"] == f"{kind}: {what}"]["mean"].to_numpy() for what in (
        "real part", "imaginary part", "modulus"))
    if kind == "map":
        np.testing.assert_allclose(np.abs(real + 1j * imaginary), modulus, rtol=1e-9)
    return real + 1j * imaginary


@pytest.mark.parametrize("seed", range(4))
def test_random_quadratics_against_linear_algebra(seed):
    """J, and the map 1 − ηJ of gradient descent at η = 0.01; as a flow −ηJ."""
    rng = np.random.default_rng(seed)
    program, h, _ = quadratics(rng, (1, 3, 2))
    start = {f"z{k}": rng.normal(size=4) for k in range(6)}
    jacobian = np.concatenate([h[0, :1], h[1, 1:4], h[2, 4:]])
    expected = np.linalg.eigvals(jacobian)
    found = Eigenvalues().table(Study(program, record(program, start, 3)))
    game = values(found, "game")
    assert (np.diff(game.real) >= -1e-9).all()
    np.testing.assert_allclose(np.sort_complex(game), np.sort_complex(expected), rtol=1e-9)
    multipliers = values(found, "map")
    assert (np.diff(np.abs(multipliers)) <= 1e-9).all()
    np.testing.assert_allclose(np.sort_complex(multipliers), np.sort_complex(1 - 0.01 * expected), rtol=1e-9)
    flow = build(program.graph, list(program.states), {}, clock=CONTINUOUS, flows={
        v: move for agent in program.agents for v, move in agent.moves.items()
    })
    found = Eigenvalues().table(Study(flow, record(flow, start, 3, dt=0.1)))
    assert not found["quantity"].str.startswith("game").any()
    np.testing.assert_allclose(np.sort_complex(values(found, "flow")), np.sort_complex(-0.01 * expected), rtol=1e-9)


def test_conjugates_stay_together_with_the_positive_one_first_in_every_replica():
    """xy: game ±i, map 1 ± iη, |μ|² = 1 + η²; 7 replicas at random η (seed 2)."""
    s = ds.System("bilinear")
    rate = s.parameter("rate", 0.1)
    x, y = s.state("x", init="normal(0, 1)"), s.state("y", init="normal(0, 1)")
    s.agent("a", controls=x, declared=x * y, rule=ds.rules.gradient(rate=rate))
    s.agent("b", controls=y, declared=-x * y, rule=ds.rules.gradient(rate=rate))
    s.clock(steps=3)
    eta = np.random.default_rng(2).uniform(0.05, 0.5, size=7)
    s.ensemble(replicas=7, vary={rate: eta.tolist()})
    study = pooled(simulated(s))
    found = Eigenvalues().table(study)
    np.testing.assert_allclose(values(found, "game"), [1j, -1j], atol=1e-12)
    rows = found[found["quantity"] == "map: imaginary part"].set_index("number")
    for quantile, q in (("q05", 0.05), ("median", 0.5), ("q95", 0.95)):
        assert rows.loc[1, quantile] == pytest.approx(np.quantile(eta, q), rel=1e-12)
    growth, frequency = leading(study)
    modulus = found[(found["quantity"] == "map: modulus") & (found["number"] == 1)]
    assert np.log(modulus["median"].item()) == pytest.approx(np.median(growth), rel=1e-9)
    np.testing.assert_allclose(np.tan(frequency), eta, rtol=1e-9)


def test_where_a_population_moves_there_is_still_the_map():
    s = ds.System("crowd")
    s.population("net", generator="cycle_graph", n=4)
    s.state("p", init=0.1, on="net")
    s.agent("walkers", controls="p", declared="p**2", rule=ds.rules.gradient(rate=0.1))
    s.clock(steps=1)
    found = Eigenvalues().table(simulated(s))
    np.testing.assert_allclose(values(found, "map"), [0.8] * 4, rtol=1e-12)
    assert set(found["quantity"]) == {"map: real part", "map: imaginary part", "map: modulus"}
