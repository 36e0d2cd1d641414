"""How much of what an agent ends up doing is due to causes that its label knows of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from ...compiler.build import build
from ...compiler.program import AgentProgram
from ...errors import InputError
from ...settings import number
from ..bands import Floats
from ..causes import causes_of
from ..measure import MEASURES, Measure, spread
from ..replay import Variant, at_end, model_of, replayed
from ..seal import sealed
from ..sobol import Outputs
from ..study import Study

ALL = "all undeclared causes"


@MEASURES.register
@dataclass(frozen=True)
class FidelityMechanism(Measure):
    """1 − T_U: the share of the variance of an agent's final controls that is not due to undeclared causes U.

    All numbers of the scenario, and goals that are state variables (where they start), are drawn from x·(1 ± width),
    uniformly and independently; what is 0 stays 0. T_U is the total Sobol index of U together: the part of the
    variance that is left when all other causes are known (Jansen 1999; Saltelli et al. 2010; of several controls,
    Gamboa et al. 2014). The noise and all draws are those of the run.

    A cause is undeclared for agent i if it can reach what i controls, in any number of steps, but could not if i were
    trained by its label alone (as in fidelity_behaviour). So an honest agent that follows a world that others move has
    fidelity 1: its label asks for that. Credit, an open path, and what they bring in that the label does not know of
    count.

        fidelity                       1 − T_U
        total index                    T_k of each undeclared cause k by itself, with all its interactions
        first-order index              V_k, without them
        standard error of sampling     of the fidelity in a replica, by the bootstrap

    NaN where nothing that an agent controls varies. Estimates from few samples may lie outside [0, 1].
    """

    name: ClassVar[str] = "fidelity_mechanism"
    heading: ClassVar[str] = "Do causes that its label does not know of move an agent?"
    caption: ClassVar[str] = (
        "fidelity: the share of the variance of what an agent ends up with, over small changes of all numbers of the "
        "scenario, that is not due to causes outside its label. Indices: the parts of single undeclared causes."
    )
    value: ClassVar[str] = "share of variance"
    shape: ClassVar = "dots"

    samples: float = number(64, at_least=4, whole=True, doc="draws of all causes, per replica and group of causes")
    width: float = number(0.1, above=0, at_most=1, doc="how far each cause is changed, relative to its value")

    def measure(self, study: Study) -> pd.DataFrame:
        if study.program.selection is not None:
            raise InputError("with selection a replica has no cause of its own: its parameters are its parents'")
        agents = study.program.agents
        undeclared = {agent.name: _undeclared(study, agent) for agent in agents}
        draws = _Draws(study, int(self.samples), self.width)
        groups = [frozenset(causes) for causes in undeclared.values()]
        groups += [frozenset([cause]) for causes in undeclared.values() for cause in causes]
        outputs = draws.outputs([group for group in dict.fromkeys(groups) if group])
        keys, rows = [], []
        for agent in agents:
            for key, values in _indices(agent.name, undeclared[agent.name], *outputs[agent.name]):
                keys.append(key)
                rows.append(values)
        columns = dict(zip(("quantity", "agent", "cause"), zip(*keys, strict=True), strict=True))
        return pd.DataFrame({**columns, **spread(np.stack(rows))})


def _undeclared(study: Study, agent: AgentProgram) -> list[str]:
    """The causes that reach the agent, but not through its label."""
    model, program = model_of(study), study.program
    closed = sealed(model, agent.name)
    if closed is model:
        return []
    hidden = causes_of(program, agent.controls) - causes_of(build(closed, idle_paths=True), agent.controls)
    parameters = study.recording.parameters
    return [name for name in _causes(study) if name in hidden and (name not in parameters or parameters[name].any())]


def _causes(study: Study) -> list[str]:
    """All parameters but the indicators of phases, and the goals that are state variables."""
    program, parameters = study.program, study.recording.parameters
    goals = dict.fromkeys([*(goal for agent in program.agents for goal in agent.goals), *program.base_goals])
    numbers = [name for name in parameters if name not in program.phases]
    return [*numbers, *(goal for goal in goals if goal not in parameters)]


class _Draws:
    """The runs at random causes, and what the agents control at their ends."""

    def __init__(self, study: Study, samples: int, width: float) -> None:
        self.study = study
        self.causes = _causes(study)
        rng = np.random.default_rng([model_of(study).ensemble.seed, samples])
        shape = (samples, len(self.causes), study.replicas)
        self.a, self.b = (1.0 + width * rng.uniform(-1.0, 1.0, shape) for _ in range(2))

    def outputs(self, groups: Sequence[frozenset[str]]) -> dict[str, tuple[Outputs, dict[frozenset[str], Floats]]]:
        """By agent: f(A) and f(B), and f(A_B) for every group of causes."""
        factors = [self.a, self.b]
        for group in groups:
            taken = np.array([cause in group for cause in self.causes])
            factors.append(np.where(taken[:, None], self.b, self.a))
        variants = [self._variant(row) for part in factors for row in part]
        result = {}
        for name, values in self._ends(variants).items():
            a, b, *mixed = np.split(values, len(factors))
            result[name] = Outputs(a, b), dict(zip(groups, mixed, strict=True))
        return result

    def _variant(self, factors: Floats) -> Variant:
        """The study with every cause multiplied by its factors, (causes, R)."""
        known = self.study.recording.parameters
        scaled = dict(zip(self.causes, factors, strict=True))
        parameters = {name: known[name] * factor for name, factor in scaled.items() if name in known}
        goals = {name: factor for name, factor in scaled.items() if name not in known}
        return Variant(self.study.program, parameters, factors=goals)

    def _ends(self, variants: Sequence[Variant]) -> dict[str, Floats]:
        """The controls of every agent at the end, (variants, numbers, R)."""
        program = self.study.program
        slots = {slot.name: self.study.observables.symbol(slot) for slot in self.study.observables.slots}
        found: dict[str, list[Floats]] = {agent.name: [] for agent in program.agents}
        for recording in replayed(self.study, variants, ends=True):
            values = dict(zip(slots, at_end(program, recording, list(slots.values())), strict=True))
            for agent in program.agents:
                parts = [values[slot].reshape(-1, self.study.replicas) for slot in agent.controls]
                found[agent.name].append(np.concatenate(parts))
        return {name: np.stack(rows) for name, rows in found.items()}


def _indices(
    agent: str, undeclared: Sequence[str], runs: Outputs, mixed: Mapping[frozenset[str], Floats]
) -> list[tuple[tuple[str, str, str], Floats]]:
    """The rows of an agent: (quantity, agent, cause) and the values, (R,)."""
    if not undeclared:
        varies = np.isfinite(runs.variance(runs.a, runs.b))
        return [(("fidelity", agent, ALL), np.where(varies, 1.0, np.nan))]
    together = mixed[frozenset(undeclared)]
    rows = [
        (("fidelity", agent, ALL), 1.0 - runs.total(together)),
        (("standard error of sampling", agent, ALL), runs.total_error(together, len(undeclared))),
    ]
    rows += [(("total index", agent, cause), runs.total(mixed[frozenset([cause])])) for cause in undeclared]
    rows += [(("first-order index", agent, cause), runs.first(mixed[frozenset([cause])])) for cause in undeclared]
    return rows
