"""From a scenario to a run, in memory and in a directory; cut off at any moment, it ends with the same bits."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
import pytest

import dynsim as ds
from dynsim.record import files
from dynsim.session import job
from dynsim.session import run as session
from tests.running import SCENARIO, in_a_process_killed_at, record_bytes, small_parts, write_scenario

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> ds.Run:
    """The run that nothing disturbed."""
    folder = tmp_path_factory.mktemp("whole")
    return ds.simulate(write_scenario(folder), out=folder / "run", compiled=False, report=False)


def run_small(scenario: Path, out: Path, **settings: object) -> ds.Run:
    """The same run in small parts."""
    with small_parts():
        return ds.simulate(scenario, out=out, compiled=False, report=False, **settings)


def test_a_script_gets_everything_in_tables() -> None:
    s = ds.System("two pulls on one memory")
    m = s.state("memory", init=ds.normal(0, 1))
    s.agent("critic", controls=m, declared=(m - 1) ** 2, rule=ds.rules.gradient(rate=0.05))
    s.agent("actor", controls=m, declared=(m + 1) ** 2, rule=ds.rules.momentum(rate=0.05, beta=0.9))
    run = ds.simulate(s, steps=200, replicas=10, seed=0, compiled=False)
    assert list(run.states)[:3] == ["replica", "t", "memory"]
    assert len(run.states) == 201 * 10
    assert run.states.groupby("replica").t.max().eq(200).all()
    conflicts = run.conflicts[run.conflicts.kind == "conflict"]
    assert set(conflicts.agents) == {"critic, actor"}
    assert set(run.ledger.columns) >= {"t", "harmed", "mover", "mean", "normalised", "harm_share"}
    assert len(run.summary) == 10
    assert isinstance(run.graph, nx.DiGraph)
    assert run.manifest.status == "finished"
    assert "clock" not in s.data, "the system that was passed in stays as it was"


def test_the_answers_are_told_once_for_the_page_and_the_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    once = session.told
    monkeypatch.setattr(session, "told", lambda found: asked.append(found.source.title) or once(found))
    run = ds.simulate(write_scenario(tmp_path), replicas=3, out=tmp_path / "run", compiled=False)
    assert run.answers
    assert len(asked) == 1
    again = session.remake(tmp_path / "run")
    assert again.answers == run.answers
    assert len(asked) == 2
    assert ds.load(tmp_path / "run").answers == run.answers, "from the tables in the files"
    assert set(run.tables) == set(again.tables) >= {"ledger", "episodes", "summary", "within"}


def test_settings_change_the_scenario(tmp_path: Path) -> None:
    path = write_scenario(tmp_path)
    run = ds.simulate(path, steps=10, replicas=3, seed=9, every=5, set=["params.goal=7"], compiled=False)
    assert sorted(set(run.states.t)) == [0.0, 5.0, 10.0]
    assert len(run.parameters) == 3
    assert run.manifest.seed == 9
    assert "goal: 7" in run.sources.resolved
    assert run.sources.scenario == SCENARIO


def test_a_directory_holds_the_same_as_memory(whole: ds.Run, tmp_path: Path) -> None:
    memory = ds.simulate(write_scenario(tmp_path), compiled=False)
    for kept in (whole, ds.load(whole.directory)):
        pd.testing.assert_frame_equal(kept.states, memory.states)
        pd.testing.assert_frame_equal(kept.parameters, memory.parameters)
        pd.testing.assert_frame_equal(kept.population("net_opinion"), memory.population("net_opinion"))
        for name in ("conflicts", "ledger", "contest", "summary"):
            pd.testing.assert_frame_equal(
                getattr(kept, name), getattr(memory, name), check_dtype=False, check_categorical=False
            )


def test_what_is_recorded(whole: ds.Run) -> None:
    states = whole.states
    assert {"x", "v[0]", "v[1]", "goal", "far", "agents.one.rule.rate"} <= set(states)
    np.testing.assert_allclose(states.far, states.x - states.goal, rtol=1e-15, atol=1e-15)
    assert states.goal[states.t < 20].eq(1).all()
    assert states.goal[states.t >= 20].eq(3).all()
    rates = states[states.t == 0]["agents.one.rule.rate"]
    np.testing.assert_allclose(rates, np.linspace(0.01, 0.05, 6))


def test_an_unknown_population_is_an_input_error(whole: ds.Run) -> None:
    with pytest.raises(ds.InputError, match="did you mean 'net_opinion'"):
        whole.population("net_opinon")


def test_a_run_in_memory_is_saved_as_if_it_had_been_written(whole: ds.Run, tmp_path: Path) -> None:
    memory = ds.simulate(write_scenario(tmp_path), compiled=False)
    memory.save(tmp_path / "saved", report=False)
    assert record_bytes(tmp_path / "saved") == record_bytes(whole.directory)
    with pytest.raises(ds.OutputExists):
        memory.save(tmp_path / "saved")
    memory.save(tmp_path / "saved", force=True, report=False)
    assert record_bytes(tmp_path / "saved") == record_bytes(whole.directory)


def test_the_bytes_do_not_depend_on_parts_or_threads(whole: ds.Run, tmp_path: Path) -> None:
    run_small(write_scenario(tmp_path), tmp_path / "run", threads=1)
    assert record_bytes(tmp_path / "run") == record_bytes(whole.directory)


def check_killed_at(moment: int, whole: ds.Run, folder: Path) -> bool:
    """Kill the run at the moment, look at what is left, go on with it. Whether it was over before."""
    scenario, out = write_scenario(folder), folder / "run"
    over = in_a_process_killed_at(moment, lambda: run_small(scenario, out))
    if not over:
        assert not out.exists() or not (out / "manifest.json").exists() or status(out) in ("running", "finished")
    for path in out.rglob("*.parquet"):
        pd.read_parquet(path)  # raises for half a file
    run = run_small(scenario, out, resume=True)
    assert run.manifest.status == status(out) == "finished"
    assert not (out / ".partial").exists()
    assert record_bytes(out) == record_bytes(whole.directory)
    return over


def status(directory: Path) -> str:
    return json.loads((directory / "manifest.json").read_text())["status"]


@pytest.mark.parametrize("seed", range(6))
def test_a_killed_run_resumes_to_the_same_bits(seed: int, whole: ds.Run, tmp_path: Path) -> None:
    check_killed_at(random.Random(seed).randrange(40), whole, tmp_path)


@pytest.mark.slow
def test_a_run_killed_at_every_moment_resumes_to_the_same_bits(whole: ds.Run, tmp_path: Path) -> None:
    moment = 0
    while True:
        folder = tmp_path / str(moment)
        folder.mkdir()
        if check_killed_at(moment, whole, folder):
            break
        moment += 1
    assert moment > 40, "the parts were too large for this test to mean something"


PROGRAM = """\
import sys
from pathlib import Path
import dynsim as ds
from tests.running import small_parts
with small_parts(20_000):
    ds.simulate(Path(sys.argv[1]), out=sys.argv[2], resume=True, report=False, steps=40_000, replicas=32)
