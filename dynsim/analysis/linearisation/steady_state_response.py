"""The response of a steady state to a small change of a goal, by the implicit function theorem.

At rest F(z, φ) = 0, with F the drift on a continuous clock and the step minus the identity on a discrete one, z all
numbers that move, and φ the goals. The state at rest for φ + dφ is z + (∂z/∂φ) dφ with

    ∂z/∂φ = −(∂F/∂z)⁻¹ ∂F/∂φ

A goal that is itself a state variable is held at its value, and everything else responds. Numbers whose change depends
on no moving number, such as a count of steps, are not part of z.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ...algebra.differentiate import jvp
from ...algebra.graph import Expr
from ...algebra.interpret import evaluate
from ...arrays import Flags, Floats, Integers
from ...compiler.program import Program, Slot
from ...engine.interpreted.stepping import along, derivative, projected, step_discrete
from ...errors import InputError
from ...record.recording import Block, MemoryRecording
from ...system.ticks import first_step
from ..reading.random_numbers import without_noise
from ..reading.sampling import TICKS, alive, ends, sampled
from ..reading.study import RESOLUTION, REST, Study, width
from .dynamics_jacobian import dynamics_jacobian
from .tangent import Tangent, tangent_name

SINGULAR = 1e-12  # reciprocal condition number below which a matrix counts as singular
AHEAD = 1e-6  # of the clock's step: the Euler step that shows whether the drift runs into a bound


def response(study: Study, goals: Sequence[str], looked_at: Mapping[str, Expr]) -> dict[str, Floats]:
    """The total derivatives of expressions by the goals (slots) at the end of the record, after everything else has
    come to rest again: (goals, R), or (goals, n, R) on a population. NaN in a replica that is not at rest, and where
    the response is not unique."""
    held = _with_goals(study, goals)
    tangent = Tangent(held.program)
    (last,) = held.recording.blocks()
    change = _change(held, last)
    places = _places(held.program, tangent)
    columns = np.concatenate([places[goal] for goal in goals])
    rows = np.setdiff1d(np.flatnonzero(_answering(change)), columns)
    answer = np.zeros((len(change), change.shape[1], len(goals)))
    answer[:, columns] = np.eye(len(goals))
    answer[:, rows] = _solved(change[:, rows][:, :, rows], change[:, rows][:, :, columns])
    answer[~resting(study)] = np.nan
    values = _values(held, last) | without_noise(held.program, held.recording, looked_at.values(), last.times[:, None])
    for slot in tangent.moving:  # a batch of (goals, 1, R) beside values of (1, R)
        part = np.moveaxis(answer[:, places[slot.name]], 0, -1)[:, :, None]
        values[tangent_name(slot.name)] = part if slot.domain.kind != "scalar" else part[0]
    exprs = jvp(list(looked_at.values()), tangent.symbols, tangent.directions)
    found = evaluate(exprs, values, held.program.topologies, last.times[:, None])
    result = {}
    for name, expr, x in zip(looked_at, exprs, found, strict=True):
        whole = (len(goals), 1, study.replicas)
        shaped = np.broadcast_to(x, whole if expr.domain.kind == "scalar" else (x.shape[0], *whole))[..., 0, :]
        result[name] = shaped if shaped.ndim == 2 else shaped.swapaxes(0, 1)
    return result


def resting(study: Study) -> Flags:
    """Which replicas are at rest at the end, (R,): their states are finite, and no number moves by more than REST times
    its own largest move at the sampled ticks, or by more than the rounding of the largest number."""
    some = sampled(study, TICKS)
    tangent = Tangent(study.program)
    places = _places(study.program, tangent)
    _, last = ends(study)
    answering = _answering(_change(study, last))
    moves = _moves(study, some)
    quiet = alive(last)
    extent = np.max([np.abs(x[-1]).reshape(-1, study.replicas).max(axis=0) for x in some.values.values()], axis=0)
    for name, move in moves.items():
        size = np.abs(move).reshape(-1, some.ticks, study.replicas)[answering[places[name]]]
        with np.errstate(invalid="ignore"):
            least = np.maximum(REST * np.nan_to_num(size).max(axis=1), RESOLUTION * extent)
            quiet &= (size[:, -1] <= least).all(axis=0)
    return quiet


def _with_goals(study: Study, goals: Sequence[str]) -> Study:
    """The last tick of the study, with the goals as state variables that do not move."""
    program = study.program
    slots = {slot.name: slot for slot in (*program.states, *program.parameters)}
    wide = [goal for goal in goals if slots[goal].domain.kind != "scalar"]
    if wide:
        raise InputError(f"the goal {wide[0]!r} has a value per node: the answer to a goal is taken of single numbers")
    graph, clock = program.graph, program.clock
    stages = [_except(stage, goals) for stage in program.stages]
    if stages:
        stages[-1] |= {goal: graph.symbol(goal) for goal in goals}
    there = {slot.name for slot in program.states}
    held = replace(
        program,
        parameters=tuple(slot for slot in program.parameters if slot.name not in goals),
        states=(*program.states, *(Slot(goal) for goal in goals if goal not in there)),
        stages=tuple(stages),
        drift=_except(program.drift, goals) | (dict.fromkeys(goals, graph.constant(0.0)) if clock.continuous else {}),
        diffusion=_except(program.diffusion, goals), projection=_except(program.projection, goals),
    )
    _, last = ends(study)
    parameters = study.recording.parameters
    more = {goal: np.asarray(parameters[goal])[None] for goal in goals if goal not in there}
    recording = study.recording
    tick = MemoryRecording(
        [Block(last.times, {**last.values, **more})], study.replicas, parameters, recording.diverged_at,
        recording.diverged_slot, seed=recording.seed,
    )
    return replace(study, program=held, recording=tick)


def _except(parts: Mapping[str, Expr], goals: Sequence[str]) -> dict[str, Expr]:
    return {slot: e for slot, e in parts.items() if slot not in goals}


def _places(program: Program, tangent: Tangent) -> dict[str, Integers]:
    """The positions of every moving slot's numbers in z."""
    found, start = {}, 0
    for slot in tangent.moving:
        size = width(program, slot.domain.population)
        found[slot.name] = np.arange(start, start + size)
        start += size
    return found


