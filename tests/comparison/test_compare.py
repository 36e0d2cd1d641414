"""Runs side by side: differences in closed form, and what cannot be compared."""

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import dynsim as ds
from dynsim.cli import cli
from dynsim.comparison.scenarios import NOTHING
from dynsim.errors import InputError
from dynsim.experiments.run import run_experiment
from dynsim.experiments.state import stated_experiment

stats = pytest.importorskip("scipy.stats")

SCENARIO = """
dynsim: 1
title: a learner in noise
params: {goal: 0, rate: 0.1}
variables: {x: {init: "normal(0, 1)", noise: 0.3}}
agents: {a: {controls: x, declared: (x - goal)**2/2, rule: {gradient: {rate: rate}}}}
base: {objective: x**2}
clock: {steps: 20}
ensemble: {replicas: 8, seed: 3}
metrics: {eigenvalues: {}}
"""
IDLE = """
dynsim: 1
title: nothing wants anything
variables: {z: {init: "normal(0, 1)", noise: 0.1}}
clock: {steps: 10}
ensemble: {replicas: 8, seed: 3}
"""
SELECTED = SCENARIO + """
selection: {fitness: exp(-x**2), every: 5, scheme: {moran: {}}, heritable: {x: null}}
"""
MOVED = 1 - 0.9**20  # x after 20 steps of x ← x − (x − goal)/10, per unit of the goal


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("scenario") / "learner.yaml"
    path.write_text(SCENARIO)
    return path


def run_of(file, *changes, **more):
    return ds.simulate(file, set=changes, compiled=False, **more)


@pytest.fixture(scope="module")
def near(file, tmp_path_factory):
    return run_of(file, out=tmp_path_factory.mktemp("runs") / "near", report=False)


@pytest.fixture(scope="module")
def far(file, near):
    return run_of(file, "params.goal=2", replicas=11, out=near.directory.parent / "far", report=False)


@pytest.fixture(scope="module")
def found(near, far):
    return ds.compare([near.directory, str(far.directory)])


def test_runs_with_the_same_noise_differ_by_a_constant(found, near):
    """Also where one of them has more replicas."""
    table = found.differences
    (x,) = (row for _, row in table.iterrows() if row["quantity"] == "x")
    np.testing.assert_allclose(x[["difference", "low", "high"]].astype(float), 2 * MOVED, rtol=1e-12)
    assert x["n"] == 8
    assert x["run"] == "far"
    assert {"base.last", "objective.a", "verdict.unsettled"} <= set(table["quantity"])
    assert near.summary["x"].std() > 0.2
    assert f"far raises x by {2 * MOVED:.3g}." in found.sentences


def test_what_differs_between_the_scenarios(found):
    assert found.names == ("near", "far")
    assert found.scenarios.to_numpy().tolist() == [["params.goal", "0", "2"], ["ensemble.replicas", "8", "11"]]


def test_tables_have_the_rows_of_every_run(found, near, far):
    for table, own in ((found.objectives, "objectives"), (found.verdicts, None), (found.answers, None)):
        assert list(dict.fromkeys(table["run"])) == ["near", "far"]
        if own:
            for name, run in (("near", near), ("far", far)):
                mine = table[table["run"] == name].drop(columns="run").reset_index(drop=True)
                pd.testing.assert_frame_equal(mine, getattr(run.tables, own))
    assert list(found.metrics) == ["eigenvalues"]
    assert set(found.metrics["eigenvalues"]["run"]) == {"near", "far"}
    shares = found.verdicts.groupby("run")[["share", "replicas"]].sum()
    np.testing.assert_allclose(shares["share"], 1.0)
    assert shares["replicas"].to_dict() == {"near": 8, "far": 11}


