"""The label fidelities of scenarios, by the interpreter."""

from __future__ import annotations

from typing import Any

import dynsim as ds

PREFIX = "label_fidelity."


def simulated(text: str, *settings: str, **options: Any) -> Any:
    """The run of a scenario by the interpreter."""
    return ds.simulate(ds.load_scenario(f"dynsim: 1\ntitle: t\n{text}", settings), compiled=False, **options)


def scores(text: str, *settings: str, **options: Any) -> dict[str, Any]:
    """The label fidelity of every agent, (R,)."""
    summary = simulated(text, *settings, **options).summary
    return {name: summary[f"{PREFIX}{name}"].to_numpy(float) for name in _agents(summary)}


def _agents(summary: Any) -> list[str]:
    return [str(column).removeprefix(PREFIX) for column in summary if str(column).startswith(PREFIX)]


def ticks(text: str, *settings: str, **options: Any) -> dict[str, list[int]]:
    summary = simulated(text, *settings, **options).summary
    return {name: summary[f"label_fidelity_ticks.{name}"].tolist() for name in _agents(summary)}