"""


def start(*arguments: str) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen([sys.executable, *arguments], env=environment, stderr=subprocess.PIPE)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_a_compiled_run_killed_again_and_again_resumes_to_the_same_bits(seed: int, tmp_path: Path) -> None:
    scenario, chance = write_scenario(tmp_path), random.Random(seed)
    ds.simulate(scenario, out=tmp_path / "whole", report=False, steps=40_000, replicas=32)
    kills = 0
    while True:
        process = start("-c", PROGRAM, str(scenario), str(tmp_path / "cut"))
        try:
            if kills < 4:
                process.wait(timeout=chance.uniform(1, 6))
            _, errors = process.communicate(timeout=300)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            kills += 1
            continue
        assert process.returncode == 0, errors.decode()
        break
    assert kills
    assert record_bytes(tmp_path / "cut") == record_bytes(tmp_path / "whole")


def press_once(share: float) -> object:
    """Progress that presses Ctrl-C once, when this share of the run is done."""
    pressed = []

    def progress(what: str, done: float) -> None:
        if what == "simulating" and done >= share and not pressed:
            pressed.append(done)
            os.kill(os.getpid(), signal.SIGINT)

    return progress


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few ticks between two looks at progress and Ctrl-C."""
    from dynsim.engine import simulate

    monkeypatch.setattr(simulate, "FIRST_CALL", 4)
    monkeypatch.setattr(simulate, "CALL_SECONDS", 0.0)


