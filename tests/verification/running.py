"""Scenarios in a few lines: systems of the textbooks, whose answers are known."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

import dynsim as ds
from dynsim.session.run import Run


def run(body: str, **settings: Any) -> Run:
    """The run of a scenario given by its sections."""
    return ds.simulate(ds.load_scenario(f"dynsim: 1\ntitle: known\n{body}"), **settings)


def moved_by_flow(variables: str, clock: str, rest: str = "", **settings: Any) -> Run:
    """The run of variables that only their flow and noise move: a scenario needs an agent, and this one rests."""
    idle = "agents: {idle: {controls: rest, declared: rest**2, rule: {gradient: {rate: 1}}}}"
    return run(f"variables:\n  rest: {{init: 0}}\n{variables}\n{idle}\nclock: {clock}\n{rest}", **settings)


def last(done: Run, *names: str) -> NDArray[np.float64]:
    """The final values of these columns: (R,) for one, (R, names) for several."""
    states = done.states[done.states.t == done.states.t.max()]
    return states[names[0]].to_numpy() if len(names) == 1 else states[list(names)].to_numpy()


def last_of_nodes(done: Run, name: str) -> NDArray[np.float64]:
    """The final values of a population, (R, n)."""
    table = done.population(name)
    table = table[table.t == table.t.max()]
    return table.pivot(index="replica", columns="element", values="value").to_numpy()
