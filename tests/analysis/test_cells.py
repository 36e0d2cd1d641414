"""Which replicas belong together, what tells them apart, and that a table never takes others together."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import dynsim as ds
from dynsim.analysis.conflict_log.metrics.base import LOG_METRICS
from dynsim.analysis.reading.cells import Cells, cells, cells_in
from dynsim.session.simulate import simulate

rng = np.random.default_rng(7)

SWEEP = """
dynsim: 1
title: two values
params: {k: 1.0, variable: 0.5}
variables: {x: {init: "normal(0, 1)"}, y: {init: "normal(0, 1)"}}
agents:
  one: {controls: x, declared: "(x - k)**2 + x*y", rule: {gradient: {rate: 0.05}}}
  two: {controls: y, declared: "(y + variable)**2", rule: {gradient: {rate: 0.05}}}
clock: {steps: 12}
"""


def of(**parameters: np.ndarray) -> Cells:
    return cells(parameters, list(parameters), len(next(iter(parameters.values()))))


def run(ensemble: str, text: str = SWEEP) -> ds.Run:
    return simulate(ds.load_scenario(f"{text}ensemble: {ensemble}\n"), compiled=False)


def test_replicas_with_the_same_values_are_a_cell_in_the_order_of_the_values() -> None:
    found = of(k=np.array([2.0, 2.0, 1.0, 1.0]), m=np.array([0.0, 5.0, 5.0, 5.0]))
    assert found.exact
    assert found.member.tolist() == [1, 2, 0, 0]
    np.testing.assert_array_equal(found.low, [[1, 2, 2], [5, 0, 5]])
    assert [found.replicas(c).tolist() for c in range(3)] == [[2, 3], [0], [1]]
    values = np.array([10.0, 20.0, 30.0, 40.0])
    np.testing.assert_array_equal(found.split(values), [[30, 40], [10, np.nan], [20, np.nan]])


@pytest.mark.parametrize(("levels", "each", "count", "exact"), [
    (24, 1, 24, True), (25, 1, 6, False), (144, 2, 144, True), (145, 2, 10, False), (145, 50, 10, False),
    (200, 1, 10, False),
])
def test_many_values_are_cut_into_bins(levels: int, each: int, count: int, exact: bool) -> None:
    found = of(k=np.repeat(rng.permutation(levels).astype(float), each))
    assert (found.count, found.exact) == (count, exact)
    sizes = np.bincount(found.member)
    assert sizes.max() - sizes.min() <= each
    assert (found.low[0, 1:] > found.high[0, :-1]).all(), "bins do not overlap"


@pytest.mark.parametrize(("levels", "bins"), [
    ((16, 16), (8, 8)),  # 256/4 = 8²
    ((15, 15), (7, 7)), ((20, 20), (10, 10)), ((60, 60), (10, 10)),
    ((11, 11, 11), (5, 5, 5)),  # 144 is between 5³ and 6³
    ((3, 12, 12), (3, 6, 6)),  # 432/4 = 3·6²
    ((3, 16, 16), (3, 6, 6)), ((2, 2, 25), (2, 2, 6)), ((10, 30), (10, 7)), ((9, 9, 9), (5, 5, 5)),
    ((23, 2), (5, 2)), ((30, 9, 5), (3, 9, 5)),
    ((3, 9), (2, 2)),  # too many cells for four replicas each: all axes are cut
])  # fmt: skip
def test_a_grid_has_as_many_bins_for_each_axis_as_leave_four_replicas_to_a_cell(
    levels: tuple[int, ...], bins: tuple[int, ...]
) -> None:
    """At most 144 cells and 10 bins: ⌊(min(144, R/4)/lists)^(1/axes)⌋, lists of up to ten values are not cut."""
    grid = np.meshgrid(*(np.arange(float(n)) for n in levels), indexing="ij")
    found = of(**{f"x{k}": values.ravel() for k, values in enumerate(grid)})
    assert tuple(len(np.unique(low)) for low in found.low) == bins
    assert found.count == np.prod(bins)


def test_equal_values_are_never_parted() -> None:
    k = np.concatenate([np.zeros(500), np.arange(1.0, 301.0)])
    found = of(k=k)
    for value in np.unique(k):
        assert len(set(found.member[k == value])) == 1


@pytest.mark.parametrize("partner", [lambda k: k**3, lambda k: -k, lambda k: 1 / (k + 9)])
def test_what_changes_together_is_one_axis(partner) -> None:
    k = rng.permutation(100).astype(float)
    assert of(k=k, m=partner(k)).axes == (("k", "m"),)
    lists = np.repeat([1.0, 2.0, 3.0], 4)
    assert of(k=lists, m=np.repeat([5.0, 9.0, 7.0], 4)).axes == (("k", "m"),)
    assert of(k=rng.random(100), m=rng.random(100)).axes == (("k",), ("m",))


def test_a_list_beside_a_draw_keeps_its_values() -> None:
    found = of(k=np.repeat([1.0, 2.0], 100), x=rng.random(200))
    np.testing.assert_array_equal(found.low[0], found.high[0])
    assert found.count == 2 * 10


def test_more_axes_of_many_values_than_can_be_cut_are_spanned() -> None:
    assert of(**{f"x{k}": rng.random(400) for k in range(4)}).count > 10
    draws = {f"x{k}": rng.random(400) for k in range(5)}
    assert of(**draws).count == 1
    listed = of(k=np.repeat([1.0, 2.0], 200), **draws)
    assert listed.axes == (("k",),)
    assert listed.count == 2


def test_what_selection_moves_is_no_property_of_a_replica() -> None:
    text = SWEEP.replace("clock: {steps: 12}\n", """clock: {steps: 12}
