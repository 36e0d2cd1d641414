"""The kernel cache, across processes: it is used, it survives damage, and it is never required."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = """
import sys
import numpy as np
from dynsim.engine.kernel import compile_program
from dynsim.system.model import Clock
from tests.engine.systems import plan_of, program, recorded

system = program(Clock(steps=50), ["x"], parameters=["a"], stages=[{"x": "tanh(a*x) + 0.1*z_x"}])
run = recorded(system, plan_of(system, 4, {"x": 1.0}, {"a": float(sys.argv[1])}), threads=1)
stats = getattr(compile_program(system, 4).advance, "stats", None)
found, missed = (sum(stats.cache_hits.values()), sum(stats.cache_misses.values())) if stats else (0, 0)
print(found, missed, run.values["x"][-1].tobytes().hex())
"""


def _process(directory: Path, a: float = 0.5, **environment: str) -> subprocess.Popen[str]:
    variables = os.environ | {"DYNSIM_CACHE_DIR": str(directory), "PYTHONPATH": str(ROOT)} | environment
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(a)], env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def _result(process: subprocess.Popen[str]) -> tuple[int, int, str]:
    out, err = process.communicate(timeout=600)
    assert process.returncode == 0, err
    found, missed, bits = out.split()
    return int(found), int(missed), bits


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A cache that one process has filled, and its result."""
    directory = tmp_path_factory.mktemp("cache")
    found, missed, bits = _result(_process(directory))
    assert (found, missed) == (0, 1)
    return directory, bits


def test_a_second_process_compiles_nothing(filled: tuple[Path, str]) -> None:
    directory, bits = filled
    files = sorted(p.name for p in directory.rglob("*.nb*"))
    assert _result(_process(directory)) == (1, 0, bits)
    assert _result(_process(directory, a=0.7))[:2] == (1, 0)
    assert sorted(p.name for p in directory.rglob("*.nb*")) == files


def test_a_damaged_module_is_written_again(filled: tuple[Path, str]) -> None:
    directory, bits = filled
    (module,) = directory.glob("dynsim_*.py")
    text = module.read_text()
    module.write_text("raise SystemExit('not what was written')")
    assert _result(_process(directory))[2] == bits
    assert module.read_text() == text


def test_no_directory_to_write_in(tmp_path: Path, filled: tuple[Path, str]) -> None:
    file = tmp_path / "file"
    file.touch()
    assert _result(_process(file / "cache"))[2] == filled[1]


def test_processes_side_by_side(tmp_path: Path, filled: tuple[Path, str]) -> None:
    processes = [_process(tmp_path) for _ in range(3)]
    assert [_result(p)[2] for p in processes] == [filled[1]] * 3
    assert not list(tmp_path.glob("*.tmp"))


def test_without_compiling_the_bits_are_the_same(tmp_path: Path, filled: tuple[Path, str]) -> None:
    """The generated text as plain Python."""
    assert _result(_process(tmp_path, NUMBA_DISABLE_JIT="1"))[2] == filled[1]
