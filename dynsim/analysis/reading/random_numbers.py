"""The random numbers of a recorded run: a function of seed, replica and step, so they need no record."""

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
    program: Program, recording: Recording, exprs: Iterable[Expr], times: Any, some: Any = slice(None)
) -> dict[str, Floats]:
    """The numbers in the expressions that the engine used in the steps from these times on, as `evaluate` takes them.

    times: (K, 1), or one. some: which replicas, as an index.
    """
    return numbers_in(program, exprs, recording.seed, np.arange(recording.replicas)[some], times)


def without_noise(
    program: Program, recording: Recording, exprs: Iterable[Expr], times: Any, some: Any = slice(None)
) -> dict[str, Floats]:
    """The same with the variables' own noise at its mean, 0: what is left is what rules drew, which their moves need
    not be linear in."""
    silent = {random_name(leaf): np.zeros(()) for leaf in program.wiener.values()}
    return random_numbers_of(program, recording, exprs, times, some) | silent
