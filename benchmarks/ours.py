"""dynsim's side of the comparisons: a scenario that is compiled once and run as often as the timing needs."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from dynsim.compiler.program import Program

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Edges = tuple[int, Integers, Integers]
THREADS = 2


@functools.cache
def program(scenario: str | Path) -> tuple[Program, dict[str, float]]:
    """A scenario's program and the values of its parameters."""
    from dynsim.compiler.applying.build import build
    from dynsim.system.parameter_values import constant_values
    from dynsim.system.scenario import load_scenario

    model = load_scenario(scenario).resolve()
    return build(model), constant_values(model.parameters)


def prepared(
    scenario: str | Path,
    initial: Mapping[str, Floats],
    *,
    steps: int,
    every: int | None = None,
    edges: Edges | None = None,
) -> Callable[[], dict[str, Floats]]:
    """A function that runs the scenario for `steps` steps from `initial` and returns the states' last values.

    Its first call reads and compiles the scenario. scenario: a path or the text. initial: by slot, (R,), or (n, R) for
    a population; it determines the number of replicas. All other states start as the scenario states. every: steps
    between two records; default: the start and the end only. edges: (n, source, target) instead of the graph that the
    scenario states for its one population.
    """

    @functools.cache
    def compiled() -> Callable[[], dict[str, Floats]]:
        from dynsim.algebra.topology import Topology
        from dynsim.engine.plan import Chunk, Plan
        from dynsim.engine.simulate import run

        built, constants = program(scenario)
        length = {"time": steps * built.clock.dt} if built.clock.dt else {"steps": steps}
        system = replace(built, clock=replace(built.clock, **length))
        if edges is not None:
            n, source, target = edges
            topology = Topology.build(n, source, target, np.ones(len(source)))
            system = replace(system, topologies=dict.fromkeys(system.topologies, topology))
        replicas = next(iter(initial.values())).shape[-1]
        parameters = {slot.name: np.full(replicas, constants[slot.name]) for slot in system.parameters}
        plan = Plan(replicas, 0, parameters, _from(system, parameters, initial, replicas), every or steps)

        def simulate() -> dict[str, Floats]:
            last: dict[str, Floats] = {}

            def keep(chunk: Chunk) -> None:
                last.update({slot: values[-1] for slot, values in chunk.values.items()})

            run(system, plan, keep, threads=THREADS)
            return last

        return simulate

    return lambda: compiled()()


def _from(
    system: Program, parameters: Mapping[str, Floats], initial: Mapping[str, Floats], replicas: int
) -> dict[str, Floats]:
    """The initial value of every state: as given, or as the scenario and the rules state it."""
    from dynsim.engine.random.starts import initial_values

    wanted = {slot: start for slot, start in system.initial.items() if slot not in initial}
    return dict(initial) | initial_values(system, parameters, 0, np.arange(replicas), wanted)
