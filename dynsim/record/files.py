"""Atomic writes: a file is created exclusively under a temporary name beside its place, then renamed.

Links are never followed, and only regular files are read.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from ..errors import InputError, RunError

TEMPORARY = ".tmp"
NO_LINKS = getattr(os, "O_NOFOLLOW", 0)
AT_ONCE = getattr(os, "O_NONBLOCK", 0)  # otherwise opening a pipe without a writer would block
BYTES = getattr(os, "O_BINARY", 0)  # Windows: no translation of line ends


@contextmanager
def atomic(path: Path, temporary: Path | None = None) -> Iterator[BinaryIO]:
    """A new file to write to. On exit its content is flushed to the disk and the file moved to `path`.

    temporary: the name until then, where several processes may write to `path`. Raises RunError if it cannot be
    written; the new file is then removed, and an old one at `path` is unchanged.
    """
    temporary = temporary or temporary_of(path)
    try:
        with _new(temporary) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
        _to_disk(path.parent)
    except OSError as error:
        raise RunError(f"{path}: cannot be written: {error.strerror or error}") from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def temporary_of(path: Path) -> Path:
    """The temporary name under which a file is written."""
    return path.with_name(f".{path.name}{TEMPORARY}")


def write_bytes(path: Path, content: bytes) -> None:
    with atomic(path) as file:
        file.write(content)


def write_text(path: Path, content: str) -> None:
    write_bytes(path, content.encode())


def opened(path: Path) -> BinaryIO:
    """The regular file at `path`, opened for reading. FileNotFoundError if there is none; InputError for a link, a
    device, a pipe or a directory, and without permission."""
    try:
        descriptor = os.open(path, os.O_RDONLY | NO_LINKS | AT_ONCE | BYTES)
    except FileNotFoundError:
        raise
    except OSError as error:
        reason = "is a link, and links in a run directory are not followed" if path.is_symlink() else error.strerror
        raise InputError(f"{path}: cannot be read: {reason}") from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise InputError(f"{path}: cannot be read: it is not a regular file")
    return os.fdopen(descriptor, "rb")


def read_text(path: Path) -> str:
    """The text in a file. InputError if it is missing, cannot be read, or is not UTF-8."""
    try:
        with opened(path) as file:
            return file.read().decode()
    except FileNotFoundError as error:
        raise InputError(f"{path}: is missing") from error
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from error


def make_directory(path: Path) -> None:
    """Create the directory and its parents. RunError if that fails."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError(f"{path}: cannot be created: {error.strerror or error}") from error


def _new(path: Path) -> BinaryIO:
    """A newly created file. An older file or link of this name is removed; the target of a link is not touched."""
    with suppress(FileNotFoundError):
        path.unlink()
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | NO_LINKS | BYTES, 0o666), "wb")


def _to_disk(path: Path) -> None:
    """Flush the directory, so that the renaming survives a power failure."""
    if os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
