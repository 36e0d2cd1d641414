"""Social welfare: the sum and the largest of all declared objectives."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import ClassVar

from ...algebra.functions import maximum
from ...algebra.structural import total
from ...errors import InputError
from ...settings import number
from ..reading.replica_values import ReplicaValues, over_time
from ..reading.sampling import TICKS, evaluated, sampled
from ..reading.study import Study
from .base import REQUESTED_METRICS, RequestedMetric


@REQUESTED_METRICS.register
@dataclass(frozen=True)
class Welfare(RequestedMetric):
    """The sum and the largest of all declared objectives over time: lower is better.

        social cost   Σ_i declared_i, which `price_of_anarchy` compares with its minimum
        worst off     max_i declared_i (Rawls 1971)

    Declared objectives count, not what agents pursue; a population's objective is the sum over its nodes. Both
    quantities compare objectives of different agents as they are: they have a meaning only where the objectives have
    one unit.
    """

    name: ClassVar[str] = "welfare"
    heading: ClassVar[str] = "How well off are they all together?"
    caption: ClassVar[str] = (
        "The sum of all declared objectives (social cost), and the largest of them (worst off), over time. Objectives "
        "are minimised: lower is better."
    )
    value: ClassVar[str] = "objective"
    shape: ClassVar = "lines"

    ticks: float = number(4 * TICKS, at_least=1, whole=True, doc="how many of the recorded ticks are looked at")

    def values(self, study: Study) -> ReplicaValues:
        declared = [total(agent.declared) for agent in study.program.agents]
        if not declared:
            raise InputError("there are no agents here whose objectives could be summed")
        worst = maximum(*declared) if len(declared) > 1 else declared[0]
        block = sampled(study, int(self.ticks))
        values = evaluated(study, block, [reduce(add, declared), worst])
        return over_time(block.times, values, quantity=["social cost", "worst off"])
