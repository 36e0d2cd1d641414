"""The payoffs at the Nash equilibria of a game in normal form."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from ...arrays import Flags, Floats

TIGHT = 1e-9  # payoffs are scaled to order 1: inequalities within this of their bound count as equalities
MOST = 14  # pure strategies of two players together, up to which mixed equilibria are enumerated


def nash_payoffs(payoffs: Floats) -> Floats:
    """The payoffs at equilibria, (equilibria, players). payoffs: (players, n_1, n_2, …).

    For two players with at most MOST strategies, all extreme equilibria: pairs of vertices of the best-response
    polytopes that carry all labels between them (Mangasarian 1964; von Stengel 2002). All other equilibria are convex
    combinations of these, so the extreme ones bound what every player gets in any equilibrium. For other games, the
    equilibria in pure strategies.
    """
    if mixed(payoffs.shape[1:]):
        return _extreme(*payoffs)
    best = np.stack([
        table >= table.max(axis=k, keepdims=True) - TIGHT * np.abs(payoffs).max() for k, table in enumerate(payoffs)
    ]).all(axis=0)
    return payoffs[:, best].T


def mixed(sizes: tuple[int, ...]) -> bool:
    """Whether mixed equilibria are enumerated for players with these numbers of pure strategies."""
    return len(sizes) == 2 and sum(sizes) <= MOST


def _extreme(one: Floats, two: Floats) -> Floats:
    """The payoffs at all extreme equilibria of two players, from their tables (m, n)."""
    xs, x_labels = _vertices(_positive(two).T)
    ys, y_labels = _vertices(_positive(one))
    found = []
    for x, mine in zip(xs, x_labels, strict=True):
        for y, others in zip(ys, y_labels, strict=True):
            # Labels of x: strategies not played, then best responses of the other; of y in the other order.
            if (mine | np.concatenate([others[len(y):], others[:len(y)]])).all():
                found.append((x @ one @ y, x @ two @ y))
    return np.array(found).reshape(-1, 2)


def _positive(table: Floats) -> Floats:
    """An equivalent table with payoffs between 1 and 2."""
    span = float(np.ptp(table)) or 1.0
    return 1.0 + (table - table.min()) / span


def _vertices(rows: Floats) -> tuple[list[Floats], list[Flags]]:
    """The vertices of {x ≥ 0, rows @ x ≤ 1} except 0, scaled to shares, and their equalities in x = 0, rows @ x = 1."""
    size = rows.shape[1]
    matrix = np.concatenate([-np.eye(size), rows])
    bounds = np.concatenate([np.zeros(size), np.ones(len(rows))])
    points: list[Floats] = []
    labels: list[Flags] = []
    for tight in combinations(range(len(matrix)), size):
        part = matrix[list(tight)]
        if abs(np.linalg.det(part)) < TIGHT:
            continue
        x = np.linalg.solve(part, bounds[list(tight)])
        slack = bounds - matrix @ x
        if (slack >= -TIGHT).all() and x.sum() > TIGHT and not any(np.abs(x - p).max() < TIGHT for p in points):
            points.append(x)
            labels.append(slack <= TIGHT)
    return [x / x.sum() for x in points], labels
