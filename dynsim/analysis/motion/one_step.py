"""One step from a recorded state: the clock's own step on a discrete clock, a short Euler step along the drift on a
continuous one.

It shows how fast the system moves where the record has only every k-th step.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays import Floats
from ...engine.interpreted.stepping import along, derivative, step_discrete
from ...record.recording import Block
from ..reading.random_numbers import random_numbers_of
from ..reading.study import Study

PROBE = 1e-3  # of the recording interval: the length of the Euler step


def coarse(study: Study) -> bool:
    """Whether the record leaves steps out: the system moves between two recorded ticks."""
    return len(study.times) > 1 and (study.program.clock.continuous or interval(study) > 1.0)


def after_a_step(study: Study, block: Block) -> dict[str, Floats]:
    """Every state slot one step after each tick of a block, in the block's shapes.

    On a continuous clock, slots with a projection stay where they are: at a bound the drift alone does not tell where
    they go.
    """
    program, times = study.program, block.times[:, None]
    values: dict[str, Any] = dict(study.recording.parameters)
    for name, x in block.values.items():
        values[name] = x if x.ndim == 2 else np.moveaxis(x, 1, 0)
    exprs = program.drift.values() if program.clock.continuous else program.computed
    random = random_numbers_of(program, study.recording, exprs, times)
    if program.clock.continuous:
        rates = derivative(program, values, times, random)
        free = {name: rate for name, rate in rates.items() if name not in program.projection}
        after = along(values, free, step_length(study))
    else:
        after = step_discrete(program, values, times, random)
    return {name: after[name] if after[name].ndim == 2 else np.moveaxis(after[name], 0, 1) for name in block.values}


def interval(study: Study) -> float:
    """The time between two recorded ticks."""
    return float(study.times[1] - study.times[0])


def step_length(study: Study) -> float:
    """The time that the step of `after_a_step` takes."""
    return PROBE * interval(study) if study.program.clock.continuous else 1.0
