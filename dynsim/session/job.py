"""One simulation: everything that is decided before the first step, and the way to its end."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ..analysis.reading.study import Study
from ..compiler.program import Program
from ..engine.compiled.kernel import duration
from ..engine.plan import Checkpoint, Chunk, Outcome, Plan
from ..engine.simulate import run as run_engine
from ..engine.simulate import write as write_kernel
from ..errors import Advice, Interrupted, Problem, RunError
from ..record.checkpoint import PARTIAL, Partial, Saved
from ..record.directory import Sources, begun, check_links, clear_results, create, has_run
from ..record.layout import Layout
from ..record.manifest import Manifest, Status
from ..record.reader import DirectoryRecording
from ..record.recording import Block, MemoryRecording, Recording
from ..record.resume import check_same
from ..record.writer import Writer
from ..system.model import Model
from ..system.ticks import Ticks
from .checks.memory import expect_room_for_record, expect_room_for_tables, record_bytes
from .interrupts import stop_on_interrupt
from .requested_metrics import Progress
from .results import result_names
from .run import Run, load, write_results

LONG = 20.0  # seconds of compilation that are worth a word


@dataclass(frozen=True)
class Job:
    """Everything that is decided before the first step."""

    model: Model
    program: Program
    plan: Plan
    layout: Layout
    manifest: Manifest
    sources: Sources
    threads: int | None
    progress: Progress

    def in_memory(self) -> Run:
        self._expect_room(None)
        chunks: list[Block] = []
        births: list[Block] = []

        def keep(chunk: Chunk) -> None:
            chunks.append(Block(chunk.times, chunk.values))
            if chunk.births is not None:
                births.append(Block(chunk.births.times, chunk.births.values))

        outcome = self._engine(keep, None)
        recording = MemoryRecording(
            chunks, self.plan.replicas, self.plan.parameters, outcome.diverged_at, outcome.diverged_slot, births,
            self.plan.seed,
        )
        run = self._run(recording, self._ended(outcome, len(recording.times)))
        if not outcome.finished:
            raise Interrupted(f"stopped at t = {outcome.time:g}; the record until then is this exception's `run`", run)
        return run

    def in_directory(self, path: Path, force: bool, resume: bool, report: bool) -> Run:
        if not has_run(path):
            self._expect_room(path)
        with begun(path, force=force, resume=resume):
            job, saved = self._opened(path, resume)
            partial = Partial(path / PARTIAL)
            if job.manifest.status == "finished":
                partial.remove()
                return load(path)
            writer = Writer(path, job.layout, saved.parts if saved else 0)
            start = Checkpoint(saved.records, saved.tick, saved.arrays) if saved else None
            with job._status_on_failure(path, writer):
                outcome = job._engine(writer, start)
                if not outcome.finished:
                    writer.flush()
                run = job._results(path, writer, outcome, report)
                run.manifest.write(path)
            if outcome.finished:
                partial.remove()
        if not outcome.finished:
            raise Interrupted(f"stopped at t = {outcome.time:g}; {_kept(path)}", run)
        return run

    def _opened(self, path: Path, resume: bool) -> tuple[Job, Saved | None]:
        """The directory ready to be written to, and the checkpoint to go on from."""
        if resume and has_run(path):
            old = check_same(path, self.manifest, self.sources.resolved)
            check_links(path, {*old.files, PARTIAL})
            if old.status == "finished":
                return replace(self, manifest=old), None
            saved = Partial(path / PARTIAL).saved()
            if saved is not None:
                job = replace(self, manifest=replace(old, status="running", end=None, resumed=old.resumed + 1))
                job.manifest.write(path)
                clear_results(path, old, self.sources)
                return job, saved
        manifest = create(path, self.manifest, self.sources, result_names(self.model, self.layout))
        return replace(self, manifest=manifest), None

    def _engine(self, sink: Callable[[Chunk], None], start: Checkpoint | None) -> Outcome:
        """Compile and run until the end or the first Ctrl-C."""
        self.progress("compiling" if self.manifest.compiled else "preparing", 0.0)
        if self.manifest.compiled:
            write_kernel(self.program, self.plan)
        with stop_on_interrupt(notice=lambda: self.progress("stopping", 0.0)) as stop:
            return run_engine(
                self.program, self.plan, sink, compiled=self.manifest.compiled, threads=self.threads, start=start,
                progress=lambda share: self.progress("simulating", share), announce=self._compiling, stop=stop,
            )

    def _compiling(self, seconds: float) -> None:
        """Say how long it will take; where that is long, say how to do without it."""
        about = duration(seconds)
        self.progress(f"compiling, about {about}", 0.0)
        if seconds > LONG:
            told = f"compiling takes about {about}, once; --no-compile (compiled=False) starts at once and runs slower"
            warnings.warn(Advice(Problem(told)), stacklevel=2)

    def _results(self, path: Path, writer: Writer, outcome: Outcome, report: bool) -> Run:
        """Write the tables and the report of what was recorded; without a recorded tick there are none."""
        self.progress("writing", 0.0)
        ticks = writer.write_tables(outcome.diverged_at, outcome.diverged_slot)
        run = self._run(DirectoryRecording(path, self.program), self._ended(outcome, ticks), path)
        if ticks:
            run = write_results(path, run, report, self.progress)
        return run

    def _ended(self, outcome: Outcome, ticks: int) -> Manifest:
        diverged = int(np.isfinite(outcome.diverged_at).sum())
        status: Status = "finished" if outcome.finished else "interrupted"
        return self.manifest.ended(status, ticks=ticks, time=outcome.time, diverged=diverged)

    def _run(self, recording: Recording, manifest: Manifest, directory: Path | None = None) -> Run:
        study = Study(self.program, recording, self.model, manifest.compiled)
        return Run(study, manifest, self.sources, directory)

    @contextmanager
    def _status_on_failure(self, path: Path, writer: Writer) -> Iterator[None]:
        """Write into the manifest whatever stops the run before its end. A second Ctrl-C becomes Interrupted."""
        try:
            yield
        except KeyboardInterrupt:
            with suppress(RunError):
                writer.flush()
                self.manifest.ended("interrupted").write(path)
            raise Interrupted(f"stopped before the tables were made; {_kept(path)}") from None
        except BaseException as error:
            with suppress(RunError):
                self.manifest.ended("failed", message=str(error) or type(error).__name__).write(path)
            raise

    def _expect_room(self, path: Path | None) -> None:
        """RunError, before anything is computed, if there is no room for the record or the tables."""
        records = Ticks.of(self.program.clock, self.plan.every).records
        expect_room_for_record(record_bytes(self.program, self.plan.replicas, records), path)
        if path is not None:
            expect_room_for_tables(self.program, self.plan.replicas, records)


def _kept(path: Path) -> str:
    return f"what was recorded is in {path}, and --resume goes on from there"
