"""Files that a user names: they are on this machine, have printable names, and reading them never blocks."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import Any

from ...errors import InputError, Problem, shown

MAX_PATH = 1023  # characters: the smallest limit among the supported systems

_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/")
_AT_ONCE = getattr(os, "O_NONBLOCK", 0)  # otherwise opening a pipe without a writer would block
_BYTES = getattr(os, "O_BINARY", 0)  # Windows: no translation of line ends


def local_path(given: Any) -> Path:
    """The path, with `~` expanded. InputError for anything that is not a path on this machine: an empty text, `-`, a
    URI, unprintable characters, an unknown home directory, or a value that is not text."""
    try:
        text = os.fsdecode(given)
    except TypeError:
        raise InputError(f"expected a path, got {given!r}") from None
    if not text:
        raise InputError("expected a path, got an empty text")
    if text == "-":
        raise InputError("expected a path, got '-': there is no reading from or writing to a pipe")
    if len(text) > MAX_PATH:
        raise InputError(f"expected a path of at most {MAX_PATH:,} characters, got {len(text):,}: {shown(text)}")
    if _URI.match(text):
        raise InputError(f"{shown(text)}: expected a path on this machine, got a URI")
    if not text.isprintable():
        raise InputError(f"{shown(text)}: expected a path of printable characters")
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise InputError(f"{shown(text)}: the home directory in it is not known") from None


def read_file(path: Path, most: int) -> bytes:
    """The first `most` bytes of a regular file. InputError for a pipe, a device or a directory, and if the file cannot
    be read."""
    try:
        descriptor = os.open(path, os.O_RDONLY | _AT_ONCE | _BYTES)
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISREG(mode):
            with os.fdopen(descriptor, "rb") as file:
                return file.read(most)
        os.close(descriptor)
    except OSError as error:
        raise InputError(Problem(f"cannot be read: {error.strerror}", file=str(path))) from error
    kind = "directory" if stat.S_ISDIR(mode) else "pipe" if stat.S_ISFIFO(mode) else "device"
    raise InputError(Problem(f"cannot be read: expected a file, got a {kind}", file=str(path)))
