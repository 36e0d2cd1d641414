"""Finite populations in which the better strategies are imitated: who takes over whom, and how long each is held.

Functions of payoff tables alone, for scripts; `fixation` and `alpha_rank` among the metrics take the tables from a run.

    import dynsim as ds
    ds.evolution.fixation([[-0.5, 2.0], [0.0, 1.0]], population=100, intensity=1.0)
    ds.evolution.alpha_rank([[0, -1, 1], [1, 0, -1], [-1, 1, 0]], alpha=0.1, population=50)
"""

from __future__ import annotations

import math
from typing import Any, Literal, get_args

import numpy as np

from ...arrays import Floats
from ...errors import InputError
from ...registry import unknown
from ...system.grammar.fields import is_number, plain
from ...system.grammar.problems import found
from .markov_chain import MOST, limiting, stationary

Process = Literal["fermi", "moran"]
EQUAL = 1e-12  # of the largest payoff: differences below are none


def fixation(payoffs: Any, population: int, intensity: float, process: Process = "fermi") -> Floats:
    """The probability that a single b takes over a population of a, for all strategies a (rows) and b; (n, n).

    payoffs: (n, n), what the row's strategy gets against the column's. Of N individuals, j of them b, each meets all
    the others and not itself:

        π_b(j) = ((j − 1) u_bb + (N − j) u_ba)/(N − 1),      π_a(j) = (j u_ab + (N − j − 1) u_aa)/(N − 1)
        ρ_ab = 1/(1 + Σ_{k=1}^{N−1} Π_{j=1}^k T⁻(j)/T⁺(j))

    (Karlin & Taylor 1975). `fermi`: pairwise comparison, an individual takes over another's strategy with probability
    1/(1 + e^{−βΔπ}), so that T⁻/T⁺ = e^{−β(π_b − π_a)}, β the intensity (Traulsen, Nowak & Pacheco 2006). `moran`: one
    is copied in proportion to its fitness f = 1 − w + wπ, w the intensity from 0 to 1, and takes the place of one drawn
    at random, so that T⁻/T⁺ = f_a/f_b (Nowak, Sasaki, Taylor & Fudenberg 2004). The diagonal is 1/N, a neutral one's.
    """
    if process not in get_args(Process):
        raise InputError(unknown("process", str(process), get_args(Process)))
    strength = _number("intensity", intensity, most=1.0 if process == "moran" else math.inf)
    return np.exp(_log_fixation(_matrix(payoffs), _individuals(population), strength, process))


def moran_fixation(fitness: float, population: int) -> float:
    """(1 − 1/r)/(1 − 1/r^N): the probability that one mutant of relative fitness r takes over N − 1 others (Moran 1958,
    Nowak 2006, chapter 6); 1/N for r = 1."""
    if not _number("fitness", fitness) > 0.0:
        raise InputError(f"fitness is positive, got {fitness!r}")
    return math.exp(_log_quotient(np.array(math.log(fitness)), _individuals(population)).item())


def alpha_rank(payoffs: Any, alpha: float = math.inf, population: int = 50) -> Floats:
    """How long populations stay with each (profile of) pure strategies when mutants are rare (α-Rank: Omidshafiei et
    al. 2019): the stationary distribution of the chain of fixations, ρ the probability that a mutant takes over.

    payoffs: (n, n) for one population that plays a symmetric game; the mass is (n,), ρ that of `fixation` with the
    intensity α. Or K tables, (K, n_1, …, n_K), for a population per player; the mass is (n_1, …, n_K), and a mutant
    that gets Δ more than its population, the others' strategies as they are, takes over with

        ρ = (1 − e^{−αΔ})/(1 − e^{−αmΔ}),   1/m for Δ = 0,      m the population's size

    alpha=inf: the limit of the distribution as α grows, m fixed. It is exact: where there is one sink (a Markov–Conley
    chain) it is the walk upon it along better and, m times rarer, equal answers; between several sinks, which others
    join by a small probability ε of a step to the worse, it weighs them by how improbable the ways between them are.
    """
    table, m, alpha = _table(payoffs), _individuals(population), _number("alpha", alpha, finite=False)
    if table.ndim == 2:
        return _ranked(_differences(_matrix(table), m), alpha, None)
    if table.ndim < 2 or len(table) != table.ndim - 1 or not np.isfinite(table).all():
        raise InputError("payoffs are one square matrix, or a finite table for each of K players, with K axes")
    return _ranked(_gains(table), alpha, m).reshape(table.shape[1:])


def _table(payoffs: Any) -> Floats:
    try:
        return np.asarray(payoffs, dtype=float)
    except (TypeError, ValueError):
        raise InputError(f"payoffs are numbers in rows of equal length, got {found(payoffs)}") from None


