"""The random numbers of a recorded run. They are a function of seed, replica and step, so no record stores them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from ...algebra.graph import Expr
from ...algebra.interpret import random_name
from ...arrays import Floats
from ...compiler.program import Program
from ...engine.random.steps import numbers_in
from ...record.recording import Recording


def random_numbers_of(
    program: Program, recording: Recording, exprs: Iterable[Expr], times: Any, replicas: Any = slice(None)
) -> dict[str, Floats]:
    """The random numbers in these expressions, by name for `evaluate`: those that the engine used in the steps that
    start at these times.

    times: (K, 1), or a single time. replicas: an index, all by default.
    """
    return numbers_in(program, exprs, recording.seed, recording.numbers[replicas], times)


def without_noise(
    program: Program, recording: Recording, exprs: Iterable[Expr], times: Any, replicas: Any = slice(None)
) -> dict[str, Floats]:
    """The same numbers with the variables' own noise at its mean, 0. The random numbers of rules stay: a move need not
    be linear in them, so their mean would give a move that was never made."""
    silent = {random_name(leaf): np.zeros(()) for leaf in program.wiener.values()}
    return random_numbers_of(program, recording, exprs, times, replicas) | silent
