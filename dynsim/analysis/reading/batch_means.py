"""Averages over time, and over batches of it: sums over the record that need no more than one block of it at a time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...algebra.graph import Expr
from ...arrays import Floats
from .study import Study, evaluate_block


def batch_means(study: Study, exprs: Sequence[Expr], skip: float, batches: int) -> Floats:
    """The means of scalars over consecutive batches of recorded ticks, as equal as can be, (len, B, R).

    skip: the share of the ticks that is left out at the start, so that at least one is left. There are no more batches
    than ticks. The end of the run is left out where it is nearer to the tick before it than other ticks are.
    """
    ticks = study.even
    first = min(int(np.ceil(skip * ticks)), ticks - 1)
    batches = min(batches, ticks - first)
    batch = np.arange(ticks - first) * batches // (ticks - first)
    sums = np.zeros((len(exprs), batches, study.replicas))
    start = 0
    for block in study.recording.blocks():
        skipped = max(first - start, 0)
        part = block[skipped : max(ticks - start, 0)]
        if part.ticks:
            mine = batch[start + skipped - first :][: part.ticks]
            found = evaluate_block(study.program, part, study.recording, exprs)
            for k, values in enumerate(found):
                np.add.at(sums[k], mine, np.broadcast_to(values, (part.ticks, study.replicas)))
        start += block.ticks
    result: Floats = sums / np.bincount(batch)[:, None]
    return result


def time_means(study: Study, exprs: Sequence[Expr], skip: float) -> Floats:
    """The means of scalars over the recorded ticks after that share of them, (len, R)."""
    return batch_means(study, exprs, skip, 1)[:, 0]
