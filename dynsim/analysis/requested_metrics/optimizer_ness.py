"""Optimisation by agents: how much better than chance they do, and whether they adapt to their influence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar
from zlib import crc32

import numpy as np
import pandas as pd

from ...algebra.interpret import evaluate
from ...algebra.structural import total
from ...algebra.value import components
from ...arrays import Floats
from ...compiler.applying.build import build
from ...compiler.applying.space import project
from ...compiler.program import AgentProgram
from ...engine.random.noise import normals
from ...errors import InputError
from ...record.recording import MemoryRecording
from ...settings import number
from ..reading.replica_values import ReplicaValues
from ..reading.sampling import alive, ends, evaluated
from ..reading.study import Study
from ..variants.replay import Variant, at_end, model_of, replayed, silenced, start_of
from ..variants.scaled_influence import influence_of, with_scaled_influence
from .base import REQUESTED_METRICS, RequestedMetric


@REQUESTED_METRICS.register
@dataclass(frozen=True)
class OptimizerNess(RequestedMetric):
    """How much better than chance an agent does by what it pursues, and how it adapts to a change of its influence.

    U_i is what agent i pursues at the end of the record; objectives are minimised. In the null runs the agent makes one
    undirected step at the start and never moves again: its controls start at a_i(0) + |Δ_i| z/√m, projected to their
    space, with z standard normal, m the number of its controls, and Δ_i = a_i(T) − a_i(0) its displacement in the run.
    The step is as large as what the agent really did. All others learn as before, with the noise of the run.

        bend                       mean U_i of the null runs − U_i: the gain that is due to the direction of its moves
        bits                       −log₂((k + 1)/(S + 1)) if k of S null runs are at least as good as the run (Yudkowsky
                                   2008; the estimate of a probability: Davison & Hinkley 1997). The largest value,
                                   log₂(S + 1), is a lower bound
        standard error of bits     of sampling, in a replica: √((1 − p)/(pS))/ln 2, p = (k + 1)/(S + 1)
        agency response            |∂a_i(T)/∂ε_i|, with ε_i a relative change of the influence of its controls: of their
                                   values in derived variables and in the flows of variables that it does not control
                                   (Kenton et al. 2022: agents adapt when their influence changes); a central
                                   difference with the same noise. 0 for an agent that does the same in any case

    High bits mean that the end is good by U_i, not that the agent has searched for it. NaN in a replica that diverges.
    A null run that diverges counts as worse, and leaves the bend undefined.
    """

    name: ClassVar[str] = "optimizer_ness"
    heading: ClassVar[str] = "Which agents optimise?"
    caption: ClassVar[str] = (
        "bend: how much lower the agent's own objective ends than after an undirected step of the same size. bits: "
        "how rare so good an end is among such steps. agency response: how much its controls change when their "
        "influence on the world changes."
    )
    value: ClassVar[str] = "optimisation"
    shape: ClassVar = "dots"

    samples: float = number(64, at_least=4, whole=True, doc="S, null runs per agent")
    step: float = number(0.01, above=0, below=1, doc="the change of influence to either side")

    def values(self, study: Study) -> ReplicaValues:
        if study.program.selection is not None:
            raise InputError("with selection the systems compete: there is no run in which an agent alone is different")
        responses = _responses(study, self.step)
        keys, rows = [], []
        for agent, variant in zip(study.program.agents, silenced(
            study, [[agent.name] for agent in study.program.agents]
        ), strict=True):
            bend, bits, error = _against_chance(study, agent, variant, int(self.samples))
            for quantity, values in (
                ("bend", bend), ("bits", bits), ("standard error of bits", error),
                ("agency response", responses[agent.name]),
            ):
                keys.append((quantity, agent.name))
                rows.append(values)
        columns = dict(zip(("quantity", "agent"), zip(*keys, strict=True), strict=True))
        return ReplicaValues(pd.DataFrame(columns), np.stack(rows))


def _against_chance(
    study: Study, agent: AgentProgram, still: Variant, samples: int
) -> tuple[Floats, Floats, Floats]:
    """Bend, bits and the bits' standard error of an agent, (R,) each. still: the variant in which it never moves."""
    pursued = total(agent.pursues)
    _, last = ends(study)
    achieved = np.where(alive(last), evaluated(study, last, [pursued])[0, 0], np.nan)
    variants = [Variant(still.program, still.parameters, initial) for initial in _steps(study, agent, samples)]
    null = np.stack([at_end(study.program, run, [pursued])[0] for run in replayed(study, variants, ends=True)])
    with np.errstate(invalid="ignore"):
        share = ((null <= achieved).sum(axis=0) + 1) / (samples + 1)  # NaN, a run that diverged, is worse
        bend = null.mean(axis=0) - achieved
    defined = np.where(np.isfinite(achieved), share, np.nan)
    return bend, np.abs(np.log2(defined)), np.sqrt((1 - defined) / (defined * samples)) / np.log(2)


def _steps(study: Study, agent: AgentProgram, samples: int) -> list[dict[str, Floats]]:
    """The initial values of the agent's controls in each null run, by slot."""
    first, last = ends(study)
    moved = {slot: last.values[slot][0] - first.values[slot][0] for slot in agent.controls}
    square = np.sum([np.square(x.reshape(-1, study.replicas)).sum(axis=0) for x in moved.values()], axis=0)
    count = sum(x.size // study.replicas for x in moved.values())
    size = np.nan_to_num(np.sqrt(square / count))
    _, start = start_of(study, Variant(study.program))
    seed, replicas = model_of(study).ensemble.seed, np.arange(study.replicas)
    found = []
    for sample in range(samples):
        values = dict(start)
        for slot in agent.controls:
            element = np.arange(len(start[slot]))[:, None] if start[slot].ndim == 2 else 0
            z = normals(seed, replicas, crc32(f"undirected step:{agent.name}:{slot}".encode()), sample, element)
            values[slot] = start[slot] + size * z
        found.append(_projected(study, agent, values))
    return found


def _projected(study: Study, agent: AgentProgram, values: Mapping[str, Floats]) -> dict[str, Floats]:
    """The agent's controls, projected to their spaces; of a simplex all components."""
    model, found = model_of(study), {}
    for name in dict.fromkeys(slot.split("[")[0] for slot in agent.controls):
        variable = model.variables[name]
        symbols = components(variable.symbols)
        for e, x in zip(symbols, evaluate(
            project(variable.space, symbols), dict(values), study.program.topologies
        ), strict=True):
            found[str(e.name)] = np.asarray(x)
    return found


def _responses(study: Study, step: float) -> dict[str, Floats]:
    """The agency response |∂a_i(T)/∂ε_i| of every agent, (R,)."""
    program = build(with_scaled_influence(model_of(study)), idle_paths=True)
    agents = study.program.agents
    variants = [
        Variant(program, {influence_of(agent.name): 1.0 + sign * step}) for agent in agents for sign in (-1.0, 1.0)
    ]
    runs = replayed(study, variants, ends=True)
    found = {}
    for k, agent in enumerate(agents):
        down, up = (_controls(study, agent, run) for run in runs[2 * k : 2 * k + 2])
        found[agent.name] = np.sqrt(np.square((up - down) / (2.0 * step)).sum(axis=0))
    return found


def _controls(study: Study, agent: AgentProgram, run: MemoryRecording) -> Floats:
    """What the agent controls at the end, (m, R)."""
    slots = {slot.name: study.observables.symbol(slot) for slot in study.observables.slots}
    values = at_end(study.program, run, [slots[slot] for slot in agent.controls])
    return np.concatenate([x.reshape(-1, study.replicas) for x in values])
