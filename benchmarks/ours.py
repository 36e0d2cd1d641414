"""dynsim's side of the comparisons: a scenario compiled once, run as often as the timing asks."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Edges = tuple[int, Integers, Integers]
THREADS = 2


def prepared(
    scenario: str | Path,
    initial: Mapping[str, Floats],
    *,
    steps: int,
    every: int | None = None,
    edges: Edges | None = None,
) -> Callable[[], dict[str, Floats]]:
    """A function that runs the scenario for `steps` steps from `initial` and returns the states' last values.

    Its first call reads and compiles the scenario. scenario: a path or the text. initial: by slot, (R,) or for a
    population (n, R); it says how many replicas there are. every: steps between two records; default: the start and
    the end only. edges: (n, source, target) instead of the graph that the scenario states for its one population.
    """

    @functools.cache
    def compiled() -> Callable[[], dict[str, Floats]]:
        from dynsim.algebra.topology import Topology
        from dynsim.compiler.build import build
        from dynsim.engine.simulate import Chunk, Plan, run
        from dynsim.system.ensemble import constant_values
        from dynsim.system.scenario import load_scenario

        model = load_scenario(scenario).resolve()
        length = {"time": steps * model.clock.dt} if model.clock.dt else {"steps": steps}
        program = replace(build(model), clock=replace(model.clock, **length))
        if edges is not None:
            n, source, target = edges
            topology = Topology.build(n, source, target, np.ones(len(source)))
            program = replace(program, topologies=dict.fromkeys(program.topologies, topology))
        replicas = next(iter(initial.values())).shape[-1]
        constants = constant_values(model.parameters)
        parameters = {slot.name: np.full(replicas, constants[slot.name]) for slot in program.parameters}
        plan = Plan(replicas, 0, parameters, initial, every or steps)

        def simulate() -> dict[str, Floats]:
            last: dict[str, Floats] = {}

            def keep(chunk: Chunk) -> None:
                last.update({slot: values[-1] for slot, values in chunk.values.items()})

            run(program, plan, keep, threads=THREADS)
            return last

        return simulate

    return lambda: compiled()()