def _number(name: str, value: Any, most: float = math.inf, *, finite: bool = True) -> float:
    """A number of 0 or more."""
    number = plain(value)
    if not is_number(number) or not 0.0 <= number <= most or (finite and math.isinf(number)):
        expected = "a number of 0 or more" if math.isinf(most) else f"a number from 0 to {most:g}"
        raise InputError(f"{name}: expected {expected}, got {found(value)}")
    return float(number)


def _matrix(payoffs: Any) -> Floats:
    table = _table(payoffs)
    if table.ndim != 2 or len(table) != table.shape[1] or not np.isfinite(table).all():
        raise InputError(f"payoffs in one population are a square matrix of finite numbers, got shape {table.shape}")
    return table


def _individuals(population: int) -> int:
    number = plain(population)
    if not is_number(number) or not 2 <= number < math.inf or number != int(number):
        raise InputError(f"a population has two individuals or more, got {found(population)}")
    return int(population)


def _mixed(u: Floats, n: int) -> tuple[Floats, Floats]:
    """π_b and π_a where j of n individuals are b and the others a, (a, b, j) for j = 1 … n − 1."""
    j = np.arange(1, n)
    own = np.diag(u)
    mutant = (j - 1) * own[None, :, None] + (n - j) * u.T[:, :, None]
    resident = j * u[:, :, None] + (n - j - 1) * own[:, None, None]
    return mutant / (n - 1), resident / (n - 1)


def _differences(u: Floats, n: int) -> Floats:
    """Σ_{j ≤ k} (π_b − π_a), (a, b, n − 1)."""
    mutant, resident = _mixed(u, n)
    return (mutant - resident).cumsum(axis=-1)


def _log_fixation(u: Floats, n: int, intensity: float, process: Process) -> Floats:
    if process == "fermi":
        sums = -intensity * _differences(u, n)
    else:
        mutant, resident = (1.0 - intensity + intensity * payoff for payoff in _mixed(u, n))
        if min(mutant.min(), resident.min()) <= 0.0:
            raise InputError("in the Moran process fitness is positive: raise the payoffs, or lower the intensity")
        sums = np.log(resident / mutant).cumsum(axis=-1)
    return -np.logaddexp(0.0, np.logaddexp.reduce(sums, axis=-1))


def _gains(tables: Floats) -> Floats:
    """What who deviates gains, for every two profiles that differ in one player's strategy; NaN for others. (P, P)."""
    shape = tables.shape[1:]
    profiles = np.indices(shape).reshape(len(shape), -1)
    if profiles.shape[1] > MOST:
        raise InputError(f"there are {profiles.shape[1]} profiles of pure strategies, and at most {MOST} are ranked")
    differs = profiles[:, :, None] != profiles[:, None, :]
    flat = tables.reshape(len(shape), -1)
    gain = np.where(differs, flat[:, None, :] - flat[:, :, None], 0.0).sum(axis=0)
    return np.where(differs.sum(axis=0) == 1, gain, np.nan)


def _log_quotient(u: Floats, m: int) -> Floats:
    """ln((1 − e^{−u})/(1 − e^{−mu})), −ln m for u = 0."""

    def log_of_one_minus(x: Floats) -> Floats:
        return np.maximum(-x, 0.0) + np.log(-np.expm1(-np.abs(x)))

    safe = np.where(u == 0.0, 1.0, u)
    return np.where(u == 0.0, -math.log(m), log_of_one_minus(safe) - log_of_one_minus(m * safe))


def _ranked(gains: Floats, alpha: float, m: int | None) -> Floats:
    """The mass of every state. gains: (P, P), of mutants in populations of m; or (a, b, N − 1), of the sums on the way
    through one population."""
    if math.isfinite(alpha):
        rates = _log_quotient(alpha * gains, m) if m else -np.logaddexp(
            0.0, np.logaddexp.reduce(-alpha * gains, axis=-1))
        return np.exp(stationary(np.where(np.isnan(rates), -np.inf, rates)))
    equal = EQUAL * np.nanmax(np.abs(gains))
    if m:
        exponents = np.minimum(0.0, (m - 1) * np.where(np.abs(gains) <= equal, 0.0, gains))
        factors = np.where(np.abs(gains) <= equal, -math.log(m), 0.0)
    else:
        terms = np.concatenate([np.zeros((*gains.shape[:2], 1)), -gains], axis=-1)
        exponents = -terms.max(axis=-1)
        factors = -np.log((terms >= -exponents[..., None] - equal).sum(axis=-1))
    apart = np.isnan(exponents)
    return limiting(np.where(apart, -np.inf, exponents), np.where(apart, -np.inf, factors))
