"""Results do not depend, in a single bit, on threads, lanes, chunks, cadence, neighbours, stops and restarts."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from dynsim.engine.plan import Checkpoint, Chunk, Plan
from dynsim.engine.simulate import run

from .systems import SYSTEMS, Case, Recorded, joined, recorded, same_bits

REPLICAS = 21  # no multiple of any number of lanes


@pytest.fixture(scope="module")
def reference() -> Callable[[str], tuple[Case, Plan, Recorded]]:
    """A system, its plan and its plain run, made once."""
    made: dict[str, tuple[Case, Plan, Recorded]] = {}

    def get(name: str) -> tuple[Case, Plan, Recorded]:
        if name not in made:
            case = SYSTEMS[name]()
            plan = case[1](REPLICAS)
            made[name] = case, plan, recorded(case[0], plan)
        return made[name]

    return get


def _equal(a: Recorded, b: Recorded) -> bool:
    return (
        np.array_equal(a.times, b.times)
        and same_bits(a.values, b.values)
        and same_bits({"at": a.outcome.diverged_at}, {"at": b.outcome.diverged_at})
        and np.array_equal(a.outcome.diverged_slot, b.outcome.diverged_slot)
    )


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize(
    "options",
    [{"threads": 1}, {"threads": 2}, {"threads": 3}, {"chunk_bytes": 1}, {"chunk_bytes": 40_000},
     {"chunk_bytes": 1 << 40}, {"lanes": 2, "threads": 3, "chunk_bytes": 9_000}],
    ids=lambda o: ", ".join(f"{k}={v}" for k, v in o.items()),
)
def test_threads_and_chunks(system: str, options: dict[str, Any], reference: Any) -> None:
    (program, _), plan, plain = reference(system)
    assert _equal(recorded(program, plan, **options), plain)


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize(
    "lanes", [1, 2, pytest.param(4, marks=pytest.mark.slow), pytest.param(16, marks=pytest.mark.slow), 64]
)
def test_lanes(system: str, lanes: int, reference: Any) -> None:
    (program, _), plan, plain = reference(system)
    assert _equal(recorded(program, plan, lanes=lanes), plain)


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("every", [3, 7, 1000])
def test_cadence(system: str, every: int, reference: Any) -> None:
    """The records that two cadences share; the last state is always recorded."""
    (program, _), plan, plain = reference(system)
    sparse = recorded(program, Plan(plan.replicas, plan.seed, plan.parameters, plan.initial, plan.every * every))
    last = len(plain.times) - 1
    ticks = np.unique(np.minimum(np.arange(len(sparse.times)) * every, last))
    assert np.allclose(sparse.times, plain.times[ticks], rtol=1e-15)
    assert same_bits(sparse.values, {s: x[ticks] for s, x in plain.values.items()})


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("replicas", [1, 2, 20])
def test_neighbours(system: str, replicas: int, reference: Any) -> None:
    """A replica is the same alone as among others."""
    (program, make), _, plain = reference(system)
    fewer = make(replicas)
    alone = recorded(program, fewer)
    assert same_bits(alone.values, {s: x[..., :replicas] for s, x in plain.values.items()})


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_block_of_replicas(system: str, reference: Any) -> None:
    """Replicas 4 … 9 of the ensemble alone, twice side by side."""
    (program, make), _, plain = reference(system)
    whole, some = make(10), np.tile(np.arange(4, 10), 2)
    block = recorded(program, _part(whole, some))
    assert same_bits(block.values, {s: x[..., some] for s, x in plain.values.items()})
    interpreted, plain = recorded(program, _part(whole, some), compiled=False), recorded(program, whole, compiled=False)
    # NumPy may add the edges of a node in another order where there are more replicas.
    for slot, x in interpreted.values.items():
        np.testing.assert_allclose(x, plain.values[slot][..., some], rtol=1e-12, atol=1e-12)


def _part(plan: Plan, some: Any) -> Plan:
    parameters, initial = ({n: x[..., some] for n, x in v.items()} for v in (plan.parameters, plan.initial))
    return Plan(len(some), plan.seed, parameters, initial, plan.every, copies=2, first=int(some[0]))


def test_a_block_begins_at_an_even_number() -> None:
    with pytest.raises(ValueError, match="even number, not at 3"):
        Plan(2, 0, {}, {}, first=3)


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("compiled", [True, False])
def test_stopped_and_resumed(system: str, compiled: bool, reference: Any) -> None:
    """Stopped at arbitrary moments, every time gone on from a checkpoint that was written and read."""
    (program, make), plan, plain = reference(system)
    if not compiled:
        plan = make(3)
        plain = recorded(program, plan, compiled=False)
    rng = np.random.default_rng(4)
    chunks: list[Chunk] = []
    start: Checkpoint | None = None
    for _ in range(200):
        left = iter(range(int(rng.integers(2, 12))))
        outcome = run(
            program, plan, chunks.append, start=start, compiled=compiled, chunk_bytes=8 * plan.replicas * 400,
            stop=lambda left=left: next(left, None) is None,
        )
        if outcome.finished:
            break
        start = _written_and_read(chunks[-1].checkpoint) if chunks else None
    assert outcome.finished
    assert _equal(joined(chunks, outcome), plain)


def _written_and_read(checkpoint: Checkpoint) -> Checkpoint:
    file = io.BytesIO()
    np.savez(file, **checkpoint.arrays)
    file.seek(0)
    with np.load(file) as arrays:
        return Checkpoint(checkpoint.records, checkpoint.tick, dict(arrays))


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_interpreter_agrees(system: str, reference: Any) -> None:
    """The oracle shares no code with the kernels: equal but for the rounding of exp and its kind."""
    (program, _), plan, plain = reference(system)
    oracle = recorded(program, plan, compiled=False)
    assert np.array_equal(oracle.times, plain.times)
    assert np.array_equal(oracle.outcome.diverged_slot, plain.outcome.diverged_slot)
    assert np.allclose(oracle.outcome.diverged_at, plain.outcome.diverged_at, rtol=1e-6, equal_nan=True)
    for slot, x in plain.values.items():
        assert np.allclose(oracle.values[slot], x, rtol=1e-9, atol=1e-9, equal_nan=True), slot
