"""A source of moves: everything that the conflict log needs to know about agents that move variables.

A simulated run is one source (study.py). The log of a training run can be another: its agents are modules, its
variables are blocks of parameters, its replicas are runs with different seeds. Log metrics and kinds of episode ask a
source for quantities by name, and declare the ones that they need. A source declares in `has` the ones that it offers;
plug-ins that need others are left out.

Notation: E_i the objective of agent i, ∇E_i its full gradient over all variables, u_j the move of agent j. For n
agents, V variables, and a block of K ticks of R replicas:

    objectives      (n, K, R)     E_i, lower is better. Every source has them
    ledger          (n, n, K, R)  [i, j] = ∇E_i · u_j: what j's move does to i; positive is harm
    parts           (P, K, R)     the ledger's terms, one for each entry of `MoveSource.parts`
    gradient_norms  (n, K, R)     |∇E_i|; 0 where it is at rest (rest.py)
    move_norms      (n, K, R)     |u_j|; 0 where the agent is at rest
    alignment       (n(n−1)/2, K, R)  cos(∇E_i, ∇E_j) for i < j, in the order of itertools.combinations
    contest         (V, K, R)     how far the agents' wishes for a variable cancel, in [0, 1]
    fidelity        (n, K, R)     how far the move has the direction that the agent's label asks for, in [−1, 1]; NaN
                                  where that is not defined, such as where the agent does not move
    base            (1, K, R)     the base objective, what the designers want of the whole; lower is better

Two more names are no arrays. "program" says that the source is a `Study`, with states, expressions and a program that
can be run again. "model" says that the study also has the model that its program was built from.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, Protocol, get_args

import numpy as np
from numpy.typing import NDArray

from ...algebra.graph import Expr
from ...arrays import Floats
from .cells import Cells

Quantity = Literal[
    "objectives", "ledger", "parts", "gradient_norms", "move_norms", "alignment", "contest", "fidelity", "base"
]
Need = Quantity | Literal["program", "model"]

QUANTITIES: tuple[Quantity, ...] = get_args(Quantity)

# The quantities that the normalised ledger is computed from.
NORMALISED: tuple[Quantity, ...] = ("ledger", "gradient_norms", "move_norms")


class MoveSource(Protocol):
    """A source of moves. Everything except `samples` is known before the first tick is read."""

    @property
    def title(self) -> str: ...

    @property
    def description(self) -> str: ...

    @property
    def agents(self) -> tuple[str, ...]:
        """The names of the agents, in the order of their rows in every array. They differ, and contain no ", ", which
        separates names in the tables; so do the names of variables."""

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of the variables that agents move."""

    @property
    def clock(self) -> Literal["step", "time"]:
        """The word for a moment. Rates are integrated step by step, or by the trapezoidal rule over time."""

    @property
    def times(self) -> Floats:
        """The times of all recorded ticks, ascending."""

    @property
    def replicas(self) -> int: ...

    @property
    def parameters(self) -> Mapping[str, Floats]:
        """(R,) by name: the values that may differ between replicas."""

    @property
    def cells(self) -> Cells:
        """The replicas that statistics are taken over: those with the same values of all varied parameters."""

    @property
    def phases(self) -> Mapping[str, tuple[float, float]]:
        """The beginning and end of every phase, if there are any."""

    @property
    def random(self) -> bool:
        """Whether replicas of one cell differ because something is random."""

    @property
    def listed(self) -> tuple[str, ...]:
        """The parameters whose values were listed, not sampled."""

    @property
    def related(self) -> bool:
        """Whether replicas descend from one another, so that they are not independent samples."""

    @property
    def has(self) -> frozenset[Need]:
        """The quantities that the source offers."""

    @property
    def effects(self) -> Collection[tuple[int, int]]:
        """(i, j) for every entry of the ledger that is not 0 throughout by construction."""

    @property
    def levers(self) -> Sequence[tuple[int, str]]:
        """(j, v) for every variable v that agent j moves, agent after agent."""

    @property
    def parts(self) -> Sequence[tuple[int, int]]:
        """(i, k) for every known term of the ledger: the effect of the move of lever k on agent i. Empty where only
        whole entries are known; episodes then name no variables."""

    def samples(self, quantities: Collection[Quantity], exprs: Collection[Expr] = ()) -> Iterator[Moves]:
        """The record in order, in blocks that fit in memory, with these quantities. exprs: expressions of the program
        to be evaluated as well; given only to a source that has one."""


@dataclass(frozen=True)
class Moves(ABC):
    """A block of consecutive ticks of a source. times: (K,). A quantity is read at its first use; only
    quantities that `samples` was asked for may be used."""

    source: MoveSource
    times: Floats

    @abstractmethod
    def quantity(self, name: Quantity) -> Floats:
        """The array of that name, in the shape that the module's table gives."""

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.times), self.source.replicas

    @property
    def finite(self) -> NDArray[np.bool_]:
        """Whether the replica's state is finite, (K, R). Always True for a source that does not know its state."""
        return np.ones(self.shape, bool)

    @cached_property
    def objectives(self) -> Floats:
        return self.quantity("objectives")

    @cached_property
    def ledger(self) -> Floats:
        return self.quantity("ledger")

    @cached_property
    def gradient_norms(self) -> Floats:
        return self.quantity("gradient_norms")

    @cached_property
    def move_norms(self) -> Floats:
        return self.quantity("move_norms")

    @cached_property
    def normalised(self) -> Floats:
        """ledger[i, j]/(|∇E_i||u_j|), (n, n, K, R), in [−1, 1]; 0 where either is at rest."""
        return per_norms(self.ledger, self.gradient_norms[:, None], self.move_norms[None, :])

    @cached_property
    def normalised_parts(self) -> Floats:
        """The contribution of every part to the normalised ledger, (P + 1, K, R). The last row is 0; its index pads
        lists of parts that are shorter than others."""
        source = self.source
        result = np.zeros((len(source.parts) + 1, *self.shape))
        if source.parts:
            result[:-1] = self.quantity("parts")
        for row, (i, lever) in enumerate(source.parts):
            mover = self.move_norms[source.levers[lever][0]]
            result[row] = per_norms(result[row], self.gradient_norms[i], mover)
        return result


def per_norms(product: Floats, a: Floats, b: Floats) -> Floats:
    """product/(a·b), 0 where a or b is 0."""
    # Two divisions, because a·b would underflow to 0 long before either norm is at rest.
    with np.errstate(all="ignore"):
        quotient = product / a / b
    return np.where((a == 0.0) | (b == 0.0), 0.0, quotient)


def movers(source: MoveSource, variable: str) -> list[int]:
    """The agents that move the variable."""
    return [j for j, v in source.levers if v == variable]
