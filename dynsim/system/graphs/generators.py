"""The NetworkX generators that a scenario may name, with their arguments and their cost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..grammar.fields import bounded, flag, is_number, plain, refuse

MAX_WORK = 5_000_000
"""Limit on the nodes and edges of a generated graph, or on the pairs that the generator tries: a few seconds and about
3 GB in NetworkX."""
BYTES = 550  # per node and per edge in NetworkX


def _list(check: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def checked(value: Any) -> list[Any]:
        value = plain(value)
        if not isinstance(value, list) or not value:
            raise refuse("expected a list")
        return [check(item) for item in value]

    return checked


def _probability(value: Any) -> Any:
    if not is_number(value) or not 0 <= value <= 1:
        raise refuse(f"expected a probability from 0 to 1, got {value!r}")
    return value


_count = bounded("a positive whole number", whole=True, above=0)
_positive = bounded("a positive number", above=0)
_N = {"n": _count}
_NP = {"n": _count, "p": _probability}


@dataclass(frozen=True)
class Generator:
    """arguments: name → check. work: bound on the nodes and edges, or on the pairs that are tried, as a function of the
    arguments. size: expected number of nodes and edges where `work` counts pairs. seeded: whether it is random.
    directed: whether it can make directed graphs. optional: arguments that may be left out."""

    arguments: Mapping[str, Callable[[Any], Any]]
    work: Callable[..., float]
    seeded: bool = False
    directed: bool = False
    optional: frozenset[str] = frozenset()
    size: Callable[..., float] | None = None

    def memory_bytes(self, **arguments: Any) -> float:
        """Bytes of memory that the graph takes in NetworkX, approximately."""
        return BYTES * (self.size or self.work)(**arguments)


GENERATORS: Mapping[str, Generator] = {
    "empty_graph": Generator(_N, lambda n: n),
    "complete_graph": Generator(_N, lambda n: n * n),
    "path_graph": Generator(_N, lambda n: 2 * n),
    "cycle_graph": Generator(_N, lambda n: 2 * n),
    "star_graph": Generator(_N, lambda n: 2 * n),
    "wheel_graph": Generator(_N, lambda n: 3 * n),
    "circular_ladder_graph": Generator(_N, lambda n: 5 * n),
    "grid_2d_graph": Generator(
        {"m": _count, "n": _count, "periodic": flag},
        lambda m, n, periodic=False: 3 * m * n,
        optional=frozenset({"periodic"}),
    ),
    "balanced_tree": Generator({"r": _count, "h": _count}, lambda r, h: 2 * min(float(r), 1e9) ** min(h + 1, 30)),
    "complete_bipartite_graph": Generator({"n1": _count, "n2": _count}, lambda n1, n2: n1 + n2 + n1 * n2),
    "caveman_graph": Generator({"l": _count, "k": _count}, lambda l, k: l * k * k),  # noqa: E741
    "relaxed_caveman_graph": Generator(
        {"l": _count, "k": _count, "p": _probability},
        lambda l, k, p: l * k * k,  # noqa: E741
        seeded=True,
    ),
    "erdos_renyi_graph": Generator(
        _NP, lambda n, p: n * n, seeded=True, directed=True, size=lambda n, p: n + p * n * n
    ),
    "fast_gnp_random_graph": Generator(_NP, lambda n, p: n + p * n * n, seeded=True, directed=True),
    "gnm_random_graph": Generator({"n": _count, "m": _count}, lambda n, m: n + m, seeded=True, directed=True),
    "random_regular_graph": Generator({"d": _count, "n": _count}, lambda d, n: n * (1 + d), seeded=True),
    "watts_strogatz_graph": Generator({**_NP, "k": _count}, lambda n, k, p: n * (1 + k), seeded=True),
    "newman_watts_strogatz_graph": Generator({**_NP, "k": _count}, lambda n, k, p: n * (1 + 2 * k), seeded=True),
    "connected_watts_strogatz_graph": Generator({**_NP, "k": _count}, lambda n, k, p: n * (1 + k), seeded=True),
    "barabasi_albert_graph": Generator({"n": _count, "m": _count}, lambda n, m: n * (1 + m), seeded=True),
    "powerlaw_cluster_graph": Generator({**_NP, "m": _count}, lambda n, m, p: n * (1 + m), seeded=True),
    "random_geometric_graph": Generator(
        {"n": _count, "radius": _positive}, lambda n, radius: n + 4 * n * n * min(radius, 1) ** 2, seeded=True
    ),
    "scale_free_graph": Generator(_N, lambda n: 5 * n, seeded=True),
    "stochastic_block_model": Generator(
        {"sizes": _list(_count), "p": _list(_list(_probability))},
        lambda sizes, p: sum(sizes) ** 2,
        seeded=True,
        directed=True,
    ),
    "karate_club_graph": Generator({}, lambda: 100),
}
