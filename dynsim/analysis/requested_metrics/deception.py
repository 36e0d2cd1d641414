"""Changes of behaviour between training and other phases."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import add
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from ...algebra.functions import sqrt
from ...algebra.graph import Expr
from ...algebra.interpret import evaluate
from ...algebra.structural import total
from ...algebra.substitute import substitute
from ...arrays import Floats
from ...compiler.applying.build import build
from ...compiler.program import AgentProgram, Program
from ...errors import InputError
from ...record.recording import Block, Recording
from ..reading.random_numbers import random_numbers_of
from ..reading.recorded_phases import recorded_phases
from ..reading.replica_values import ReplicaValues
from ..reading.study import Study, evaluate_block
from ..variants.replay import Variant, either_diverged, model_of, paired_blocks, replayed
from .base import REQUESTED_METRICS, RequestedMetric


@REQUESTED_METRICS.register
@dataclass(frozen=True)
class Deception(RequestedMetric):
    """How an agent's behaviour changes when a phase other than the first one, training, begins.

    The first three quantities compare the two phases at the last recorded tick of training. Only the indicators of the
    phases differ:

        output at once       the change of the agent's outputs, the derived variables that read what it controls. Other
                             derived variables that outputs read are held, so that the input is the same
        move at once         the change of its move u_i, at the same state
        residual gradient    |d_i| of its declared objective, path factors applied: what training would still correct

    The other two compare, over the recorded ticks after training, the run in which the other phase begins with a run in
    which training continues, with the same noise. With two phases, the former is the run itself:

        outputs later        the root mean square, over the ticks, of the difference of its outputs
        controls later       the same for what it controls

    Changes and differences are Euclidean norms over components and nodes. An agent that behaves alike in both phases
    has 0 everywhere but in the residual gradient. An agent whose residual gradient has vanished while its behaviour
    changes has hidden what it pursues. A difference alone is no deception: the change may be intended, or an answer to
    what others do. NaN for an agent without outputs, and in a replica that diverges.
    """

    name: ClassVar[str] = "deception"
    heading: ClassVar[str] = "Who behaves otherwise when training is over?"
    caption: ClassVar[str] = (
        "At once: how much an agent's output and move change when only the phase changes. Later: how far outputs and "
        "controls drift from those of a run in which training continues. Residual gradient: what training had left to "
        "correct."
    )
    value: ClassVar[str] = "change of behaviour"
    shape: ClassVar = "dots"

    def values(self, study: Study) -> ReplicaValues:
        spans = recorded_phases(study)
        if len(study.program.phases) < 2:
            raise InputError("the run has no second phase: state `phases`, such as training and deployment")
        training, *others = study.program.phases
        if training not in spans or not (others := [name for name in others if name in spans]):
            raise InputError("the record has no tick in training and in another phase: record more often")
        before = _tick(study, spans[training][1] - 1)
        keys, rows = [], []
        (trained,) = replayed(study, [Variant(_in_phases(study, {training: 0.0}))])
        for phase in others:
            run = _run(study, phase)
            agents = study.program.agents
            found = [
                *_at_once(study, before, training, phase), *_later(study, spans[training][1], run, trained)
            ]
            for quantity, values in zip(QUANTITIES, found, strict=True):
                keys += [(quantity, agent.name, phase) for agent in agents]
                rows.append(values)
        columns = dict(zip(("quantity", "agent", "phase"), zip(*keys, strict=True), strict=True))
        return ReplicaValues(pd.DataFrame(columns), np.concatenate(rows))


QUANTITIES = ("output at once", "move at once", "residual gradient", "outputs later", "controls later")


def _tick(study: Study, number: int) -> Block:
    """The tick of this number, as a block."""
    start = 0
    for block in study.recording.blocks():
        if number < start + block.ticks:
            return block[number - start : number - start + 1]
        start += block.ticks
    raise AssertionError("a tick of the record")


def _in_phases(study: Study, phases: Mapping[str, float]) -> Program:
    """The program of the system with only these phases."""
    return build(replace(model_of(study), phases=phases), idle_paths=True)


def _run(study: Study, phase: str) -> Recording:
    """The run in which this phase follows training: the study's own run if there are two phases."""
    program = study.program
    training, second, *more = program.phases
    if not more:
        return study.recording
    (found,) = replayed(study, [Variant(_in_phases(study, {training: 0.0, phase: program.phases[second][0]}))])
    return found


def outputs_of(study: Study, agent: AgentProgram) -> dict[str, Expr]:
    """The derived variables that read the agent's controls directly, without objectives."""
    objectives = {agent.declared, agent.pursues}
    derived = study.program.derived
    return {name: e for name, e in derived.items() if e not in objectives and _reads(e.args[0], agent.controls)}


