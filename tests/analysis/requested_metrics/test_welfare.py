import numpy as np

import dynsim as ds
from dynsim.analysis.requested_metrics.price_of_anarchy import PriceOfAnarchy
from dynsim.analysis.requested_metrics.welfare import Welfare

from .cases import simulated


def test_what_they_declare_is_summed_and_the_worst_of_it_named():
    """Declared x² + y² and (x − 2)², whatever they pursue; a crowd's Σ(p − x)² over its nodes."""
    s = ds.System("three")
    s.population("net", generator="cycle_graph", n=3)
    x, y = s.state("x", init="normal(0, 1)"), s.state("y", init="normal(0, 1)")
    s.state("p", init="uniform(0, 1)", on="net")
    s.agent("a", controls=x, declared=x**2 + y**2, pursues=-x, rule=ds.rules.gradient(rate=0.1))
    s.agent("b", controls=y, declared=(x - 2) ** 2, rule=ds.rules.gradient(rate=0.1))
    s.agent("crowd", controls="p", declared="(p - x)**2", rule=ds.rules.gradient(rate=0.1))
    s.clock(steps=6)
    s.ensemble(replicas=4, seed=1)
    study = simulated(s)
    (block,) = study.recording.blocks()
    x, y, p = (block.values[v] for v in "xyp")
    declared = np.stack([x**2 + y**2, (x - 2) ** 2, ((p - x[:, None]) ** 2).sum(axis=1)])
    table = Welfare().table(study)
    for quantity, expected in (("social cost", declared.sum(axis=0)), ("worst off", declared.max(axis=0))):
        rows = table[table["quantity"] == quantity]
        np.testing.assert_allclose(rows["mean"], expected.mean(axis=1), rtol=1e-12)
        np.testing.assert_allclose(rows["q95"], np.quantile(expected, 0.95, axis=1), rtol=1e-12)
        assert rows["t"].tolist() == block.times.tolist()


def test_its_end_is_the_cost_that_the_price_of_anarchy_compares():
    s = ds.System("two")
    x, y = s.state("x", init=1.0), s.state("y", init=-1.0)
    s.agent("a", controls=x, declared=(x - 1) ** 2 + x * y, rule=ds.rules.gradient(rate=0.1))
    s.agent("b", controls=y, declared=y**2 + x**2, rule=ds.rules.gradient(rate=0.1))
    s.clock(steps=5)
    study = simulated(s)
    last = Welfare().table(study).query("quantity == 'social cost'")["mean"].iloc[-1]
    assert PriceOfAnarchy().table(study).set_index("quantity").loc["cost", "mean"] == last
