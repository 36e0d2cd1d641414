"""The run directory: created once, never overwritten by accident, written by one process at a time.

A run owns the files that its manifest lists, and nothing else in the directory. A file is listed before it is written,
so that an interrupted run leaves no file that a later one would not remove.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from ..errors import InputError, OutputExists, RunError
from .checkpoint import PARTIAL, Partial
from .files import make_directory, temporary_of, write_bytes, write_text
from .manifest import MANIFEST, Manifest, is_inside, read_manifest

SCENARIO = "scenario.yaml"
RESOLVED = "resolved.yaml"
REPORT = "report.html"
METRICS = "metrics"
SOURCES = (MANIFEST, SCENARIO, RESOLVED)  # replaced, never removed


def check_output(path: Path, *, force: bool = False, resume: bool = False) -> None:
    """Check, before anything is computed, that a run may be written to `path`.

    Raises OutputExists if it exists. With `force` or `resume` run directories and empty directories are accepted.
    Raises InputError if both are given.
    """
    if force and resume:
        raise InputError("--force and --resume: one replaces the run, the other goes on with it; choose")
    if not os.path.lexists(path):
        return
    if not path.is_dir():
        raise OutputExists(f"{path}: exists and is not a directory")
    if not force and not resume:
        raise OutputExists(f"{path}: exists; --force replaces the run in it, --resume goes on with it")
    _check_ours(path)


def metric_file(name: str) -> str:
    """The file of a requested metric, relative to the run directory."""
    return f"{METRICS}/{name}.parquet"


@dataclass(frozen=True)
class Sources:
    """What a run is made from. scenario: the scenario as written. resolved: with every override and default. files:
    content of the files that it names, by path relative to it."""

    scenario: str
    resolved: str
    files: Mapping[str, bytes] = field(default_factory=dict)


def create(path: Path, manifest: Manifest, sources: Sources, results: Iterable[str] = ()) -> Manifest:
    """Create the directory, or remove the files of the run that was there, and write manifest and sources.

    results: names of the files that the run will write later. Returns the manifest with the names of all files that
    the run owns. Raises OutputExists if a file that no run owns has one of these names.

    The old checkpoint is removed first and the old manifest is replaced next. At whatever point this is interrupted,
    every file that is left belongs to the old run or to the new one.
    """
    make_directory(path)
    old = read_manifest(path).files if has_run(path) else ()
    own = _names(sources, results)
    _check_free(path, own, old)
    Partial(path / PARTIAL).start()
    replace(manifest, files=tuple(sorted({*own, *old}))).write(path)
    clear(path, set(old) - set(SOURCES))
    manifest = replace(manifest, files=own)
    manifest.write(path)
    write_text(path / SCENARIO, sources.scenario)
    write_text(path / RESOLVED, sources.resolved)
    for name, content in sources.files.items():
        make_directory((path / name).parent)
        write_bytes(path / name, content)
    return manifest


def claim(path: Path, names: Iterable[str]) -> Manifest:
    """Add these names to the files that the run's manifest lists, and return the manifest. OutputExists if a file that
    the run does not own has one of these names."""
    manifest = read_manifest(path)
    new = sorted(set(names) - set(manifest.files))
    if not new:
        return manifest
    _check_free(path, new, manifest.files)
    manifest = replace(manifest, files=tuple(sorted({*manifest.files, *new})))
    manifest.write(path)
    return manifest


def clear_results(path: Path, manifest: Manifest, sources: Sources) -> None:
    """Remove the tables and the report that the run wrote when it was interrupted."""
    clear(path, set(manifest.files) - {*SOURCES, *sources.files})


def clear(path: Path, names: Iterable[str]) -> None:
    """Remove these files, their temporary files, and the folders that become empty."""
    folders = set()
    try:
        for file in (path / name for name in names):
            file.unlink(missing_ok=True)
            temporary_of(file).unlink(missing_ok=True)
            folders.add(file.parent)
    except OSError as error:
        raise RunError(f"{path}: cannot be cleared: {error.strerror or error}") from error
    for folder in folders - {path}:
        with suppress(OSError):  # not empty, or missing
            folder.rmdir()


def has_run(path: Path) -> bool:
    """Whether the directory contains a manifest."""
    return os.path.lexists(path / MANIFEST)


@contextmanager
def begun(path: Path, *, force: bool = False, resume: bool = False) -> Iterator[None]:
    """The locked directory of a starting run. Repeats the decision of `check_output` under the lock: of two runs that
    start into one directory at the same time, one is refused."""
    if not force and not resume:
        make_directory(path.parent)
        try:
            path.mkdir()
        except FileExistsError:
            raise OutputExists(f"{path}: exists; --force replaces the run in it, --resume goes on with it") from None
        except OSError as error:
            raise RunError(f"{path}: cannot be created: {error.strerror or error}") from error
    make_directory(path)
    with locked(path):
        if not force and not resume:
            if next(path.iterdir(), None) is not None:
                raise OutputExists(f"{path}: another process has begun a run in it")
        else:
            _check_ours(path)
        yield


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock of an existing run directory, so that only one process writes to it. OutputExists if another
    process has it. The operating system releases the lock however the process ends. Windows has no such lock."""
    if sys.platform == "win32":
        yield
        return
    import fcntl

    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError as error:
        raise RunError(f"{path}: cannot be opened: {error.strerror or error}") from error
    try:
        with suppress(OSError):  # a file system without locks
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise OutputExists(f"{path}: another process is writing to it") from None
        yield
    finally:
        os.close(descriptor)


def check_links(path: Path, names: Iterable[str]) -> None:
    """InputError if one of these names, or a folder on its path, is a link. Links in a run directory are never
    followed: anybody with access to the directory could redirect a write through one."""
    folders = {parent.as_posix() for name in names for parent in Path(name).parents} - {"."}
    for name in sorted({*names, *folders}):
        if (path / name).is_symlink():
            raise InputError(f"{path / name}: is a link, and links in a run directory are not followed")


def _names(sources: Sources, results: Iterable[str]) -> tuple[str, ...]:
    """The names of all files that a run owns. InputError if a graph file has the name of another of them."""
    fixed = {*SOURCES, *results}
    taken = {name.lower() for name in fixed}
    wrong = [name for name in sources.files if not is_inside(name) or name.split("/")[0].lower() in {PARTIAL, *taken}]
    if wrong:
        raise InputError(*(f"graph file {n!r}: a run keeps another file under this name; rename it" for n in wrong))
    return tuple(sorted({*fixed, *sources.files}))


def _check_free(path: Path, names: Iterable[str], ours: Iterable[str]) -> None:
    """OutputExists if a file that is not in `ours` has one of these names; InputError if one is a link."""
    names = set(names)
    check_links(path, {*names, PARTIAL})
    foreign = sorted(name for name in names - {*ours, MANIFEST} if os.path.lexists(path / name))
    if foreign:
        raise OutputExists(*(f"{path / name}: was not written by this run; move it away" for name in foreign))


def _check_ours(path: Path) -> None:
    """OutputExists unless this is a run directory, an empty directory, or one of a run that was interrupted before its
    manifest was written."""
    if has_run(path):
        try:
            read_manifest(path)
        except InputError as error:
            raise OutputExists(f"{error}; the directory is left alone") from error
        return
    beginning = {PARTIAL, temporary_of(path / MANIFEST).name}
    if any(entry.name not in beginning for entry in path.iterdir()):
        raise OutputExists(f"{path}: is not a run directory (it has no {MANIFEST}), so it is left alone")
