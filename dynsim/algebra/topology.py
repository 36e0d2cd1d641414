"""The graph under a population, as arrays: edges sorted by target, so that a node's incoming edges are one slice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arrays import Array, Floats


@dataclass(frozen=True, eq=False)
class Topology:
    """n nodes and m directed edges source → target ("source influences target") with a weight each.

    source, target: (m,) int64; weight: (m,) float64.
    in_start: (n+1,) int64; the edges into node i are in_start[i]:in_start[i+1].
    out_start, out_edges: (n+1,) and (m,) int64; the edges that leave node i are out_edges[out_start[i]:out_start[i+1]].
    labels: the nodes' names as the user gave them.
    values: further numbers of the nodes by name, (n,) each; `table` is their concatenation.
    """

    n: int
    source: NDArray[np.int64]
    target: NDArray[np.int64]
    weight: Floats
    in_start: NDArray[np.int64]
    out_start: NDArray[np.int64]
    out_edges: NDArray[np.int64]
    labels: tuple[str, ...]
    values: Mapping[str, Floats] = field(default_factory=dict)

    @property
    def table(self) -> Floats:
        return np.concatenate([np.zeros(0), *self.values.values()])

    @property
    def arrays(self) -> tuple[Array, ...]:
        """The arguments of generated code, in its order (compiler/writing/places.py)."""
        return (self.source, self.target, self.weight, self.in_start, self.out_start, self.out_edges, self.table)

    @property
    def looped(self) -> bool:
        """Whether some node has an edge to itself."""
        return bool((self.source == self.target).any())

    def with_values(self, values: Mapping[str, Floats]) -> Topology:
        """The same graph with these numbers for its nodes."""
        return replace(self, values=dict(values))

    @property
    def m(self) -> int:
        return len(self.source)

    @staticmethod
    def build(
        n: int, source: ArrayLike, target: ArrayLike, weight: ArrayLike, labels: tuple[str, ...] = ()
    ) -> Topology:
        """The topology of these edges, sorted by (target, source) and indexed.

        Sums over edges have this order, so their last bit does not depend on the order of edges in a user's file.
        """
        s, t = np.asarray(source, np.int64), np.asarray(target, np.int64)
        order = np.lexsort((s, t))
        s, t, w = s[order], t[order], np.asarray(weight, np.float64)[order]
        bounds = np.arange(n + 1)
        out_edges = np.argsort(s, kind="stable").astype(np.int64)
        return Topology(
            n, s, t, w,
            np.searchsorted(t, bounds).astype(np.int64),
            np.searchsorted(s[out_edges], bounds).astype(np.int64),
            out_edges,
            labels or tuple(str(k) for k in range(n)),
        )
