"""The identity of the ledger: row sums, flow and noise are the first-order change of every objective."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynsim.algebra import functions as f
from dynsim.algebra.differentiate import gradient, jvp
from dynsim.algebra.graph import Graph
from dynsim.algebra.interpret import evaluate
from dynsim.algebra.structural import total
from dynsim.algebra.topology import Topology
from dynsim.analysis.reading.observe import Observables
from dynsim.analysis.reading.study import Study, evaluate_block
from dynsim.compiler.program import Slot
from dynsim.record.recording import Block, MemoryRecording
from tests.analysis.games import CONTINUOUS, Player, build, node, record


def random_game(seed: int, agents: int, slots: int, **options):
    """Agents with random nonlinear objectives over all slots, each moving a random subset (overlaps wanted); flow and
    noise on some slots."""
    rng = np.random.default_rng(seed)
    graph = Graph()
    x = [graph.symbol(f"x{k}") for k in range(slots)]
    players = {}
    for i in range(agents):
        a, b = rng.normal(size=(slots, slots)), rng.normal(size=slots)
        objective = graph.constant(0.0)
        for k in range(slots):
            inner = sum((a[k, m] * x[m] for m in range(slots)), graph.constant(b[k]))
            objective = objective + f.tanh(inner) * inner
        mine = [f"x{k}" for k in np.flatnonzero(rng.random(slots) < 0.6)] or ["x0"]
        players[f"a{i}"] = Player(mine, objective, rate=float(rng.uniform(0.1, 1.0)))
    flows = {"x0": f.sin(x[-1]) - 0.3 * x[0]}
    noises = {f"x{slots - 1}": 0.5 + x[0] * x[0]}
    return build(graph, [f"x{k}" for k in range(slots)], players, flows=flows, noises=noises, **options)


def population_game(**options):
    """A population of nodes that pull at their neighbours, and a leader outside that wants their mean to be 1."""
    net = nx.gnp_random_graph(12, 0.3, seed=3, directed=True)
    source, target = np.array(net.edges).T
    topology = Topology.build(12, source, target, np.linspace(0.5, 2.0, len(source)))
    graph = Graph()
    p, m = graph.symbol("p", node("net")), graph.symbol("m")
    crowd = (p - f.mean_neighbors(f.neighbor(p))) ** 2 + 0.1 * (p - m) ** 2 * f.exp(-m * m)
    leader = (f.mean(p) - 1.0) ** 2 + f.mean(f.sin(p)) * m
    players = {
        "crowd": Player(["p"], crowd),
        "leader": Player(["m"], leader),
        "meddler": Player(["p"], (f.maximum(p) - m) ** 2, rate=0.02),
    }
    program = build(
        graph, [Slot("p", node("net")), "m"], players, topologies={"net": topology},
        flows={"p": f.sin(p) * 0.1}, noises={"p": 0.2 * p}, **options,
    )
    return program


def values_of(program, seed, batch):
    rng = np.random.default_rng(seed)
    return {
        slot.name: rng.normal(size=batch if slot.domain.kind == "scalar" else (12, *batch)) for slot in program.states
    }


def check_identity(program, seed):
    """Σ_j ledger + ∇E·f + ∇E·(s·N) against the jvp of E along the whole displacement, 1e-10 relative to the parts."""
    seen = Observables(program)
    values = values_of(program, seed, (4, 3))
    names = [slot.name for slot in program.states]
    noise = values_of(program, seed + 1, (4, 3))
    displacement = {name: np.zeros(()) for name in names}
    sources = [agent.moves for agent in program.agents] + [program.flows]
    for source in sources:
        for v, found in zip(source, evaluate(list(source.values()), values, program.topologies), strict=True):
            displacement[v] = displacement[v] + found
    amplitudes = evaluate(list(program.noises.values()), values, program.topologies)
    for v, s in zip(program.noises, amplitudes, strict=True):
        displacement[v] = displacement[v] + s * noise[v]
    symbols = [seen.symbol(slot) for slot in program.states]
    directions = [program.graph.symbol(f"along {slot.name}", slot.domain) for slot in program.states]
    along = {f"along {v}": np.broadcast_to(d, values[v].shape) for v, d in displacement.items()}
    for i, agent in enumerate(program.agents):
        (change,) = jvp([total(agent.objective)], symbols, directions)
        (expected,) = evaluate([change], values | along, program.topologies)
        row = [seen.ledger[i, j] for j in range(len(program.agents)) if (i, j) in seen.ledger]
        noise_part = program.graph.constant(0.0)
        for v, s in program.noises.items():
            if v in seen.gradients[i]:
                draw = program.graph.symbol(f"draw {v}", seen.gradients[i][v].domain)
                noise_part = noise_part + total(seen.gradients[i][v] * s * draw)
        drawn = {f"draw {v}": noise[v] for v in program.noises}
        parts = evaluate([*row, seen.flow_parts[i], noise_part], values | drawn, program.topologies)
        size = sum(np.abs(part) for part in parts) + 1.0
        assert np.max(np.abs(sum(parts) - expected) / size) < 1e-10


@given(seed=st.integers(0, 10**6), agents=st.integers(1, 5), slots=st.integers(1, 5))
def test_row_sums_flow_and_noise_are_the_first_order_change(seed, agents, slots):
    check_identity(random_game(seed, agents, slots), seed)


def test_identity_with_populations():
    check_identity(population_game(), 5)


def test_the_ledger_is_the_sum_of_its_levers_and_each_gradient_is_that_of_the_sum_over_nodes():
    program = population_game()
    seen = Observables(program)
    values = values_of(program, 2, (3, 2))
    p = program.graph.symbol("p", node("net"))
    (whole,) = gradient([program.agents[0].objective], [p])
    expected, found = evaluate([whole, seen.gradients[0]["p"]], values, program.topologies)
    np.testing.assert_array_equal(found, expected)
    for (i, j), cell in seen.ledger.items():
        terms = [term for (a, k), term in seen.parts.items() if a == i and seen.levers[k][0] == j]
        cell_value, *parts = evaluate([cell, *terms], values, program.topologies)
        np.testing.assert_allclose(sum(parts), cell_value, rtol=1e-12, atol=1e-12)


def test_block_evaluation_gives_populations_the_shape_of_ticks_and_replicas():
    program = population_game()
    seen = Observables(program)
    rng = np.random.default_rng(0)
    block = Block(np.arange(5.0), {"p": rng.normal(size=(5, 12, 3)), "m": rng.normal(size=(5, 3))})
    recording = MemoryRecording([block], 3, {}, np.full(3, np.nan), np.full(3, -1))
    (cell,) = evaluate_block(program, block, recording, [seen.ledger[0, 2]])
    one = Block(block.times[3:4], {"p": block.values["p"][3:4], "m": block.values["m"][3:4]})
    (alone,) = evaluate_block(program, one, recording, [seen.ledger[0, 2]])
    assert cell.shape == (5, 3)
    np.testing.assert_allclose(alone[0], cell[3], rtol=1e-13)


def test_the_change_of_an_objective_converges_to_its_row_sum_with_slope_one():
    """Discrete: E(x + h·(Σu + f)) − E(x) = h·(row sum + flow part) + O(h²)."""
    program = random_game(7, 4, 4)
    seen = Observables(program)
    values = values_of(program, 1, (200,))
    rows = evaluate([*seen.ledger.values(), *seen.flow_parts], values)
    predicted = np.zeros((4, 200))
    for (i, _), part in zip(seen.ledger, rows, strict=False):
        predicted[i] += part
    predicted += rows[len(seen.ledger):]
    drift = {v: np.zeros(200) for v in values}
    for source in [*(agent.moves for agent in program.agents), program.flows]:
        for v, found in zip(source, evaluate(list(source.values()), values), strict=True):
            drift[v] = drift[v] + found
    before = np.array(evaluate(list(seen.objectives), values))
    errors = []
    for h in (1e-3, 5e-4, 2.5e-4):
        after = np.array(evaluate(list(seen.objectives), {v: x + h * drift[v] for v, x in values.items()}))
        errors.append(np.median(np.abs((after - before) / h - predicted)))
    slopes = np.log2(np.array(errors[:-1]) / errors[1:])
    assert slopes == pytest.approx([1.0, 1.0], abs=0.05)


def test_along_a_recorded_flow_dE_dt_is_the_row_sum():
    """Continuous: central differences of E along an RK4 record against row sum + flow part, error O(dt²)."""
    def worst(dt):
        program = random_game(3, 3, 3, clock=CONTINUOUS)
        initial = {v: np.linspace(-1.0, 1.0, 5) + k for k, v in enumerate(("x0", "x1", "x2"))}
        recording = record(program, initial, int(1.0 / dt) + 1, dt)
        study = Study(program, recording)
        (sample,) = study.samples(["objectives", "ledger"], study.observables.flow_parts)
        objectives = sample.objectives
        rate = sample.ledger.sum(axis=1) + sample.stack(study.observables.flow_parts)
        difference = (objectives[:, 2:] - objectives[:, :-2]) / (2 * dt)
        return np.max(np.abs(difference - rate[:, 1:-1]))

    errors = [worst(0.02), worst(0.01), worst(0.005)]
    assert np.log2(np.array(errors[:-1]) / errors[1:]) == pytest.approx([2.0, 2.0], abs=0.2)