@pytest.mark.usefixtures("small_steps")
def test_ctrl_c_keeps_what_was_recorded_and_resume_goes_on(whole: ds.Run, tmp_path: Path) -> None:
    scenario, out = write_scenario(tmp_path), tmp_path / "run"
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(ds.Interrupted, match=r"stopped at t = .*--resume") as caught:
        run_small(scenario, out, progress=press_once(0.4))
    assert signal.getsignal(signal.SIGINT) is before
    assert status(out) == "interrupted"
    part = ds.load(out)
    end = part.manifest.time
    assert 20 < end < 60
    pd.testing.assert_frame_equal(part.states, whole.states[whole.states.t <= end])
    assert (out / "episodes.parquet").exists()
    pd.testing.assert_frame_equal(caught.value.run.states, part.states)
    run = run_small(scenario, out, resume=True)
    assert run.manifest.resumed == 1
    assert record_bytes(out) == record_bytes(whole.directory)


@pytest.mark.usefixtures("small_steps")
def test_ctrl_c_in_memory_gives_what_was_recorded(tmp_path: Path) -> None:
    with pytest.raises(ds.Interrupted) as caught:
        ds.simulate(write_scenario(tmp_path), compiled=False, progress=press_once(0.5))
    assert 0 < caught.value.run.states.t.max() < 60


