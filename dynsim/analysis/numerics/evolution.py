"""Evolutionary game theory in finite populations: fixation probabilities and α-Rank.

These functions take payoff tables. The requested metrics `fixation` and `alpha_rank` take the tables from a run.

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
EQUAL = 1e-12  # of the largest payoff: a smaller difference counts as a tie


def fixation(payoffs: Any, population: int, intensity: float, process: Process = "fermi") -> Floats:
    """The probability that a single b takes over a population of a, for all a (rows) and b (columns); (n, n).

    payoffs: (n, n), what the row's strategy gets against the column's. Among N individuals, j of them b, each meets
    every other one:

        π_b(j) = ((j − 1) u_bb + (N − j) u_ba)/(N − 1),      π_a(j) = (j u_ab + (N − j − 1) u_aa)/(N − 1)
        ρ_ab = 1/(1 + Σ_{k=1}^{N−1} Π_{j=1}^k T⁻(j)/T⁺(j))

    (Karlin & Taylor 1975).

    process: `fermi`, pairwise comparison: an individual adopts another's strategy with probability 1/(1 + e^{−βΔπ}), so
    that T⁻/T⁺ = e^{−β(π_b − π_a)} with the intensity β (Traulsen, Nowak & Pacheco 2006). `moran`: an individual is
    copied in proportion to its fitness f = 1 − w + wπ, with the intensity w from 0 to 1, and replaces a random one, so
    that T⁻/T⁺ = f_a/f_b (Nowak, Sasaki, Taylor & Fudenberg 2004).

    The diagonal is 1/N, the value for a neutral mutant. Raises InputError for other arguments, and where fitness is not
    positive in the Moran process.
    """
    if process not in get_args(Process):
        raise InputError(unknown("process", str(process), get_args(Process)))
    strength = _number("intensity", intensity, most=1.0 if process == "moran" else math.inf)
    return np.exp(_log_fixation(_matrix(payoffs), _individuals(population), strength, process))


def moran_fixation(fitness: float, population: int) -> float:
    """(1 − 1/r)/(1 − 1/r^N): the probability that one mutant of relative fitness r > 0 takes over a population of N
    (Moran 1958; Nowak 2006, chapter 6); 1/N for r = 1."""
    if not _number("fitness", fitness) > 0.0:
        raise InputError(f"fitness is positive, got {fitness!r}")
    return math.exp(_log_quotient(np.array(math.log(fitness)), _individuals(population)).item())


def alpha_rank(payoffs: Any, alpha: float = math.inf, population: int = 50) -> Floats:
    """The share of time that populations spend at each pure strategy, or profile of them, when mutants are rare
    (α-Rank: Omidshafiei et al. 2019): the stationary distribution of the Markov chain of fixations.

    payoffs: (n, n) for one population that plays a symmetric game. The result is (n,), and a mutant takes over with the
    probability that `fixation` gives for the intensity α. Or (K, n_1, …, n_K), one table per player, for a population
    per player. The result is (n_1, …, n_K), and a mutant that gets Δ more than its population, while all others keep
    their strategies, takes over with

        ρ = (1 − e^{−αΔ})/(1 − e^{−αmΔ}),   1/m for Δ = 0,      m the population's size

    alpha=inf gives the exact limit for α → ∞ at fixed m. With a single sink (a Markov–Conley chain) it is the
    stationary distribution on that sink, where steps to equally good answers are m times rarer than steps to better
    ones. Several sinks are weighted by the orders of magnitude of the transition probabilities between them, where
    other implementations add a small probability ε of steps to worse answers.
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
    """`value` as a float from 0 to `most`; InputError for anything else."""
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
    """π_b and π_a where j of n individuals play b and the others a; (a, b, j) for j = 1 … n − 1."""
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
    """The gain of the player that deviates, (P, P), for profiles that differ in one strategy; NaN for other pairs."""
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
    """The stationary probability of every state. gains: (P, P), of mutants in populations of m; without m the sums of
    `_differences`, (a, b, N − 1), in one population."""
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
