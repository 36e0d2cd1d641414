"""Generated loops against the interpreter: random expressions of every operation and every domain.

The generated text is run as plain Python, which shows the same bits as the compiled one (tests/engine/test_bits.py
compares a few systems compiled), and is quick enough for many examples.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dynsim.algebra import leaves
from dynsim.algebra.domain import SCALAR, node
from dynsim.algebra.graph import Expr, Graph, fill
from dynsim.algebra.interpret import evaluate
from dynsim.algebra.operations import OPERATIONS
from dynsim.algebra.structural import (
    STRUCTURAL,
    gather_source,
    gather_target,
    max_target,
    named,
    sum_source,
    sum_target,
    total,
)
from dynsim.compiler.program import Program, Slot
from dynsim.engine.random.steps import random_numbers
from dynsim.system.model import Clock
from tests.engine.systems import random_topology

from .generated_step import SEED, stepped

NET = random_topology(5, 11, seed=8).with_values({"first": np.arange(5) * 0.3, "second": np.linspace(-1, 2, 5)})
SCALARS, NODES = ("a", "b"), ("u", "v")
LANES = 4
ELEMENTWISE = sorted(OPERATIONS)


class Builder:
    """Grows a random graph; pools hold what there is so far, by kind of domain and by truth."""

    def __init__(self, choose: st.DataObject) -> None:
        self.choose, self.graph = choose, Graph()
        graph = self.graph
        self.pool: list[Expr] = [graph.symbol(s) for s in SCALARS]
        self.pool += [graph.symbol(s, node("net")) for s in NODES]
        self.pool += [leaves.weight(graph, "net"), leaves.index(graph, "net")]
        self.pool += [leaves.size(graph, "net"), leaves.time(graph)]
        self.pool += [leaves.values(graph, "net", "first"), leaves.values(graph, "net", "second")]
        self.pool += [graph.constant(0.5), graph.constant(-2.0)]
        self.pool += [leaves.noise(graph, "one"), leaves.noise(graph, "all", node("net")), leaves.uniform(graph, "one")]
        self.pool += [leaves.uniform(graph, "all", node("net"))]
        self.truths: list[Expr] = [self.pool[0] < self.pool[1], self.pool[2] < self.pool[0]]

    def grow(self) -> None:
        kind = self.choose.draw(st.sampled_from([*ELEMENTWISE, *STRUCTURAL, "named"]))
        if kind in OPERATIONS:
            self._elementwise(kind)
        elif kind == "named":
            self.pool.append(named(self._pick(self.pool), "derived"))
        else:
            wanted = "edge" if kind.startswith(("sum", "max")) else "node"
            fitting = [e for e in self.pool if e.domain.kind == wanted]
            self.pool.append(STRUCTURAL[kind](self._pick(fitting)))

    def _elementwise(self, kind: str) -> None:
        operation = OPERATIONS[kind]
        args = [
            self._pick(self.truths if k in operation.takes_boolean else self.pool) for k in range(operation.arity)
        ]
        (self.truths if operation.boolean else self.pool).append(self.graph.apply(kind, *args))

    def _pick(self, among: list[Expr]) -> Expr:
        return self.choose.draw(st.sampled_from(among))

    def program(self) -> Program:
        """Every value that is not an edge's becomes the new value of a slot of its own."""
        outputs: dict[str, Expr] = {}
        for k, e in enumerate(self.pool):
            if e.domain.kind != "edge":
                outputs[f"out{k}"] = e
        slots = [Slot(s) for s in SCALARS] + [Slot(s, node("net")) for s in NODES]
        slots += [Slot(s, SCALAR if e.domain.kind == "scalar" else node("net")) for s, e in outputs.items()]
        for slot in slots:
            self.graph.symbol(slot.name, slot.domain)
        filled = {s: fill(e, SCALAR if e.domain.kind == "scalar" else node("net")) for s, e in outputs.items()}
        return Program("random", self.graph, {"net": NET}, Clock(steps=1), (), tuple(slots), {}, stages=(filled,))


