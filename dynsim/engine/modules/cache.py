"""The cache directory: generated modules and what Numba made of them, kept between processes.

The cache makes runs start sooner and is never required. A damaged file counts as missing and is written again; what
cannot be written is not kept. What is read from the cache is executed. So it is only read if nobody but the user can
have put it there: from a directory and from files that belong to the user and that no one else may write to.
"""

from __future__ import annotations

import hashlib
import os
import stat
import sys
import tempfile
import warnings
from contextlib import suppress
from functools import cache
from pathlib import Path
from threading import Lock
from types import ModuleType

from ...errors import Advice, Problem

WRITABLE_BY_OTHERS = stat.S_IWGRP | stat.S_IWOTH
# No links, which could lead to files of others, and no waiting for the other end of a pipe.
READING = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_loading = Lock()


def directory() -> Path | None:
    """$DYNSIM_CACHE_DIR, or else `dynsim` in the user's cache directory; None if that cannot be used."""
    chosen = os.environ.get("DYNSIM_CACHE_DIR")
    if not chosen:
        shared = os.environ.get("XDG_CACHE_HOME", "")
        try:
            chosen = str((Path(shared) if os.path.isabs(shared) else Path.home() / ".cache") / "dynsim")
        except RuntimeError:  # a user without a home
            return None
    return _usable(os.path.abspath(chosen))


@cache
def _usable(chosen: str) -> Path | None:
    """The directory, made if it is missing; None, with `Advice`, if others could have put files into it."""
    path = Path(chosen)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.mkdir(mode=0o700, exist_ok=True)
        found = path.stat()
    except (OSError, ValueError):
        return None
    wrong = _not_private(found)
    if wrong:
        warnings.warn(Advice(Problem(f"{wrong}, so this cache is not used and every run compiles again",
                                     file=chosen)), stacklevel=2)
        return None
    return path


def _not_private(found: os.stat_result) -> str:
    """Why others may have written there; "" if they cannot. On Windows the user's folders are private."""
    if not hasattr(os, "geteuid"):
        return ""
    if found.st_uid != os.geteuid():
        return "belongs to another user"
    return "others may write to it (chmod go-w takes that away)" if found.st_mode & WRITABLE_BY_OTHERS else ""


def read(path: Path) -> bytes | None:
    """The content of a file that nobody else can have written; None if there is none."""
    try:
        with os.fdopen(os.open(path, READING), "rb") as file:
            # Asked of the open file, not of its path, at which another file could stand by now.
            found = os.fstat(file.fileno())
            return None if _not_private(found) or not stat.S_ISREG(found.st_mode) else file.read()
    except OSError:
        return None


def write(path: Path, content: bytes) -> None:
    """Write the file as a whole; if that fails, as on a full disk, it is not kept."""
    with suppress(OSError):
        handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            os.replace(temporary, path)  # at once, so that a process beside this one never reads half a file
        except BaseException:
            os.unlink(temporary)
            raise


def load(text: str) -> ModuleType:
    """The text as a module; the same text gives the same module.

    Its file is for people and debuggers to read; the text itself is executed.
    """
    name = "dynsim_" + hashlib.sha256(text.encode()).hexdigest()[:24]
    with _loading:
        if name in sys.modules:
            return sys.modules[name]
        folder = directory()
        module = ModuleType(name)
        module.__file__ = f"<{name}>" if folder is None else str(folder / f"{name}.py")
        if folder is not None and read(folder / f"{name}.py") != text.encode():
            write(folder / f"{name}.py", text.encode())
        code = compile(text, module.__file__, "exec")
        # Before it is executed, as Numba finds the module of a function by its name.
        sys.modules[name] = module
        try:
            exec(code, module.__dict__)  # noqa: S102 (the compiler's own text)
        except BaseException:
            del sys.modules[name]
            raise
        return module
