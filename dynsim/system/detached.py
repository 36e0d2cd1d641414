"""A system whose large graphs and long lists of numbers stand in files beside its scenario.

A scenario file has bounds that keep what strangers send small; what a script states may be as large as memory allows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..algebra.topology import Topology
from .builder import System
from .grammar.fields import plain
from .grammar.spec import GraphSpec
from .graphs.links import Links, finite
from .graphs.sources import listed, of_networkx
from .graphs.tables import table_bytes
from .model import Population
from .reading.arrays import array_bytes, lists
from .text.yaml_scalars import UNPRINTABLE

INPUTS = "inputs"
"""The folder beside the scenario."""

LARGE = 200
"""Numbers of a list, or nodes and edges of a graph, that are too many to stand in the scenario itself."""

MAX_NAME = 1_000
"""Characters of a node's name that may stand in a scenario."""

TOGETHER, SHORT = 20_000, 10
"""Where all lists together have more numbers than this, shorter ones leave the scenario, too."""


def detached(system: System, populations: Mapping[str, Population]) -> tuple[System, dict[str, bytes]]:
    """The same system with everything large in files, and the files by their names. populations: its own."""
    result = system.copy()
    files: dict[str, bytes] = {}
    for name, spec in result.data.get("graphs", {}).items():
        files |= _detached_graph(name, spec)
    found = [(holder, key, _numbers(holder.get(key), populations, holder)) for _, holder, key in lists(result.data)]
    limit = LARGE if sum(np.size(x) for *_, x in found if x is not None) < TOGETHER else SHORT
    for holder, key, numbers in found:
        if numbers is not None and np.size(numbers) > limit:
            content = array_bytes(numbers)
            file = f"{INPUTS}/{_mark(content)}.npy"
            files[file] = content
            holder[key] = {"file": file}
    return result, files


def _numbers(value: Any, populations: Mapping[str, Population], holder: Mapping[str, Any]) -> Any:
    """A list of numbers, lists of them, or a number for every node, as an array; None for all else."""
    value = plain(value)
    if isinstance(value, Mapping):
        population = populations.get(str(holder.get("on")))
        labels = () if population is None else population.topology.labels
        value = [value[label] for label in labels] if set(labels) == {*map(str, value)} == {*value} else None
    if not isinstance(value, list) or not value:
        return None
    rows = [plain(row) for row in value] if isinstance(plain(value[0]), list) else [value]
    if not all(isinstance(row, list) and len(row) == len(rows[0]) for row in rows):
        return None
    if not all(finite(x) is not None for row in rows for x in row):
        return None
    numbers = np.array(rows if rows[0] is not value else value)
    return numbers if numbers.dtype.kind in "iuf" else numbers.astype(float)


def _detached_graph(name: str, spec: dict[str, Any]) -> dict[str, bytes]:
    """Put the edges and nodes of a large graph into tables; what the spec says besides stays."""
    links = large_links(spec)
    if links is None:
        return {}
    labels = [str(label) for label in links.number]
    edges: dict[str, Sequence[Any]] = {
        "source": [labels[k] for k in links.source], "target": [labels[k] for k in links.target],
        "weight": links.weight,
    }
    nodes: dict[str, Sequence[Any]] = {"id": labels, **number_columns(links)}
    mark = _mark(repr((edges, nodes)).encode())
    files = {f"{INPUTS}/{name}.{what}-{mark}.parquet": table_bytes(columns)
             for what, columns in (("edges", edges), ("nodes", nodes))}  # fmt: skip
    for key in ("graph", "edges"):
        spec.pop(key, None)
    spec |= dict(zip(("file", "nodes"), files, strict=True)) | {"directed": links.directed}
    return files


def large_links(spec: Mapping[str, Any]) -> Links | None:
    """The links of a graph that is too large for a scenario, or has names that cannot stand in one."""
    graph, edges = spec.get("graph"), spec.get("edges")
    if graph is not None:
        links = links_of(graph)
    elif isinstance(edges, list) and len(edges) > LARGE and not isinstance(spec.get("nodes"), str):
        links = listed(GraphSpec(**spec), None)
    else:
        return None
    strange = any(UNPRINTABLE.search(str(name)) or len(str(name)) > MAX_NAME for name in links.number)
    return links if strange or len(links.number) + len(links.source) > LARGE else None


def links_of(graph: Any) -> Links:
    """The links of a graph that a script gave."""
    if not isinstance(graph, Topology):
        return of_networkx(graph)
    columns: dict[str, Any] = dict(graph.values)
    links = Links(True, {label: k for k, label in enumerate(graph.labels)}, values=columns)
    links.source, links.target, links.weight = graph.source.tolist(), graph.target.tolist(), graph.weight.tolist()
    return links


def number_columns(links: Links) -> dict[str, list[float | bool | None]]:
    """What is known of the nodes, as far as it is numbers."""
    columns = {
        name: [cell if isinstance(cell, bool) else finite(cell) for cell in map(plain, cells)]
        for name, cells in links.values.items()
        if name != "id" and not UNPRINTABLE.search(name)
    }
    return {name: cells for name, cells in columns.items() if any(cell is not None for cell in cells)}


def _mark(content: bytes) -> str:
    """What tells this content from any other, so that a name stands for one."""
    return hashlib.sha256(content).hexdigest()[:12]