@pytest.mark.parametrize("lanes", [1, LANES])
@settings(max_examples=60)
@given(data=st.data())
def test_random_expressions(lanes: int, data: st.DataObject) -> None:
    builder = Builder(data)
    for _ in range(data.draw(st.integers(5, 25))):
        builder.grow()
    program = builder.program()
    rng = np.random.default_rng(data.draw(st.integers(0, 1000)))
    values: dict[str, Any] = {s: rng.uniform(-2, 2, lanes) for s in SCALARS}
    values |= {s: rng.uniform(-2, 2, (NET.n, lanes)) for s in NODES}
    got = stepped(program, lanes, values, 3)
    stage = program.stages[0]
    numbers = random_numbers(program.graph.random(stage.values()), program.topologies, SEED, np.arange(lanes), 3)
    found = evaluate(list(stage.values()), values | numbers, program.topologies, 3.0)
    expected = dict(zip(stage, found, strict=True))
    for slot, e in stage.items():
        mine, oracle = got[slot], np.broadcast_to(expected[slot], got[slot].shape)
        # |x| ≥ 1e12: what cancels there, and sines of large numbers, differ in the last bits of the large number
        wild = ~np.isfinite(oracle) | (np.abs(oracle) > 1e12)
        if any(_is_delicate(program.graph, k) for k in program.graph.reachable([e])):
            continue
        assert np.allclose(mine[~wild], oracle[~wild], rtol=1e-9, atol=1e-9), (slot, e.text(200), mine, oracle)
        assert np.array_equal(np.isnan(mine), np.isnan(oracle)), (slot, e.text(200), mine, oracle)


def _is_delicate(graph: Graph, index: int) -> bool:
    """Steps (floor, comparisons, …) turn a difference in the last bit into a whole one where arguments are computed."""
    n = graph.nodes[index]
    if n.op not in ("floor", "sign", "lt", "le", "eq", "ne"):
        return False
    return any(graph.nodes[k].args for k in n.args)


@pytest.mark.parametrize("lanes", [1, LANES])
def test_levels(lanes: int) -> None:
    """A total of gathered maxima of a total: every level waits for the one before."""
    graph = Graph()
    u = graph.symbol("u", node("net"))
    mean = total(u) / leaves.size(graph, "net")
    highest = max_target(gather_source(u - mean) * leaves.weight(graph, "net"))
    out = total(sum_source(gather_target(highest) * gather_source(u)))
    stage = {"a": out, "u": fill(mean, node("net")) + highest}
    program = Program(
        "levels", graph, {"net": NET}, Clock(steps=1), (), (Slot("a"), Slot("u", node("net"))), {}, stages=(stage,)
    )
    values = {"a": np.zeros(lanes), "u": np.random.default_rng(6).standard_normal((NET.n, lanes))}
    got = stepped(program, lanes, values, 0)
    expected = evaluate(list(stage.values()), values, program.topologies, 0.0)
    assert np.allclose(got["a"], expected[0], rtol=1e-13)
    assert np.allclose(got["u"], expected[1], rtol=1e-13)


def test_gathers_beside_functions() -> None:
    """With one lane: a plain gather and a function of a gather, summed in one loop over the edges."""
    graph = Graph()
    u = graph.symbol("u", node("net"))
    neighbour = gather_source(u)
    stage = {"u": sum_target(neighbour) + sum_target(graph.apply("sin", neighbour - gather_target(u)))}
    slots = (Slot("u", node("net")),)
    program = Program("gathers", graph, {"net": NET}, Clock(steps=1), (), slots, {}, stages=(stage,))
    values = {"u": np.random.default_rng(7).standard_normal((NET.n, 1))}
    expected = evaluate(list(stage.values()), values, program.topologies, 0.0)
    assert np.allclose(stepped(program, 1, values, 0)["u"], expected[0], rtol=1e-13)
