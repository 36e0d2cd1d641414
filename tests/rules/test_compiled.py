"""Every rule in one compiled system does what the interpreter does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynsim.algebra.graph import Graph
from dynsim.compiler.build import build
from dynsim.compiler.program import Program
from dynsim.engine.plan import Chunk, Plan
from dynsim.engine.simulate import run
from dynsim.rules.base import RULES
from dynsim.system.model import Clock, Model, Space, Variable
from tests.compiler.models import agent_of, model_of, state
from tests.rules.test_contract import bowl, example, one_hot

STEPS, REPLICAS = 25, 5


def zoo() -> Model:
    """Two agents for every rule, each pair with a game of its own and all pairs side by side in one system."""
    graph = Graph()
    variables: list[Variable] = []
    agents = []
    for name in RULES.names():
        on_simplex = RULES.get(name).space == "simplex"
        shape, space = ((2,), Space("simplex")) if on_simplex else ((), Space())
        pair = [state(graph, f"{name}{k}", shape, space=space, init=graph.constant(0.5)) for k in range(2)]
        losses = (one_hot if on_simplex else bowl)(*[v.symbols for v in pair])
        variables += pair
        agents += [agent_of(graph, v.name, [v.name], e, example(name)) for v, e in zip(pair, losses, strict=True)]
    return model_of(graph, variables, agents, Clock(steps=STEPS))


def start(program: Program) -> dict[str, NDArray[np.float64]]:
    """Numbers in (0, 1), seed 0; the two shares of a simplex sum to 1; memories as the program says."""
    rng = np.random.default_rng(0)
    values: dict[str, NDArray[np.float64]] = {}
    for slot in program.states:
        if slot.role == "state":
            other = slot.name.replace("[1]", "[0]")
            values[slot.name] = 1 - values[other] if other in values else rng.random(REPLICAS)
        else:
            values[slot.name] = np.full(REPLICAS, program.initial[slot.name].constant)
    return values


def final(program: Program, compiled: bool) -> Mapping[str, Any]:
    chunks: list[Chunk] = []
    run(program, Plan(REPLICAS, 0, {}, start(program)), chunks.append, compiled=compiled, threads=1)
    return {slot: x[-1] for slot, x in chunks[-1].values.items()}


def test_every_rule_compiles_to_what_the_interpreter_does() -> None:
    program = build(zoo())
    found, expected = final(program, compiled=True), final(program, compiled=False)
    for slot in program.states:
        np.testing.assert_allclose(found[slot.name], expected[slot.name], rtol=1e-9, atol=1e-12, err_msg=slot.name)
