"""The files that a user names: on this machine, under a name that can be shown, read once and never waited for."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import Any

from ...errors import InputError, Problem, shown

MAX_PATH = 1023  # of the systems that dynsim runs on, the one that takes least

_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/")
_AT_ONCE = getattr(os, "O_NONBLOCK", 0)  # opening a pipe that nobody writes to must not wait
_BYTES = getattr(os, "O_BINARY", 0)  # Windows: no translation of line ends


def local_path(given: Any) -> Path:
    """The path that is meant, in which `~` is the user's home. InputError for what names nothing on this machine: no
    text, an empty one, `-`, a URI, characters that no terminal shows, a home that is not known."""
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
    """The first `most` bytes of a regular file. InputError where it is none (a pipe, a device, a directory), or cannot
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
