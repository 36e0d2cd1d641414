"""The Jacobian of the dynamics: the derivative of the drift, or of the step map, by all numbers that move."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...arrays import Floats
from ...compiler.program import Program
from ...errors import InputError
from ...record.recording import Block
from ...system.ticks import first_step
from ..reading.random_numbers import without_noise
from ..reading.study import Study, width
from .tangent import Tangent

MOST = 500  # moving numbers; eigenvalues of more take minutes
WORKING = 1 << 22  # numbers of one evaluated expression; bounds the memory
CONTACT = 1e-6  # of a step: how far ahead a drift is followed to see whether it runs into the bounds


def dynamics_jacobian(study: Study, block: Block, steps: int = 1) -> Floats:
    """The Jacobian of the dynamics, (K, R, N, N): ∂(dx/dt)/∂x on a continuous clock, ∂x(t + steps)/∂x(t) on a discrete
    one.

    x are all numbers that move, in the order of `Tangent(program).moving`: state variables, node by node for
    populations, and the rules' memory. Projections onto bounds are differentiated too. On a continuous clock the
    derivative is that of a projected Euler step of length h, CONTACT of the clock's: a perturbation against a bound on
    which the drift presses decays at the rate 1/h. The variables' own noise is at its mean, 0. Numbers that rules draw
    are those of the recorded steps, so the derivative is that of the step that was made. InputError where nothing
    moves, or more than MOST numbers do.
    """
    program = study.program
    tangent = Tangent(program)
    widths = {slot.name: width(program, slot.domain.population) for slot in tangent.moving}
    n = sum(widths.values())
    if n > MOST:
        raise InputError(f"{n} numbers move here, and eigenvalues are only taken of up to {MOST}")
    if not n:
        raise InputError("nothing moves here")
    edges = [topology.m for topology in program.topologies.values()]
    together = max(1, WORKING // (n * block.ticks * max([*widths.values(), *edges])))
    parts = []
    for first in range(0, study.replicas, together):
        replicas = slice(first, first + together)
        values: dict[str, Any] = {name: p[replicas] for name, p in study.recording.parameters.items()}
        for name, array in block.values.items():
            values[name] = array[:, replicas] if array.ndim == 2 else np.moveaxis(array[:, :, replicas], 1, 0)
        unit, times = _unit(widths, program), block.times[:, None]
        if program.clock.continuous:
            values |= without_noise(program, study.recording, program.drift.values(), times, replicas)
            found = tangent.rates(values, unit, times, CONTACT * first_step(program.clock))
        else:
            found = unit
            for k in range(steps):
                numbers = without_noise(program, study.recording, program.computed, times + k, replicas)
                values, found = tangent.after_step(values, found, times + k, numbers)
        shape = (n, block.ticks, values[tangent.moving[0].name].shape[-1])
        rows = [np.broadcast_to(x, (*x.shape[:-3], *shape)).reshape(-1, *shape) for x in found.values()]
        parts.append(np.moveaxis(np.concatenate(rows), (0, 1), (2, 3)))
    return np.concatenate(parts, axis=1)


def _unit(widths: Mapping[str, int], program: Program) -> dict[str, Floats]:
    """The unit vectors as perturbations, by slot: (N, 1, 1), or of a population (n, N, 1, 1)."""
    populations = {slot.name for slot in program.states if slot.domain.kind != "scalar"}
    identity = np.eye(sum(widths.values()))[:, :, None, None]
    result, start = {}, 0
    for name, size in widths.items():
        result[name] = identity[start : start + size] if name in populations else identity[start]
        start += size
    return result
