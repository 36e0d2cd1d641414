"""Replays: variants of a system, run from the same initial values with the same noise and recorded at the same ticks.

Noise is a function of (seed, replica, variable, step), so two variants differ only by what was changed in them (common
random numbers). Variants of one program run side by side after a single compilation: they differ in the values of
parameters or of initial states. `switched` gives every agent a parameter that stops it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

import numpy as np

from ...algebra.graph import Expr
from ...arrays import Flags, Floats
from ...compiler.applying.build import build
from ...compiler.program import Program
from ...engine.plan import Chunk, Plan
from ...engine.random.starts import initial_values
from ...engine.simulate import run
from ...errors import InputError
from ...record.recording import Block, MemoryRecording, Recording, regroup
from ...system.model import Model, Parameter
from ...system.ticks import Ticks, chooses_steps
from ..reading.study import Study, evaluate_block

BYTES = 1 << 28  # memory for the records of variants that run side by side
TICKS = 256  # ticks of two records that are compared at a time


@dataclass(frozen=True)
class Variant:
    """A program, and what differs from the study's run.

    parameters, initial: values by slot, (R,), or a number for all replicas. factors: factors on initial values. Initial
    values that depend on a changed parameter change with it.
    """

    program: Program
    parameters: Mapping[str, Floats | float] = field(default_factory=dict)
    initial: Mapping[str, Floats | float] = field(default_factory=dict)
    factors: Mapping[str, Floats | float] = field(default_factory=dict)


def model_of(study: Study) -> Model:
    """The model that the study's program was built from. InputError for a record without one."""
    if study.model is None:
        raise InputError("a replay needs the model that the run was made from")
    return study.model


def replayed(study: Study, variants: Sequence[Variant], *, ends: bool = False) -> list[MemoryRecording]:
    """The record of every variant, at the study's ticks. ends: only at the first and the last one."""
    found: list[MemoryRecording] = []
    for _, group in groupby(variants, key=lambda variant: id(variant.program)):
        waiting = list(group)
        size = _side_by_side(study, waiting[0].program, ends)
        for k in range(0, len(waiting), size):
            found += _run(study, waiting[k : k + size], ends)
    return found


def at_end(program: Program, recording: MemoryRecording, exprs: Sequence[Expr]) -> list[Floats]:
    """The values of expressions at the last tick, (R,) or (n, R) on a population; NaN in replicas that diverged."""
    last = recording.chunks[-1][-1:]
    values = evaluate_block(program, last, recording, exprs)
    whole = (1, recording.replicas)
    shaped = [
        np.broadcast_to(x, whole if e.domain.kind == "scalar" else (len(x), *whole))
        for x, e in zip(values, exprs, strict=True)
    ]
    return [np.where(np.isnan(recording.diverged_at), x[..., 0, :], np.nan) for x in shaped]


def paired_blocks(one: Recording, two: Recording) -> Iterator[tuple[Block, Block]]:
    """Two records of the same ticks side by side, TICKS of them at a time."""
    return zip(regroup(one.blocks(), TICKS), regroup(two.blocks(), TICKS), strict=True)


def either_diverged(one: Recording, two: Recording) -> Flags:
    """The replicas, (R,), that diverged in one of two runs: their difference is not defined."""
    return ~np.isnan(one.diverged_at) | ~np.isnan(two.diverged_at)


def switched(model: Model) -> Model:
    """The system in which an agent moves only where its parameter `switch_of(agent)` is above 0.5. A replica with the
    value 0 is the same system without the agent's moves, from start to end."""
    graph, agents, parameters = model.graph, {}, dict(model.parameters)
    for name, agent in model.agents.items():
        switch = switch_of(name)
        agents[name] = replace(agent, acts=graph.symbol(switch) > 0.5)
        parameters[switch] = Parameter(switch, (), 1.0)
    return replace(model, agents=agents, parameters=parameters)


def switch_of(agent: str) -> str:
    """The parameter by which `switched` stops an agent."""
    return f"replay.{agent}.acts"


def silenced(study: Study, silent: Sequence[Sequence[str]]) -> list[Variant]:
    """A variant for every set of agents, in which they never move."""
    program = build(switched(model_of(study)), idle_paths=True)
    return [Variant(program, {switch_of(name): 0.0 for name in names}) for names in silent]


def _side_by_side(study: Study, program: Program, ends: bool) -> int:
    """How many variants run at once: as many as their records have room for, under selection a single one."""
    if program.selection is not None:
        return 1
    ticks = 2 if ends else len(study.times)
    numbers = sum(program.topologies[s.domain.population].n if s.domain.population else 1 for s in program.states)
    return max(1, BYTES // (8 * numbers * study.replicas * ticks))


def _run(study: Study, variants: Sequence[Variant], ends: bool) -> list[MemoryRecording]:
    """The records of variants of one program, which run side by side as blocks of replicas."""
    model, program, replicas = model_of(study), variants[0].program, study.replicas
    starts = [start_of(study, variant) for variant in variants]
    parameters, initial = (
        {name: np.concatenate([start[part][name] for start in starts], axis=-1) for name in starts[0][part]}
        for part in (0, 1)
    )
    # The record of a run that was stopped is shorter than its clock: the replay is cut where the record ends.
    complete = len(study.times) == Ticks.of(program.clock, model.record.every).records
    every = _whole(program) if ends and complete else model.record.every
    plan = Plan(replicas * len(variants), model.ensemble.seed, parameters, initial, every, copies=len(variants))
    chunks: list[Chunk] = []
    outcome = run(program, plan, chunks.append, compiled=study.compiled)
    record = _cut([Block(chunk.times, chunk.values) for chunk in chunks], 2 if ends and complete else len(study.times))
    if ends and not complete:
        record = [record[0][:1], record[-1][-1:]]
    diverged_at = np.where(outcome.diverged_at > record[-1].times[-1], np.nan, outcome.diverged_at)
    diverged_slot = np.where(np.isnan(diverged_at), -1, outcome.diverged_slot)
    found = []
    for k, (own, _) in enumerate(starts):
        part = slice(k * replicas, (k + 1) * replicas)
        blocks = [Block(b.times, {name: x[..., part] for name, x in b.values.items()}) for b in record]
        found.append(MemoryRecording(
            blocks, replicas, own, diverged_at[part], diverged_slot[part], seed=study.recording.seed
        ))
    return found


def start_of(study: Study, variant: Variant) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """The parameters and initial values of a variant. Parameters that the study lacks are switches and 1."""
    program, replicas = variant.program, study.replicas
    known = {slot.name: 1.0 for slot in program.parameters} | {**study.recording.parameters, **variant.parameters}
    parameters = {name: np.array(np.broadcast_to(x, replicas), dtype=float) for name, x in known.items()}
    initial = initial_values(program, parameters, model_of(study).ensemble.seed, np.arange(replicas))
    for name, value in variant.initial.items():
        initial[name] = np.array(np.broadcast_to(value, initial[name].shape), dtype=float)
    for name, factor in variant.factors.items():
        initial[name] = initial[name] * factor
    return parameters, initial


def _whole(program: Program) -> float:
    """The recording interval that records the start and the end alone."""
    clock = program.clock
    return clock.time if clock.time is not None and chooses_steps(clock) else Ticks.of(clock).last


def _cut(blocks: Sequence[Block], ticks: int) -> list[Block]:
    """The first ticks of a record."""
    found = []
    for block in blocks:
        if ticks > 0:
            found.append(block[:ticks])
        ticks -= block.ticks
    return found
