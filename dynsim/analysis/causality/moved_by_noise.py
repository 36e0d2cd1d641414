"""The state variables that random numbers move, directly or through other variables."""

from __future__ import annotations

import numpy as np

from ...algebra.nodes import Node
from ...arrays import Flags
from ...compiler.program import Program
from ...record.recording import Block
from ..reading.study import Study, evaluate_block


def moved_by_noise(study: Study, last: Block) -> dict[str, Flags]:
    """In which replicas, (R,), each state slot depends on the random numbers of steps: on a variable's own noise, where
    its amplitude at the tick `last` is not 0, or on what a rule draws."""
    program = study.program
    found = {slot.name: np.zeros(study.replicas, bool) for slot in program.states}
    if not program.random:
        return found
    needs = _needs(program)
    loud = _loud(study, last)
    of_noise: dict[Node, Flags] = {}
    for name, leaf in program.wiener.items():
        of_noise[leaf] = of_noise.get(leaf, False) | loud[name]
    for name, (_, drawn) in needs.items():
        for leaf in drawn:
            found[name] = found[name] | of_noise.get(leaf, np.ones(study.replicas, bool))
    for name in program.diffusion:
        found[name] = found[name] | loud[name]
    for _ in found:  # a dependence of n slots is at most n steps long
        for name, (slots, _) in needs.items():
            found[name] = np.logical_or.reduce([found[name], *(found[other] for other in slots if other in found)])
    return found


def _needs(program: Program) -> dict[str, tuple[set[str], set[Node]]]:
    """The slots and the random numbers that the next value of every slot depends on."""
    graph = program.graph
    found: dict[str, tuple[set[str], set[Node]]] = {}
    for update in program.updates:
        for name, value in update.items():
            slots, drawn = found.setdefault(name, (set(), set()))
            nodes = [graph.nodes[k] for k in graph.reachable([value])]
            slots |= {str(node.data) for node in nodes if node.op == "symbol"}
            drawn |= set(graph.random([value]))
    return found


def _loud(study: Study, last: Block) -> dict[str, Flags]:
    """Where the noise of each variable has a nonzero amplitude, (R,)."""
    noises = {**study.program.noises, **study.program.diffusion}
    values = evaluate_block(study.program, last, study.recording, list(noises.values()))
    return {
        name: np.asarray(np.broadcast_to(x != 0.0, (*x.shape[:-1], study.replicas)).reshape(-1, study.replicas).any(0))
        for name, x in zip(noises, values, strict=True)
    }
