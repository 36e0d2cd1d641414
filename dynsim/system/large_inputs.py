"""Moves large graphs and long lists of numbers of a system into files beside its scenario.

The limits on scenario files keep untrusted input small. A script has no such limits, so what exceeds them is written to
Parquet and .npy files that the scenario names.
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
from .graphs.edge_list import EdgeList, finite
from .graphs.parquet_tables import parquet_bytes
from .graphs.sources import from_lists, from_networkx
from .model import Population
from .reading.array_files import array_bytes, lists
from .text.yaml_scalars import UNPRINTABLE

INPUTS = "inputs"
"""The folder of these files, beside the scenario."""

LARGE = 200
"""Longest list, and largest number of nodes and edges together, that stays in the scenario."""

MAX_NAME = 1_000
"""Longest name of a node that stays in the scenario, in characters."""

TOGETHER, SHORT = 20_000, 10
"""If all lists together have at least TOGETHER numbers, only lists of at most SHORT numbers stay."""


def detached(system: System, populations: Mapping[str, Population]) -> tuple[System, dict[str, bytes]]:
    """A copy of the system that names files in place of everything large, and the content of these files by name.

    populations: those of the system's model.
    """
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
    """A list of numbers, a list of equally long lists, or a mapping of all nodes to numbers, as an array; None for
    anything else."""
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
    """Replace the edges and nodes of a large graph in `spec` by the names of tables, and return these."""
    edge_list = large_edge_list(spec)
    if edge_list is None:
        return {}
    labels = [str(label) for label in edge_list.number]
    edges: dict[str, Sequence[Any]] = {
        "source": [labels[k] for k in edge_list.source], "target": [labels[k] for k in edge_list.target],
        "weight": edge_list.weight,
    }
    nodes: dict[str, Sequence[Any]] = {"id": labels, **number_columns(edge_list)}
    mark = _mark(repr((edges, nodes)).encode())
    files = {f"{INPUTS}/{name}.{what}-{mark}.parquet": parquet_bytes(columns)
             for what, columns in (("edges", edges), ("nodes", nodes))}  # fmt: skip
    for key in ("graph", "edges"):
        spec.pop(key, None)
    spec |= dict(zip(("file", "nodes"), files, strict=True)) | {"directed": edge_list.directed}
    return files


def large_edge_list(spec: Mapping[str, Any]) -> EdgeList | None:
    """The edges of a graph that is too large for a scenario or has names that no scenario can contain; otherwise
    None."""
    graph, edges = spec.get("graph"), spec.get("edges")
    if graph is not None:
        edge_list = edge_list_of(graph)
    elif isinstance(edges, list) and len(edges) > LARGE and not isinstance(spec.get("nodes"), str):
        edge_list = from_lists(GraphSpec(**spec), None)
    else:
        return None
    strange = any(UNPRINTABLE.search(str(name)) or len(str(name)) > MAX_NAME for name in edge_list.number)
    return edge_list if strange or len(edge_list.number) + len(edge_list.source) > LARGE else None


def edge_list_of(graph: Any) -> EdgeList:
    """The edges of a NetworkX graph or a Topology."""
    if not isinstance(graph, Topology):
        return from_networkx(graph)
    columns: dict[str, Any] = dict(graph.values)
    edge_list = EdgeList(True, {label: k for k, label in enumerate(graph.labels)}, values=columns)
    edge_list.source, edge_list.target = graph.source.tolist(), graph.target.tolist()
    edge_list.weight = graph.weight.tolist()
    return edge_list


def number_columns(edge_list: EdgeList) -> dict[str, list[float | bool | None]]:
    """The columns of the nodes that contain numbers, with None in place of other values."""
    columns = {
        name: [cell if isinstance(cell, bool) else finite(cell) for cell in map(plain, cells)]
        for name, cells in edge_list.values.items()
        if name != "id" and not UNPRINTABLE.search(name)
    }
    return {name: cells for name, cells in columns.items() if any(cell is not None for cell in cells)}


def _mark(content: bytes) -> str:
    """A hash for the file name, so that different content never has the same name."""
    return hashlib.sha256(content).hexdigest()[:12]
