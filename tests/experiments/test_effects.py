"""Effects of variants: differences that are known in closed form, and sentences that claim no more than they show."""

import sys

import numpy as np
import pandas as pd
import pytest

from dynsim.errors import Advice
from dynsim.experiments.effects.differences import effects, interactions
from dynsim.experiments.effects.factorial import factorial
from dynsim.experiments.effects.places import places
from dynsim.experiments.effects.sentences import interaction_sentences, sentences
from dynsim.experiments.effects.values import values_of
from dynsim.experiments.model import Variant
from dynsim.experiments.run import run_experiment
from dynsim.experiments.state import stated_experiment

pytest.importorskip("scipy")

SCENARIO = """
dynsim: 1
title: a learner in noise
params: {goal: 0, pull: 0, rate: 0.1}
variables: {x: {init: "normal(0, 1)", noise: 0.3}}
agents: {a: {controls: x, declared: (x - goal - pull)**2/2, rule: {gradient: {rate: rate}}}}
clock: {steps: 20}
"""
VARIANTS = {
    "plain": {}, "far": {"set": {"params.goal": 2}}, "pulled": {"set": {"params.pull": 1}},
    "both": {"set": {"params.goal": 2, "params.pull": 1}},
}


@pytest.fixture(scope="module")
def linear(tmp_path_factory):
    """A learner in noise at two rates, with a goal, a pull, and both as variants."""
    file = tmp_path_factory.mktemp("linear") / "linear.yaml"
    file.write_text(SCENARIO)
    one = stated_experiment(
        file, vary={"rate": [0.1, 0.5]}, variants=VARIANTS, replicas=7, seed=3, collect=["verdict", "x", "x**2"]
    )
    return run_experiment(one, compiled=False)


def moved(rate):
    """x after 20 steps of x ← x − rate (x − goal), per unit of the goal."""
    return 1 - (1 - rate) ** 20


def test_variants_of_a_linear_system_differ_by_a_constant(linear):
    """The noise cancels: the interval is a point, in each cell and over both."""
    table, cells, replicas = linear.effects, linear.cells, linear.replicas
    x = table[(table["quantity"] == "x") & (table["variant"] == "far")]
    exact = [2 * moved(0.1), 2 * moved(0.5), moved(0.1) + moved(0.5)]
    for column in ("difference", "low", "high"):
        np.testing.assert_allclose(x[column], exact, rtol=1e-12)
    assert x["cell"].isna().tolist() == [False, False, True]
    assert cells.set_index("cell")["variant"][x["cell"].dropna()].eq("far").all()
    assert list(x["n"]) == [7, 7, 7]
    assert list(x["pairs"]) == [7, 7, 14]
    spread = replicas.groupby("cell")["x"].std()
    assert (spread > 0.2).all()
    assert "plain" not in set(table["variant"])


def test_changes_that_add_have_no_interaction_and_a_square_has_one(linear):
    assert factorial(linear.experiment.variants) == [("far", "pulled", "both")]
    table = linear.interactions
    assert set(table["variant"]) == {"far × pulled"}
    found = table[table["cell"].isna()].set_index("quantity")
    assert found.loc["x", "difference"] == pytest.approx(0.0, abs=1e-12)
    assert found.loc["x**2", "difference"] == pytest.approx(2 * (moved(0.1) ** 2 + moved(0.5) ** 2), rel=1e-12)
    assert interaction_sentences(table) == [
        "With far and pulled together, x**2 is 3.54 higher than their separate effects add up to."
    ]


