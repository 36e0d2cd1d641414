"""Work in the background: waited for, given up, and its errors."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from dynsim.engine.compiled import background
from dynsim.engine.compiled.background import goes_on, in_background
from dynsim.engine.compiled.blocks import Blocks
from dynsim.engine.compiled.kernel import TOO_LONG, compile_program, compile_seconds, duration
from dynsim.errors import RunError
from dynsim.system.model import Clock

from .systems import plan_of, program, recorded


def test_what_is_given_up_goes_on_and_then_ends() -> None:
    go, looked = threading.Event(), []
    assert not in_background(go.wait, lambda: bool(looked.append(0)) or len(looked) > 1)
    assert goes_on()
    go.set()
    for thread in threading.enumerate():
        if thread.name == background.NAME:
            thread.join()
    assert not goes_on()


def test_what_is_done_is_done() -> None:
    done: list[int] = []
    assert in_background(lambda: done.append(1), lambda: False)
    assert done == [1]


def test_errors_come_back() -> None:
    with pytest.raises(ZeroDivisionError):
        in_background(lambda: 1 // 0, lambda: False)  # type: ignore[arg-type, return-value]


def test_a_run_that_is_stopped_while_it_compiles_has_no_record(monkeypatch: pytest.MonkeyPatch) -> None:
    """And what it is resumed from is kept: the outcome tells of it."""
    system = program(Clock(steps=4), ["x"], stages=[{"x": "x*1e200 + 1"}])
    plan = plan_of(system, 3, {"x": 1.0})
    whole = recorded(system, plan)
    monkeypatch.setattr(Blocks, "prepare", lambda *_: False)
    stopped = recorded(system, plan)
    assert not stopped.outcome.finished
    assert (stopped.outcome.time, stopped.checkpoints) == (0.0, [])
    resumed = recorded(system, plan, start=whole.checkpoints[-1])
    np.testing.assert_array_equal(resumed.outcome.diverged_at, whole.outcome.diverged_at)
    assert np.isfinite(resumed.outcome.diverged_at).all()


def test_an_estimate_is_said_before_anything_is_compiled(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setenv("DYNSIM_CACHE_DIR", str(tmp_path))
    system = program(Clock(steps=4), ["told"], stages=[{"told": "told + 1"}])
    said: list[float] = []
    recorded(system, plan_of(system, 2, {}), announce=said.append)
    recorded(system, plan_of(system, 2, {}), announce=said.append)
    assert said == [compile_seconds(compile_program(system, 2).text)]


def test_what_would_take_too_long_to_compile_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from dynsim.engine.compiled import kernel

    system = program(Clock(steps=4), ["long"], stages=[{"long": "long + 1"}])
    monkeypatch.setattr(kernel, "compile_seconds", lambda text: TOO_LONG)
    compile_program(system, 1)
    monkeypatch.setattr(kernel, "compile_seconds", lambda text: 3 * TOO_LONG)
    with pytest.raises(RunError, match=r"about 3 hours: take fewer agents, or --no-compile \(compiled=False\)"):
        compile_program(system, 2)


def test_durations() -> None:
    assert [duration(s) for s in (0.6, 99.4, 100, 5999, 6000)] == ["1 s", "99 s", "2 min", "100 min", "2 hours"]
