"""Agents with a horizon, their gradient at a point, and the same from simulated flows."""

from __future__ import annotations

from typing import Any

import numpy as np

import dynsim as ds
from dynsim.algebra.interpret import evaluate
from dynsim.compiler.applying.build import build
from dynsim.system.builder import System
from dynsim.system.parameter_values import constant_values

DISCRETE, CONTINUOUS = "{steps: 100}", "{time: 9, dt: 0.1, method: rk4}"


def system(
    variables: str, declared: str, clock: str = DISCRETE, params: dict[str, float] | None = None, **keys: Any
) -> System:
    """An agent that controls theta with the gain `gain`; keys: further ones of the agent."""
    lines = "".join(f"    {key}: {value}\n" for key, value in {"rule": "{gradient: {rate: 0.1}}", **keys}.items())
    numbers = str({"gain": 1.0, **(params or {})}).replace("'", "")
    return ds.load_scenario(
        f"dynsim: 1\ntitle: t\nparams: {numbers}\nvariables:\n{variables}\nagents:\n"
        f"  a:\n    controls: {{theta: gain}}\n    declared: \"{declared}\"\n{lines}clock: {clock}\n"
    )


def xi(a_system: System, point: dict[str, float]) -> float:
    """ξ of theta at a point, at t = 0."""
    model = a_system.resolve()
    program = build(model)
    values = constant_values(model.parameters) | point
    return float(evaluate([program.agents[0].gradient["theta"]], values, program.topologies)[0])


def simulated(a_system: System, point: dict[str, float], theta: list[float], horizon: float) -> np.ndarray:
    """E where the flow alone takes the system from every theta, by the engine's own run of that length."""
    starts = [f"variables.{name}.init={value!r}" for name, value in point.items() if name != "theta"]
    clock = a_system.data["clock"]
    span = {"steps": int(horizon)} if "steps" in clock else {"time": horizon}
    span |= {"every": horizon} if clock.get("method") == "dopri5" else {}
    run = ds.simulate(
        a_system, set=["params.gain=0", *starts, f"ensemble.vary={{variables.theta.init: {theta}}}"],
        replicas=len(theta), compiled=False, report=False, **span,
    )
    end = run.states[run.states.t == run.states.t.max()]
    values: dict[str, Any] = constant_values(run.model.parameters)
    values |= {name: end[name].to_numpy() for name in run.program.initial}
    (found,) = evaluate([run.program.agents[0].objective], values, time=end.t.to_numpy())
    return found


def difference(a_system: System, point: dict[str, float], horizon: float) -> float:
    """dE(x(H; θ), θ)/dθ by central differences of fourth order."""
    h, theta = 2e-3, point["theta"]
    f = simulated(a_system, point, [theta + k * h for k in (-2, -1, 1, 2)], horizon)
    return float(8 * (f[2] - f[1]) - (f[3] - f[0])) / (12 * h)


def linear(clock: str = DISCRETE, **keys: Any) -> System:
    """x' = a x + b θ with E = (x − 1)²/2 + θ²/20."""
    numbers = {"a": -0.4, "b": 0.7, "g": 1.0}
    return system("  theta: {init: 0}\n  x: {init: 0, flow: a*x + b*theta}", "(x - 1)**2/2 + theta**2/20", clock,
                  numbers, **keys)  # fmt: skip
