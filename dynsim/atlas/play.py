"""What many rows need: games of two players with one number each, how a run ended, and means with their errors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

import dynsim as ds

Losses = Callable[[Any, Any], Sequence[Any]]


def duel(game: str | Losses, rules: Any, start: Sequence[float] = (1.0, 0.0), **settings: Any) -> ds.System:
    """Two players, `one` and `two`, who control x and y. game: the name of one, with its settings, or their losses as a
    function of x and y. rules: one for both, or a list of both's.
    """
    system = ds.System("two players")
    x, y = system.state("x", init=start[0]), system.state("y", init=start[1])
    losses = system.game("game", game, actions=[x, y], **settings) if isinstance(game, str) else game(x, y)
    both = rules if isinstance(rules, list | tuple) else (rules, rules)
    for name, own, loss, rule in zip(("one", "two"), (x, y), losses, both, strict=True):
        system.agent(name, controls=own, declared=loss, rule=rule)
    return system


def rotation(strength: float = 1.0) -> Losses:
    """L₁ = a·xy = −L₂: min over x, max over y of a·xy."""

    def losses(x: Any, y: Any) -> Sequence[Any]:
        return strength * x * y, -strength * x * y

    return losses


def growth(system: ds.System, steps: int = 1) -> float:
    """The spectral radius of a step at the state after `steps`, the rules' memory included (the metric `stability`)."""
    run = ds.simulate(system, steps=steps, every=steps, compiled=False)
    found = run.metric("stability")
    return float(np.exp(found["mean"][found["quantity"] == "growth"].iloc[0]))


def final(run: ds.Run) -> pd.DataFrame:
    """The states at the end, one row per replica."""
    states = run.states
    return states[states.t == states.t.max()].set_index("replica")


def distance(states: pd.DataFrame) -> Any:
    """The distance from the origin, √(x² + y²), row by row."""
    return np.hypot(states.x, states.y)


def mean_and_error(values: ArrayLike) -> tuple[float, float]:
    """The mean of independent values and its standard error."""
    sample = np.asarray(values, float)
    return float(sample.mean()), float(sample.std(ddof=1) / np.sqrt(len(sample)))
