"""How an experiment tells where it stands: on a terminal, in a log, and when Ctrl-C is pressed."""

from __future__ import annotations

import os
import pty
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dynsim import cli
from dynsim.cli import standing as shown
from dynsim.experiments.design.boundary import Boundary
from dynsim.experiments.run import run_experiment
from dynsim.experiments.standing import Standing
from dynsim.experiments.work import tasks

from .cluster import ROOT
from .small import small, tables_of

FILE = """\
experiment: 1
title: t
scenario:
  dynsim: 1
  title: t
  params: {k: 1, rate: 0.1}
  variables: {x: {init: "normal(0, 1)"}}
  agents:
    a: {controls: x, declared: "(x - k)**2", rule: {gradient: {rate: rate}}}
  clock: {steps: 50}
vary: {k: "linspace(0, 1, 15)", rate: [0.1, 0.2]}
variants: {as_is: {}, adam: {set: {agents.a.rule: {adam: {rate: rate}}}}}
replicas: 4
collect: [x]
"""
# Small tasks, so that there are many, and everything is shown as soon as it is known.
QUICK = "from dynsim.cli import main, standing; from dynsim.experiments.work import tasks\n" \
        "standing.LINES = standing.TABLES = 0; tasks.UNITS = 1\n"  # fmt: skip


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("dynsim.experiments.standing.READING", 60)
    Path("e.yaml").write_text(FILE)


