"""Lists of numbers in files beside a scenario: {file: numbers.npy} in place of the list.

They are allowed in `params`, in `init` of a variable on a graph, and in `vary`, `grid` and `start`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from io import BytesIO
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import shown
from ..grammar.problems import ROOT, Place, Problems
from ..graphs.edge_list import GraphFaults, fault
from ..graphs.files import content_of

MAX_BYTES = 2**30
SUFFIX = ".npy"


def lists(data: Mapping[str, Any]) -> Iterator[tuple[Place, dict[str, Any], str]]:
    """Every place in a scenario's data where a file may replace a list: (place, mapping, key in the mapping)."""
    params = _section(data, "params")
    for name, value in params.items():
        place = ROOT / "params" / name
        if isinstance(value, dict) and "on" in value:
            yield place / "value", value, "value"
        else:
            yield place, params, name
    for name, spec in _section(data, "variables").items():
        if isinstance(spec, dict) and spec.get("on") is not None:
            yield ROOT / "variables" / name / "init", spec, "init"
    ensemble = _section(data, "ensemble")
    for key in ("vary", "grid", "start"):
        for path in _section(ensemble, key):
            yield ROOT / "ensemble" / key / path, ensemble[key], path


def _section(data: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = data.get(key)
    return value if isinstance(value, dict) else {}


def named_file(value: Any) -> str | None:
    """The name of the file that `value` gives in place of a list; None if it does not."""
    name = value.get("file") if isinstance(value, Mapping) and len(value) == 1 else None
    return name if isinstance(name, str) and name.endswith(SUFFIX) else None


def with_arrays(data: dict[str, Any], folder: Path | None, problems: Problems) -> set[str]:
    """Replace the names of files by their numbers, in place. Problems are noted; returns the names of the parameters,
    variables and sections that have them."""
    broken = set()
    for place, holder, key in [*lists(data)]:
        name = named_file(holder.get(key))
        if name is None:
            continue
        try:
            holder[key] = read_array(name, folder).tolist()
        except GraphFaults as error:
            for message, _ in error.faults:
                problems.add(place, message)
            broken.add(str(place.location[1]))
            del holder[key]
    return broken


def read_array(name: str, folder: Path | None) -> Any:
    """The vector or matrix of finite numbers in a .npy file. Raises GraphFaults for anything else.

    The header is parsed without unpickling, so no code in the file is ever executed.
    """
    content = content_of(name, folder, (SUFFIX,), MAX_BYTES)
    file = shown(name)
    stream = BytesIO(content)
    try:
        major, _ = np.lib.format.read_magic(stream)
        read = np.lib.format.read_array_header_1_0 if major == 1 else np.lib.format.read_array_header_2_0
        shape, by_columns, kind = read(stream)
    except (ValueError, EOFError, SyntaxError, TypeError, RecursionError, MemoryError) as error:
        raise fault(f"not an array as NumPy writes it: {file}") from error
    rest = content[stream.tell() :]
    if kind.kind not in "fiu" or kind.itemsize > 8 or not 1 <= len(shape) <= 2:
        raise fault(f"expected a vector or a matrix of numbers in {file}, got {len(shape)} axes of {kind}")
    if prod(shape) * kind.itemsize != len(rest) or not rest:
        raise fault(f"expected {prod(shape):,} numbers in {file}, got {len(rest) // kind.itemsize:,}")
    numbers = np.frombuffer(rest, kind).reshape(shape, order="F" if by_columns else "C")
    wrong = np.argwhere(~np.isfinite(numbers))
    if len(wrong):
        raise fault(f"expected finite numbers in {file}, got {numbers[tuple(wrong[0])]} at {wrong[0].tolist()}")
    return numbers


def array_bytes(numbers: Any) -> bytes:
    """Numbers as the content of a .npy file."""
    stream = BytesIO()
    np.save(stream, np.asarray(numbers), allow_pickle=False)
    return stream.getvalue()
