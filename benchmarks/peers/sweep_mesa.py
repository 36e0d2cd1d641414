"""The sweep in Mesa: a model of five agents, `batch_run` over parameters and iterations. A run is one replica."""

from __future__ import annotations

import multiprocessing

import numpy as np

from benchmarks.peers.sweep_numpy import AGENTS, NOISE, RATE, Floats

METHOD = multiprocessing.get_start_method(allow_none=True)
import mesa  # noqa: E402

multiprocessing.set_start_method(METHOD, force=True)  # what Mesa changes for the whole process when it is imported


class Puller(mesa.Agent):
    """Reads its neighbour in `step` and moves in `advance`, so that all agents move at once."""

    def __init__(self, model: Five, x: float) -> None:
        super().__init__(model)
        self.x, self.move = x, 0.0
        self.neighbour: Puller = self

    def step(self) -> None:
        model = self.model
        self.move = -RATE * (model.pull * self.x + model.turn * self.neighbour.x) + NOISE * model.rng.standard_normal()

    def advance(self) -> None:
        self.x += self.move


class Five(mesa.Model):
    """pull, turn: the parameters p and q."""

    def __init__(self, pull: float, turn: float) -> None:
        super().__init__()
        self.pull, self.turn = pull, turn
        ring = [Puller(self, x) for x in self.rng.standard_normal(AGENTS)]
        for k, agent in enumerate(ring):
            agent.neighbour = ring[k - 1]
        # `batch_run` looks the last step up among those of every step.
        self.datacollector = mesa.DataCollector({"x": lambda model: [agent.x for agent in model.agents]})

    def step(self) -> None:
        self.agents.do("step")
        self.agents.do("advance")
        self.datacollector.collect(self)


def run(pull: list[float], turn: list[float], replicas: int, steps: int, processes: int) -> tuple[Floats, Floats]:
    """Mean and standard deviation of the last states, (C, 5) each, over all combinations of the values."""
    rows = mesa.batch_run(
        Five, {"pull": pull, "turn": turn}, iterations=replicas, max_steps=steps - 1,  # it counts from 0
        number_processes=processes, display_progress=False,
    )
    rows.sort(key=lambda row: (row["pull"], row["turn"]))
    last = np.array([row["x"] for row in rows]).reshape(len(pull) * len(turn), replicas, AGENTS)
    return last.mean(axis=1), last.std(axis=1, ddof=1)