def started(code: str, *arguments: str, **streams: Any) -> subprocess.Popen[bytes]:
    """`dynsim experiment` after some code."""
    run = f"{code}if __name__ == '__main__': main(['experiment', *{list(arguments)}])\n"
    Path("command.py").write_text(run)  # a file, because processes are spawned from it
    environment = os.environ | {"PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "100", "LINES": "40"}
    return subprocess.Popen([sys.executable, "command.py"], env=environment, **streams)


def on_terminal(code: str, *arguments: str, press: bytes = b"", at: bytes = b"") -> tuple[int, str]:
    """The exit code and what is seen on the terminal of the command. press: keys, once `at` is seen."""
    ours, theirs = pty.openpty()
    process = started(code, *arguments, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
                      preexec_fn=_controlled)  # fmt: skip
    os.close(theirs)
    seen = b""
    try:
        while part := os.read(ours, 65536):
            seen += part
            if press and at in seen:
                os.write(ours, press)
                press = b""
    except OSError:  # how a terminal says that the other side is gone
        pass
    os.close(ours)
    return process.wait(timeout=60), seen.decode()


def _controlled() -> None:
    """Make the terminal the one whose Ctrl-C reaches the process."""
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def test_a_terminal_shows_the_cells_that_stick_out() -> None:
    code, seen = on_terminal(QUICK, "e.yaml", "--out", "out")
    assert code == 0
    assert "of 60 cells" in seen
    assert "highest" in seen
    assert "lowest" in seen
    assert "variant" in seen
    assert seen.rstrip().endswith("out written: 60 cells, 0 failed")


def test_a_log_has_a_line_now_and_then() -> None:
    for code, arguments, lines in ((QUICK, (), 2), ("from dynsim.cli import main\n", (), 0)):
        with started(code, "e.yaml", *arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            out, err = process.communicate(timeout=60)
        assert process.returncode == 0
        told = err.decode().splitlines()
        assert len(told) >= lines if lines else not told
        assert all(" of 60 cells" in line for line in told)
        assert b"\x1b" not in err + out


@pytest.mark.parametrize("on", ["threads", pytest.param("processes", marks=pytest.mark.slow)])
def test_ctrl_c_says_how_to_go_on(on: str) -> None:
    written = ("e.yaml", "--set", "clock.steps=40", "--on", on)
    code, seen = on_terminal(QUICK, *written, press=b"\x03", at=b"highest")
    assert code == 130, seen
    assert "Traceback" not in seen
    assert "stopped; what is finished is in experiments/e-" in seen
    (command,) = [line.partition("to go on: dynsim experiment ")[2] for line in seen.splitlines() if "to go on" in line]
    arguments = shlex.split(command)
    assert arguments[: len(written)] == list(written)
    assert arguments[-1] == "--resume"
    directory = Path(arguments[arguments.index("--out") + 1])
    there = set((directory / "units").iterdir())
    assert 0 < len(there) < 60
    with started(QUICK, *arguments, stdout=subprocess.PIPE) as process:
        assert process.wait(timeout=60) == 0
    with started(QUICK, "e.yaml", "--set", "clock.steps=40", "--out", "plain", stdout=subprocess.PIPE) as process:
        assert process.wait(timeout=60) == 0
    assert there < set((directory / "units").iterdir())
    assert tables_of(directory) == tables_of(Path("plain"))


# -- what is told -----------------------------------------------------------------------------------------------------


def test_the_cells_that_stick_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are those of the finished table; all that are finished are counted, and their ends do not overlap."""
    monkeypatch.setattr(tasks, "UNITS", 1)
    told: list[Standing] = []
    done = run_experiment(small(), progress=told.append)
    ranked = told[-1].ranked(4)
    assert ranked is not None
    assert ranked.column == "objective.actor"
    ordered = done.cells.sort_values(["objective.actor.mean", "cell"], ascending=[True, False])
    assert [cell.number for cell, _ in ranked.lowest] == list(ordered["cell"])[:4]
    assert [cell.number for cell, _ in ranked.highest] == list(ordered["cell"])[:-5:-1]
    assert [value for _, value in ranked.highest] == pytest.approx(list(ordered["objective.actor.mean"])[:-5:-1])
    every = told[-1].ranked(100)
    assert every is not None
    assert len(every.highest) + len(every.lowest) == 12


def test_what_they_stick_out_by() -> None:
    told: list[Standing] = []
    done = run_experiment(small(collect=["verdict"]), progress=told.append)
    assert len(done.cells) == 12
    ranked = told[-1].ranked(2)
    assert ranked is not None
    assert ranked.column == "verdict.converged"
    assert Boundary(of="memory").about == "memory"
    assert Boundary(of="verdict.diverged").about == "verdict.diverged"
    assert Boundary(of="verdict").about == ""


def test_cells_that_are_asked_again_count_once() -> None:
    """As a design that adapts does, with more replicas or other cells."""
    told: list[str] = []
    narrow = {"boundary": {"of": "other", "budget": 256, "tolerance": 0.5}}
    run_experiment(
        small(vary={"kappa": [0, 1]}, variants={"as_is": {}}, design=narrow, collect=["other"]),
        progress=lambda standing: told.append(str(standing)),
    )
    last = told[-1].split()
    assert last[0] == last[2], told[-1]
    assert told[-1].endswith(" cells so far") or " so far, " in told[-1]


def test_failed_cells_are_told() -> None:
    told: list[str] = []
    run_experiment(
        small(vary={"agents.critic.every": [1, 2]}, variants={"as_is": {}, "gone": {"remove": "agents.actor"}},
              collect=["mean memory"]),
        progress=lambda standing: told.append(str(standing)),
    )  # fmt: skip
    assert told[0].startswith("0 of 4 cells")
    assert told[-1].startswith("4 of 4 cells")


def test_a_narrow_terminal_and_odd_values(capsys: pytest.CaptureFixture[str]) -> None:
    from rich.console import Console

    told: list[Standing] = []
    rules = [{"gradient": {"rate": 0.05}}, {"momentum": {"rate": 0.05, "beta": 0.5}}]
    done = run_experiment(small(vary={"agents.critic.rule": rules}), progress=told.append)
    assert len(done.cells) == 4
    ranked = told[-1].ranked(5)
    assert ranked is not None
    for width in (20, 200):
        Console(width=width).print(shown.ranked_table(told[-1], ranked))
    assert '{"gradient": {"rate": 0…' in capsys.readouterr().out


def test_help_still_works(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["experiment", "--help"])
    assert not ended.value.code
    assert "--workers-write" not in capsys.readouterr().out