@pytest.mark.usefixtures("small_steps")
def test_a_second_ctrl_c_leaves_the_tables_out(
    whole: ds.Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario, out = write_scenario(tmp_path), tmp_path / "run"

    def pressed_again(*_: object) -> None:
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(job, "write_results", pressed_again)
    with pytest.raises(ds.Interrupted, match="before the tables were made"):
        run_small(scenario, out, progress=press_once(0.4))
    monkeypatch.undo()
    assert status(out) == "interrupted"
    assert not (out / "episodes.parquet").exists()
    run_small(scenario, out, resume=True)
    assert record_bytes(out) == record_bytes(whole.directory)


def test_a_finished_run_is_not_computed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scenario, out = write_scenario(tmp_path), tmp_path / "run"
    run_small(scenario, out)
    kept = record_bytes(out)
    monkeypatch.setattr(job, "run_engine", None)
    again = ds.simulate(scenario, out=out, compiled=False, resume=True)
    assert again.manifest.resumed == 0
    assert record_bytes(out) == kept


def test_resume_refuses_another_run(tmp_path: Path) -> None:
    scenario, out = write_scenario(tmp_path), tmp_path / "run"
    run_small(scenario, out)
    kept = record_bytes(out)
    with pytest.raises(ds.InputError, match="seed: 3 there, 4 here"):
        run_small(scenario, out, resume=True, seed=4)
    with pytest.raises(ds.InputError, match=r"goal: 1\.0.* there, .*goal: 2.* here"):
        run_small(scenario, out, resume=True, set=["params.goal=2"])
    assert record_bytes(out) == kept


def test_an_existing_directory_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    with pytest.raises(ds.OutputExists):
        ds.simulate(tmp_path / "missing.yaml", out=tmp_path / "run")


def test_bad_input_writes_nothing(tmp_path: Path) -> None:
    path = write_scenario(tmp_path, SCENARIO.replace("x - goal", "x - gaol"))
    with pytest.raises(ds.InputError, match=r"everything\.yaml:9:.*did you mean 'goal'"):
        ds.simulate(path, out=tmp_path / "run")
    assert [p.name for p in tmp_path.iterdir()] == ["everything.yaml"]


@pytest.mark.parametrize("settings", [{"force": True}, {"resume": True}, {"threads": 0}], ids=str)
def test_settings_that_mean_nothing_are_refused(settings: dict[str, object]) -> None:
    with pytest.raises(ds.InputError):
        ds.simulate("two_pulls", **settings)


def test_a_full_disk_is_a_run_error_and_the_run_goes_on_later(
    whole: ds.Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario, out = write_scenario(tmp_path), tmp_path / "run"
    replace = os.replace

    def full(source: Path, target: Path) -> None:
        if target.name == "part-0000002.npz":
            raise OSError(28, "No space left on device")
        replace(source, target)

    monkeypatch.setattr(files.os, "replace", full)
    with pytest.raises(ds.RunError, match=r"part-0000002\.npz: cannot be written: No space left on device"):
        run_small(scenario, out)
    monkeypatch.undo()
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["status"] == "failed"
    assert "No space left" in manifest["message"]
    run_small(scenario, out, resume=True)
    assert record_bytes(out) == record_bytes(whole.directory)


def test_a_record_without_room_is_refused_before_anything_is_computed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = write_scenario(tmp_path)
    monkeypatch.setattr(job, "run_engine", None)
    with pytest.raises(ds.RunError, match=r"the record needs .* GB, memory has .* GB: record less often"):
        ds.simulate(scenario, steps=10**9, replicas=10**4 * 6, compiled=False)
    with pytest.raises(ds.RunError, match="the disk of"):
        ds.simulate(scenario, steps=10**9, replicas=10**4 * 6, compiled=False, out=tmp_path / "run")
    assert not (tmp_path / "run").exists()


@pytest.mark.slow
def test_memory_does_not_grow_with_the_record(tmp_path: Path) -> None:
    """A record of 300 MB passes through a writer and an analysis that hold a few blocks of it."""
    program = (
        "import sys, resource\nfrom pathlib import Path\nimport dynsim as ds\nfrom tests.running import small_parts\n"
        "import dynsim.record.writer as w\nw.BLOCK_BYTES = 1 << 20\n"
        "def go(steps):\n"
        "    with small_parts(1 << 20):\n"
        "        ds.simulate(Path(sys.argv[1]), steps=steps, every=1, replicas=600, report=False, compiled=False,\n"
        "                    out=f'{sys.argv[2]}/{steps}')\n"
        "    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "print(go(800), go(3200))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(write_scenario(tmp_path)), str(tmp_path)], check=True, timeout=600,
        capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    short, long = map(int, done.stdout.split())
    assert long - short < 60_000  # kB


def test_a_graph_file_is_part_of_the_run(tmp_path: Path) -> None:
    (tmp_path / "nets").mkdir()
    (tmp_path / "nets" / "ring.edgelist").write_text("0 1\n1 2\n2 0\n")
    text = SCENARIO.replace("{generator: cycle_graph, n: 5}", "{file: nets/ring.edgelist}")
    run_small(write_scenario(tmp_path, text), tmp_path / "run")
    moved = tmp_path / "elsewhere"
    (tmp_path / "run").rename(moved)
    (tmp_path / "nets" / "ring.edgelist").unlink()
    run = ds.load(moved)
    assert run.model.populations["net"].topology.m == 6
    assert run.population("net_opinion").element.max() == 2


def test_load_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ds.InputError, match="not a run directory"):
        ds.load(tmp_path)
    with small_parts():
        over = in_a_process_killed_at(16, lambda: run_small(write_scenario(tmp_path), tmp_path / "run"))
    assert not over
    with pytest.raises(ds.InputError, match=r"replicas\.parquet: is missing: the run was cut off before its end"):
        ds.load(tmp_path / "run")


def test_progress_tells_each_stage_and_share(tmp_path: Path) -> None:
    seen: list[tuple[str, float]] = []
    ds.simulate(
        write_scenario(tmp_path), out=tmp_path / "run", compiled=False, report=False,
        progress=lambda what, share: seen.append((what, share)),
    )
    stages = list(dict.fromkeys(what for what, _ in seen))
    assert stages == ["reading", "preparing", "simulating", "writing", "analysing"]
    shares = [share for what, share in seen if what == "simulating"]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_every_public_name_exists() -> None:
    assert set(ds.__all__) <= set(dir(ds))
    for name in ds.__all__:
        assert getattr(ds, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'simulat'"):
        ds.simulat  # noqa: B018


def test_importing_dynsim_imports_nothing_heavy() -> None:
    code = (
        "import sys, dynsim, dynsim.cli\n"
        "print([m for m in ('numpy', 'numba', 'pandas', 'pyarrow', 'plotly', 'networkx', 'pydantic', 'rich')"
        " if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=600,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.stdout.strip() == "[]"


def test_the_public_simulate_is_the_function() -> None:
    """Not a module of the same name, whatever was imported before."""
    import dynsim.session.simulate

    assert callable(ds.simulate)
    assert ds.simulate is dynsim.session.simulate.simulate


def test_time_is_utc(whole: ds.Run) -> None:
    assert whole.manifest.start.endswith("+00:00")
    assert time.strptime(whole.manifest.end[:19], "%Y-%m-%dT%H:%M:%S")


def test_the_dashboard_is_one_page_that_a_notebook_shows_inline(whole: ds.Run, tmp_path: Path) -> None:
    dashboard = whole.dashboard()
    dashboard.save(tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert page == dashboard.html
    assert "a bit of everything" in page
    inline = dashboard._repr_html_()
    assert inline.startswith("<iframe srcdoc=")
    assert "<script" not in inline, "inside the attribute everything is escaped"
