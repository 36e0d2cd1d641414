"""Linear games and rules: the whole step, memories included, as one matrix."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dynsim.compiler.applying.build import build
from dynsim.compiler.program import Program
from dynsim.engine.interpreted.stepping import step_discrete
from dynsim.system.model import Model

Matrix = NDArray[np.float64]


def step_matrix(program: Program, tick: int = 0) -> Matrix:
    """The matrix of the map from all slots to all slots at this tick: its columns are the images of unit vectors."""
    names = [slot.name for slot in program.states]
    values = dict(zip(names, np.eye(len(names)), strict=True))
    after = step_discrete(program, values, tick)
    return np.array([after[name] for name in names])


def modulus(model: Model) -> float:
    """The spectral radius of a step."""
    return float(np.abs(np.linalg.eigvals(step_matrix(build(model)))).max())


def final(model: Model, start: dict[str, float], ticks: int) -> dict[str, float]:
    """The controlled variables after so many steps."""
    program = build(model)
    values = {slot.name: np.zeros(1) for slot in program.states}
    values |= {name: np.array([x]) for name, x in start.items()}
    for tick in range(ticks):
        values = step_discrete(program, values, tick)
    return {name: float(values[name][0]) for name in start}
