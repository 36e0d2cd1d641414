"""The largest Lyapunov exponent, by tangent dynamics."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pandas as pd

from ...arrays import Floats, Integers
from ...compiler.program import Program
from ...engine.plan import Chunk, Plan
from ...engine.simulate import run
from ...errors import InputError
from ...integrators.base import INTEGRATORS
from ...settings import number
from ...system.ticks import Ticks, chooses_steps
from ..linearisation.tangent import GROWTH, Tangent, tangent_name
from ..reading.replica_values import ReplicaValues
from ..reading.sampling import ends, scattered, selected_replicas
from ..reading.study import Study, width
from .base import REQUESTED_METRICS, RequestedMetric

# Costs in seconds. Interpreted: of an operation on an array, and per number in it. Compiled: of a compilation, and per
# operation in it.
CALL, ELEMENT, COMPILATION, COMPILED = 1.2e-6, 1e-9, 1.0, 1.5e-3


@REQUESTED_METRICS.register
@dataclass(frozen=True)
class Lyapunov(RequestedMetric):
    """The largest Lyapunov exponent lim ln(|δ(t)|/|δ(0)|)/t, per replica, by tangent dynamics (Benettin et al. 1980).

    The system runs again with the same seed and a perturbation δ that follows the exact tangent map of every step.
    After each step δ is scaled back to length 1. The exponent is the mean logarithmic growth after the transient, per
    unit of time or per step. Above 0, close trajectories separate exponentially (chaos); at 0 their distance persists
    (a cycle, a conserved quantity); below 0 they converge. δ perturbs everything that moves, including the rules'
    memory. Noise is the same with and without δ, so below 0, noisy replicas with different initial values would meet.
    What an event sets loses its perturbation, and the time of an event is not perturbed. The statistics are over
    replicas; the accuracy in a single replica depends on the length of the run. A replica whose perturbation vanishes
    (−∞) is left out.

    The cost is that of another simulation with two to four times the operations per step. It runs some evenly spread
    replicas, or all replicas if the steps are random.
    """

    name: ClassVar[str] = "lyapunov"
    heading: ClassVar[str] = "Do close trajectories stay close?"
    caption: ClassVar[str] = (
        "The largest Lyapunov exponent of every replica: above 0 a small difference grows exponentially (chaos), at 0 "
        "it stays (a cycle), below 0 it is forgotten."
    )
    value: ClassVar[str] = "growth per unit of time"
    shape: ClassVar = "dots"
    agents: ClassVar = False

    transient: float = number(0.5, at_least=0, below=1, doc="share of the run that is left out before growth counts")
    replicas: float = number(
        256, at_least=1, whole=True, doc="how many replicas of every cell run again, where nothing is random"
    )

    def values(self, study: Study) -> ReplicaValues:
        selected = selected_replicas(study, study.replicas if study.program.random else int(self.replicas))
        found = scattered(exponents(study, self.transient, selected), selected, study)
        return ReplicaValues(pd.DataFrame({"quantity": ["largest exponent"]}), found[None])


def exponents(study: Study, transient: float, replicas: Integers) -> Floats:
    """The mean logarithmic growth of a perturbation per unit of time, after the share `transient` of the run, (r,)."""
    end = float(study.times[-1])
    if end == 0.0:
        raise InputError("the record ends where it begins: nothing has had time to grow")
    clock = study.program.clock
    recorded = replace(clock, time=end) if clock.continuous else replace(clock, steps=round(end))
    tangent = Tangent(replace(study.program, clock=recorded))
    if not tangent.moving:
        raise InputError("nothing moves here")
    program = tangent.followed()
    plan = _plan(study, tangent, transient, replicas)
    times: list[float] = []
    growths: list[Floats] = []

    def take(chunk: Chunk) -> None:
        squares = sum((_square(chunk.values[tangent_name(slot.name)]) for slot in tangent.moving), np.zeros(()))
        with np.errstate(divide="ignore"):
            growths.extend(chunk.values[GROWTH] + 0.5 * np.log(squares))
        times.extend(chunk.times)

    run(program, plan, take, compiled=not _quick(program, plan))
    first = 1 if len(times) > 2 else 0
    with np.errstate(invalid="ignore"):
        return (growths[-1] - growths[first]) / (times[-1] - times[first])


def _plan(study: Study, tangent: Tangent, transient: float, replicas: Integers) -> Plan:
    """The run again from its first record, recorded at the end of the transient and at the end. The perturbation has
    the same random direction in every replica."""
    clock = tangent.program.clock
    share = transient or 1.0
    if chooses_steps(clock):
        every = share * (clock.time or 1.0)
    else:
        every = max(1, round(share * Ticks.of(clock).last))
    start, _ = ends(study)
    initial = {name: array[0][..., replicas] for name, array in start.values.items()}
    rng = np.random.default_rng(0)
    for slot in tangent.moving:
        direction = rng.normal(size=(width(study.program, slot.domain.population), 1))
        initial[tangent_name(slot.name)] = np.broadcast_to(
            direction if slot.domain.kind == "node" else direction[0], initial[slot.name].shape
        )
    initial[GROWTH] = np.zeros(len(replicas))
    parameters = {name: values[replicas] for name, values in study.recording.parameters.items()}
    return Plan(len(replicas), study.recording.seed, parameters, initial, every)


def _quick(program: Program, plan: Plan) -> bool:
    """Whether the interpreter would finish the run before the compiler had compiled it."""
    clock = program.clock
    if chooses_steps(clock):
        return False
    outputs = [e for stage in program.stages for e in stage.values()] + [*program.drift.values()]
    stages = INTEGRATORS.get(clock.method).stages if clock.continuous else 1
    size = max([1, *(max(topology.n, topology.m) for topology in program.topologies.values())]) * plan.replicas
    operation = stages * Ticks.of(clock).last * (CALL + ELEMENT * size)
    return len(program.graph.reachable(outputs)) * (operation - COMPILED) < COMPILATION


def _square(x: Floats) -> Floats:
    """x², summed over a population's nodes: (K, R)."""
    return x**2 if x.ndim == 2 else (x**2).sum(axis=1)
