"""Opinions that average: DeGroot, and Friedkin and Johnsen."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

import dynsim as ds

from ...arrays import Floats
from .base import ROWS, WELFARE, Check, Row


@ROWS.register
class AveragingOpinions(Row):
    """Forty people on a random directed graph (the scenarios `degroot` and `friedkin_johnsen`). Under x ← Wx all
    opinions converge to π·x(0), where π is the left Perron vector of W, and the component along the left eigenvector of
    the second eigenvalue λ₂ shrinks by the factor |λ₂| in every step. With convictions s and openness Λ, x ← ΛWx + (I −
    Λ)s converges to (I − ΛW)⁻¹(I − Λ)s. LAPACK gives the eigenvectors and the solution for the weights of the run.
    """

    name = "averaging_opinions"
    heading = "Where do people who average end, and how soon?"
    section = WELFARE
    order = 100
    source = "DeGroot 1974; Friedkin and Johnsen 1990"

    def checks(self) -> Iterator[Check]:
        run = ds.simulate("degroot", replicas=16)
        heard, x = _averaging(run), _opinions(run, "opinion")
        matrix = 0.2 * np.eye(40) + 0.8 * heard
        values, vectors = np.linalg.eig(matrix.T)
        order = np.argsort(np.abs(values))
        first = vectors[:, order[-1]].real
        away = np.abs(x[-1] - x[0] @ (first / first.sum())[:, None]).max()
        yield Check("DeGroot: largest distance from π·x(0) at the end", 0.0, float(away), "exact")
        part = np.abs(x[:21] @ vectors[:, order[-2]])
        factor = float((part[20] / part[0]).mean() ** (1 / 20))
        yield Check("DeGroot: factor per step along λ₂", float(np.abs(values[order[-2]])), factor, tolerance=1e-8)
        run = ds.simulate("friedkin_johnsen", replicas=16)
        openness, home = np.diag(np.linspace(0.3, 0.95, 40)), _opinions(run, "home")[0]
        rest = np.linalg.solve(np.eye(40) - openness @ _averaging(run), (home @ (np.eye(40) - openness)).T).T
        away = np.abs(_opinions(run, "opinion")[-1] - rest).max()
        yield Check("Friedkin–Johnsen: largest distance from (I − ΛW)⁻¹(I − Λ)s at the end", 0.0, float(away), "exact")


def _averaging(run: ds.Run) -> Floats:
    town = run.model.populations["town"].topology
    weights = np.zeros((town.n, town.n))
    weights[town.target, town.source] = town.weight
    return weights / weights.sum(axis=1, keepdims=True)


def _opinions(run: ds.Run, name: str) -> Floats:
    """The opinions by tick, replica and person."""
    table = run.population(name).sort_values(["t", "replica", "element"])
    return table.value.to_numpy().reshape(table.t.nunique(), table.replica.nunique(), -1)
