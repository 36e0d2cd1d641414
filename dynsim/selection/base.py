"""The contract of a selection scheme: from the fitness of a population's systems to who replaces whom.

A scheme works on P populations of N systems at once and does not know what the systems are. Its random numbers are
uniform in (0, 1), one array (P, N) for every ordinal that it asks for. What happens to a population therefore depends
only on the seed and on its own places.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ..registry import Registry
from ..settings import Parse, Stated, read

Floats = NDArray[np.float64]
Places = NDArray[np.int64]
Uniforms = Callable[[int], Floats]

ROUNDING = 1e-9  # a share of 0.3 of 10 is 3

SCHEMES: Registry[Any] = Registry("selection scheme", "dynsim.selection")


@dataclass(frozen=True)
class Succession:
    """The next generation. parent (P, N): the place whose system comes here. born (P, N): whether it is a new system, a
    child of that parent; otherwise the system lives on and is its own parent."""

    parent: Places
    born: NDArray[np.bool_]


@dataclass(frozen=True)
class Scheme:
    """Base of all schemes. Subclasses are frozen dataclasses whose fields are settings (dynsim.settings); when a
    generation ends they hold one number per population, (P, 1).

    name: its name in scenarios. least: the smallest meaningful fitness. example: settings for the contract tests, if
    the defaults, or some number within the bounds, do not suit them.
    """

    name: ClassVar[str]
    example: ClassVar[Mapping[str, float]] = {}
    least: ClassVar[float] = -np.inf

    def succeed(self, fitness: Floats, uniforms: Uniforms) -> Succession:
        """Who replaces whom.

        fitness: (P, N), the larger the better; −∞ or NaN for a system that has diverged, which never reproduces while
        another can. uniforms: gives the random numbers (P, N) of an ordinal.
        """
        raise NotImplementedError


class SchemeSpec(Stated):
    """A selection scheme as a script states it: a name and raw settings."""


def make(name: str, settings: Mapping[str, Any], parse_number: Parse, parse_expression: Parse) -> Scheme:
    """The scheme `name` with its settings read by the caller's parsers, called as parse(key, raw)."""
    scheme: Scheme = read(SCHEMES, name, settings, parse_number, parse_expression)
    return scheme


def everyone(parent: Places) -> Succession:
    """Discrete generations: children replace all systems. parent: (P, N)."""
    return Succession(parent, np.ones(parent.shape, bool))


def sampled(weights: Floats, u: Floats) -> Places:
    """Random places in proportion to weights (P, N), not all of them 0; one for each uniform number (P, M)."""
    edges = np.cumsum(weights, axis=1)
    edges /= edges[:, -1:]
    rows = np.arange(len(u))[:, None]  # all populations at once: the k-th has the numbers from k to k + 1
    found = np.searchsorted((edges + rows).ravel(), (u + rows).ravel(), side="right").reshape(u.shape)
    return np.minimum(found - rows * weights.shape[1], weights.shape[1] - 1)


def able(fitness: Floats) -> NDArray[np.bool_]:
    """Who can reproduce, (P, N): the systems of finite fitness, or all in a population without any."""
    finite = np.isfinite(fitness)
    return finite | ~finite.any(axis=1, keepdims=True)


def ranked(fitness: Floats, u: Floats) -> Places:
    """Places by fitness, (P, N): the best first, those that cannot reproduce last. u (P, N) orders equals at random."""
    return np.lexsort((u, np.where(np.isfinite(fitness), -fitness, np.inf)), axis=1)


def chosen(order: Places, best: Floats | Places, u: Floats) -> Places:
    """For each uniform number (P, M) a random one of the first `best` places (P, 1) of an order, all equally likely."""
    return np.take_along_axis(order, np.minimum((u * best).astype(np.int64), best.astype(np.int64) - 1), axis=1)
