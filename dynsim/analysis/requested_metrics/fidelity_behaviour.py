"""Label fidelity of behaviour: how much an agent would do the same if its label alone trained it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from ...arrays import Floats
from ...compiler.applying.build import build
from ...record.recording import Recording
from ..reading.replica_values import ReplicaValues
from ..reading.study import Study
from ..variants.leaks import without_leaks
from ..variants.replay import Variant, either_diverged, model_of, paired_blocks, replayed, silenced
from .base import REQUESTED_METRICS, RequestedMetric


@REQUESTED_METRICS.register
@dataclass(frozen=True)
class FidelityBehaviour(RequestedMetric):
    """1 − Σ_t|a_i − a_i^decl|²/Σ_t|a_i − a_i^null|²: label fidelity of behaviour, over the recorded ticks.

    a_i is what agent i controls. a_i^decl is the same in a run in which the agent is trained by its label alone: it
    pursues what it declares, gets no credit, has the factor 0 on all paths that the scenario states for it and no
    horizon, and its rule does not shape what others learn. a_i^null is the same in a run in which it never moves. In
    both runs the others learn as before, with the noise of the run.

    1: the label is honest. 0: the label predicts the behaviour no better than no learning at all. Below 0: the label
    would have led elsewhere. NaN in a replica in which the agent's moves change nothing, or one of the runs diverges.
    Paths without a stated factor are how an agent acts, and stay open. An agent that acts only through a horizon does
    not learn without it.
    """

    name: ClassVar[str] = "fidelity_behaviour"
    heading: ClassVar[str] = "Would each agent do the same if its label were all that trained it?"
    caption: ClassVar[str] = (
        "1: it does exactly what training on its label alone would make it do. 0: that predicts no better than no "
        "learning at all. Below 0: its label would have taken it elsewhere."
    )
    value: ClassVar[str] = "label fidelity of behaviour"
    shape: ClassVar = "dots"

    def values(self, study: Study) -> ReplicaValues:
        agents = study.program.agents
        values = [
            _fidelity(study, agent.controls, variant, agent.name)
            for agent, variant in zip(agents, silenced(study, [[agent.name] for agent in agents]), strict=True)
        ]
        return ReplicaValues(pd.DataFrame({"agent": [agent.name for agent in agents]}), np.array(values))


def _fidelity(study: Study, controls: tuple[str, ...], never: Variant, name: str) -> Floats:
    """The fidelity of one agent, (R,). never: the variant in which it never moves."""
    model = model_of(study)
    closed = without_leaks(model, name)
    (null,) = replayed(study, [never])
    idle = _difference(study, controls, null)
    if closed is model:
        apart = np.where(np.isfinite(idle), 0.0, np.nan)
    else:
        (declared,) = replayed(study, [Variant(build(closed, idle_paths=True))])
        apart = _difference(study, controls, declared)
    return 1.0 - apart / np.where(idle > 0.0, idle, np.nan)


def _difference(study: Study, controls: tuple[str, ...], other: Recording) -> Floats:
    """Σ_t |a − a'|² between the run and another one, (R,); NaN where either diverges."""
    total = np.zeros(study.replicas)
    with np.errstate(all="ignore"):
        for one, two in paired_blocks(study.recording, other):
            for slot in controls:
                difference = one.values[slot] - two.values[slot]
                total += np.square(difference.reshape(one.ticks, -1, study.replicas)).sum(axis=(0, 1))
    return np.where(either_diverged(study.recording, other), np.nan, total)
