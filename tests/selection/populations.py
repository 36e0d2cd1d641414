"""Scenarios with selection, run at the level of the engine, with their genealogy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynsim.compiler.program import Program
from dynsim.engine.plan import Chunk, Outcome, Plan
from dynsim.engine.simulate import run
from dynsim.session.requested_metrics import silent
from dynsim.session.simulate import prepare
from dynsim.system.scenario import load_scenario

Array = NDArray[Any]


@dataclass(frozen=True)
class History:
    """Everything a run gave. record: by slot (T, R) or (T, n, R), and `t`; births: by name (G, R), and `t`."""

    record: dict[str, Array]
    births: dict[str, Array]
    outcome: Outcome


def prepared(text: str, **changes: Any) -> tuple[Program, Plan]:
    """The program and the plan of a scenario with some overrides (dots are written __)."""
    overrides = [f"{key.replace('__', '.')}={value}" for key, value in changes.items()]
    job = prepare(load_scenario(text, overrides), (), True, None, silent)
    return job.program, job.plan


def history(program: Program, plan: Plan, **options: Any) -> History:
    chunks: list[Chunk] = []
    outcome = run(program, plan, chunks.append, **options)
    return joined(chunks, outcome)


def joined(chunks: Sequence[Chunk], outcome: Outcome) -> History:
    record = {s: np.concatenate([c.values[s] for c in chunks]) for s in chunks[0].values}
    found = [c.births for c in chunks if c.births is not None]
    births = {name: np.concatenate([b.values[name] for b in found]) for name in found[0].values}
    times = np.concatenate([c.times for c in chunks])
    return History(record | {"t": times}, births | {"t": np.concatenate([b.times for b in found])}, outcome)


def same(a: History, b: History) -> bool:
    """Equal in every bit, NaN equal to NaN."""
    pairs = [(a.record, b.record), (a.births, b.births)]
    ends = (a.outcome.diverged_at, a.outcome.diverged_slot), (b.outcome.diverged_at, b.outcome.diverged_slot)
    return all(
        x.keys() == y.keys() and all(same_bits(x[k], y[k]) for k in x) for x, y in pairs
    ) and all(same_bits(x, y) for x, y in zip(*ends, strict=True))


def same_bits(a: Array, b: Array) -> bool:
    """Equal bits, apart from those of NaN."""
    if a.dtype != float:
        return np.array_equal(a, b)
    return a.shape == b.shape and np.array_equal(*(np.where(np.isnan(x), np.nan, x).view(np.int64) for x in (a, b)))
