"""Requested metrics: asked for, checked, computed, kept, shown, printed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

import dynsim as ds
from dynsim import cli
from dynsim.analysis.reading.replica_values import ReplicaValues
from dynsim.analysis.reading.study import Study
from dynsim.analysis.requested_metrics.base import REQUESTED_METRICS, RequestedMetric
from dynsim.cli.table import ROWS, text
from dynsim.session.checks.metrics import checked_model
from dynsim.session.requested_metrics import kept_metrics
from dynsim.settings import choice, number

SCENARIO = """\
dynsim: 1
title: two pulls
variables: {m: {init: "normal(0, 1)"}}
agents:
  critic: {controls: m, declared: (m - 1)**2, rule: {gradient: {rate: 0.05}}}
  actor: {controls: m, declared: (m + 1)**2, rule: {momentum: {rate: 0.05, beta: 0.9}}}
metrics: {reach: {scale: 2}, unmeasurable: }
clock: {steps: 20}
ensemble: {replicas: 5}
"""
computed: list[str] = []


@dataclass(frozen=True)
class Reach(RequestedMetric):
    """How far the last state is from the origin, times `scale`."""

    name: ClassVar[str] = "reach"
    heading: ClassVar[str] = "How far does it reach?"
    caption: ClassVar[str] = "A distance."
    value: ClassVar[str] = "distance"
    shape: ClassVar = "dots"

    scale: float = number(1.0, above=0, doc="factor")
    count: float = number(1, at_least=1, whole=True, doc="a count")
    side: str = choice("left", "right", doc="a word")

    def values(self, study: Study) -> ReplicaValues:
        computed.append(self.name)
        *_, last = study.recording.blocks()
        names = [slot.name for slot in study.observables.slots]
        values = np.stack([np.abs(last.values[name][-1]) for name in names])
        return ReplicaValues(pd.DataFrame({"variable": names}), self.scale * values)


@dataclass(frozen=True)
class Unmeasurable(RequestedMetric):
    """A metric of what no run has."""

    name: ClassVar[str] = "unmeasurable"
    heading: ClassVar[str] = "What is not there?"
    caption: ClassVar[str] = "Nothing."
    value: ClassVar[str] = "nothing"
    shape: ClassVar = "dots"

    def values(self, study: Study) -> ReplicaValues:
        raise ds.InputError("the run has no <unicorn>: state one")


@pytest.fixture(autouse=True)
def registered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    REQUESTED_METRICS.names()
    for metric in (Reach, Unmeasurable):
        REQUESTED_METRICS.register(metric)
    computed.clear()
    yield
    for metric in (Reach, Unmeasurable):
        REQUESTED_METRICS._plugins.pop(metric.name)


def run(out: str | None = None, scenario: str = SCENARIO, **options: object) -> ds.Run:
    Path("s.yaml").write_text(scenario)
    return ds.simulate("s.yaml", out=out, compiled=False, **options)  # type: ignore[arg-type]


def problems_of(asked: str) -> list[str]:
    system = ds.load_scenario(SCENARIO.replace("{reach: {scale: 2}, unmeasurable: }", asked), file="s.yaml")
    try:
        checked_model(system)
    except ds.InputError as error:
        return [str(problem) for problem in error.problems]
    return []


def test_names_and_settings_are_checked_before_anything_is_computed() -> None:
    assert problems_of("[reach, unmeasurable]") == []
    assert problems_of("reach") == []
    assert problems_of("{raech: }") == ["s.yaml:7:11: metrics.raech: unknown metric 'raech', did you mean 'reach'?"]
    assert problems_of("[reach, raech]") == [
        "s.yaml:7:18: metrics.raech: unknown metric 'raech', did you mean 'reach'?"
    ]
    assert problems_of("{reach: {scale: -1}}") == [
        "s.yaml:7:26: metrics.reach.scale: expected a positive number, got -1"
    ]
    assert problems_of("{reach: {scale: m}}") == [
        "s.yaml:7:26: metrics.reach.scale: expected a positive number, got 'm': the settings of a metric are plain "
        "numbers"
    ]
    assert problems_of("{reach: {count: 1.5, side: up}}") == [
        "s.yaml:7:26: metrics.reach.count: expected a whole number at least 1, got 1.5",
        "s.yaml:7:37: metrics.reach.side: expected one of left, right, got 'up'",
    ]
    (unknown,) = problems_of("{reach: {scael: 1}}")
    place = "s.yaml:7:19: metrics.reach.scael"
    assert unknown.startswith(f"{place}: unknown setting 'scael' of requested metric 'reach': did you mean 'scale'?")
    (logged,) = problems_of("ledger")
    assert "'ledger' belongs to the conflict log" in logged


def test_all_mistakes_of_a_scenario_come_together() -> None:
    system = ds.load_scenario(SCENARIO.replace("title", "titel").replace("reach:", "raech:"))
    with pytest.raises(ds.InputError) as caught:
        checked_model(system)
    messages = str(caught.value)
    assert "titel" in messages
    assert "raech" in messages


def test_a_run_refuses_a_wrong_metric_and_leaves_no_directory() -> None:
    with pytest.raises(ds.InputError, match="metrics.reach.scale"):
        run("out", SCENARIO.replace("scale: 2", "scale: 0"))
    assert not Path("out").exists()


def test_what_is_asked_for_is_kept_and_what_cannot_be_computed_fails_no_run() -> None:
    done = run("out")
    assert done.manifest.status == "finished"
    assert [path.name for path in Path("out/metrics").iterdir()] == ["reach.parquet"]
    table = pd.read_parquet("out/metrics/reach.parquet")
    end = done.states[done.states.t == 20].m.abs()
    assert table["mean"].item() == pytest.approx(2 * end.mean())
    assert table["se"].item() == pytest.approx(2 * end.std() / 5**0.5)
    page = Path("out/report.html").read_text()
    assert '<section id="metric-reach">\n<h2>How far does it reach?</h2>' in page
    assert '<p class="empty">The run has no &lt;unicorn&gt;: state one.</p>' in page
    assert page.index('id="metric-reach"') > page.index('id="label_fidelity"')


def test_a_kept_table_is_read_and_another_setting_computed() -> None:
    run("out")
    assert computed == ["reach"]
    loaded = ds.load("out")
    kept = loaded.metric("reach")
    assert computed == ["reach"], "it is read"
    single = loaded.metric("reach", scale=1)
    assert computed == ["reach"] * 2
    assert single["mean"].item() == pytest.approx(kept["mean"].item() / 2)
    assert loaded.metric("reach", scale=1) is single
    with pytest.raises(ds.InputError, match="no <unicorn>"):
        loaded.metric("unmeasurable")


def test_a_run_in_memory_computes_on_demand() -> None:
    done = run()
    assert computed == []
    assert done.metric("reach")["n"].item() == 5
    assert "How far does it reach?" in done.dashboard().html
    assert computed == ["reach"]
    done.save("out", report=False)
    assert computed == ["reach"]
    pd.testing.assert_frame_equal(pd.read_parquet("out/metrics/reach.parquet"), done.metric("reach"))


def test_a_metric_of_the_conflict_log_is_had_by_the_same_name() -> None:
    done = run()
    pd.testing.assert_frame_equal(done.metric("ledger"), done.ledger)
    fidelity = done.metric("label_fidelity")
    pd.testing.assert_frame_equal(fidelity, done.summary[list(fidelity.columns)])
    with pytest.raises(ds.InputError, match="has no settings"):
        done.metric("ledger", scale=1)
    with pytest.raises(ds.InputError, match="unknown metric 'legder': did you mean 'ledger'"):
        done.metric("legder")
    with pytest.raises(ds.InputError, match="metrics.reach: unknown setting 'scael'"):
        done.metric("reach", scael=1)


def test_force_and_resume_leave_no_table_of_another_run() -> None:
    run("out")
    plain = SCENARIO.replace("metrics:", "# metrics:")
    run("out", plain, force=True)
    assert not Path("out/metrics").exists()


def test_a_report_makes_kept_tables_anew() -> None:
    run("out", SCENARIO.replace("metrics:", "# metrics:"), report=False)
    assert command("metrics", "out", "reach", "--set", "reach.scale=3") == 0
    kept = pq.read_table("out/metrics/reach.parquet")
    pq.write_table(kept.set_column(2, "mean", [[7.0]]).cast(kept.schema), "out/metrics/reach.parquet")
    assert ds.load("out").metric("reach", scale=3)["mean"].item() == 7.0
    assert command("report", "out", "--quiet") == 0
    assert pq.read_table("out/metrics/reach.parquet").equals(kept)
    assert "How far does it reach?" in Path("out/report.html").read_text()


def command(*arguments: str) -> int:
    with pytest.raises(SystemExit) as exit_:
        cli.main(arguments)
    return int(exit_.value.code or 0)


def test_metrics_are_printed_and_kept(capsys: pytest.CaptureFixture[str]) -> None:
    run("out", report=False)
    capsys.readouterr()
    assert command("metrics", "out", "reach", "alignment", "--set", "reach.scale=4") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "reach: How far does it reach?"
    assert lines[1].split() == ["variable", "n", "mean", "se", "q05", "q25", "median", "q75", "q95"]
    mean = pd.read_parquet("out/metrics/reach.parquet")["mean"].item()
    assert lines[2].split()[:3] == ["m", "5", f"{mean:.4g}"]
    assert lines[4] == "alignment"
    assert lines[-1] == "(10 of 21 ticks; all are in out/alignment.parquet)"
    assert command("metrics", "out") == 0
    assert capsys.readouterr().out.splitlines() == ["  reach  scale=4, count=1, side=left"]
    assert kept_metrics(Path("out")) == {"reach": ({"scale": 4.0, "count": 1.0, "side": "left"}, [])}


def test_mistakes_end_with_exit_code_two(capsys: pytest.CaptureFixture[str]) -> None:
    run("out", report=False)
    for arguments, message in [
        (["nowhere", "reach"], "not a run directory"),
        (["out", "raech", "legder"], "unknown metric 'raech': did you mean 'reach'?"),
        (["out", "unmeasurable"], "unmeasurable: the run has no <unicorn>: state one"),
        (["out", "reach", "--set", "reach.scale=none"], "metrics.reach.scale: expected a positive number"),
        (["out", "reach", "--set", "ledger.scale=1"], "ledger is not among the metrics"),
    ]:
        capsys.readouterr()
        assert command("metrics", *arguments) == 2
        assert message in capsys.readouterr().err
    Path("out/states.parquet").unlink()
    assert command("metrics", "out", "reach") == 2
    assert "states.parquet: is missing" in capsys.readouterr().err


def test_what_can_be_computed_is_printed_though_something_else_cannot(capsys: pytest.CaptureFixture[str]) -> None:
    run("out", report=False)
    assert command("metrics", "out", "unmeasurable", "reach") == 2
    assert "How far does it reach?" in capsys.readouterr().out


def test_both_kinds_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert command("list", "metrics") == 0
    text = capsys.readouterr().out
    assert "  ledger" in text
    assert "How far the last state is from the origin, times `scale`. (requested metric)" in text


def test_a_directory_without_metrics_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    run("out", SCENARIO.replace("metrics:", "# metrics:"), report=False)
    capsys.readouterr()
    assert command("metrics", "out") == 0
    assert "out holds no requested metric" in capsys.readouterr().out


def test_long_tables_are_thinned() -> None:
    names = [f"a{k}" for k in range(50)]
    many = pd.DataFrame({"t": np.repeat(np.arange(100.0), 50), "agent": names * 100, "mean": 1.0})
    lines = text(many, "x.parquet").splitlines()
    assert len(lines) == 1 + ROWS + 1
    assert lines[-1] == f"(the first {ROWS} of 100 rows of 2 of 100 ticks; all are in x.parquet)"
    wide = text(pd.DataFrame({"agent": ["a", "longer"], "mean": [np.nan, 12345.678]}), "x")
    assert wide.splitlines() == ["agent        mean", "a             nan", "longer  1.235e+04"]


def test_settings_of_the_scenario_survive_a_round_trip() -> None:
    done = run("out", report=False)
    assert ds.load("out").model.metrics == done.model.metrics == {"reach": {"scale": 2}, "unmeasurable": {}}
    assert json.loads(Path("out/manifest.json").read_text())["status"] == "finished"


VARIED = SCENARIO.replace("ensemble: {replicas: 5}", "ensemble: {replicas: 6, vary: {pull: [1, 2]}}\nparams: {pull: 1}")


def test_what_a_table_is_by_is_kept_with_it(capsys: pytest.CaptureFixture[str]) -> None:
    run("out", VARIED)
    names = [name for name in pd.read_parquet("out/metrics/reach.parquet") if name.startswith("vary.")]
    assert names == ["vary.pull"]
    assert kept_metrics(Path("out"))["reach"][1] == ["pull"]
    computed.clear()
    ds.load("out").metric("reach")
    assert computed == []
    assert command("metrics", "out", "reach", "--pooled") == 0
    assert "vary.pull" not in capsys.readouterr().out
    assert kept_metrics(Path("out"))["reach"][1] == []
    assert command("metrics", "out", "reach", "ledger", "--by", "pull") == 0
    assert capsys.readouterr().out.count("vary.pull") == 2
    assert computed == ["reach"] * 2
    assert command("metrics", "out") == 0
    assert capsys.readouterr().out.split() == ["reach", "scale=2,", "count=1,", "side=left,", "by", "pull"]
    assert command("metrics", "out", "reach", "--by", "pul") == 2
    assert "by: unknown parameter 'pul': did you mean 'pull'?" in capsys.readouterr().err
    assert command("metrics", "out", "reach", "--by", "pull", "--pooled") == 2
    assert "choose" in capsys.readouterr().err
