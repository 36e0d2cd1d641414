"""The contract between a driver and the code generated for a system.

A driver is the loop over time: its source is copied into the generated module, beside the functions below, which the
compiler writes there (a cached Numba kernel may only call what stands in its own file). A driver knows this contract
and no system; the functions know their system and no loop. Arrays are flat, the lane runs fastest
(compiler/writing/layout.py).

    p, y, k, s, b   parameters, states, new values or derivatives, scratch, edge buffers
    ids, seed       the replica number of every lane and the ensemble's seed (uint64)
    graphs          the arrays of all graphs

The arguments of a driver's entry, `advance`, come in named groups: `Call` and `Given` of common.py, and a `State`, a
`Room` and a `Clock` of the driver's own. The generated module has an argument for every field (modules/sources.py),
because named tuples would make the compilation a quarter longer. The caller fills each group by the names of its fields
and hands them over in their order (blocks.py).

A function that gives states new values adds them to s[lane]: where one was not finite the sum never is again. (The
sum of finite numbers beyond 1e307 may overflow too, so what it shows is looked up in the states.)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from ....arrays import Floats

Function = TypeVar("Function", bound=Callable[..., Any])

LANES = 1
ROWS = 1
NOISY = False
EVENTS = False
REGIONS = False  # whether steps skip regions that they need not compute; the states then stand in s, from STATES on
STATES = 0
WATCHED = np.zeros(0, np.int64)  # rows of the switches of events that wait for a condition


def entry(function: Function) -> Function:
    """Compiled, cached, and called from Python."""
    return function


def inner(function: Function) -> Function:
    """Compiled and called by compiled functions only."""
    return function


def step(p: Floats, y: Floats, k: Floats, s: Floats, b: Floats, ids: Any, seed: Any, tick: int, graphs: Any) -> None:
    """One discrete step in place."""


def choose(p: Floats, s: Floats) -> None:
    """Bring a block's parameters into s, and note there which regions of the step it needs: they say that, so once."""


def fire(p: Floats, y: Floats, k: Floats, s: Floats, b: Floats, t: Any, graphs: Any) -> None:
    """Let the events happen whose condition holds; t is the tick, or the time of every lane."""


def derivative(
    p: Floats, y: Floats, k: Floats, s: Floats, b: Floats, ids: Any, seed: Any, tick: int, t: Floats, graphs: Any
) -> None:
    """k = drift at (t, y), for the rows that move; the others are left as they are. tick: the step, whose random
    numbers stay the same at all its stages."""


def diffusion(
    p: Floats, y: Floats, k: Floats, s: Floats, b: Floats, ids: Any, seed: Any, tick: int, t: Floats, graphs: Any
) -> None:
    """k = amplitude of the noise at (t, y), for the rows that have one."""


def wiener(k: Floats, ids: Any, seed: Any, tick: int) -> None:
    """k = a standard normal number for every row that has noise."""


def project(p: Floats, y: Floats, k: Floats, s: Floats, b: Floats, graphs: Any) -> None:
    """Bring every state back into its space."""


def next_event(p: Floats, y: Floats, t: Floats, until: Floats) -> None:
    """until = the next time that an event waits for, for every lane; 1e308 if there is none."""
