"""Program → a Numba module on disk → a compiled driver.

The generated module is a real file named by the hash of its text, so that Numba's cache works: the same system
compiles once, also across processes, and any change of the generator makes another file. Parameters are data, a sweep
compiles once.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import ModuleType

from ..compiler.functions import generate
from ..compiler.layout import Layout, layout
from ..compiler.program import Program
from ..integrators.base import Integrator, integrators
from .sources import source as engine_source

HEADER = '''"""One system, written by dynsim: its step and the loop that runs it. Its name is a hash of its text."""

import math

import numba
import numpy as np
from numba import types
from numba.extending import intrinsic

entry = numba.njit(error_model="numpy", nogil=True, cache=True)
bare = {{"error_model": "numpy", "no_cpython_wrapper": True, "no_cfunc_wrapper": True}}
inner = numba.njit(**bare)
inlined = numba.njit(**bare, forceinline=True)
LANES = {lanes}
ROWS = {rows}
NOISY = {noisy}
EVENTS = {events}
REGIONS = {regions}
STATES = {states}
WATCHED = np.array({watched}, np.int64)
'''
DRIVERS = {
    "discrete": ("common", "discrete"),
    "fixed": ("common", "fixed"),
    "adaptive": ("common", "fixed", "adaptive"),
}


@dataclass(frozen=True)
class Kernel:
    """A compiled program: its driver's functions, and how much scratch and how many edge values a block needs."""

    program: Program
    place: Layout
    begin: Callable[..., None]
    advance: Callable[..., None]
    integrator: Integrator | None
    scratch: int
    buffers: int
    text: str


@lru_cache(maxsize=4)  # who runs a program again and again does not write it again
def compile_program(program: Program, lanes: int) -> Kernel:
    """The kernel of a program for blocks of `lanes` replicas. Compilation itself happens at the first call."""
    place = layout(program, lanes)
    generated = generate(program, place)
    integrator = integrators.get(program.clock.method) if program.clock.continuous else None
    driver = "discrete" if integrator is None else "adaptive" if integrator.adaptive else "fixed"
    body = generated.text
    for g, name in enumerate(program.topologies):
        body = body.replace(f"BUFFERS{g}", str(generated.buffers.get(name, 0)))
    called = generated.functions - {"abs"}
    text = HEADER.format(
        lanes=lanes, rows=place.rows_y, noisy=bool(program.diffusion), events=bool(program.events),
        regions=generated.states is not None, states=generated.states or 0,
        watched=[place.states[event.fired] for event in program.events if event.watched],
    )
    text += re.sub("^inlined = .*$", "", engine_source([*called, "ONE"]), flags=re.M)
    text += body + _driver(driver)
    module = load(text)
    edges = sum(generated.buffers.get(n, 0) * t.m for n, t in program.topologies.items())
    return Kernel(
        program, place, module.begin, module.advance, integrator, generated.rows * lanes, max(1, edges), text
    )


@lru_cache
def _driver(name: str) -> str:
    """The text of a driver's files without docstrings and imports, to stand in a generated module."""
    parts = []
    for file in DRIVERS[name]:
        text = (Path(__file__).with_name("drivers") / f"{file}.py").read_text(encoding="utf-8")
        text = re.sub(r'\A""".*?"""', "", text, flags=re.S)
        parts.append(re.sub(r"^(from|import) .*$", "", text, flags=re.M).strip())
    return "\n\n\n" + "\n\n\n".join(parts) + "\n"


def cache_directory() -> Path:
    """Where generated modules live: $DYNSIM_CACHE_DIR, or the user's cache directory; else a temporary one."""
    chosen = os.environ.get("DYNSIM_CACHE_DIR")
    base = Path(chosen) if chosen else Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "dynsim"
    try:
        base.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=base):
            return base
    except OSError:
        return _temporary_directory()


@lru_cache
def _temporary_directory() -> Path:
    return Path(tempfile.mkdtemp(prefix="dynsim-"))


def load(text: str) -> ModuleType:
    """Import the text as a module; the same text gives the same module."""
    name = "dynsim_" + hashlib.sha256(text.encode()).hexdigest()[:24]
    if name in sys.modules:
        return sys.modules[name]
    path = cache_directory() / f"{name}.py"
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(temporary, path)
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