def _reads(value: Expr, slots: Collection[str]) -> bool:
    """Whether an expression depends on the slots directly, not through a derived variable."""
    waiting, seen = [value], set()
    while waiting:
        e = waiting.pop()
        if e.op == "symbol" and e.name in slots:
            return True
        if e.op != "named" and e not in seen:
            seen.add(e)
            waiting += e.args
    return False


def _at_once(study: Study, before: Block, training: str, phase: str) -> tuple[Floats, Floats, Floats]:
    """The three quantities at the last tick of training, (agents, R) each."""
    program, graph = study.program, study.program.graph
    period = math.lcm(*(agent.every for agent in model_of(study).agents.values()))
    time = before.times[:, None] // period * period if not program.clock.continuous else before.times[:, None]
    values: dict[str, Any] = dict(study.recording.parameters)
    values |= {name: x if x.ndim == 2 else np.moveaxis(x, 1, 0) for name, x in before.values.items()}
    looked_at = [e for a in program.agents for e in (*a.moves.values(), *a.declared_gradient.values())]
    looked_at += [e for a in program.agents for e in outputs_of(study, a).values()]
    values |= random_numbers_of(program, study.recording, looked_at, time)
    zeros = {name: np.zeros((1, study.replicas)) for name in program.phases}
    here, there = (values | zeros | {name: np.ones((1, study.replicas))} for name in (training, phase))
    direct = {graph.symbol(name): graph.constant(float(name == phase)) for name in program.phases}
    direct |= {inner: inner for inner in program.derived.values()}  # held: the same input
    output, move, gradient = [], [], []
    for agent in program.agents:
        own = [e.args[0] for e in outputs_of(study, agent).values()]
        shown = [a - b for a, b in zip(substitute(own, direct), own, strict=True)]
        output.append(_norm(program, shown, here, time) if own else np.full(study.replicas, np.nan))
        moves = list(agent.moves.values())
        change = [a - b for a, b in zip(*(
            evaluate(moves, point, program.topologies, time) for point in (there, here)
        ), strict=True)]
        move.append(np.sqrt(np.sum([np.square(x).reshape(-1, study.replicas).sum(axis=0) for x in change], axis=0)))
        gradient.append(_norm(program, list(agent.declared_gradient.values()), here, time))
    return np.stack(output), np.stack(move), np.stack(gradient)


def _later(study: Study, first: int, run: Recording, trained: Recording) -> tuple[Floats, Floats]:
    """The two quantities over the ticks from number `first` on, (agents, R) each."""
    program = study.program
    outputs = {agent.name: list(outputs_of(study, agent).values()) for agent in program.agents}
    controls = {agent.name: [_symbol(study, slot) for slot in agent.controls] for agent in program.agents}
    sums = np.zeros((2, len(program.agents), study.replicas))
    start = 0
    for one, two in paired_blocks(run, trained):
        later = slice(min(max(first - start, 0), one.ticks), None)
        start += one.ticks
        for squares, exprs in zip(sums, (outputs, controls), strict=True):
            for row, agent in zip(squares, program.agents, strict=True):
                row += _distance(study, exprs[agent.name], (one[later], run), (two[later], trained))
    means = np.sqrt(np.where(either_diverged(run, trained), np.nan, sums) / (len(study.times) - first))
    silent = [not exprs for exprs in outputs.values()]
    means[0][silent] = np.nan
    return means[0], means[1]


def _symbol(study: Study, slot: str) -> Expr:
    domain = next(s.domain for s in study.program.states if s.name == slot)
    return study.program.graph.symbol(slot, domain)


def _distance(
    study: Study, exprs: Sequence[Expr], one: tuple[Block, Recording], two: tuple[Block, Recording]
) -> Floats:
    """The sum over ticks of the squared distance of expressions in two runs, (R,)."""
    if not exprs or not one[0].ticks:
        return np.zeros(study.replicas)
    pairs = zip(*(evaluate_block(study.program, block, r, exprs) for block, r in (one, two)), strict=True)
    with np.errstate(all="ignore"):
        return np.sum([np.square(a - b).reshape(-1, study.replicas).sum(axis=0) for a, b in pairs], axis=0)


def _norm(program: Program, parts: Sequence[Expr], values: Mapping[str, Any], time: Any) -> Floats:
    """The Euclidean norm of expressions at one tick, (R,)."""
    squares = reduce(add, [total(part * part) for part in parts])
    (found,) = evaluate([sqrt(squares)], values, program.topologies, time)
    return np.asarray(found)[0]
