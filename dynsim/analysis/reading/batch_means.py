"""Averages over time and over batches of ticks, summed block by block so that memory does not grow with the record."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...algebra.graph import Expr
from ...arrays import Floats
from .study import Study, evaluate_block


def batch_means(study: Study, exprs: Sequence[Expr], skip: float, batches: int) -> Floats:
    """The means of scalar expressions over consecutive batches of recorded ticks of nearly equal size, (len, B, R).

    skip: the share of the ticks that is left out at the start; at least one tick remains. B is at most the number of
    ticks. The final tick is left out where the interval before it is shorter than the others.
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
    """The means of scalar expressions over the recorded ticks after the share `skip` of them, (len, R)."""
    return batch_means(study, exprs, skip, 1)[:, 0]
