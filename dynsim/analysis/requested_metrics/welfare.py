"""What all agents' objectives amount to together."""

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
    """The sum of what all agents declare, and the worst of it, over time: the lower, the better for all.

        social cost   Σ_i declared_i, which `price_of_anarchy` compares with the least that it could be
        worst off     max_i declared_i (Rawls 1971)

    Declared objectives count, not what agents pursue beside them; a population's with the sum over its nodes. Both
    compare the agents' objectives as they stand: where their units differ, so does what a sum means.
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
