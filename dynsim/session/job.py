"""One simulation: everything that is decided before the first step, and the way to its end."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import disk_usage

import numpy as np

from ..compiler.program import Program
from ..engine.plan import Checkpoint, Chunk, Outcome, Plan
from ..engine.simulate import run as run_engine
from ..engine.ticks import Ticks
from ..errors import Interrupted, RunError
from ..record.directory import Sources, begun, check_links, check_same, clear_results, create, has_run
from ..record.layout import Layout
from ..record.manifest import Manifest, Status
from ..record.partial import NAME as PARTIAL
from ..record.partial import Partial, Saved
from ..record.reader import DirectoryRecording
from ..record.recording import Block, MemoryRecording, Recording
from ..record.writer import Writer
from ..system.model import Model
from .interrupts import stop_on_interrupt
from .measured import Progress
from .run import Run, load, result_names, write_results


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
        _check_room(self._record_bytes(), _physical_memory(), "memory")
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
            _check_room(self._record_bytes(), _free_bytes(path), f"the disk of {path}")
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
        with stop_on_interrupt(notice=lambda: self.progress("stopping", 0.0)) as stop:
            return run_engine(
                self.program, self.plan, sink, compiled=self.manifest.compiled, threads=self.threads, start=start,
                progress=lambda share: self.progress("simulating", share), stop=stop,
            )

    def _results(self, path: Path, writer: Writer, outcome: Outcome, report: bool) -> Run:
        """The tables and the report of what was recorded."""
        self.progress("writing", 0.0)
        ticks = writer.write_tables(outcome.diverged_at, outcome.diverged_slot)
        run = self._run(DirectoryRecording(path, self.program), self._ended(outcome, ticks), path)
        if ticks:
            write_results(path, run, report, self.progress)
        return run

    def _ended(self, outcome: Outcome, ticks: int) -> Manifest:
        diverged = int(np.isfinite(outcome.diverged_at).sum())
        status: Status = "finished" if outcome.finished else "interrupted"
        return self.manifest.ended(status, ticks=ticks, time=outcome.time, diverged=diverged)

    def _run(self, recording: Recording, manifest: Manifest, directory: Path | None = None) -> Run:
        return Run(self.model, self.program, recording, manifest, self.sources, directory)

    @contextmanager
    def _status_on_failure(self, path: Path, writer: Writer) -> Iterator[None]:
        """Whatever ends the run before its end stands in the manifest; a second Ctrl-C becomes Interrupted.
        """
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

    def _record_bytes(self) -> int:
        """The size of the whole record, uncompressed."""
        numbers = sum(_elements(self.program, slot.domain.population) for slot in self.program.states)
        return 8 * numbers * self.plan.replicas * Ticks.of(self.program.clock, self.plan.every).records


def _kept(path: Path) -> str:
    return f"what was recorded is in {path}, and --resume goes on from there"


def _check_room(needed: int, there: int, place: str) -> None:
    """RunError, before anything is computed, when the record has no room."""
    if needed > there:
        raise RunError(
            f"the record needs {needed / 1e9:.1f} GB, {place} has {there / 1e9:.1f} GB: "
            "record less often (record.every), or fewer replicas"
        )


def _free_bytes(path: Path) -> int:
    """Of the disk that a path, which may not exist yet, is on."""
    existing = next(place for place in (path, *path.absolute().parents) if os.path.exists(place))
    return disk_usage(existing).free


def _physical_memory() -> int:
    """In bytes."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _elements(program: Program, population: str) -> int:
    """How many numbers a slot holds in one replica."""
    return program.topologies[population].n if population else 1