def test_verdicts_and_conditions_interact_on_the_scale_of_shares():
    """Neither change alone makes a replica cycle, both together do: an interaction of 1, in one cell and in many."""
    variants = [Variant("plain", {}, ()), Variant("a", {"a": 1}, ()), Variant("b", {"b": 1}, ()),
                Variant("ab", {"a": 1, "b": 1}, ())]
    for points, ends in ((1, "52–110"), (3, "52–110")):  # 10/12 ∓ 1.96 √(1 − (10/12)²)/√12: three cells tell no more
        cells = pd.DataFrame({"cell": range(4 * points), "variant": [one.name for one in variants] * points,
                              "k": np.repeat(range(points), 4)})
        rows = pd.DataFrame({"cell": np.repeat(cells["cell"], 10), "replica": np.tile(range(10), 4 * points)})
        rows["verdict"] = np.where(rows["cell"] % 4 == 3, "cycling", "converged")
        rows["x > 0"] = (rows["cell"] % 4 == 3).astype(float)
        table = interactions(values_of(cells, rows, ["k"]), variants)
        assert set(table["quantity"]) == {"verdict.cycling", "verdict.converged", "x > 0"}
        assert table["difference"].abs().tolist() == [1.0] * len(table)
        assert len(table) == 3 * (points + 1)
        assert (
            f"With a and b together, the share of replicas that cycled is 100 percentage points ({ends}) higher than "
            "their separate effects add up to."
        ) in interaction_sentences(table)


def test_only_disjoint_changes_whose_sum_is_a_variant_are_factorial():
    def variant(name, remove=(), **set_):
        return Variant(name, set_, tuple(remove))

    plain, cut, slow = variant("plain"), variant("cut", ["leak"]), variant("slow", rate=1)
    assert factorial([plain, cut, slow, variant("both", ["leak"], rate=1)]) == [("cut", "slow", "both")]
    assert factorial([plain, cut, slow, variant("more", ["leak"], rate=2)]) == []
    assert factorial([plain, cut, slow]) == []
    assert factorial([plain, slow, variant("fast", rate=2)]) == []
    based = [variant("base", k=1), variant("a", k=1, rate=1), variant("b", k=1, p=2), variant("ab", k=1, rate=1, p=2)]
    assert factorial(based) == [("a", "b", "ab")]


def made(differences, axis=None):
    """An experiment in which variant `cut` differs from `as_is` by (cells, replicas) numbers; the reference has 10."""
    differences = np.asarray(differences, dtype=float)
    count, replicas = differences.shape
    axis = np.arange(count) / 10 if axis is None else axis
    cells = pd.DataFrame({
        "cell": range(2 * count), "variant": ["as_is", "cut"] * count, "params.kappa": np.repeat(axis, 2)
    })
    values = np.stack([np.full_like(differences, 10.0), 10.0 + differences], axis=1).reshape(2 * count, -1)
    rows = pd.DataFrame({
        "cell": np.repeat(range(2 * count), replicas), "replica": np.tile(range(replicas), 2 * count),
        "base": values.ravel(),
    })
    return cells, rows


def told(cells, rows):
    axes = ["params.kappa"]
    return sentences(effects(values_of(cells, rows, axes)), cells, axes)


NOISE = np.array([0.1, -0.1, 0.1, -0.1, 0.1, -0.1, 0.1, -0.1])  # s/√8 = 0.03780, times t₇ = 2.3646 is 0.0894


def test_a_clear_effect_and_where_there_is_none():
    cells, rows = made(np.array([0.0, 0.0, 0.0, -1.0, -2.0])[:, None] * (1 + NOISE))
    first, method = told(cells, rows)
    assert first == (
        "cut lowers base by 0.6 (0.546–0.654) on average over 5 cells; it changes no replica by more than 0.1\u00a0% "
        "in the 3 cells with kappa ≤ 0.2."
    )
    assert "after Holm's correction for 1 comparison over all cells, and for 5 comparisons of single cells" in method


def test_nearly_no_effect_is_told_with_the_size_that_the_intervals_allow():
    """0.02 (1 ± 0.0894) reaches to 0.0218, which is less than a tenth of 2; 0.4 is not."""
    cells, rows = made(np.array([0.0, 0.02, 0.4, 2.0])[:, None] * (1 + NOISE))
    assert told(cells, rows)[0].endswith(
        "; it has no effect larger than 0.0218 in the 2 cells with kappa ≤ 0.1 (95 % interval of each cell)."
    )
    cells, rows = made(np.stack([0.02 + 10 * NOISE, 2 + NOISE]))  # the interval of the first reaches to 0.914
    assert told(cells, rows)[0].endswith(" on average over 2 cells.")


