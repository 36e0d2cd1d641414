"""Equilibria of the gradient dynamics of a game, searched from many starts, with their stability and Nash property."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...arrays import Flags, Floats, Integers
from ..numerics.roots import roots
from .feasible_faces import Face, faces
from .feasible_set import FeasibleSet
from .stage_game import StageGame

ZERO = 1e-9  # of the largest |ξ| at the starts: a smaller gradient counts as 0
VANISHING = 1e-7  # of |J|: a smaller eigenvalue counts as 0
SAME, SAME_DEGENERATE = 1e-6, 1e-3  # of 1 + |x|: nearer points are one; searches end less exactly at degenerate ones


@dataclass
class Point:
    """An equilibrium. x: (d,). on: the face in whose relative interior it lies. real: the real parts of the eigenvalues
    of J along that face. starts: the number of searches that ended there; None for a corner, which is checked
    directly."""

    x: Floats
    on: Face
    real: Floats
    stability: str
    nash: str
    starts: int | None


def equilibria(game: StageGame, starts: Floats) -> list[Point]:
    """The equilibria that the searches from these starts, (S, d), find on any face, and all corners that are
    equilibria. Stable ones come first; points of equal stability are ordered by the number of searches that ended
    there."""
    sizes = np.abs(game.slopes(starts)).max(axis=1, initial=0.0)
    zero = ZERO * max(1e-300, float(np.max(sizes, initial=0.0, where=np.isfinite(sizes))))
    found: list[Point] = []
    for face in faces(game.feasible):
        ends = _rests(game, face, starts)
        for x, slopes in zip(ends, game.slopes(ends), strict=True):
            if _is_equilibrium(face, x, slopes, zero):
                _add(found, game, face, _wrapped(game.feasible, x), zero)
    order = {"stable": 0, "marginal": 1, "saddle": 2, "unstable": 3}
    return sorted(found, key=lambda p: (order[p.stability], -(p.starts or 0), p.x.tolist()))


def _rests(game: StageGame, face: Face, starts: Floats) -> Floats:
    """The ends of the searches along the face, (S, d); for a corner, the corner."""
    basis = face.basis
    if not basis.shape[1]:
        return face.placed(starts[0])[None]
    origins = np.stack([face.placed(x) for x in starts])

    def along(u: Floats, lanes: Integers) -> tuple[Floats, Floats]:
        x = origins[lanes] + u @ basis.T
        return game.slopes(x) @ basis, basis.T @ game.curvature(x) @ basis

    return origins + roots(along, np.zeros((len(starts), basis.shape[1]))) @ basis.T


def _is_equilibrium(face: Face, x: Floats, slopes: Floats, zero: float) -> bool:
    """Whether x lies inside the face, ξ vanishes along it, and descent does not lead off it (Karush–Kuhn–Tucker)."""
    if not np.isfinite(x).all() or not np.isfinite(slopes).all() or not face.holds(x):
        return False
    return bool((np.abs(slopes @ face.basis) <= zero).all() and (face.pushes(slopes) >= -zero).all())


def _add(found: list[Point], game: StageGame, face: Face, x: Floats, zero: float) -> None:
    """Add the point to those found, or count it for the one that it coincides with."""
    basis = face.basis
    for point in found:
        near = SAME_DEGENERATE if point.stability == "marginal" else SAME
        if point.on is face and (np.abs(_wrapped(game.feasible, point.x - x)) <= near * (1.0 + np.abs(x))).all():
            point.starts = None if point.starts is None else point.starts + 1
            return
    j = game.curvature(x)
    if np.isfinite(j).all():
        held = face.pushes(game.slopes(x)) > zero
        vanishing = VANISHING * max(1e-300, float(np.abs(j).max(initial=0.0)))
        real = np.linalg.eigvals(basis.T @ j @ basis).real.astype(float)
        stability = _stability(real, vanishing, bool(held.all()))
        starts = 1 if basis.shape[1] else None
        found.append(Point(x, face, real, stability, _nash(game, face, basis, x, vanishing, held), starts))


def _stability(real: Floats, vanishing: float, held: bool) -> str:
    """The stability under the projected flow dx/dt = −ξ. held: displacements off the face are strictly opposed."""
    if (real < -vanishing).any():
        return "unstable" if (real < -vanishing).all() else "saddle"
    return "stable" if held and (real > vanishing).all() else "marginal"


def _nash(game: StageGame, face: Face, basis: Floats, x: Floats, vanishing: float, held: Flags) -> str:
    """The Nash property: second-order conditions of every agent in its own controls along the face. held: which bounds
    are strictly active."""
    verdicts = set()
    for agent, rows in game.rows.items():
        mine = basis[rows][:, np.abs(basis[rows]).max(axis=0, initial=0.0) > 0.0]
        own = mine.T @ game.own_curvature(agent, x) @ mine
        curvatures = np.linalg.eigvalsh((own + own.T) / 2)
        if (curvatures < -vanishing).any():
            return "no Nash"
        kept = all(h for k, h in zip(face.off, held, strict=True) if k in rows)
        if kept and (curvatures > vanishing).all():
            verdicts.add("strict local Nash")
        else:
            verdicts.add("Nash" if game.linear(agent) else "undecided")
    if "undecided" in verdicts:
        return "undecided"
    return verdicts.pop() if len(verdicts) == 1 else "local Nash"


def _wrapped(feasible: FeasibleSet, x: Floats) -> Floats:
    """The point with its angles in [−π, π)."""
    result = x.copy()
    for space, mine in feasible.parts:
        if space.kind == "circle":
            rows = list(mine)
            result[rows] = (x[rows] + np.pi) % (2.0 * np.pi) - np.pi
    return result
