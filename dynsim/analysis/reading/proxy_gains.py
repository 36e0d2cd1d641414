"""The gains of proxies (declared objectives) and of the base objective since the start of the run."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...algebra.structural import total
from ...arrays import Floats
from ...errors import InputError
from .sampling import evaluated, sampled
from .study import Study


@dataclass(frozen=True)
class ProxyGains:
    """Objectives at the start minus objectives now: positive where an objective fell, since all are minimised.

    agents: those whose label is not the base objective itself. proxies: the gains of their declared objectives,
    (n, K, R). base: the gain of the base objective, (K, R).
    """

    agents: tuple[str, ...]
    proxies: Floats
    base: Floats


def proxy_gains(study: Study, ticks: int) -> ProxyGains:
    """The gains at about `ticks` recorded ticks. InputError without a base objective, or where every label is it."""
    base = study.program.base
    if base is None:
        raise InputError("the system states no base objective: `base` says what its designers want")
    agents = [agent for agent in study.program.agents if agent.declared != base]
    if not agents:
        raise InputError("every agent's declared objective is the base objective: there is no proxy")
    values = evaluated(study, sampled(study, ticks), [total(base), *(total(agent.declared) for agent in agents)])
    risen = values[:, :1] - values
    return ProxyGains(tuple(agent.name for agent in agents), risen[1:], risen[0])


def base_gain_at(proxy: Floats, base: Floats, grid: Floats) -> Floats:
    """The base gain at the first time at which the proxy gain reaches each value of the grid, (X, R).

    proxy, base: (K, R). grid: (X,). Interpolates linearly between ticks; NaN for values that are never reached.
    """
    result = np.full((len(grid), proxy.shape[1]), np.nan)
    for r, (p, b) in enumerate(zip(proxy.T, base.T, strict=True)):
        finite = np.isfinite(p) & np.isfinite(b)
        p, b = p[finite], b[finite]
        if not len(p):
            continue
        new = np.concatenate([[True], p[1:] > np.maximum.accumulate(p)[:-1]])  # ticks that set a record
        result[:, r] = np.interp(grid, p[new], b[new], right=np.nan)
    return result