selection: {fitness: -x**2, every: 4, scheme: {truncation: {share: 0.5}}, heritable: {k: k}, populations: 2}
""")
    made = run('{replicas: 8, vary: {k: "linspace(0, 1)", variable: [1, 2]}}', text)
    assert made.requested.study.cells.names == ("variable",)
    assert set(made.metric("lineages")["vary.variable"]) == {1.0, 2.0}
    with pytest.raises(ds.InputError, match="by: k is moved by selection"):
        made.metric("time_averages", by=["k"])
    mixed = run('{replicas: 8, vary: {variable: "linspace(0, 1)"}}', text)
    assert not [c for c in mixed.metric("lineages") if str(c).startswith("vary.")], "no population has one value"


@pytest.mark.parametrize("name", LOG_METRICS.names())
def test_a_metric_of_the_log_has_the_rows_of_every_value(name: str) -> None:
    """Over time a value's rows are those of a run with it alone; of the summary the replicas are the same."""
    found, expected = (run(f"{{replicas: {n}, seed: 2, vary: {{k: {values}}}}}").metric(name)
                       for n, values in ((6, [3, 0.5]), (3, [3])))
    if LOG_METRICS.get(name).table == "summary":
        rows = found.iloc[:3].drop(columns="k", errors="ignore")
    else:
        assert found.columns[0] == "vary.k", "a table over time has the cells of the study: TimeTable(keys, cells)"
        rows = found[found["vary.k"] == 3.0].drop(columns="vary.k").reset_index(drop=True)
    assert list(rows.columns) == list(expected.columns)
    for column in rows.select_dtypes("number"):
        np.testing.assert_allclose(rows[column], expected[column], rtol=1e-12, atol=1e-14)


def test_by_and_per() -> None:
    made = run("{replicas: 8, seed: 2, grid: {k: [3, 0.5], variable: [1, 2]}}")
    assert len(made.metric("stability")) == 4 * 2
    assert made.metric("stability", by=["k"])["n"].tolist() == [4] * 4
    pooled = made.metric("stability", by=[])
    assert pooled["n"].tolist() == [8, 8]
    assert list(pooled.columns[:2]) == ["quantity", "n"]
    single = made.metric("stability", per="replica")
    assert list(single.columns) == ["replica", "vary.k", "vary.variable", "quantity", "value"]
    assert len(single) == 8 * 2
    ledger = made.metric("ledger", per="replica")
    keys = ["vary.k", "vary.variable", "t", "harmed", "mover"]
    again = ledger.groupby(keys, observed=True)["value"].mean().to_numpy()
    expected = made.ledger.set_index(keys).sort_index()["mean"]
    np.testing.assert_allclose(again, expected, rtol=1e-12, atol=1e-14)
    assert len(made.metric("verdict", per="replica")) == 8
    for by, message in ((["q"], "by: unknown parameter 'q'"), ("k", r"expected a list of parameters, such as \['k'\]")):
        with pytest.raises(ds.InputError, match=message):
            made.metric("stability", by=by)
    with pytest.raises(ds.InputError, match="per: expected 'replica'"):
        made.metric("stability", per="agent")  # type: ignore[arg-type]


def test_a_parameter_may_be_called_like_a_column() -> None:
    """`variable` varies, and is a key of the contest."""
    made = run("{replicas: 4, vary: {variable: [1, 2]}}")
    assert set(made.contest["vary.variable"]) == {1.0, 2.0}
    assert set(made.contest["variable"].astype(str)) == {"x", "y"}


def test_the_cells_of_a_table_are_read_off_it() -> None:
    made = run('{replicas: 60, vary: {k: "linspace(0, 1)"}, grid: {variable: [1, 2]}}')
    table = made.metric("stability")
    found, member = cells_in(table)
    there = made.requested.study.cells
    assert (found.names, found.axes, found.count) == (there.names, there.axes, there.count)
    np.testing.assert_array_equal(found.high, there.high)
    np.testing.assert_array_equal(member, np.repeat(np.arange(found.count), 2))


def test_a_metric_looks_at_so_many_replicas_of_every_cell() -> None:
    made = run("{replicas: 12, seed: 2, vary: {k: [3, 0.5]}}")
    assert set(made.metric("exploitability", replicas=2)["n"]) == {2}
    assert set(made.metric("exploitability", replicas=2, by=[])["n"]) == {2}
    looked_at = made.metric("exploitability", per="replica", replicas=2).dropna()["replica"]
    assert set(looked_at) == {0, 5, 6, 11}


@pytest.mark.parametrize(("low", "axes"), [(2.5, (("k",),)), (2.0, ()), (1.0, ())])
def test_ranges_that_overlap_do_not_tell_cells_apart(low: float, axes: tuple[tuple[str, ...], ...]) -> None:
    table = pd.DataFrame({"vary.k": [1.0, 2.7], "vary.k.low": [0.0, low], "vary.k.high": [2.0, 3.0]})
    assert cells_in(table)[0].axes == axes
