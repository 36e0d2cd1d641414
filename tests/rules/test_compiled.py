"""Every rule compiled does what the interpreter does, to the same bits every time, and is compiled once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from dynsim.algebra.graph import Graph
from dynsim.compiler.applying.build import build
from dynsim.compiler.program import Program
from dynsim.engine.compiled.kernel import compile_program
from dynsim.engine.plan import Chunk, Plan
from dynsim.engine.simulate import run
from dynsim.rules.base import RULES
from dynsim.system.model import Clock, Model, Space, Variable
from tests.compiler.models import agent_of, model_of, state
from tests.rules.test_contract import bowl, example, one_hot

STEPS, REPLICAS, LANES = 25, 5, 8
TOGETHER = 10  # rules in one system: compiling takes longer than in proportion to the size
GROUPS = [RULES.names()[k : k + TOGETHER] for k in range(0, len(RULES.names()), TOGETHER)]


def zoo(names: Sequence[str]) -> Model:
    """Two agents for each of the rules, every pair with a game of its own and all pairs side by side in one system."""
    graph = Graph()
    variables: list[Variable] = []
    agents = []
    for name in names:
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
    run(program, Plan(REPLICAS, 0, {}, start(program)), chunks.append, compiled=compiled, threads=1, lanes=LANES)
    return {slot: x[-1] for slot, x in chunks[-1].values.items()}


@pytest.mark.parametrize("names", GROUPS, ids="-".join)
def test_every_rule_compiles_to_what_the_interpreter_does(names: Sequence[str]) -> None:
    """And a second run of the same system, built anew, gives the same bits without compiling."""
    program = build(zoo(names))
    found, expected = final(program, compiled=True), final(program, compiled=False)
    for slot in program.states:
        np.testing.assert_allclose(found[slot.name], expected[slot.name], rtol=1e-9, atol=1e-12, err_msg=slot.name)
    advance: Any = compile_program(program, LANES).module.advance
    compilations = len(advance.signatures)
    repeated = final(build(zoo(names)), compiled=True)
    assert all(x.tobytes() == repeated[slot].tobytes() for slot, x in found.items())
    assert len(advance.signatures) == compilations == 1
