"""Small perturbations of a trajectory: the tangent map of a program's step, or of its drift, as expressions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from ..algebra.differentiate import jvp
from ..algebra.graph import Expr
from ..compiler.program import Program, Slot


def tangent_name(slot: str) -> str:
    """The symbol that stands for the perturbation of a slot."""
    return f"tangent.{slot}"


@dataclass(frozen=True)
class Tangent:
    """The perturbations of everything that moves: state variables and the rules' memory.

    What is derived is the deterministic part and the strength of the noise; the noise itself is the same with and
    without the perturbation.
    """

    program: Program

    @cached_property
    def moving(self) -> tuple[Slot, ...]:
        """The slots that a step changes."""
        program = self.program
        changed = {slot for stage in program.stages for slot in stage} | set(program.drift) | set(program.diffusion)
        return tuple(slot for slot in program.states if slot.name in changed)

    @cached_property
    def symbols(self) -> list[Expr]:
        return [self.program.graph.symbol(slot.name, slot.domain) for slot in self.moving]

    @cached_property
    def directions(self) -> list[Expr]:
        return [self.program.graph.symbol(tangent_name(slot.name), slot.domain) for slot in self.moving]

    def of(self, values: Mapping[str, Expr]) -> dict[str, Expr]:
        """Σ_w (∂value_v/∂x_w) δ_w for every moving slot v among the values."""
        own = {slot.name for slot in self.moving}
        mine = {name: value for name, value in values.items() if name in own}
        return dict(zip(mine, jvp(list(mine.values()), self.symbols, self.directions), strict=True))
