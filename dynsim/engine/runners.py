"""Who runs a program: compiled blocks of lanes, or the interpreter."""

from __future__ import annotations

from ..compiler.program import Program
from ..system.ticks import Ticks, chooses_steps
from .compiled.blocks import Blocks
from .compiled.kernel import compile_program
from .compiled.lanes import lanes_for
from .interpreted.adaptive import AdaptiveSteps
from .interpreted.fixed import DiscreteSteps, FixedSteps
from .plan import Plan
from .replicas import Replicas


def replicas_of(
    program: Program, plan: Plan, ticks: Ticks, *, compiled: bool, threads: int, lanes: int | None
) -> Replicas:
    """The replicas of the plan, ready for `prepare`. lanes: of a compiled block; None: as many as suit the program."""
    if compiled:
        return Blocks(compile_program(program, lanes or lanes_for(program, plan.ensemble)), plan, ticks, threads)
    if not program.clock.continuous:
        return DiscreteSteps(program, plan, ticks)
    return (AdaptiveSteps if chooses_steps(program.clock) else FixedSteps)(program, plan, ticks)
