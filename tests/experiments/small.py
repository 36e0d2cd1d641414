"""Small experiments for tests, and the bytes of their tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dynsim.experiments.model import Experiment
from dynsim.experiments.state import stated_experiment
from dynsim.experiments.storing.store import CELLS, FAILURES, REPLICAS
from dynsim.system.scenario import load_scenario

SCENARIO = """\
dynsim: 1
title: two pulls with noise
params: {kappa: 0.3, sigma: 0.1}
variables:
  memory: {init: "normal(0, 1)", noise: sigma}
  other: {init: 0.5}
agents:
  actor: {controls: memory, declared: "(memory - 1)**2", rule: {gradient: {rate: 0.05}}}
  critic: {controls: [memory, other], declared: "kappa*(memory + other)**2 + other**2", rule: {gradient: {rate: 0.02}}}
clock: {steps: 40}
ensemble: {replicas: 6, seed: 3}
"""

VARY = {"kappa": [0.0, 0.3, 0.6], "agents.critic.every": [1, 2]}
COLLECT = ["verdict", "objectives", "final", "mean memory", "memory**2 > 1"]


def small(**changes: Any) -> Experiment:
    """Twelve cells of four programs: two variants differ in structure, and so do the values of one axis."""
    variants = {"as_is": {}, "calm": {"remove": "variables.memory.noise"}}
    stated = {"vary": VARY, "variants": variants, "replicas": 6, "collect": COLLECT}
    return stated_experiment(load_scenario(SCENARIO), **(stated | changes))


def tables_of(directory: Path) -> dict[str, bytes]:
    return {name: (directory / name).read_bytes() for name in (CELLS, REPLICAS, FAILURES)}
