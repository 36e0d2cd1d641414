import numpy as np
import pytest
from scipy.stats import entropy

import dynsim as ds
from dynsim.analysis.requested_metrics.collapse import Collapse
from dynsim.errors import InputError

from .cases import simulated


def test_it_is_one_less_the_relative_entropy_of_the_recorded_shares():
    """Two replicator players with 3 and 4 options, six replicas."""
    rng = np.random.default_rng(4)
    s = ds.System("shares")
    x, y = s.state("x", init="simplex()", size=3, space="simplex"), s.state("y", init="simplex()", size=4,
                                                                             space="simplex")
    game = s.game("g", "matrix_game", actions=[x, y], payoffs=rng.normal(size=(2, 3, 4)).tolist())
    for k, (name, z) in enumerate({"row": x, "column": y}.items()):
        s.agent(name, controls=z, declared=game[k], rule=ds.rules.replicator(rate=0.3))
    s.clock(steps=40)
    s.ensemble(replicas=6, seed=2)
    study = simulated(s)
    states = study.recording.chunks[0].values
    table = Collapse(ticks=100).table(study)
    for name, n in (("x", 3), ("y", 4)):
        shares = np.stack([states[f"{name}[{k}]"] for k in range(n)])
        expected = 1 - entropy(shares, axis=0) / np.log(n)
        rows = table[table.variable == name]
        assert rows["t"].tolist() == list(range(41))
        np.testing.assert_allclose(rows["mean"], expected.mean(axis=1), atol=1e-12)
        np.testing.assert_allclose(rows["q25"], np.quantile(expected, 0.25, axis=1), atol=1e-12)


def test_equal_shares_are_0_and_a_single_one_is_1():
    s = ds.System("ends")
    x = s.state("x", init=[0.25] * 4, size=4, space="simplex")
    y = s.state("y", init=[0.0, 1.0], size=2, space="simplex")
    s.agent("a", controls=[x, y], declared=0 * x[0], rule=ds.rules.gradient(rate=0.1))
    s.clock(steps=1)
    table = Collapse().table(simulated(s))
    assert table.set_index(["variable", "t"])["mean"].to_dict() == pytest.approx(
        {("x", 0.0): 0.0, ("y", 0.0): 1.0, ("x", 1.0): 0.0, ("y", 1.0): 1.0}, abs=1e-15)


def test_where_there_are_no_shares_it_says_so():
    s = ds.System("none")
    x = s.state("x", init=1, space=[0, 1])
    s.agent("a", controls=x, declared=x**2, rule=ds.rules.gradient(rate=0.1))
    s.clock(steps=1)
    with pytest.raises(InputError, match="no shares"):
        Collapse().table(simulated(s))
