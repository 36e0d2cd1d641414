"""One generated step, run as plain Python: NumPy says where it would write out of bounds."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np

from dynsim.compiler.program import Program
from dynsim.compiler.writing.functions import generate
from dynsim.compiler.writing.layout import layout
from dynsim.compiler.writing.places import buffer_count
from dynsim.engine.modules.sources import source

SEED = 1


def stepped(program: Program, lanes: int, values: dict[str, Any], tick: int) -> dict[str, Any]:
    """The states after one step from `values` (states and parameters), with work arrays just as large as they have to
    be."""
    place = layout(program, lanes)
    generated = generate(program, place)
    text = source([*(generated.functions - {"abs"}), "ONE"]) + generated.text
    plain = SimpleNamespace(njit=lambda **options: lambda function: function, config=SimpleNamespace(DISABLE_JIT=True))
    scope: dict[str, Any] = {"np": np, "math": math, "numba": plain, "inlined": lambda function: function}
    topologies = program.topologies
    counts = [generated.buffers.get(name, 0) for name in topologies]
    scope |= {buffer_count(g): count for g, count in enumerate(counts)}
    exec(compile(text, "generated", "exec"), scope)  # noqa: S102 (our own text: what this test is about)
    p, y = np.full(place.rows_p * lanes, np.nan), np.full(place.rows_y * lanes, np.nan)
    for array, rows in ((p, place.parameters), (y, place.states)):
        for slot in rows.keys() & values.keys():
            cells = slice(rows[slot] * lanes, (rows[slot] + place.extent(slot)) * lanes)
            array[cells] = np.reshape(values[slot], (-1, lanes)).ravel()
    room = [np.zeros(place.rows_y * lanes), np.zeros(generated.rows * lanes)]
    edges = np.zeros(sum(count * t.m for count, t in zip(counts, topologies.values(), strict=True)))
    graphs = tuple(array for t in topologies.values() for array in t.arrays)
    with np.errstate(all="ignore"):
        scope["step"](p, y, *room, edges, np.arange(lanes, dtype=np.uint64), np.uint64(SEED), tick, graphs)
    rows = y.reshape(-1, lanes)
    return {
        s: rows[row] if place.slots[s].domain.kind == "scalar" else rows[row : row + place.extent(s)]
        for s, row in place.states.items()
    }
