"""The C++ peers: built with g++ in a folder that exists as long as this process, and called through ctypes."""

from __future__ import annotations

import ctypes
import functools
import hashlib
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np

PEERS = Path(__file__).parent / "peers"
FLAGS = ("-O3", "-march=native", "-std=c++17", "-fPIC", "-pthread")


def available() -> bool:
    """Whether g++ is installed."""
    return shutil.which("g++") is not None


@functools.cache
def library(source: str, fast_math: bool) -> ctypes.CDLL:
    """`peers/SOURCE` as a loaded shared library; raises subprocess.CalledProcessError if g++ refuses it."""
    return _built(PEERS / source, fast_math)


@functools.cache
def library_of(text: str, fast_math: bool) -> ctypes.CDLL:
    """C++ text as a loaded shared library."""
    path = Path(_build_folder().name) / f"text_{hashlib.sha256(text.encode()).hexdigest()[:12]}.cpp"
    path.write_text(text, encoding="utf-8")
    return _built(path, fast_math)


def _built(source: Path, fast_math: bool) -> ctypes.CDLL:
    """Linked without -ffast-math: with it, loading the library would make the whole process flush subnormals to zero.
    """
    target = Path(_build_folder().name) / f"{source.stem}{'_fast' if fast_math else ''}.so"
    compiled = target.with_suffix(".o")
    flags = [*FLAGS, "-ffast-math"] if fast_math else list(FLAGS)
    subprocess.run(["g++", *flags, "-c", str(source), "-o", str(compiled)], check=True)
    subprocess.run(["g++", "-shared", "-pthread", str(compiled), "-o", str(target), "-lm"], check=True)
    return ctypes.CDLL(str(target))


def pointer(array: np.ndarray) -> ctypes.c_void_p:
    """The address of a C-contiguous float64 array."""
    if array.dtype != np.float64 or not array.flags.c_contiguous:
        raise ValueError(f"expected a C-contiguous float64 array, got {array.dtype}, strides {array.strides}")
    return ctypes.c_void_p(array.ctypes.data)


@functools.cache
def _build_folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="dynsim-benchmarks-")
