"""The increments of which integrators make a step (integrators/base.py has the formulas)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...arrays import Array
from ...compiler.program import Program
from .stepping import amplitudes, derivative

Values = dict[str, Array]


def increment(program: Program, values: Values, t: Any, h: Any, dw: Mapping[str, Array]) -> Values:
    """I = h·drift + amplitude·ΔW at a point; dw: of the slots that have noise."""
    result = {slot: h * rate for slot, rate in derivative(program, values, t).items()}
    if dw:
        for slot, amplitude in amplitudes(program, values, t).items():
            result[slot] = result.get(slot, 0.0) + amplitude * dw[slot]
    return result


def combined(start: Values, increments: Sequence[Values], weights: Sequence[float]) -> Values:
    """start + Σ_j weights_j I_j for the slots that move."""
    # The first stage has no increments yet: it starts from the state itself.
    moving = increments[0] if increments else {}
    return {
        slot: start[slot] + sum(w * i[slot] for w, i in zip(weights, increments, strict=True) if w) for slot in moving
    }
