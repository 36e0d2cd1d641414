import numpy as np
import pytest

import dynsim as ds
from dynsim.algebra.graph import Graph
from dynsim.analysis.reading.study import Study
from dynsim.analysis.requested_metrics.game_jacobian import GameJacobianMatrix
from dynsim.errors import InputError
from tests.analysis.games import build, record

from .cases import quadratics, recording, simulated


def square(table, quantity):
    rows = table[table["quantity"] == quantity]
    return rows.pivot(index="a", columns="b", values="mean").to_numpy()


def test_random_quadratics_are_split_into_a_shared_and_a_turning_part():
    """Controls 1, 3 and 2 per agent (seed 31); names sort as they come."""
    rng = np.random.default_rng(31)
    program, h, _ = quadratics(rng, (1, 3, 2))
    study = Study(program, record(program, {f"z{k}": rng.normal(size=4) for k in range(6)}, 3))
    found = GameJacobianMatrix().table(study)
    j = np.concatenate([h[0, :1], h[1, 1:4], h[2, 4:]])
    assert list(dict.fromkeys(found["a"])) == ["a0.z0", "a1.z1", "a1.z2", "a1.z3", "a2.z4", "a2.z5"]
    for quantity, expected in (("J", j), ("S", (j + j.T) / 2), ("A", (j - j.T) / 2)):
        np.testing.assert_allclose(square(found, quantity), expected, rtol=1e-12, atol=1e-12)


def test_the_moment_is_a_share_of_the_run_and_the_mean_one_over_replicas():
    """L_a = x²y, L_b = xy²: J = [[2y, 2x], [2y, 2x]] at the tick in the middle of five and at the start."""
    s = ds.System("moments")
    x, y = s.state("x", init="uniform(1, 2)"), s.state("y", init="uniform(1, 2)")
    s.agent("a", controls=x, declared=x**2 * y, rule=ds.rules.gradient(rate=0.01))
    s.agent("b", controls=y, declared=x * y**2, rule=ds.rules.gradient(rate=0.01))
    s.clock(steps=8)
    s.record(every=2)
    s.ensemble(replicas=5, seed=3)
    study = simulated(s)
    (block,) = study.recording.blocks()
    for moment, tick in ((0.0, 0), (0.5, 2), (0.6, 2), (1.0, 4)):
        mean_x, mean_y = block.values["x"][tick].mean(), block.values["y"][tick].mean()
        found = square(GameJacobianMatrix(moment=moment).table(study), "J")
        np.testing.assert_allclose(found, [[2 * mean_y, 2 * mean_x]] * 2, rtol=1e-12)


def test_a_program_without_agents_is_no_game():
    program = build(Graph(), ["x"], {})
    with pytest.raises(InputError, match="there is no game"):
        GameJacobianMatrix().table(Study(program, recording({"x": [[1.0]]})))
