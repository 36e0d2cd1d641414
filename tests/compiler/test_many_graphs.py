"""A system on more than ten graphs, of different sizes and with different numbers of buffers."""

from __future__ import annotations

import numpy as np
import pytest

from dynsim.compiler.applying.build import build
from dynsim.compiler.program import Program
from dynsim.compiler.writing.functions import generate
from dynsim.compiler.writing.layout import layout
from dynsim.engine.interpreted.stepping import step_discrete
from dynsim.system.scenario import load_scenario

from .generated_step import stepped

COUNT = 23


def text_of(count: int) -> str:
    """Agents that are pulled towards their neighbours, each on a graph of its own; every third by a product of sums."""
    lines = ["dynsim: 1", "title: many graphs", "graphs:"]
    lines += [f"  g{k}: {{generator: cycle_graph, n: {50 if k == 10 else 5 + k}}}" for k in range(count)]
    lines += ["variables:", *(f'  x{k}: {{on: g{k}, init: "normal(0, 1)"}}' for k in range(count)), "agents:"]
    for k in range(count):
        loss = f"sum_neighbors(tanh(neighbor(x{k}) - x{k})**2)"
        loss += f"*sum_neighbors(cos(neighbor(x{k}) - x{k}))" if k % 3 == 0 else ""
        lines.append(f'  a{k}: {{controls: x{k}, declared: "{loss}", rule: {{gradient: {{rate: 0.1}}}}}}')
    return "\n".join([*lines, "clock: {steps: 3}", "ensemble: {replicas: 1, seed: 1}"]) + "\n"


@pytest.fixture(scope="module")
def program() -> Program:
    return build(load_scenario(text_of(COUNT)).resolve())


@pytest.mark.parametrize("lanes", [1, 2])
def test_every_graph_has_its_own_buffers(program: Program, lanes: int) -> None:
    rng = np.random.default_rng(3)
    values = {slot.name: rng.normal(size=(program.topologies[slot.domain.population].n, lanes))
              for slot in program.states}
    values |= {slot.name: np.full(lanes, 0.1) for slot in program.parameters}
    expected = step_discrete(program, values, 0, {})
    found = stepped(program, lanes, values, 0)
    for slot in program.states:
        np.testing.assert_allclose(found[slot.name], expected[slot.name], rtol=1e-12, atol=1e-14)


def test_the_graphs_differ_in_what_they_need(program: Program) -> None:
    """Else the test above would not notice that one took the place of another."""
    assert len(set(generate(program, layout(program, 1)).buffers.values())) > 1
