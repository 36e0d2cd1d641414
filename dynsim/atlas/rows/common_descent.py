"""Descent of two objectives at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

import dynsim as ds

from .base import ROWS, WELFARE, Check, Row
from .playing.outcomes import final

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


@ROWS.register
class CommonDescent(Row):
    """One agent moves z in the plane and descends two objectives at once, ½(z − p)ᵀA(z − p) and ½(z − q)ᵀB(z − q),
    along the shortest vector γg₁ + (1 − γ)g₂ of the convex hull of their gradients, γ = clip(((g₂ − g₁)·g₂)/|g₁ − g₂|²,
    0, 1). A step is compared with this formula in NumPy from 100 random starts (A, B, p, q and starts with seed 0),
    among which both ends of the clip occur. Neither objective ever rises, and all paths end on the Pareto set, where
    the gradients point in opposite directions.
    """

    name = "common_descent"
    heading = "How does one descend two objectives at once?"
    section = WELFARE
    order = 130
    source = "Désidéri 2012; in closed form Sener and Koltun 2018"

    def checks(self) -> Iterator[Check]:
        states = ds.simulate(_system(), steps=1, compiled=False).states
        before, after = (states[states.t == t][["z[0]", "z[1]"]].to_numpy() for t in (0, 1))
        g_1, g_2 = _gradients(before)
        gamma = np.clip(((g_2 - g_1) * g_2).sum(axis=1) / ((g_1 - g_2) ** 2).sum(axis=1), 0, 1)[:, None]
        step = -RATE * (gamma * g_1 + (1 - gamma) * g_2)
        away, clipped = np.abs(after - before - step).max(), ((gamma == 0) | (gamma == 1)).sum()
        yield Check("largest distance of a step from the formula", 0.0, float(away), "exact")
        yield Check("starts at which one objective alone counts", 10, float(clipped), relation="≥", tolerance=0.0)
        found = ds.simulate(_system(), steps=4000)
        losses = found.states.pivot(index="t", columns="replica", values=["both[0]", "both[1]"]).to_numpy()
        rise = float(np.diff(losses, axis=0).max())
        yield Check("largest rise of an objective in a step", 0.0, rise, "exact", relation="≤")
        g_1, g_2 = _gradients(final(found)[["z[0]", "z[1]"]].to_numpy())
        sizes = np.linalg.norm(g_1, axis=1) * np.linalg.norm(g_2, axis=1)
        interior = sizes > 1e-6
        cosine = (g_1 * g_2).sum(axis=1)[interior] / sizes[interior]
        yield Check("largest cosine of the two gradients at the end", -1.0, float(cosine.max()), tolerance=1e-6)

    def figure(self) -> Figure:
        """The ends of 100 paths, and the Pareto set."""
        from ...plots.drawing.comparison import Series, comparison

        run = ds.simulate(_system(), steps=4000, every=4000)
        start, end = (run.states[run.states.t == t] for t in (0, 4000))
        weight = np.linspace(0, 1, 200)[:, None, None]
        mixed, target = weight * A + (1 - weight) * B, weight * (A @ P)[:, None] + (1 - weight) * (B @ Q)[:, None]
        pareto = np.linalg.solve(mixed, target)[..., 0]
        return comparison(
            [Series("ends", end["z[0]"], end["z[1]"]), Series("starts", start["z[0]"], start["z[1]"])],
            [Series("Pareto set", pareto[:, 0], pareto[:, 1])], "z₁", "z₂",
        )  # fmt: skip


RATE = 0.02
_RNG = np.random.default_rng(0)


def _positive() -> Any:
    root = _RNG.normal(size=(2, 2))
    return root @ root.T + 0.3 * np.eye(2)


A, B = _positive(), _positive()
P, Q = _RNG.normal(size=(2, 2))
STARTS = _RNG.normal(scale=2, size=(100, 2))


def _gradients(z: Any) -> Any:
    return (z - P) @ A, (z - Q) @ B


def _system() -> ds.System:
    system = ds.System("two objectives")
    start = [system.parameter(name, 0.0) for name in ("u", "v")]
    z: Any = system.state("z", init=start, size=2)

    def bowl(matrix: Any, centre: Any) -> Any:
        d = [z[0] - centre[0], z[1] - centre[1]]
        return (matrix[0, 0] * d[0] ** 2 + 2 * matrix[0, 1] * d[0] * d[1] + matrix[1, 1] * d[1] ** 2) / 2

    both: Any = system.derived("both", [bowl(A, P), bowl(B, Q)])
    system.agent("one", z, both[0], ds.rules.multiple_gradient(rate=RATE, objectives=both))
    system.ensemble(replicas=100, vary={"u": STARTS[:, 0].tolist(), "v": STARTS[:, 1].tolist()})
    system.record(derived=both)
    return system
