"""Sizes are estimated against the machine before anything is computed. The machine is made up: nothing is allocated."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import dynsim as ds
from dynsim import machine
from dynsim.session import job, simulate
from dynsim.session.checks import memory
from tests.compiler.test_many_graphs import text_of

GB = 10**9


def scenario(agents: int = 2, **ensemble: Any) -> ds.System:
    system = ds.System("sizes")
    for k in range(agents):
        x = system.state(f"x{k}", init=1)
        system.agent(f"a{k}", controls=x, declared=x**2, rule=ds.rules.gradient(rate=0.1))
    system.clock(steps=10)
    system.ensemble(**ensemble)
    return system


@pytest.fixture
def nothing_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    for module, name in ((simulate, "parameter_values"), (simulate, "initial_values"), (job, "run_engine")):
        monkeypatch.setattr(module, name, None)


def with_memory(monkeypatch: pytest.MonkeyPatch, there: float) -> None:
    monkeypatch.setattr(machine, "memory", lambda: int(there))


@pytest.mark.usefixtures("nothing_computed")
@pytest.mark.parametrize("compiled", [True, False])
def test_a_thousand_million_replicas(compiled: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    with_memory(monkeypatch, 24 * GB)
    expected = r"not enough memory: 1,000,000,000 replicas of 2 numbers about 256\.0 GB, and 24\.0 GB are free"
    with pytest.raises(ds.RunError, match=expected):
        ds.simulate(scenario(replicas=10**9), compiled=compiled)


@pytest.mark.parametrize(("share", "fits"), [(1.01, True), (0.99, False)])
def test_the_estimate_is_the_limit(share: float, fits: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight copies of the states, two of the parameters (rates and gains), and 64 bytes a replica."""
    with_memory(monkeypatch, share * 1000 * (8 * (8 * 2 + 2 * 4) + 64))
    monkeypatch.setattr(job.Job, "in_memory", lambda self: "run")
    if fits:
        assert ds.simulate(scenario(replicas=1000), compiled=False) == "run"
    else:
        with pytest.raises(ds.RunError, match="not enough memory"):
            ds.simulate(scenario(replicas=1000), compiled=False)


@pytest.mark.parametrize(
    ("agents", "replicas", "there", "message"),
    [(2, 10**5, GB / 10, "the conflict log of 2 agents in 100,000 replicas about 0.2 GB.*; take fewer replicas$"),
     (60, 100, GB / 80, "the conflict log of 60 agents in 100 replicas .*; take fewer replicas or agents$"),
     (30, 1, GB / 300, "11 recorded ticks of it about 0.0 GB.*; record less often")],
)
def test_the_conflict_log(
    agents: int, replicas: int, there: float, message: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with_memory(monkeypatch, there)
    monkeypatch.setattr(job, "run_engine", None)
    with pytest.raises(ds.RunError, match=message):
        ds.simulate(scenario(agents, replicas=replicas), compiled=False, out=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_record_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    with_memory(monkeypatch, GB)
    monkeypatch.setattr(job, "run_engine", None)
    with pytest.raises(ds.RunError, match=r"the record needs 1\.6 GB, memory has 1\.0 GB: record less often"):
        ds.simulate(scenario(), steps=10**8, compiled=False)


def test_edges_count_where_they_are_interpreted(monkeypatch: pytest.MonkeyPatch) -> None:
    from dynsim.compiler.applying.build import build

    program = build(ds.load_scenario(text_of(2)).resolve())
    numbers, edges = 11, 22
    with_memory(monkeypatch, 1000 * (8 * (8 * numbers + 2 * 2 + 2 * edges) + 64))
    memory.expect_room_for_replicas(program, 1000, compiled=True)
    with pytest.raises(ds.RunError):
        memory.expect_room_for_replicas(program, 1000, compiled=False)


def test_a_generated_graph(monkeypatch: pytest.MonkeyPatch) -> None:
    with_memory(monkeypatch, GB / 2)
    text = "dynsim: 1\ntitle: t\ngraphs: {g: {generator: cycle_graph, n: 1000000}}\n"
    with pytest.raises(ds.InputError, match=r"graphs\.g: .*2e\+06 nodes and edges, .* 1\.1 GB, and 0\.5 GB are free"):
        ds.load_scenario(text + "variables: {x: {on: g, init: 1}}\nclock: {steps: 1}\n").resolve()


# -- what the machine has ---------------------------------------------------------------------------------------------


def system_files(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


MEMINFO = {"proc/meminfo": "MemTotal: 2000000 kB\nMemFree: 10 kB\nMemAvailable:    1000000 kB\n"}


def test_what_is_free(tmp_path: Path) -> None:
    assert machine.memory(system_files(tmp_path, MEMINFO)) == 1_024_000_000


def test_a_system_that_does_not_say() -> None:
    assert machine.memory(Path("/nonexistent")) > 0


@pytest.mark.parametrize(
    ("line", "group", "limit", "used"),
    [("0::/pod/box\n", "sys/fs/cgroup/pod", "memory.max", "memory.current"),
     ("0::/\n", "sys/fs/cgroup", "memory.max", "memory.current"),
     ("5:cpu:/x\n4:memory:/pod/a\n", "sys/fs/cgroup/memory/pod/a", "memory.limit_in_bytes", "memory.usage_in_bytes"),
     ("4:memory:/elsewhere\n", "sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes")],
)
def test_a_container(line: str, group: str, limit: str, used: str, tmp_path: Path) -> None:
    """Its limit less what it uses, without what is cached of files; also that of the group that it is in."""
    files = {"proc/self/cgroup": line, f"{group}/{limit}": "500000000\n", f"{group}/{used}": "200000000\n"}
    files[f"{group}/memory.stat"] = "anon 1\ninactive_file 50000000\n"
    assert machine.memory(system_files(tmp_path, MEMINFO | files)) == 350_000_000
    (tmp_path / group / limit).write_text("max\n" if limit == "memory.max" else f"{2**63 - 4096}\n")
    assert machine.memory(tmp_path) == 1_024_000_000