def test_runs_with_other_seeds_are_independent_samples(file, near):
    other = run_of(file, "params.goal=2", seed=4, replicas=12)
    found = ds.compare({"a": near, "b": other})
    x = found.differences.set_index("quantity").loc["x"]
    exact = stats.ttest_ind(other.summary["x"], near.summary["x"], equal_var=False)
    np.testing.assert_allclose(x[["low", "high", "p"]].astype(float), [*exact.confidence_interval(), exact.pvalue])
    assert x["n"] == 8
    assert not found.differences["paired"].any()
    assert found.sentences[-1] == (
        "b is not paired with a: they have the seeds 4 and 3, so their replicas have different random numbers."
    )
    assert found.sentences[-2].startswith("Differences of b are unpaired: replicas are independent of the reference's.")
    assert "(Welch's t-test; Fisher's exact test for shares)" in found.sentences[-2]
    assert "Differences of independent replicas from a, with 95" in found.dashboard().html


def test_three_runs_of_which_one_is_paired(file, near, far):
    found = ds.compare({"near": near, "far": far, "other": run_of(file, seed=4)})
    assert found.differences.groupby("run")["paired"].all().to_dict() == {"far": True, "other": False}
    assert (found.differences["n"] == 8).all()
    method = next(text for text in found.sentences if text.startswith("Differences of far are paired"))
    assert "Differences of other are unpaired" in method
    assert "(paired t-test; McNemar's test for shares; unpaired: Welch's t-test; Fisher's exact" in method
    assert "Differences, paired or of independent replicas, from near" in found.dashboard().html


def test_what_varies_is_compared_cell_by_cell(file):
    sweep = {"ensemble.grid.rate": "[0.1, 0.5]", "ensemble.replicas": "6"}
    changes = [f"{path}={value}" for path, value in sweep.items()]
    found = ds.compare({"near": run_of(file, *changes), "far": run_of(file, *changes, "params.goal=2")})
    x = found.differences[found.differences["quantity"] == "x"]
    exact = [2 * MOVED, 2 * (1 - 0.5**20)]
    np.testing.assert_allclose(x["difference"], [*exact, np.mean(exact)], rtol=1e-12)
    assert list(x["cell"][:2]) == [0, 1]
    assert x["cell"].isna().tolist() == [False, False, True]
    assert list(found.verdicts["rate"].unique()) == [0.1, 0.5]
    assert x["rate"].tolist()[:2] == [0.1, 0.5]
    assert "Left out: near (parameters vary in it), far (parameters vary in it)." in found.dashboard().html


def test_values_that_both_have_are_compared(file):
    """Where nothing varies in one of them, it is compared with every cell; replicas are numbered through all cells."""
    def grid(rates, name="rate", **more):
        return run_of(file, f"ensemble.grid.{name}={rates}", "ensemble.replicas=6", **more)

    one = grid("[0.1, 0.5]")
    found = ds.compare({"grid": one, "wider": grid("[0.1, 0.7, 0.5]", seed=4), "plain": run_of(file)})
    x = found.differences[found.differences["quantity"] == "x"]
    wider, plain = (x[x["run"] == name] for name in ("wider", "plain"))
    assert wider["rate"].tolist()[:2] == [0.1, 0.5]
    assert wider["cell"].tolist() == [0, 1, pd.NA]
    assert plain["cell"].tolist() == [0, 1, pd.NA]
    assert plain["paired"].all()
    # The same rate and, with the same number, the same random numbers.
    np.testing.assert_allclose(plain["difference"].iloc[0], 0.0, atol=1e-15)
    assert plain["pairs"].tolist() == [3, 3, 6]
    apart = ds.compare({"grid": one, "goals": grid("[0, 1]", "goal"), "others": grid("[0.2, 0.3]")})
    assert apart.sentences == (
        "goals is not compared with grid: other parameters vary in them.",
        "others is not compared with grid: what varies has other values in each of them.",
    )
    assert len(apart.differences) == 0
    assert '<section id="differences">' not in apart.dashboard().html
    assert set(apart.verdicts["run"]) == {"grid", "goals", "others"}


def test_names_tell_runs_apart(file, near):
    again = run_of(file)
    assert ds.compare([again, run_of(file), near]).names == ("a learner in noise (1)", "a learner in noise (2)", "near")


