"""Subsets of a record: evenly spread ticks with the first and the last, and evenly spread replicas of every cell."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from ...algebra.functions import absolute
from ...algebra.graph import Expr
from ...algebra.interpret import evaluate
from ...algebra.structural import total
from ...arrays import Flags, Floats, Integers
from ...record.recording import Block, join
from .study import Study, evaluate_block

CACHED = 1 << 15  # numbers of one evaluated expression: operations then stay in the processor's cache
TICKS = 50  # the default number of ticks that a metric reads
REPLICAS = 64  # the default number of replicas of every cell in which a metric makes searches


def sampled(study: Study, ticks: int) -> Block:
    """The record at about `ticks` evenly spread ticks; the whole record where it has fewer."""
    return at_ticks(study, spread_over(0, len(study.times), ticks))


def spread_over(start: int, stop: int, count: int) -> Integers:
    """About `count` evenly spread integers of range(start, stop), with the first and the last one."""
    return np.unique(np.linspace(start, stop - 1, min(count, stop - start)).round().astype(np.int64))


def at_ticks(study: Study, wanted: Integers) -> Block:
    """The record at the ticks with these numbers, which ascend."""
    parts: list[Block] = []
    start = 0
    for block in study.recording.blocks():
        mine = wanted[(wanted >= start) & (wanted < start + block.ticks)] - start
        if len(mine):
            parts.append(Block(block.times[mine], {name: array[mine] for name, array in block.values.items()}))
        start += block.ticks
    return join(parts)


def ends(study: Study) -> tuple[Block, Block]:
    """The first and the last recorded tick, each in a block of its own."""
    both = sampled(study, 2)
    return both[:1], both[-1:]


def at_share(study: Study, share: float) -> Block:
    """A block of the one recorded tick that is nearest to this share of the run's time."""
    times = study.times
    wanted = times[0] + share * (times[-1] - times[0])
    return at_ticks(study, np.array([np.abs(times - wanted).argmin()]))


def alive(tick: Block) -> Flags:
    """Which replicas have finite states in a block of one tick, (R,)."""
    finite = [np.isfinite(array[0]) for array in tick.values.values()]
    return np.logical_and.reduce([x if x.ndim == 1 else x.all(axis=0) for x in finite])


def pieces(block: Block, replicas: int) -> Iterator[Block]:
    """The block in pieces of a few ticks, sized for the processor's cache."""
    step = max(1, CACHED // replicas)
    for start in range(0, block.ticks, step):
        yield block[start : start + step]


def evaluated(study: Study, block: Block, exprs: Sequence[Expr]) -> Floats:
    """The values of scalar expressions over a block, (len, K, R)."""
    result = np.empty((len(exprs), block.ticks, study.replicas))
    start = 0
    for part in pieces(block, study.replicas):
        rows = evaluate_block(study.program, part, study.recording, exprs)
        for k, values in enumerate(rows):
            result[k, start : start + part.ticks] = values
        start += part.ticks
    return result


def constant(study: Study, value: Expr) -> Floats | None:
    """The value in every replica, (R,) or (n, R) per node, of an expression of parameters that no event changes. None
    for every other expression. Does not read the record."""
    graph, fixed = value.graph, {slot.name for slot in study.program.parameters}
    leaves = [graph.nodes[k] for k in graph.reachable([value]) if not graph.nodes[k].args]
    if not all(leaf.op == "constant" or (leaf.op == "symbol" and leaf.data in fixed) for leaf in leaves):
        return None
    (result,) = evaluate([value], dict(study.recording.parameters), study.program.topologies)
    return np.broadcast_to(result, study.replicas) if value.domain.kind == "scalar" else result


def largest(study: Study, values: Sequence[Expr], ticks: int = TICKS) -> Floats:
    """max |value| of scalars, or max Σ|value| over nodes, over about `ticks` recorded ticks, (len, R); 0 where a value
    is never finite. Reads the record only for expressions that change over time."""
    sizes = [total(absolute(value)) for value in values]
    known = [constant(study, size) for size in sizes]
    changing = [size for size, one in zip(sizes, known, strict=True) if one is None]
    found = iter(evaluated(study, sampled(study, ticks), changing) if changing else ())
    rows = [next(found) if one is None else one[None] for one in known]
    return np.stack([np.nan_to_num(row).max(axis=0) for row in rows])


def over_pieces(study: Study, block: Block, compute: Callable[[Block], Floats]) -> Floats:
    """The results of `compute` for pieces of the block, (…, K, R), joined along the ticks."""
    return np.concatenate([compute(part) for part in pieces(block, study.replicas)], axis=-2)


def selected_replicas(study: Study, count: int) -> Integers:
    """The numbers of about `count` evenly spread replicas of every cell; all where a cell has fewer."""
    cells = [study.cells.replicas(c) for c in range(study.cells.count)]
    return np.sort(np.concatenate([mine[spread_over(0, len(mine), count)] for mine in cells]))


def scattered(values: Floats, replicas: Integers, study: Study) -> Floats:
    """The values (…, r) of these replicas as an array of all replicas, (…, R), with NaN for the others."""
    result = np.full((*values.shape[:-1], study.replicas), np.nan)
    result[..., replicas] = values
    return result
