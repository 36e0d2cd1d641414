"""The loop over time: a program runs, its records go to a sink.

A run is cut twice. In time, its records are handed to the sink in *chunks*, and each comes with a checkpoint. Within a
chunk, the replicas advance in *calls* of about CALL_SECONDS, so that between two calls there is room for progress and
for a stop. No result depends on lanes, threads, chunks, calls, stops or on what is recorded.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor

from ..compiler.program import Program
from ..system.ticks import Ticks
from .compiled.kernel import compile_program
from .compiled.lanes import lanes_for
from .plan import Checkpoint, Chunk, Outcome, Plan
from .replicas import Replicas
from .runners import replicas_of
from .selection import Selection

CHUNK_BYTES = 4 << 20  # of records: they are put in order while they are still in the cache
CHUNK_SECONDS = 5.0  # so that a slow run has checkpoints too
CALL_SECONDS = 0.2
FIRST_CALL = 1  # ticks: how long one takes is not known yet

Progress = Callable[[float], None]
Stop = Callable[[], bool]


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
    progress: Progress = lambda share: None,
    announce: Callable[[float], None] = lambda seconds: None,
    stop: Stop = lambda: False,
) -> Outcome:
    """Run the program to the end of its clock (or until `stop()`), handing every chunk of records to `sink`.

    progress(share) is called between two calls with the share of the run that is done; announce(seconds) before a
    compilation, with an estimate of its time. start: go on from there.
    """
    ticks = Ticks.of(program.clock, plan.every)
    threads = threads or os.cpu_count() or 1
    replicas = replicas_of(program, plan, ticks, compiled=compiled, threads=threads, lanes=lanes)
    selection = None
    if program.selection is not None:
        selection = Selection(program, program.selection, plan, ticks.unit, replicas)
    course = _Course(ticks, replicas, selection, start, progress, stop)
    ready = replicas.prepare(announce, stop)
    if start is not None:  # also where nothing is ready: the outcome tells of the replicas that had diverged
        replicas.restore(start.arrays)
    elif ready:
        replicas.begin()
        if selection is not None:
            selection.begin()
    most = max(1, chunk_bytes // (8 * replicas.record_size))
    with ThreadPoolExecutor(threads) as pool:
        while ready and course.records < ticks.records and not stop():
            chunk = course.chunk(pool, most)
            if chunk is not None:
                sink(chunk)
    return course.outcome()


def write(program: Program, plan: Plan) -> None:
    """Write the source of the program's kernel, which `run` then finds. A caller can let Ctrl-C end this at once."""
    compile_program(program, lanes_for(program, plan.ensemble))


class _Course:
    """How far a run has got: the tick reached, the records made, and the chunks handed over."""

    def __init__(
        self, ticks: Ticks, replicas: Replicas, selection: Selection | None, start: Checkpoint | None,
        progress: Progress, stop: Stop,
    ) -> None:
        self.ticks, self.replicas, self.selection = ticks, replicas, selection
        self.progress, self.stop = progress, stop
        self.tick, self.records = (0, 0) if start is None else (start.tick, start.records)
        self.chunks, self.pace = 0, FIRST_CALL

    def chunk(self, pool: Executor, most: int) -> Chunk | None:
        """The next records: at most `most`, fewer after CHUNK_SECONDS or where `stop()` says so; None without any."""
        ticks, replicas = self.ticks, self.replicas
        count = min(most, ticks.records - self.records)
        goal = ticks.of_record(self.records + count - 1)
        replicas.new_records(count)
        made = 0
        if self.tick == 0 and self.records == 0:
            replicas.record(0)
            made = 1
        due = time.monotonic() + CHUNK_SECONDS
        # A chunk needs a record, so the time runs out only for those that have one.
        while self.tick < goal and not self.stop() and (made == 0 or time.monotonic() < due):
            made += self._call(pool, goal, made)
        if made < count and self.tick == ticks.last:  # the end is recorded even where it is no multiple of `every`
            replicas.record(made)
            made += 1
        return self._chunk_of(made) if made else None

    def _call(self, pool: Executor, goal: int, row: int) -> int:
        """Advance towards the goal for about CALL_SECONDS, with records from row `row` on; returns their number."""
        tick, selection, every = self.tick, self.selection, self.ticks.every
        until = min(goal, tick + self.pace, goal if selection is None else selection.next_end(tick))
        began = time.perf_counter()
        self.replicas.advance(pool, tick, until, row)
        self.pace = _next_pace(until - tick, time.perf_counter() - began)
        self.tick = until
        # No generation follows the last tick: its children would live in no record.
        if selection is not None and selection.ends(until) and until < self.ticks.last:
            selection.generation(until)
        self.progress(until / self.ticks.last)
        return until // every - tick // every

    def _chunk_of(self, count: int) -> Chunk:
        times = self.ticks.times(self.records, count)
        self.records += count
        births = None if self.selection is None else self.selection.take()
        checkpoint = Checkpoint(self.records, self.tick, self.replicas.state())
        self.chunks += 1
        return Chunk(self.chunks - 1, times, self.replicas.values(count), checkpoint, births)

    def outcome(self) -> Outcome:
        """How the run ended, as far as it got."""
        last = float(self.ticks.times(max(0, self.records - 1), 1)[0])
        return Outcome(self.records == self.ticks.records, last, *self.replicas.divergence())


def _next_pace(ticks: int, seconds: float) -> int:
    """How many ticks the next call makes, so that it takes about CALL_SECONDS."""
    # One short call is a poor estimate, so the pace grows by a factor of 8 at most.
    return max(1, int(ticks * min(8.0, CALL_SECONDS / max(seconds, 1e-6))))
