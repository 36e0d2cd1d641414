"""The loop over chunks and lane blocks: a program runs, its records go to a sink.

Replicas are cut into blocks of lanes; a thread pool runs the blocks of a chunk side by side (the kernels release the
interpreter lock). Between two kernel calls there is room for progress and for a stop; after every chunk there is a
checkpoint. No result depends on lanes, threads, chunks, stops or on what is recorded.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from ..compiler.program import Program
from ..system.ticks import Ticks, chooses_steps
from .compiled.blocks import Blocks
from .compiled.kernel import compile_program
from .interpreted.adaptive import InterpretedAdaptive
from .interpreted.fixed import Interpreted
from .plan import Checkpoint, Chunk, Outcome, Plan
from .selection import Selection

Replicas = Blocks | Interpreted | InterpretedAdaptive
CHUNK_BYTES = 4 << 20  # of records: they are put in order while they are still in the cache
CHUNK_SECONDS = 5.0  # so that a slow run has checkpoints too
CALL_SECONDS = 0.2
FIRST_CALL = 1  # ticks; nobody knows yet how long one takes
MOST_LANES, FEWEST_LANES = 64, 16
CACHE_BYTES = 16 << 10


def run(
    program: Program,
    plan: Plan,
    sink: Callable[[Chunk], None],
    *,
    compiled: bool = True,
    threads: int | None = None,
    lanes: int | None = None,
    chunk_bytes: int = CHUNK_BYTES,
    start: Checkpoint | None = None,
    progress: Callable[[float], None] | None = None,
    announce: Callable[[float], None] = lambda seconds: None,
    stop: Callable[[], bool] = lambda: False,
) -> Outcome:
    """Run the program to the end of its clock (or until `stop()`), handing every chunk of records to `sink`.

    progress(share) is called between kernel calls with the share of the run that is done; announce(seconds) before a
    compilation, with an estimate of its time. start: go on from there.
    """
    ticks = Ticks.of(program.clock, plan.every)
    threads = threads or os.cpu_count() or 1
    blocks = _blocks(program, plan, ticks, lanes, threads, compiled)
    selection = _selection(program, plan, ticks, blocks)
    tick, records = (0, 0) if start is None else (start.tick, start.records)
    number, pace = 0, FIRST_CALL
    ready = not isinstance(blocks, Blocks) or blocks.compile(announce, stop)
    if ready:
        _begin(blocks, selection, start)
    elif start is not None:
        blocks.restore(start.arrays)
    per_chunk = max(1, chunk_bytes // (8 * blocks.numbers))
    with ThreadPoolExecutor(threads) as pool:
        while ready and records < ticks.records and not stop():
            count = min(per_chunk, ticks.records - records)
            goal = ticks.of_record(records + count - 1)
            blocks.new_records(count)
            got = 0
            if records == 0 and tick == 0:
                blocks.record(0)
                got = 1
            due = time.monotonic() + CHUNK_SECONDS
            while tick < goal and not stop() and (got == 0 or time.monotonic() < due):
                until = min(goal, tick + pace, goal if selection is None else selection.next_end(tick))
                began = time.perf_counter()
                blocks.advance(pool, tick, until, got)
                pace = _next_pace(until - tick, time.perf_counter() - began)
                got += until // ticks.every - tick // ticks.every
                tick = until
                if selection is not None and selection.ends(tick) and tick < ticks.last:
                    selection.generation(tick)
                if progress is not None:
                    progress(tick / ticks.last)
            if got < count and tick == ticks.last:  # the end is recorded even where it is not a multiple of `every`
                blocks.record(got)
                got += 1
            if got:
                times = ticks.times(records, got)
                records += got
                births = None if selection is None else selection.take()
                sink(Chunk(number, times, blocks.values(got), Checkpoint(records, tick, blocks.state()), births))
                number += 1
    return Outcome(records == ticks.records, float(ticks.times(max(0, records - 1), 1)[0]), *blocks.divergence())


def write(program: Program, plan: Plan) -> None:
    """Write the source of the program's kernel, which `run` then finds: for those who want to interrupt that."""
    compile_program(program, lanes_for(program, plan.ensemble))


def _begin(blocks: Replicas, selection: Selection | None, start: Checkpoint | None) -> None:
    """The state of time 0, or that of the checkpoint."""
    if start is not None:
        blocks.restore(start.arrays)
        return
    blocks.begin()
    if selection is not None:
        selection.begin()


def _blocks(
    program: Program, plan: Plan, ticks: Ticks, lanes: int | None, threads: int, compiled: bool
) -> Replicas:
    """What runs the program: compiled lane blocks, or the interpreter."""
    if compiled:
        return Blocks(compile_program(program, lanes or lanes_for(program, plan.ensemble)), plan, ticks, threads)
    return (InterpretedAdaptive if chooses_steps(program.clock) else Interpreted)(program, plan, ticks)


def _selection(program: Program, plan: Plan, ticks: Ticks, blocks: Replicas) -> Selection | None:
    if program.selection is None:
        return None
    assert not isinstance(blocks, InterpretedAdaptive), "refused when the scenario was read"
    return Selection(program, program.selection, plan, ticks.unit, blocks)


def _next_pace(ticks: int, seconds: float) -> int:
    """How many ticks the next kernel call makes, so that it takes about CALL_SECONDS."""
    return max(1, int(ticks * min(8.0, CALL_SECONDS / max(seconds, 1e-6))))


def lanes_for(program: Program, replicas: int) -> int:
    """The smallest power of two that holds the replicas, as long as a block's states stay in the first-level cache.

    Many lanes hide the latency of one step behind the next; 16 keep enough of it where there are many states.
    """
    rows = sum(1 if s.domain.kind == "scalar" else program.topologies[s.domain.population].n for s in program.states)
    most = MOST_LANES
    while most > FEWEST_LANES and 8 * rows * most > CACHE_BYTES:
        most //= 2
    lanes = 1
    while lanes < min(replicas, most):
        lanes *= 2
    return lanes
