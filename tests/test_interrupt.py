"""Ctrl-C at every stage of a run on the command line: it ends with 130, and what was recorded is kept.

A run presses Ctrl-C itself, when it says that the stage begins. No time is measured: a stage that did not hear it would
go on to the end of the run, or, while compiling, forever.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SCENARIO = """
dynsim: 1
title: a short run
variables: {x: {init: "normal(0, 1)"}, y: {init: 1}}
agents:
  one: {controls: x, declared: "(x - y)**2", rule: {gradient: {rate: 0.1}}}
  two: {controls: y, declared: "(x + y)**2", rule: {gradient: {rate: 0.1}}}
clock: {steps: 5000}
ensemble: {replicas: 3}
"""
SCRIPT = """
import os, signal, sys, threading
from contextlib import contextmanager
from dynsim import cli
from dynsim.engine.compiled import blocks

stage = sys.argv.pop(1)
pressed = threading.Event()

def progress(what, share):
    if what.startswith(stage) and share < 1 and not pressed.is_set():
        pressed.set()
        os.kill(os.getpid(), signal.SIGINT)

@contextmanager
def shown(quiet):
    yield progress

sys.modules["dynsim.cli.run"].shown_progress = shown
if stage == "compiling, about":  # as in LLVM, nothing is heard in this thread
    blocks.is_ready = lambda *_: False
    compiled = blocks.in_background
    blocks.in_background = lambda work, stop: compiled(threading.Event().wait, stop)
cli.main(["run", "short.yaml", "--out", "out", *sys.argv[1:]])
"""


def ended(stage: str, folder: Path, *options: str) -> tuple[subprocess.CompletedProcess[str], str]:
    """How the run ended, and the status in its manifest."""
    (folder / "short.yaml").write_text(SCENARIO)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, stage, *options], cwd=folder, env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, timeout=600,
    )
    assert "Traceback" not in done.stderr, done.stderr
    manifest = folder / "out" / "manifest.json"
    return done, json.loads(manifest.read_text())["status"] if manifest.exists() else "none"


def test_while_compiling(tmp_path: Path) -> None:
    done, status = ended("compiling, about", tmp_path)
    assert (done.returncode, status) == (130, "interrupted"), done.stderr
    assert "stopped at t = 0" in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("stage", "status"),
    [("reading", "none"), ("compiling", "interrupted"), ("preparing", "interrupted"), ("simulating", "interrupted"),
     ("writing", "interrupted"), ("analysing", "interrupted"), ("drawing", "interrupted")],
)
def test_at_every_stage(stage: str, status: str, tmp_path: Path) -> None:
    options = [] if stage == "compiling" else ["--no-compile"]
    done, found = ended(stage, tmp_path, *options)
    assert (done.returncode, found) == (130, status), done.stderr
    if status == "interrupted":
        assert ended("never", tmp_path, *options, "--resume")[0].returncode == 0
