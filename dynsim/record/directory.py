"""The run directory as a place: made once, never overwritten by accident, written by one process at a time.

A run owns what its manifest lists, and nothing else in its directory. A file is listed before it is written, so that
whatever cuts a run off leaves no file that nobody would clear away.
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
LOG_METRICS = "metrics"
SOURCES = (MANIFEST, SCENARIO, RESOLVED)  # replaced, never removed


def check_output(path: Path, *, force: bool = False, resume: bool = False) -> None:
    """Refuse a directory that exists, before anything is computed.

    With `force` a run directory, or an empty one, is accepted; with `resume` also one that doesn't exist yet.
    Raises OutputExists, or InputError for what is no run directory at all.
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
    """Where a requested metric is kept."""
    return f"{LOG_METRICS}/{name}.parquet"


@dataclass(frozen=True)
class Sources:
    """What a run is made from: the scenario as written, the same with every override and default in it, and
    the graph files that it names, by their path beside it.
    """

    scenario: str
    resolved: str
    files: Mapping[str, bytes] = field(default_factory=dict)


def create(path: Path, manifest: Manifest, sources: Sources, results: Iterable[str] = ()) -> Manifest:
    """Make the directory, or clear the run that was there; only files that the old run has listed are removed.

    results: what the run will write later. Gives the manifest with everything that is the run's own. OutputExists
    where one of these names is taken by a file of somebody else.

    The old run's checkpoint goes first and its manifest is replaced next, so that whatever cuts this off,
    what is left is either the old run's or the new one's.
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
    """The manifest of the run in the directory, in which these names are listed from now on. OutputExists where one is
    taken by a file of somebody else."""
    manifest = read_manifest(path)
    new = sorted(set(names) - set(manifest.files))
    if not new:
        return manifest
    _check_free(path, new, manifest.files)
    manifest = replace(manifest, files=tuple(sorted({*manifest.files, *new})))
    manifest.write(path)
    return manifest


def clear_results(path: Path, manifest: Manifest, sources: Sources) -> None:
    """Remove the tables and the report of an earlier end of the run."""
    clear(path, set(manifest.files) - {*SOURCES, *sources.files})


def clear(path: Path, names: Iterable[str]) -> None:
    """Remove these files, those that were being written in their place, and the folders that this empties."""
    folders = set()
    try:
        for file in (path / name for name in names):
            file.unlink(missing_ok=True)
            temporary_of(file).unlink(missing_ok=True)
            folders.add(file.parent)
    except OSError as error:
        raise RunError(f"{path}: cannot be cleared: {error.strerror or error}") from error
    for folder in folders - {path}:
        with suppress(OSError):  # not empty, or never there
            folder.rmdir()


def has_run(path: Path) -> bool:
    """Is there a run here that can be gone on with?"""
    return os.path.lexists(path / MANIFEST)


@contextmanager
def begun(path: Path, *, force: bool = False, resume: bool = False) -> Iterator[None]:
    """The directory of a run that starts, locked. What `check_output` decided is decided again under the lock: of two
    starts into one directory at once, one is refused."""
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
    """Only one process writes to a run directory, which is there. The system ends the lock with the process, however
    that ends.
    """
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
    """InputError where one of these names, or a folder on the way to it, is a link: no link in a run directory is ever
    followed, since somebody else may have put it there."""
    folders = {parent.as_posix() for name in names for parent in Path(name).parents} - {"."}
    for name in sorted({*names, *folders}):
        if (path / name).is_symlink():
            raise InputError(f"{path / name}: is a link, and links in a run directory are not followed")


def _names(sources: Sources, results: Iterable[str]) -> tuple[str, ...]:
    """Everything that a run owns. InputError where a graph file has a name that another file of the run needs."""
    fixed = {*SOURCES, *results}
    taken = {name.lower() for name in fixed}
    wrong = [name for name in sources.files if not is_inside(name) or name.split("/")[0].lower() in {PARTIAL, *taken}]
    if wrong:
        raise InputError(*(f"graph file {n!r}: a run keeps another file under this name; rename it" for n in wrong))
    return tuple(sorted({*fixed, *sources.files}))


def _check_free(path: Path, names: Iterable[str], ours: Iterable[str]) -> None:
    """Nothing but our own files is in the way."""
    names = set(names)
    check_links(path, {*names, PARTIAL})
    foreign = sorted(name for name in names - {*ours, MANIFEST} if os.path.lexists(path / name))
    if foreign:
        raise OutputExists(*(f"{path / name}: was not written by this run; move it away" for name in foreign))


def _check_ours(path: Path) -> None:
    """OutputExists unless this is a run directory, or one with nothing in it, or one that was cut off before it had a
    manifest."""
    if has_run(path):
        try:
            read_manifest(path)
        except InputError as error:
            raise OutputExists(f"{error}; the directory is left alone") from error
        return
    beginning = {PARTIAL, temporary_of(path / MANIFEST).name}
    if any(entry.name not in beginning for entry in path.iterdir()):
        raise OutputExists(f"{path}: is not a run directory (it has no {MANIFEST}), so it is left alone")