def test_where_no_verdict_changes_the_interval_still_allows_an_effect():
    """Newcombe's interval of 0 of 12 pairs against 0 of 12 has Wilson's upper end z²/(12 + z²) = 24.2 %."""
    cells, rows = made(np.zeros((3, 12)))
    rows["verdict"] = np.where(rows["cell"] >= 3, "cycling", "converged")  # cell 3 is cut's at kappa = 0.1
    rows.loc[rows["cell"].isin([2, 4]), "verdict"] = "converged"
    assert (
        "cut raises the share of replicas that cycled by 67 percentage points (48–80) on average over 3 cells; it "
        "changes no replica in the cell with kappa = 0 (no effect larger than 24 percentage points)."
    ) in told(cells, rows)


def test_conditions_are_shares():
    cells, rows = made(np.zeros((1, 20)))
    rows["x > 0"] = ((rows["cell"] == 1) & (rows["replica"] < 12)).astype(float)
    table = effects(values_of(cells, rows, []))
    row = table[table["quantity"] == "x > 0"].iloc[0]
    assert row["p"] == pytest.approx(2 / 2**12)
    assert row["low"] > 0.3  # Student's 0.36, Newcombe's 0.34
    assert told(cells, rows)[0].startswith("cut raises the share of replicas with x > 0 by 60 percentage points (3")


def test_how_many_pairs_are_known_is_said():
    cells, rows = made(1 + np.stack([NOISE, NOISE]))
    rows["onset.war"] = rows["base"].where((rows["cell"] != 2) | (rows["replica"] < 3))
    assert "on average over 2 cells in the 11 of 16 pairs of replicas in which it is known." in told(cells, rows)[1]
    rows.loc[rows["cell"] == 1, "onset.war"] = np.nan
    assert "on average over 1 cell in the 3 of 16 pairs" in " ".join(told(cells, rows))


@pytest.mark.parametrize(("x", "there", "text"), [
    ([0, 1, 2, 3], [1, 1, 0, 0], "in the 2 cells with k ≤ 1"), ([0, 1, 2, 3], [0, 0, 0, 1], "in the cell with k = 3"),
    ([0, 1, 2, 3, 4], [0, 1, 1, 0, 1], "in the 3 cells with k from 1 to 2 and k = 4"),
    ([0, 1, 1, 2], [1, 1, 0, 0], "in 2 of 4 cells"), ([0, 1, 1, 2], [1, 1, 1, 0], "in the 3 cells with k ≤ 1"),
    ([0.12341, 0.12342, 0.5], [1, 0, 0], "in the cell with k = 0.12341"),
    ([3, 2, 1, 0], [1, 1, 0, 0], "in the 2 cells with k ≥ 2"), (range(8), [1, 0] * 4, "in 4 of 8 cells"),
    (["a", "b", "a"], [1, 0, 1], "in the 2 cells with k = a"), (["a", "b", "a"], [1, 0, 0], "in 1 of 3 cells"),
])  # fmt: skip
def test_places(x, there, text):
    assert places(pd.DataFrame({"params.k": x}), ["params.k"], np.array(there, dtype=bool)) == text


def test_an_effect_of_either_sign_is_told_for_both():
    cells, rows = made(np.array([-1.0, -1.0, 1.0, 3.0])[:, None] * (1 + NOISE))
    assert told(cells, rows)[0].endswith("; it clearly lowers it in the 2 cells with kappa ≤ 0.1.")
    cells, rows = made(np.array([-1.0, -1.0, 1.0, 1.0])[:, None] * (1 + NOISE))
    assert told(cells, rows)[0] == (
        "cut has no clear effect on base on average over 4 cells (0); it clearly lowers it in the 2 cells with "
        "kappa ≤ 0.1; it clearly raises it in the 2 cells with kappa ≥ 0.2."
    )


def test_chance_is_no_effect_and_few_replicas_prove_none():
    cells, rows = made(np.random.default_rng(0).normal(0, 1, (1, 12)))
    assert told(cells, rows)[0].startswith("cut has no clear effect on base (")
    cells, rows = made([[1.0, 1.1, 0.9, 1.0, 1.05]])
    assert told(cells, rows)[0] == "cut raises base by 1.01, but 5 replicas are too few to tell it from chance."


def test_what_does_not_change_is_said_together():
    cells, rows = made(np.zeros((3, 8)))
    rows["other"] = rows["base"]
    text = told(cells, rows)[0]
    assert text == "cut does not change base and other (in no pair of replicas by more than 0.1\u00a0%)."


