"""Games within one finite population, and what theory says of one step and of the end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import dynsim as ds
from dynsim.compiler.applying.build import build
from dynsim.system.parameter_values import constant_values
from tests.compiler.plain_run import interpret_run, keyed

Rates = Callable[[int], tuple[float, float]]


def system(payoffs: Any, rule: dict[str, Any], init: Any) -> ds.System:
    """One population that plays against itself: objective −x·f, the payoffs f = A x on a blind path."""
    n = len(payoffs)
    s = ds.System("individuals")
    x = s.state("x", init=init, size=n, space="simplex")
    f = s.derived("f", [sum(float(a) * x[j] for j, a in enumerate(row)) for row in payoffs])
    objective = -sum((x[i] * f[i] for i in range(1, n)), start=x[0] * f[0])
    s.agent("population", controls=x, declared=objective, paths={"f": 0}, rule=rule)
    s.clock(steps=1)
    return s


def stepped(payoffs: Any, rule: dict[str, Any], start: Any, ticks: int, seed: int = 1) -> Any:
    """Shares after so many steps, (strategies, R), from start (strategies, R)."""
    n = len(payoffs)
    model = system(payoffs, rule, [1.0] + [0.0] * (n - 1)).resolve()
    program, settings = build(model), constant_values(model.parameters)
    names = [slot.name for slot in program.states]
    replicas = start.shape[1]
    given = dict(zip(names, start, strict=True))
    *_, end = interpret_run(program, settings, given, ticks, keyed(program, replicas, seed))
    return np.stack([end[name] for name in names])


def payoffs_among(payoffs: Any, counts: Any) -> Any:
    """π_i = Σ_j A_ij (k_j − δ_ij)/(N − 1): without self-play."""
    payoffs, counts = np.asarray(payoffs, float), np.asarray(counts, float)
    return (payoffs @ counts - np.diag(payoffs)) / (counts.sum() - 1.0)


def fixation(rates: Rates, size: int) -> float:
    """The probability that one mutant takes over: 1/(1 + Σ_k Π_{j ≤ k} T⁻_j/T⁺_j) (Karlin & Taylor 1975)."""
    ratios = [down / up for up, down in map(rates, range(1, size))]
    return 1.0 / (1.0 + np.cumprod(ratios).sum())


def agrees(hits: int, replicas: int, expected: float) -> None:
    """A frequency within 3 standard errors of a probability."""
    error = np.sqrt(expected * (1.0 - expected) / replicas)
    assert abs(hits / replicas - expected) < 3.0 * error, (hits / replicas, expected, error)