def _period(study: Study) -> int:
    """The number of steps after which every agent has acted."""
    model = study.model
    return 1 if model is None else math.lcm(*(agent.every for agent in model.agents.values()))


def _change(study: Study, last: Block) -> Floats:
    """∂F/∂z at the last tick, (R, N, N)."""
    found = dynamics_jacobian(study, last, _period(study))[0]
    return found if study.program.clock.continuous else found - np.eye(found.shape[-1])


def _answering(change: Floats) -> Flags:
    """Which numbers of z have a change that depends on z, (N,)."""
    return np.nan_to_num(np.abs(change)).max(axis=(0, 2)) > 0.0


def _solved(matrix: Floats, right: Floats) -> Floats:
    """−matrix⁻¹ right, (R, N, G); NaN where the matrix is singular or not finite."""
    result = np.full(right.shape, np.nan)
    usable = np.flatnonzero(np.isfinite(matrix).all(axis=(1, 2)) & np.isfinite(right).all(axis=(1, 2)))
    if matrix.shape[-1]:
        usable = usable[np.linalg.cond(matrix[usable]) * SINGULAR < 1.0]
    result[usable] = -np.linalg.solve(matrix[usable], right[usable])
    return result


def _values(study: Study, block: Block) -> dict[str, Any]:
    """Parameters and states by name, (K, R), or (n, K, R) on a population."""
    values: dict[str, Any] = {name: np.asarray(x) for name, x in study.recording.parameters.items()}
    return values | {name: x if x.ndim == 2 else np.moveaxis(x, 1, 0) for name, x in block.values.items()}


def _moves(study: Study, block: Block) -> dict[str, Floats]:
    """F of every moving slot, (K, R), or (n, K, R) on a population, with rules' random numbers and without noise."""
    program, time = study.program, block.times[:, None]
    now = start = _values(study, block)
    slots = [slot.name for slot in Tangent(program).moving]
    with np.errstate(all="ignore"):
        if not program.clock.continuous:
            for k in range(_period(study)):
                numbers = without_noise(program, study.recording, program.computed, time + k)
                now = step_discrete(program, now, time + k, numbers)
            return {name: now[name] - start[name] for name in slots}
        h = AHEAD * first_step(program.clock)
        numbers = without_noise(program, study.recording, program.drift.values(), time)
        drift = derivative(program, start, time, numbers)
        ahead = projected(program, along(start, drift, h))
        held = {name: (ahead[name] - start[name]) / h for name in program.projection}
        return {name: np.zeros_like(start[name]) for name in slots} | drift | held
