"""Program → a generated module → a compiled driver.

The module's name is a hash of its text, and what Numba makes of it is kept under that name (modules/cache.py). So the
same system compiles once, also across processes, and any change of the generator makes another module. Parameters are
data: a sweep compiles once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from types import ModuleType
from typing import Any

from ...compiler.program import Program
from ...compiler.writing.functions import generate
from ...compiler.writing.layout import Layout, layout
from ...compiler.writing.places import buffer_count
from ...errors import RunError
from ...integrators.base import INTEGRATORS, Integrator
from .. import step_control
from ..modules.cache import load
from ..modules.sources import GIVEN, PREAMBLE, driver, source
from .drivers import adaptive, common, discrete, fixed, increments

CONSTANTS = '''LANES = {lanes}
ROWS = {rows}
NOISY = {noisy}
EVENTS = {events}
REGIONS = {regions}
STATES = {states}
WATCHED = np.array({watched}, np.int64)
'''
SECONDS = (0.5, 1.4e-4, 1.7e-9)  # of a compilation: for itself, per character, per square of a function's characters
TOO_LONG = 3600.0  # seconds that nobody would wait
DRIVERS = {
    "discrete": (common, discrete),
    "fixed": (common, increments, fixed),
    "adaptive": (common, increments, step_control, adaptive),
}


@dataclass(frozen=True)
class Kernel:
    """A compiled program.

    module: the generated one, with the entries `advance` and `begin`. driver: the source of its loop, which defines the
    groups of the entry's arguments. integrator: None on a discrete clock. scratch, buffers: how many numbers a block
    needs for what one loop leaves for another, and for values on edges.
    """

    program: Program
    place: Layout
    module: ModuleType
    driver: Any
    integrator: Integrator | None
    scratch: int
    buffers: int
    text: str

    @property
    def stages(self) -> int:
        """How many increments make a step; 0 on a discrete clock."""
        return 0 if self.integrator is None else self.integrator.stages


@lru_cache(maxsize=4)  # replays and benchmarks run a program many times, and its text takes long to write
def compile_program(program: Program, lanes: int) -> Kernel:
    """The kernel of a program for blocks of `lanes` replicas; RunError where it would take too long to compile.

    Compilation itself happens at the first call.
    """
    place = layout(program, lanes)
    generated = generate(program, place)
    integrator = INTEGRATORS.get(program.clock.method) if program.clock.continuous else None
    drives = "discrete" if integrator is None else "adaptive" if integrator.adaptive else "fixed"
    constants = CONSTANTS.format(
        lanes=lanes, rows=place.rows_y, noisy=bool(program.diffusion), events=bool(program.events),
        regions=generated.states is not None, states=generated.states or 0,
        watched=[place.states[event.fired] for event in program.events if event.watched],
    )
    buffers = {name: generated.buffers.get(name, 0) for name in program.topologies}
    constants += "".join(f"{buffer_count(g)} = {count}\n" for g, count in enumerate(buffers.values()))
    # `abs` is Python's own, which Numba compiles; ONE stands in the calls of random numbers, not among the functions.
    called = source([*(generated.functions - {"abs"}), "ONE"], GIVEN)
    loop = driver(*(module.__name__.removeprefix("dynsim.engine.") for module in DRIVERS[drives]))
    text = PREAMBLE + constants + called + generated.text + loop
    seconds = compile_seconds(text)
    if seconds > TOO_LONG:
        raise RunError(
            f"compiling would take about {duration(seconds)}: take fewer agents, or --no-compile (compiled=False)"
        )
    module = load(text)
    edges = sum(buffers[name] * topology.m for name, topology in program.topologies.items())
    return Kernel(program, place, module, DRIVERS[drives][-1], integrator, generated.rows * lanes, max(1, edges), text)


def compile_seconds(text: str) -> float:
    """An estimate of how long the compilation of a module takes: docs/compiler.md has the measurements."""
    once, per_character, per_square = SECONDS
    # Every function begins with a decorator. Some passes of Numba and LLVM take a time that grows with the square of a
    # function's length, which is why one long function costs more than many short ones.
    return once + per_character * len(text) + per_square * sum(len(one) ** 2 for one in text.split("\n@"))


def duration(seconds: float) -> str:
    """The time as text, in the unit in which it is easily read."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 100 * 60 else f"{seconds / 3600:.0f} hours"
