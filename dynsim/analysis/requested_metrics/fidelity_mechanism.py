"""Label fidelity of the mechanism: the share of an agent's final controls that is due to declared causes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar
from zlib import crc32

import numpy as np
import pandas as pd

from ...arrays import Floats
from ...compiler.applying.build import build
from ...compiler.program import AgentProgram, Program
from ...engine.random.noise import uniforms
from ...errors import InputError
from ...settings import number
from ...system.model import Model
from ..causality.causal_ancestors import causal_ancestors
from ..numerics.sobol import Outputs
from ..reading.replica_values import ReplicaValues
from ..reading.study import Study
from ..variants.leaks import with_own_leaks, without_leaks
from ..variants.replay import Variant, at_end, model_of, replayed
from .base import REQUESTED_METRICS, RequestedMetric

ALL = "all undeclared causes"


@REQUESTED_METRICS.register
@dataclass(frozen=True)
class FidelityMechanism(RequestedMetric):
    """1 − T_U: the share of the variance of an agent's final controls that is not due to undeclared causes U.

    All numbers of the scenario, and the initial values of goals that are state variables, are sampled uniformly and
    independently from x·(1 ± width); a value of 0 stays 0. T_U is the total Sobol index of all undeclared causes U: the
    part of the variance that is left when all other causes are known (Jansen 1999; Saltelli et al. 2010; for several
    controls, Gamboa et al. 2014). Noise and all other random numbers are those of the run.

    A cause is undeclared for agent i if it can affect what i controls, in any number of steps, but could not if i were
    trained by its label alone (as in fidelity_behaviour). An honest agent that follows a world which others move has
    fidelity 1, because its label asks for that. A number outside i's label that enters i's training through a leak
    (what it pursues, credit, a factor on a path) is varied there by itself, separately from its effects elsewhere.

        fidelity                       1 − T_U
        total index                    T_k of each undeclared cause k by itself, with all its interactions
        first-order index              V_k, without them
        standard error of sampling     of the fidelity in a replica, by the bootstrap over samples

    NaN where nothing that an agent controls varies. Estimates from few samples may lie outside [0, 1]. The cost per
    sample is one run of every replica for each undeclared cause, and two more for all of them together.
    """

    name: ClassVar[str] = "fidelity_mechanism"
    heading: ClassVar[str] = "Do causes that its label does not know of move an agent?"
    caption: ClassVar[str] = (
        "fidelity: the share of the variance of what an agent ends up with, over small changes of all numbers of the "
        "scenario, that is not due to causes outside its label. Indices: the parts of single undeclared causes."
    )
    value: ClassVar[str] = "share of variance"
    shape: ClassVar = "dots"

    samples: float = number(32, at_least=4, whole=True, doc="draws of all causes, per replica and group of causes")
    width: float = number(0.1, above=0, at_most=1, doc="how far each cause is changed, relative to its value")

    def values(self, study: Study) -> ReplicaValues:
        if study.program.selection is not None:
            raise InputError("with selection a replica has no cause of its own: its parameters are its parents'")
        agents = study.program.agents
        absent = {name for name, values in study.recording.parameters.items() if not values.any()}
        model, originals = with_own_leaks(model_of(study), absent)
        program = build(model, idle_paths=True)
        runs = _Samples(study, program, originals, int(self.samples), self.width)
        undeclared = {agent.name: runs.named(_undeclared(model, program, agent)) for agent in agents}
        groups = [frozenset().union(*causes.values()) for causes in undeclared.values()]
        groups += [group for causes in undeclared.values() for group in causes.values()]
        outputs = runs.outputs([group for group in dict.fromkeys(groups) if group])
        keys, rows = [], []
        for agent in agents:
            for key, values in _indices(agent.name, undeclared[agent.name], *outputs[agent.name]):
                keys.append(key)
                rows.append(values)
        columns = dict(zip(("quantity", "agent", "cause"), zip(*keys, strict=True), strict=True))
        return ReplicaValues(pd.DataFrame(columns), np.stack(rows))


def _undeclared(model: Model, program: Program, agent: AgentProgram) -> set[str]:
    """The causes that affect the agent's controls, but would not if its label alone trained it."""
    closed = without_leaks(model, agent.name)
    if closed is model:
        return set()
    return causal_ancestors(program, agent.controls) - causal_ancestors(build(closed, idle_paths=True), agent.controls)


