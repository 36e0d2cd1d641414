"""Arrays of random numbers: the functions of philox.py for many arguments at once, with the same bits."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..modules.cache import load
from ..modules.sources import GIVEN, PREAMBLE, driver, source

AT_ONCE = 1 << 16  # numbers per compiled call: Python hears Ctrl-C only between two calls


def uniforms(
    seed: ArrayLike, replica: ArrayLike, variable: ArrayLike, step: ArrayLike, element: ArrayLike = 0
) -> NDArray[np.float64]:
    """`uniform` for every combination of the broadcast arguments."""
    return _over_arrays(_filling().fill_with_uniforms, seed, replica, variable, step, element)


def normals(
    seed: ArrayLike, replica: ArrayLike, variable: ArrayLike, step: ArrayLike, element: ArrayLike = 0
) -> NDArray[np.float64]:
    """`normal` for every combination of the broadcast arguments."""
    return _over_arrays(_filling().fill_with_normals, seed, replica, variable, step, element)


def _over_arrays(fill: Callable[..., None], *arguments: ArrayLike) -> NDArray[np.float64]:
    arrays = [np.asarray(argument, dtype=np.uint64) for argument in arguments]
    out = np.empty(np.broadcast_shapes(*(array.shape for array in arrays)))
    roles: list[Any] = [["writeonly", "contig"], *[["readonly", "contig"]] * len(arrays)]
    buffers = np.nditer([out, *arrays], ["external_loop", "buffered", "zerosize_ok"], roles, buffersize=AT_ONCE)
    with buffers:
        for buffer in buffers:
            fill(*buffer)
    return out


@cache
def _filling() -> ModuleType:
    """The functions that fill arrays, in a module that holds all they call."""
    return load(PREAMBLE + source(["uniform", "normal"], GIVEN) + driver("compiled.drivers.fill"))