@pytest.mark.parametrize(("runs", "message"), [
    (lambda near: [], "compare needs at least two runs, got 0"),
    (lambda near: [near], "compare needs at least two runs, got 1"),
    (lambda near: near, "compare needs a list of at least two runs, got one run"),
    (lambda near: [near, 3], "expected a run or a run directory, got int"),
    (lambda near: [near.directory, near], "near: is given twice"),
    (lambda near: [near, near.directory.parent], "not a run directory: it has no manifest.json"),
])
def test_what_cannot_be_compared(near, runs, message):
    with pytest.raises(InputError, match=message):
        ds.compare(runs(near))


def test_all_directories_that_are_wrong_are_told_at_once(near, tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError) as error:
        ds.compare([near, tmp_path / "none", tmp_path / "file"])
    assert [problem.message.split(": ", 1)[1] for problem in error.value.problems] == [
        "not a run directory: it has no manifest.json", "not a run directory: it is a file",
    ]


def test_objectives_on_another_clock_are_not_drawn(near, tmp_path):
    flowing = tmp_path / "flowing.yaml"
    flowing.write_text(SCENARIO.replace("clock: {steps: 20}", "clock: {time: 2, dt: 0.1}"))
    found = ds.compare({"a": near, "b": run_of(flowing)})
    assert "Left out: b (its time is continuous)." in found.dashboard().html
    assert ["clock.steps", "20", NOTHING] in found.scenarios.to_numpy().tolist()
    assert "x" in set(found.differences["quantity"])


def test_runs_without_anything_in_common(near, tmp_path):
    """No agents, and no variable of the same name: verdicts are all that is compared."""
    (tmp_path / "idle.yaml").write_text(IDLE)
    found = ds.compare({"a": near, "b": run_of(tmp_path / "idle.yaml")})
    assert all(name.startswith("verdict.") for name in found.differences["quantity"])
    assert "Left out: b (it has no agents)." in found.dashboard().html
    alone = ds.compare({"b": run_of(tmp_path / "idle.yaml"), "c": run_of(tmp_path / "idle.yaml", seed=9)})
    assert "There is nothing to draw." in alone.dashboard().html


def test_replicas_under_selection_are_not_compared(file, tmp_path):
    (tmp_path / "evolving.yaml").write_text(SELECTED)
    evolving = run_of(tmp_path / "evolving.yaml")
    found = ds.compare({"a": run_of(file), "b": evolving})
    assert found.sentences == ("b is not compared with a: selection makes replicas depend on each other.",)
    assert len(found.differences) == 0


# -- experiments -------------------------------------------------------------------------------------------------------


def experiment_of(file, goal, out=None):
    variants = {"plain": {}, "fast": {"set": {"params.rate": 0.5}}}
    stated = stated_experiment(file, set=f"params.goal={goal}", variants=variants, replicas=6, collect=["verdict", "x"])
    return run_experiment(stated, out, compiled=False)


@pytest.fixture(scope="module")
def experiments(file, tmp_path_factory):
    folder = tmp_path_factory.mktemp("experiments")
    return [experiment_of(file, goal, folder / name) for name, goal in (("home", 0), ("away", 2))]


def test_experiments_are_compared_cell_by_cell(experiments):
    found = ds.compare([one.directory for one in experiments])
    x = found.differences[found.differences["quantity"] == "x"]
    exact = [2 * MOVED, 2 * (1 - 0.5**20)]
    np.testing.assert_allclose(x["difference"], [*exact, np.mean(exact)], rtol=1e-12)
    assert found.scenarios.to_numpy().tolist() == [["scenario.params.goal", "0", "2"]]
    assert list(found.verdicts["variants"].unique()) == ["plain", "fast"]
    assert found.verdicts.groupby(["run", "variants"])["share"].sum().tolist() == [1.0] * 4
    assert len(found.answers) == 0
    html = found.dashboard().html
    assert '<section id="differences">' in html
    assert '<section id="answers">' not in html
    done = invoked(*(one.directory for one in experiments))
    assert "  home  a learner in noise, 2 cells with 6 replicas each, seed 3\n" in done.output


