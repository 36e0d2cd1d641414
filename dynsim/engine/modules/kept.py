"""Compiled functions of generated modules, kept in the cache directory.

Numba's own cache needs a writable place beside the file or in the user's home, executes whatever it finds there, and
ends the run if a file is damaged. This one has a file for every function, signature and machine. A file that is not as
it was written counts as missing.
"""

from __future__ import annotations

import hashlib
import pickle
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import llvmlite
import numba
from numba.core.caching import NullCache
from numba.core.compiler import CompileResult
from numba.core.serialize import dumps

from .cache import directory, read, write

DIGEST = hashlib.sha256().digest_size


def kept(jit: Callable[..., Any]) -> Callable[..., Any]:
    """Numba's decorator `jit`, with results that are kept in the cache directory, if there is one."""

    def decorator(function: Callable[..., Any]) -> Any:
        compiled, folder = jit(function), directory()
        if folder is not None and hasattr(compiled, "_cache"):  # a plain function where NUMBA_DISABLE_JIT is set
            compiled._cache = Kept(function, folder)
        return compiled

    return decorator


def is_ready(function: Any, *arguments: Any) -> bool:
    """Whether a call with these arguments needs no compilation."""
    # Without Numba's compiler (NUMBA_DISABLE_JIT) it is a plain function.
    if not hasattr(function, "typeof_pyval"):
        return True
    signature = tuple(map(function.typeof_pyval, arguments))
    return signature in function.overloads or (
        isinstance(function._cache, Kept) and function._cache.has(signature, function.targetctx)
    )


class Kept(NullCache):  # type: ignore[misc]
    """The object that Numba asks for a compiled function before it compiles, and gives it to afterwards."""

    def __init__(self, function: Callable[..., Any], folder: Path) -> None:
        self.folder = folder
        self.name = f"{function.__module__}.{function.__qualname__}"  # the module's name is a hash of its text

    @property
    def cache_path(self) -> str:
        return str(self.folder)

    def has(self, signature: Any, context: Any) -> bool:
        return self._read(signature, context) is not None

    def load_overload(self, signature: Any, context: Any) -> Any:
        context.refresh()  # as Numba's own cache does, for types that were registered in the meantime
        content = self._read(signature, context)
        if content is None:
            return None
        try:
            return CompileResult._rebuild(context, *pickle.loads(content))  # noqa: S301 (the user's own file)
        except Exception:  # whatever goes wrong in Numba, it can still compile
            return None

    def save_overload(self, signature: Any, result: Any) -> None:
        # What holds addresses of this process, or loops that went back to Python, is of no use in another process.
        if not result.lifted and not result.library.has_dynamic_globals:
            file, content = self._file(signature, result.codegen), dumps(result._reduce())
            write(file, _digest(file, content) + content)

    def _read(self, signature: Any, context: Any) -> bytes | None:
        """The content of the file; None if there is none or if it has changed."""
        file = self._file(signature, context.codegen())
        content = read(file) or b""
        digest, content = content[:DIGEST], content[DIGEST:]
        return content if digest == _digest(file, content) else None

    def _file(self, signature: Any, codegen: Any) -> Path:
        """Its name tells all that the machine code depends on besides the text of the module."""
        config = numba.config
        made_for = (
            signature, codegen.magic_tuple(), sys.version_info, numba.__version__, llvmlite.__version__,
            config.BOUNDSCHECK, config.OPT, config.DEBUG,  # type: ignore[attr-defined]
        )
        return self.folder / f"{self.name}-{hashlib.sha256(repr(made_for).encode()).hexdigest()[:16]}.kernel"


def _digest(file: Path, content: bytes) -> bytes:
    return hashlib.sha256(file.name.encode() + content).digest()
