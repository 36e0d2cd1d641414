"""What can only be told from how the replicas start."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ..algebra.interpret import evaluate
from ..compiler.program import Program
from ..system.builder import System
from ..system.model import Model

Floats = NDArray[np.float64]


def check_fitness(
    system: System, model: Model, program: Program, parameters: Mapping[str, Floats], initial: Mapping[str, Floats]
) -> None:
    """InputError where the fitness of a selection is not finite at the start, or is less than its scheme can use."""
    selection = model.selection
    if selection is None:
        return
    parts = [("selection.fitness", selection.fitness, selection.scheme)]
    if selection.groups is not None and selection.groups.scheme is not None:
        of_groups = selection.groups.fitness or selection.fitness
        parts.append(("selection.groups.fitness", of_groups, selection.groups.scheme))
    for path, fitness, scheme in parts:
        (values,) = evaluate([fitness], dict(parameters) | dict(initial), program.topologies, 0.0)
        values = np.ravel(values)
        for wrong, expected in (
            (~np.isfinite(values), "a finite fitness"),
            (values < scheme.least, f"a fitness of at least {scheme.least:g}, which {scheme.name} needs"),
        ):
            if wrong.any():
                first = int(np.argmax(wrong))
                message = f"expected {expected}, got {values[first]:g} in replica {first} at the start"
                raise system.wrong(path.split("."), message)
