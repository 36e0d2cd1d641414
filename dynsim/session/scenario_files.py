"""The files that a scenario names, which a run keeps beside it."""

from __future__ import annotations

from pathlib import Path

from ..system.builder import System
from ..system.reading.array_files import lists, named_file


def graph_files(system: System) -> dict[str, bytes]:
    """The files that its graphs and lists of numbers are read from, by their path below the scenario's folder."""
    graphs = system.data.get("graphs", {}).values()
    names = [spec[key] for spec in graphs for key in ("file", "nodes") if isinstance(spec.get(key), str)]
    names += [name for _, holder, key in lists(system.data) if (name := named_file(holder.get(key)))]
    below = [name for name in names if not Path(name).is_absolute() and ".." not in Path(name).parts]
    folder = system.folder or Path()
    return {name: (folder / name).read_bytes() for name in below}
