"""An existing directory is never overwritten by accident, and a run is only gone on with if it is the same run."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from dynsim.algebra.topology import Topology
from dynsim.errors import InputError, OutputExists, RunError
from dynsim.record.directory import Sources, check_output, create, locked
from dynsim.record.manifest import Manifest, now, package_versions, read_manifest, scenario_hash
from dynsim.record.resume import check_same
from dynsim.version import __version__

RESOLVED = "title: a\nparams: {g: 1}\n"
RESULTS = ("states.parquet", "populations/net.parquet", "report.html")


def manifest(resolved: str = RESOLVED, **changes: object) -> Manifest:
    made = Manifest(
        title="a", scenario="a.yaml", scenario_hash=scenario_hash(resolved, {}), seed=7, replicas=3, compiled=True,
        command="dynsim run a.yaml", start=now(), versions=package_versions(),
    )
    return replace(made, **changes)


@pytest.fixture
def run_directory(tmp_path: Path) -> Path:
    """A finished run, and a note of the user's beside it."""
    path = tmp_path / "run"
    create(path, manifest().ended("finished"), Sources("as written", RESOLVED), RESULTS)
    (path / "states.parquet").write_bytes(b"old")
    (path / "populations").mkdir()
    (path / "populations" / "net.parquet").write_bytes(b"old")
    (path / "report.html").write_text("old")
    (path / "note.txt").write_text("mine")
    return path


def test_a_new_directory_says_what_runs(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "run"
    check_output(path)
    create(path, manifest(), Sources("as written\n", RESOLVED, {"sub/net.csv": b"a,b"}))
    assert (path / "scenario.yaml").read_text() == "as written\n"
    assert (path / "resolved.yaml").read_text() == RESOLVED
    assert (path / "sub" / "net.csv").read_text() == "a,b"
    content = json.loads((path / "manifest.json").read_text())
    assert content["status"] == "running"
    assert content["seed"] == 7
    assert content["versions"] == {"dynsim": __version__, **package_versions()}
    assert set(content["versions"]) == {"dynsim", "numpy", "numba", "llvmlite"}
    assert content["cores"] == os.cpu_count()
    assert content["command"] == "dynsim run a.yaml"
    assert content["python"] == ".".join(map(str, sys.version_info[:3]))
    assert datetime.fromisoformat(content["start"]).utcoffset() is not None
    assert content["end"] is None
    files = ("manifest.json", "resolved.yaml", "scenario.yaml", "sub/net.csv")
    assert read_manifest(path) == manifest(start=content["start"], files=files)


@pytest.mark.parametrize("make", [Path.mkdir, Path.touch], ids=["directory", "file"])
def test_what_exists_is_refused(make: object, tmp_path: Path) -> None:
    path = tmp_path / "run"
    make(path)  # type: ignore[operator]
    with pytest.raises(OutputExists, match="exists"):
        check_output(path)


def test_a_link_to_nowhere_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "run"
    path.symlink_to(tmp_path / "nowhere")
    with pytest.raises(OutputExists):
        check_output(path)


def test_force_and_resume_accept_a_run_directory_or_an_empty_one(run_directory: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for path in (run_directory, tmp_path / "empty", tmp_path / "none"):
        check_output(path, force=True)
        check_output(path, resume=True)


@pytest.mark.parametrize("settings", [{"force": True}, {"resume": True}], ids=str)
def test_what_is_no_run_directory_is_left_alone(settings: dict[str, bool], tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").touch()
    with pytest.raises(OutputExists, match="is not a run directory"):
        check_output(tmp_path, **settings)


def test_force_and_resume_exclude_each_other(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="choose"):
        check_output(tmp_path / "run", force=True, resume=True)


def test_force_removes_the_old_run_and_nothing_else(run_directory: Path) -> None:
    (run_directory / ".partial" / "checkpoint.npz").write_bytes(b"old")
    (run_directory / ".states.parquet.tmp").write_bytes(b"half")
    own = ["my_analysis.parquet", "metrics/notes.txt", "populations/mine.parquet", ".partial/mine.npz", ".mine.tmp"]
    for name in own:
        (run_directory / name).parent.mkdir(exist_ok=True)
        (run_directory / name).write_bytes(b"mine")
    create(run_directory, manifest(), Sources("new", RESOLVED), RESULTS)
    left = {str(p.relative_to(run_directory)) for p in run_directory.rglob("*") if p.is_file()}
    assert left == {"manifest.json", "scenario.yaml", "resolved.yaml", "note.txt", *own}
    assert all((run_directory / name).read_bytes() == b"mine" for name in own)
    assert (run_directory / "scenario.yaml").read_text() == "new"
    assert read_manifest(run_directory).status == "running"


def test_the_same_run_may_go_on(run_directory: Path) -> None:
    assert check_same(run_directory, manifest(), RESOLVED).status == "finished"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"seed": 8}, "seed: 7 there, 8 here"),
        ({"replicas": 4}, "replicas: 3 there, 4 here"),
        ({"compiled": False}, "compiled: True there, False here"),
        ({"versions": {**package_versions(), "numpy": "0.1"}}, r"version of numpy: .* there, 0\.1 here"),
    ],
)
def test_what_differs_is_said(changes: dict[str, object], message: str, run_directory: Path) -> None:
    with pytest.raises(InputError, match=message):
        check_same(run_directory, manifest(**changes), RESOLVED)