class _Samples:
    """Runs with random inputs, and the final values of the variables that agents control.

    Inputs are all parameters that are not 0, except the indicators of phases, their copies in leaks, and the goals that
    are state variables.
    """

    def __init__(
        self, study: Study, program: Program, originals: Mapping[str, str], samples: int, width: float
    ) -> None:
        self.study, self.program, self.originals = study, program, originals
        known = study.recording.parameters
        goals = [*(goal for agent in program.agents for goal in agent.goals), *program.base_goals]
        self.values = {name: x for name, x in known.items() if name not in program.phases and x.any()}
        self.values |= {copy: known[name] for copy, name in originals.items()}
        self.inputs = [*self.values, *(goal for goal in dict.fromkeys(goals) if goal not in known)]
        self.a, self.b = 1.0 + width * _uniform(model_of(study).ensemble.seed, samples, self.inputs, study.replicas)

    def named(self, slots: set[str]) -> dict[str, frozenset[str]]:
        """The inputs among these slots, grouped by the name of the parameter or goal that they belong to."""
        found: dict[str, list[str]] = {}
        for name in self.inputs:
            if name in slots:
                found.setdefault(self.originals.get(name, name).split("[")[0], []).append(name)
        return {cause: frozenset(names) for cause, names in found.items()}

    def outputs(self, groups: Sequence[frozenset[str]]) -> dict[str, tuple[Outputs, dict[frozenset[str], Floats]]]:
        """By agent, f(A) and f(B), and f(A_B) for every group of inputs."""
        a, b = self._ends(self.a), self._ends(self.b)
        mixed = {}
        for group in groups:
            taken = np.array([name in group for name in self.inputs])
            mixed[group] = self._ends(np.where(taken[:, None], self.b, self.a))
        return {
            agent: (Outputs(a[agent], b[agent]), {group: found[agent] for group, found in mixed.items()}) for agent in a
        }

    def _ends(self, factors: Floats) -> dict[str, Floats]:
        """By agent, what it controls at the end of the runs with these factors, (samples, numbers, R)."""
        program = self.study.program
        slots = {slot.name: self.study.observables.symbol(slot) for slot in self.study.observables.slots}
        found: dict[str, list[Floats]] = {agent.name: [] for agent in program.agents}
        for recording in replayed(self.study, [self._variant(row) for row in factors], ends=True):
            values = dict(zip(slots, at_end(program, recording, list(slots.values())), strict=True))
            for agent in program.agents:
                parts = [values[slot].reshape(-1, self.study.replicas) for slot in agent.controls]
                found[agent.name].append(np.concatenate(parts))
        return {name: np.stack(rows) for name, rows in found.items()}

    def _variant(self, factors: Floats) -> Variant:
        """The run with every input multiplied by its factor, (inputs, R)."""
        scaled = dict(zip(self.inputs, factors, strict=True))
        parameters = {name: self.values[name] * factor for name, factor in scaled.items() if name in self.values}
        goals = {name: factor for name, factor in scaled.items() if name not in self.values}
        return Variant(self.program, parameters, factors=goals)


def _uniform(seed: int, samples: int, inputs: Sequence[str], replicas: int) -> Floats:
    """Two samples of all inputs, uniform in (−1, 1), (2, samples, inputs, R). Each number is a function of input,
    replica and sample, so it does not depend on which other inputs there are."""
    both, sample = np.arange(2)[:, None, None], np.arange(samples)[:, None]
    numbers = [
        uniforms(seed, np.arange(replicas), crc32(f"small change:{name}".encode()), sample, both) for name in inputs
    ]
    return 2.0 * np.stack(numbers, axis=2) - 1.0


def _indices(
    agent: str, undeclared: Mapping[str, frozenset[str]], runs: Outputs, mixed: Mapping[frozenset[str], Floats]
) -> list[tuple[tuple[str, str, str], Floats]]:
    """The rows of an agent: its keys (quantity, agent, cause) with the values, (R,)."""
    if not undeclared:
        varies = np.isfinite(runs.variance())
        return [(("fidelity", agent, ALL), np.where(varies, 1.0, np.nan))]
    together = mixed[frozenset().union(*undeclared.values())]
    rows = [
        (("fidelity", agent, ALL), 1.0 - runs.total(together)),
        (("standard error of sampling", agent, ALL), runs.total_error(together, len(undeclared))),
    ]
    rows += [(("total index", agent, cause), runs.total(mixed[group])) for cause, group in undeclared.items()]
    rows += [(("first-order index", agent, cause), runs.first(mixed[group])) for cause, group in undeclared.items()]
    return rows
