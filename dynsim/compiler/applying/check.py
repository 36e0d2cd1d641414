"""Checks that the agents' rules can do what the model asks of them."""

from __future__ import annotations

from ...errors import Problem
from ...system.model import Model, Variable


def check_rules(model: Model) -> list[Problem]:
    """Agents whose rule does not fit the clock or their controls, and a sequential order that misses agents."""
    found = []
    for name, agent in model.agents.items():
        controlled = [_variable(model, control) for control in agent.controls]
        messages = agent.rule.problems(
            clock="continuous" if model.clock.continuous else "discrete",
            controls=len(controlled),
            population=any(v.population for v in controlled),
            off_simplex=[
                c for c, v in zip(agent.controls, controlled, strict=True) if v.space.kind != "simplex" or c != v.name
            ],
        )
        found += [Problem(message, f"agents.{name}.rule") for message in messages]
        if agent.every > 1 and model.clock.continuous:
            found.append(Problem("a slower clock needs steps: this clock is continuous", f"agents.{name}.every"))
    if model.clock.order is not None and sorted(model.clock.order) != sorted(model.agents):
        found.append(Problem(f"expected every agent once: {', '.join(model.agents)}", "clock.order"))
    return found


def _variable(model: Model, control: str) -> Variable:
    return model.variables.get(control) or model.variables[control.split("[")[0]]