def test_every_difference_is_said_at_once(run_directory: Path) -> None:
    other = RESOLVED.replace("g: 1", "g: 2")
    with pytest.raises(InputError) as caught:
        check_same(run_directory, manifest(other, seed=8), other)
    assert [problem.message.split("same run: ")[1] for problem in caught.value.problems] == [
        "seed: 7 there, 8 here", "the scenario has params: {g: 1} there, params: {g: 2} here",
    ]


def test_a_changed_line_that_stands_elsewhere_too_is_said(run_directory: Path) -> None:
    """And the seed, which the scenario holds too, is told once."""
    before = "title: a\nrates:\n  a: 1\n  b: 2\nensemble:\n  seed: 7\n"
    (run_directory / "resolved.yaml").write_text(before)
    (run_directory / "manifest.json").unlink()
    manifest(before).write(run_directory)
    for after, seed, expected in [
        (before.replace("a: 1", "a: 2").replace("b: 2", "a: 1"), 7, ["the scenario has b: 2 there, a: 2 here"]),
        (before.replace("seed: 7", "seed: 8"), 8, ["seed: 7 there, 8 here"]),
    ]:
        with pytest.raises(InputError) as caught:
            check_same(run_directory, manifest(after, seed=seed), after)
        assert [problem.message.split("same run: ")[1] for problem in caught.value.problems] == expected


def test_a_graph_file_that_changed_is_noticed(run_directory: Path) -> None:
    topology = Topology.build(2, [0], [1], [1.0])
    changed = manifest(scenario_hash=scenario_hash(RESOLVED, {"net": topology}))
    with pytest.raises(InputError, match="the graph of a population"):
        check_same(run_directory, changed, RESOLVED)
    heavier = Topology.build(2, [0], [1], [2.0])
    assert scenario_hash(RESOLVED, {"net": topology}) != scenario_hash(RESOLVED, {"net": heavier})


@pytest.mark.parametrize("content", ["", "[]", "{}", "null", '{"title": "a"}', "\x00"])
def test_a_manifest_that_is_none_is_an_input_error(content: str, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(content)
    with pytest.raises(InputError, match="not a manifest of a run"):
        read_manifest(tmp_path)


def test_a_directory_without_a_manifest_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not a run directory"):
        read_manifest(tmp_path)


def test_two_processes_do_not_write_to_one_directory(tmp_path: Path) -> None:
    program = (
        "import sys, pathlib\nfrom dynsim.record.directory import locked\n"
        "with locked(pathlib.Path(sys.argv[1])):\n    print('locked', flush=True)\n    sys.stdin.read()\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"locked\n"
        with pytest.raises(OutputExists, match="another process is writing"), locked(tmp_path):
            pass
        other.kill()
        other.wait()
    with locked(tmp_path):
        pass


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_place_that_may_not_be_written_is_a_run_error(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(RunError, match="cannot be created"):
        create(tmp_path / "run", manifest(), Sources("", ""))


def test_a_place_below_a_file_is_a_run_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RunError, match="cannot be created"):
        create(tmp_path / "file" / "run", manifest(), Sources("", ""))


def test_the_hash_does_not_depend_on_the_order_of_graphs() -> None:
    one, two = (Topology.build(n, [0], [1], np.ones(1)) for n in (2, 3))
    assert scenario_hash("", {"a": one, "b": two}) == scenario_hash("", {"b": two, "a": one})