def test_many_comparisons_of_chance_are_clear_in_five_percent_of_experiments():
    rng = np.random.default_rng(2)
    claims = 0
    for _ in range(60):
        cells, rows = made(rng.normal(size=(1, 10)))
        for k in range(10):
            rows[f"q{k}"] = rng.normal(size=len(rows))
        claims += any(" lowers " in text or " raises " in text for text in told(cells, rows))
    assert claims <= 7  # of 60 with a probability of 0.05: more happens once in 100 tries


def test_shares_of_verdicts_are_paired():
    cells, rows = made(np.zeros((1, 20)))
    rows = rows.drop(columns="base")
    rows["verdict"] = np.where((rows["cell"] == 1) & (rows["replica"] < 12), "cycling", "converged")
    table = effects(values_of(cells, rows, ["params.kappa"]))
    share = table[table["quantity"] == "verdict.cycling"].iloc[-1]
    assert share["reference"] == 0.0
    assert share["difference"] == pytest.approx(0.6)
    assert share["p"] == pytest.approx(2 / 2**12)
    unknown = rows.assign(verdict=rows["verdict"].where(rows["replica"] != 0))
    pairs = effects(values_of(cells, unknown, ["params.kappa"])).groupby("quantity")["pairs"].max()
    assert pairs["verdict.cycling"] == 19
    assert "cut raises the share of replicas that cycled by 60 percentage points (" in " ".join(told(cells, rows))


def test_a_pair_counts_only_where_both_are_known():
    cells, rows = made(np.ones((2, 6)))
    rows.loc[(rows["cell"] == 0) & (rows["replica"] == 2), "base"] = np.nan
    rows = rows[~((rows["cell"] == 3) & (rows["replica"] > 3))]
    table = effects(values_of(cells, rows, ["params.kappa"]))
    assert list(table["pairs"]) == [5, 4, 9]
    assert list(table["n"]) == [5, 4, 6]
    assert (table["difference"] == 1.0).all()


def test_the_order_of_rows_does_not_matter(linear):
    mixed = effects(values_of(linear.cells, linear.replicas.sample(frac=1, random_state=1), ["rate"]))
    pd.testing.assert_frame_equal(linear.effects, mixed)


def test_an_experiment_without_axes_and_one_without_variants():
    cells, rows = made(np.ones((1, 6)))
    table = effects(values_of(cells, rows, []))
    assert list(table["difference"]) == [1.0, 1.0]
    alone = cells[cells["variant"] == "as_is"]
    nothing = effects(values_of(alone, rows[rows["cell"] == 0], []))
    assert len(nothing) == 0
    assert sentences(nothing, alone, []) == []


def test_equal_values_of_a_sampled_design_are_two_points():
    cells, rows = made(np.array([1.0, 3.0])[:, None] * (1 + NOISE), axis=[0.5, 0.5])
    table = effects(values_of(cells, rows, ["params.kappa"]))
    assert table["cell"].tolist() == [1, 3, pd.NA]
    np.testing.assert_allclose(table["difference"], [1.0, 3.0, 2.0], rtol=1e-12)


def test_structures_are_axes_too():
    """Values that are lists, or words."""
    cells, rows = made(np.array([0.0, -1.0])[:, None] * (1 + NOISE), axis=["lola", "gradient"])
    assert told(cells, rows)[0].endswith(" by more than 0.1\u00a0% in the cell with kappa = lola.")
    cells["params.kappa"] = [[1, 2], [1, 2], [3], [3]]
    assert len(effects(values_of(cells, rows, ["params.kappa"]))) == 3


def test_a_report_without_scipy_leaves_the_effects_out(tmp_path, monkeypatch):
    (tmp_path / "linear.yaml").write_text(SCENARIO)
    one = stated_experiment(tmp_path / "linear.yaml", variants=VARIANTS, replicas=2, collect=["x"])
    monkeypatch.setitem(sys.modules, "scipy.stats", None)
    with pytest.warns(Advice, match=r"no effects of the variants: .* needs the package scipy: pip install"):
        run_experiment(one, tmp_path / "out", compiled=False)
    assert (tmp_path / "out" / "report.html").exists()
