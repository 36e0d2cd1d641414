"""The edges of what a run can be asked for, the machine code, and memory."""

from __future__ import annotations

import platform
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dynsim.compiler.writing.random_numbers import variable_key
from dynsim.engine.compiled.kernel import compile_program
from dynsim.engine.plan import Checkpoint
from dynsim.engine.random.noise import normals
from dynsim.engine.simulate import run
from dynsim.system.model import Clock

from .systems import plan_of, program, recorded, with_clock

MODES: list[Any] = [{}, {"lanes": 1}, {"compiled": False}]


@pytest.mark.nojit
@pytest.mark.parametrize("options", MODES)
@pytest.mark.parametrize("every", [1, 3, 4, 10, 11, 10**12])
def test_which_ticks_are_recorded(every: int, options: Any) -> None:
    """The start, every `every` steps, and the end."""
    system = program(Clock(steps=10), ["x"], stages=[{"x": "x + 1"}])
    got = recorded(system, plan_of(system, 3, {}, every=every), **options)
    assert np.array_equal(got.times, sorted({*range(0, 11, every), 10}))
    assert np.array_equal(got.values["x"][:, 2], got.times)
    assert got.outcome.time == 10
    assert got.outcome.finished


@pytest.mark.parametrize("seed", [0, 1, 2**32, 2**63, 2**64 - 1])
@pytest.mark.parametrize("options", MODES)
def test_the_noise_is_the_keyed_one(seed: int, options: Any) -> None:
    """A random walk is the sum of `normals`, for seeds up to 2**64 - 1."""
    system = program(Clock(steps=20), ["x"], stages=[{"x": "x + z_x"}])
    got = recorded(system, plan_of(system, 5, {}, seed=seed), **options)
    z = normals(seed, np.arange(5), variable_key("x"), np.arange(20)[:, None])
    assert np.array_equal(np.diff(got.values["x"], axis=0)[0], z[0])
    assert np.allclose(got.values["x"][-1], z.sum(axis=0), rtol=1e-13)


@pytest.mark.parametrize("options", MODES)
def test_ticks_beyond_32_bits(options: Any) -> None:
    """A run that goes on from tick 2**40."""
    first, more = 2**40, 100
    system = program(Clock(steps=first + more), ["x"], stages=[{"x": "t + 0.001*z_x"}])
    plan = plan_of(system, 3, {}, every=first)
    recorded(with_clock(system, steps=1), plan_of(system, 3, {}), **options)  # so that nothing is left to compile
    chunks: list[Any] = []
    begun = run(system, plan, chunks.append, stop=iter([False, True, True]).__next__, **options)
    assert not begun.finished
    start = Checkpoint(2, first, chunks[0].checkpoint.arrays)
    run(system, plan, chunks.append, start=start, **options)
    z = normals(plan.seed, np.arange(3), variable_key("x"), first + more - 1)
    assert np.array_equal(chunks[-1].values["x"][-1], first + more - 1 + 0.001 * z)
    assert chunks[-1].times[-1] == first + more


def test_the_lane_loop_is_vectorised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A step with functions and noise works on packed numbers. (Numba shows the code of fresh kernels only.)"""
    if platform.machine() not in ("x86_64", "AMD64"):
        pytest.skip("looks for the registers of x86-64")
    monkeypatch.setenv("DYNSIM_CACHE_DIR", str(tmp_path))
    system = program(Clock(steps=9), ["looked_at"], stages=[{"looked_at": "tanh(looked_at) + 0.1*z_looked_at"}])
    recorded(system, plan_of(system, 64, {}), threads=1)
    assembly = "\n".join(compile_program(system, 64).module.advance.inspect_asm().values())  # type: ignore[attr-defined]
    if "ymm" not in assembly:
        pytest.skip("no AVX on this machine")
    packed = {name: assembly.count(f"v{name}pd") for name in ("mul", "add", "sub", "div", "sqrt")}
    assert packed["mul"] > 40, packed  # scalar copies stand beside them, for arrays that overlap
    assert packed["div"] > 0, packed
    assert packed["sqrt"] > 0, packed


def test_memory_does_not_grow_with_ticks() -> None:
    """The peak of a run of 40 times the length is that of the short one."""
    system = program(Clock(steps=50_000), ["x"], stages=[{"x": "0.5*x"}])
    longer = program(Clock(steps=2_000_000), ["x"], stages=[{"x": "0.5*x"}])
    options = {"chunk_bytes": 100_000, "threads": 1}
    run(system, plan_of(system, 4, {"x": 1.0}), lambda chunk: None, **options)
    peaks = []
    for each in (system, longer):
        tracemalloc.start()
        run(each, plan_of(each, 4, {"x": 1.0}), lambda chunk: None, **options)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.2 * peaks[0] + 50_000
