"""The run directory as a place: made once, never overwritten by accident, written by one process at a time.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import InputError, OutputExists, RunError
from .files import TEMPORARY, make_directory, write_bytes, write_text
from .layout import POPULATIONS
from .manifest import NAME as MANIFEST
from .manifest import Manifest, read_manifest
from .partial import NAME as PARTIAL
from .partial import Partial

SCENARIO = "scenario.yaml"
RESOLVED = "resolved.yaml"
REPORT = "report.html"
METRICS = "metrics"


def check_output(path: Path, *, force: bool = False, resume: bool = False) -> None:
    """Refuse a directory that exists, before anything is computed.

    With `force` a run directory, or an empty one, is accepted; with `resume` also one that doesn't exist yet.
    Raises OutputExists, or InputError for what is no run directory at all.
    """
    if force and resume:
        raise InputError("--force and --resume: one replaces the run, the other goes on with it; choose")
    if not str(path).isprintable():
        raise InputError(f"{str(path)!r}: expected a printable name for the output directory")
    if not os.path.lexists(path):
        return
    if not path.is_dir():
        raise OutputExists(f"{path}: exists and is not a directory")
    if not force and not resume:
        raise OutputExists(f"{path}: exists; --force replaces the run in it, --resume goes on with it")
    if not _ours(path):
        raise OutputExists(f"{path}: is not a run directory (it has no {MANIFEST}), so it is left alone")


@dataclass(frozen=True)
class Sources:
    """What a run is made from: the scenario as written, the same with every override and default in it, and
    the graph files that it names, by their path beside it.
    """

    scenario: str
    resolved: str
    files: Mapping[str, bytes] = field(default_factory=dict)


def create(path: Path, manifest: Manifest, sources: Sources) -> None:
    """Make the directory, or clear the run that was there; only files that dynsim writes are removed.

    The old run's checkpoint goes first and its manifest is replaced next, so that whatever cuts this off,
    what is left is either the old run's or the new one's.
    """
    make_directory(path)
    Partial(path / PARTIAL).start()
    manifest.write(path)
    clear_results(path)
    write_text(path / SCENARIO, sources.scenario)
    write_text(path / RESOLVED, sources.resolved)
    for name, content in sources.files.items():
        make_directory((path / name).parent)
        write_bytes(path / name, content)


def clear_results(path: Path) -> None:
    """Remove the tables and the report of an earlier end of the run."""
    try:
        for file in [*path.glob("*.parquet"), path / REPORT, *path.glob(f".*{TEMPORARY}")]:
            file.unlink(missing_ok=True)
        for folder in (POPULATIONS, METRICS):
            if (path / folder).is_dir():
                shutil.rmtree(path / folder)
    except OSError as error:
        raise RunError(f"{path}: cannot be cleared: {error.strerror or error}") from error


def has_run(path: Path) -> bool:
    """Is there a run here that can be gone on with?"""
    return os.path.exists(path / MANIFEST)


def check_same(path: Path, new: Manifest, resolved: str) -> Manifest:
    """The manifest of the run to go on with; InputError, saying what differs, when it is not the same run."""
    old = read_manifest(path)
    differences = [
        f"{name}: {there} there, {here} here"
        for name, there, here in [
            ("seed", old.seed, new.seed),
            ("replicas", old.replicas, new.replicas),
            ("compiled", old.compiled, new.compiled),
            *((f"version of {name}", old.versions.get(name), here) for name, here in new.versions.items()),
        ]
        if there != here
    ]
    if old.scenario_hash != new.scenario_hash:
        differences += _scenario_differences(path / RESOLVED, resolved)
    if differences:
        raise InputError(*(f"{path}: --resume needs the same run: {text}" for text in differences))
    return old


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Only one process writes to a run directory. The system ends the lock with the process, however that
    ends.
    """
    if sys.platform == "win32":
        yield
        return
    import fcntl

    make_directory(path)
    descriptor = os.open(path, os.O_RDONLY)
    try:
        with suppress(OSError):  # a file system without locks
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise OutputExists(f"{path}: another process is writing to it") from None
        yield
    finally:
        os.close(descriptor)


def _ours(path: Path) -> bool:
    """A run directory, or one with nothing in it, or one that was cut off before it had a manifest."""
    return has_run(path) or all(
        entry.name.endswith(TEMPORARY) or entry.name == PARTIAL for entry in path.iterdir()
    )


def _scenario_differences(path: Path, resolved: str) -> list[str]:
    """Line by line what the scenarios have not in common; a few lines are enough to see it."""
    try:
        old = path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return ["the scenario"]
    new = resolved.splitlines()
    there = [line.strip() for line in old if line not in new]
    here = [line.strip() for line in new if line not in old]
    if not there and not here:
        return ["the graph of a population"]
    return [f"the scenario has {_some(there)} there, {_some(here)} here"]


def _some(lines: list[str]) -> str:
    return "nothing" if not lines else " | ".join(lines[:3]) + (" | …" if len(lines) > 3 else "")
