"""dynsim's side of the comparisons: a scenario compiled once, run as often as the timing asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
THREADS = 2


def prepared(scenario: str | Path, initial: Mapping[str, Floats], *, steps: int,
             every: int | None = None, edges: tuple[int, Integers, Integers] | None = None) -> Callable[[], dict[str, Floats]]:
    """A function that runs the scenario for `steps` steps from `initial` and returns every state's last values.

    scenario: a path or the text. initial: by slot, (R,) or for a population (n, R); its R is the number of replicas.
    every: steps between two records; default: the start and the end only.
    edges: (n, source, target) instead of the graph that the scenario states for its one population.
    """
    from dynsim.algebra.topology import Topology
    from dynsim.compiler.build import build
    from dynsim.engine.simulate import Chunk, Plan, run
    from dynsim.system.ensemble import parameter_values
    from dynsim.system.scenario import load_scenario

    replicas = next(iter(initial.values())).shape[-1]
    model = load_scenario(scenario, {"ensemble.replicas": str(replicas)}).resolve()
    clock = model.clock
    clock = replace(clock, time=steps * (clock.dt or 1.0)) if clock.continuous else replace(clock, steps=steps)
    program = replace(build(model), clock=clock)
    if edges is not None:
        n, source, target = edges
        topology = Topology.build(n, source, target, np.ones(len(source)))
        program = replace(program, topologies=dict.fromkeys(program.topologies, topology))
    plan = Plan(replicas, 0, parameter_values(model), initial, every=every or steps)

    def simulate() -> dict[str, Floats]:
        last: dict[str, Floats] = {}

        def keep(chunk: Chunk) -> None:
            last.update({slot: values[-1] for slot, values in chunk.values.items()})

        run(program, plan, keep, threads=THREADS)
        return last

    return simulate
