"""Updates per second of every learning rule: 10,000 seeds × 100 updates, against batched NumPy if there is a peer.

An update moves both players. Most rules play the exact iterated prisoner's dilemma with ten parameters. Rules on
simplices play a 3 × 3 game with random payoffs. Rules in `SMALL`, which need convex objectives or whose programs would
take minutes to compile, play a quadratic game with two parameters. Mandatory settings are 1, .05 or 10, the first that
is allowed, unless `SETTINGS` says otherwise. Compile times are in the notes.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import ours
from benchmarks.arenas import LOGITS, NUMBERS, PAYOFFS, SHARES, Arena
from benchmarks.peers import ipd_rules, simplex_rules
from benchmarks.table import Row, compared
from benchmarks.timing import NAN, interleaved

REPLICAS, UPDATES = 10_000, 100
REPEATS = 3
Floats = NDArray[np.float64]
SETTINGS: dict[str, dict[str, Any]] = {
    "local_symplectic_surgery": {"ridge": 0.1},
    "logit": {"rate": 0.1, "temperature": 0.5},
    "boltzmann_q": {"rate": 0.1, "temperature": 0.5},
    "evolution_strategies": {"pairs": 1},
}
SMALL = ("proximal_point", "repeated_risk_minimization")
ON_SIMPLEX = ("replicator", "projection", "smith", "brown_von_neumann_nash", "best_response", "multiplicative_weights")
"""Whose rate is .1."""


def measure() -> list[Row]:
    """One row per rule."""
    from dynsim.rules.base import RULES

    return [_row(name) for name in RULES.names()]


def settings(name: str) -> dict[str, Any]:
    """The rule's settings."""
    from dynsim.rules.base import RULES
    from dynsim.settings import (
        ArraySetting,
        ExpressionSetting,
        NestedListSetting,
        NestedSetting,
        NumberSetting,
        settings_of,
    )

    kinds = settings_of(RULES.get(name))
    found: dict[str, Any] = {"rate": 0.1} if name in ON_SIMPLEX else {}
    gradient = {"gradient": {"rate": 1}}
    samples: dict[type, Any] = {
        ExpressionSetting: "[0, 0, 0, 0, 0]", NestedSetting: gradient,
        NestedListSetting: [gradient, {"momentum": {"rate": 1}}], ArraySetting: [1 / 3] * 3,
    }  # fmt: skip
    for field in dataclasses.fields(RULES.get(name)):
        if field.default is dataclasses.MISSING and field.name not in found:
            kind = kinds[field.name]
            if isinstance(kind, NumberSetting):
                found[field.name] = next((x for x in (1, 0.05, 10) if kind.allows(float(x))), kind.example)
            else:
                found[field.name] = samples[type(kind)]
    return found | SETTINGS.get(name, {})


def arena(name: str) -> Arena:
    from dynsim.rules.base import RULES

    return SHARES if RULES.get(name).space == "simplex" else NUMBERS if name in SMALL else LOGITS


def starts(name: str, replicas: int = REPLICAS) -> Floats:
    """The initial values of both players, (slots, N)."""
    return arena(name).start(np.random.default_rng(0), replicas)


def dynsim(name: str, start: Floats, updates: int = UPDATES) -> Callable[[], Floats]:
    """dynsim's run from the start to the end, as `starts` has them."""
    import yaml

    place = arena(name)
    rule = yaml.safe_dump({name: settings(name)}, default_flow_style=True, width=10_000).strip()
    simulate = ours.prepared(place.text.format(rule=rule), dict(zip(place.slots, start, strict=True)), steps=updates)

    def final() -> Floats:
        last = simulate()
        return np.stack([last[slot] for slot in place.slots])

    return final


def peer(name: str, start: Floats, updates: int = UPDATES) -> Callable[[], Floats] | None:
    """The NumPy program, from the start to the end, or None."""
    mixed, logits = simplex_rules.RULES.get(name), ipd_rules.RULES.get(name)
    if mixed is not None:
        return lambda: simplex_rules.run(mixed, PAYOFFS, start, updates)
    return None if logits is None else lambda: ipd_rules.run(logits, start, updates)


def _row(name: str) -> Row:
    start = starts(name)
    other = peer(name, start)
    contestants: dict[str, Callable[[], object]] = {"dynsim": dynsim(name, start)}
    if other is not None:
        contestants["NumPy"] = other
    times = interleaved(contestants, REPEATS)
    scale = 1e-6 * REPLICAS * UPDATES
    mine, note = scale / times["dynsim"].best, f"compile {times['dynsim'].compile:.2g} s"
    title = f"{name}, {arena(name).title}"
    if other is None:
        return Row(title, mine, NAN, NAN, "1e6 updates/s", "", False, note)
    theirs = scale / times["NumPy"].best
    return dataclasses.replace(compared(title, 1 / mine, 1 / theirs, "1e6 updates/s", note), ours=mine, theirs=theirs)