def test_an_experiment_beside_a_run(experiments, file, near):
    """The run is compared with every cell. Both have all defaults written out."""
    found = ds.compare({"near": near, "away": experiments[1]})
    x = found.differences[found.differences["quantity"] == "x"].reset_index(drop=True)
    np.testing.assert_allclose(x["difference"][0], 2 * MOVED, rtol=1e-12)
    assert x["variants"].tolist() == ["plain", "fast", x["variants"][2]]
    assert x["paired"].all()
    assert found.scenarios["path"].tolist() == ["params.goal", "ensemble.replicas", "variants"]
    assert set(found.verdicts["run"]) == {"near", "away"}
    assert list(found.answers["run"].unique()) == ["near"]
    html = found.dashboard().html
    for part in ("scenarios", "effects", "verdicts", "objectives", "differences", "answers"):
        assert f'<section id="{part}">' in html
    back = ds.compare({"away": experiments[1], "near": near}).differences
    np.testing.assert_allclose(back[back["quantity"] == "x"]["difference"], -x["difference"], rtol=1e-9)


def test_an_axis_of_an_experiment_is_a_parameter_of_a_run(file):
    swept = run_of(file, "ensemble.grid.rate=[0.1, 0.5]", "params.goal=2", "ensemble.replicas=6", seed=4)
    stated = stated_experiment(file, vary={"params.rate": [0.5, 0.1]}, replicas=6, collect=["x"])
    found = ds.compare({"swept": swept, "varied": run_experiment(stated, compiled=False)})
    x = found.differences[found.differences["quantity"] == "x"]
    assert x["rate"].tolist()[:2] == [0.1, 0.5]
    assert x["cell"].tolist() == [1, 0, pd.NA]
    assert not x["paired"].any()


def test_an_unfinished_experiment_is_refused(experiments, tmp_path):
    (tmp_path / "manifest.json").write_text((experiments[0].directory / "manifest.json").read_text())
    with pytest.raises(InputError, match="the experiment is not finished"):
        ds.compare([experiments[0], tmp_path])


# -- the command ------------------------------------------------------------------------------------------------------


def invoked(*arguments):
    return CliRunner().invoke(cli, ["compare", *map(str, arguments)], env={"COLUMNS": "80"})


def test_the_command_fits_the_terminal_and_writes_a_page(near, far, tmp_path):
    page = tmp_path / "page.html"
    done = invoked(near.directory, far.directory, "--out", page)
    assert done.exit_code == 0, done.output
    assert max(map(len, done.output.splitlines())) <= max(80, len(f"page: {page}"))
    assert "  params.goal\n    near  0\n    far   2\n" in done.output
    assert f"- far raises x by {2 * MOVED:.3g}." in done.output
    html = page.read_text()
    for part in ("scenarios", "effects", "verdicts", "objectives", "differences", "answers", "metric-eigenvalues"):
        assert f'<section id="{part}">' in html
    again = invoked(near.directory, far.directory, "--out", page)
    assert "exists, and is not overwritten" in str(again.exception)
    assert page.read_text() == html


def test_nothing_is_written_where_a_run_is_wrong(near, far, tmp_path):
    damaged = tmp_path / "damaged"
    damaged.mkdir()
    for entry in far.directory.iterdir():
        if entry.is_file():
            content = entry.read_bytes()
            (damaged / entry.name).write_bytes(content[:40] if entry.name == "summary.parquet" else content)
    done = invoked(near.directory, damaged, "--out", tmp_path / "page.html")
    assert isinstance(done.exception, InputError)
    assert "summary.parquet" in str(done.exception)
    assert not (tmp_path / "page.html").exists()


def test_metrics_of_all_runs_are_beside_each_other(near, far):
    html = ds.compare([near, far]).dashboard().html
    rows = html[html.index('id="metric-eigenvalues"'):].split("<tr>")[2:]
    assert [row.split("</td>")[0].removeprefix("<td>") for row in rows[:4]] == ["near", "far"] * 2


def test_names_are_text_and_no_markup(near, far):
    html = ds.compare({"<b>a</b>": near, "b&c": far}).dashboard().html
    assert "<b>a</b>" not in html
    assert "&lt;b&gt;a&lt;/b&gt;" in html
