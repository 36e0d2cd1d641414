"""The rotating and the descending part of a game."""

from collections.abc import Iterator
from typing import Any

import numpy as np

import dynsim as ds

from .base import BILINEAR, ROWS, Check, Row
from .playing.duels import duel
from .playing.outcomes import final

TIME, DT = 5.0, 0.001


@ROWS.register
class Hamiltonian(Row):
    """Gradient flow dz/dt = −ξ with the constant Jacobian J = S + A, S symmetric, A antisymmetric. H = ½‖ξ‖² changes at
    the rate −ξᵀSξ. If the game is Hamiltonian (S = 0), H is conserved, like the energy of an oscillator.

    L₁ = ½s₁x² + bxy, L₂ = ½s₂y² + cxy with numbers sampled from the standard normal distribution (seed 0), and c = −b,
    s₁ = s₂ = 0 for the Hamiltonian game. The integral of −ξᵀSξ is a variable of the system, so both sides come from one
    run, with the classical Runge–Kutta method and steps of .001 up to time 5.
    """

    name = "hamiltonian"
    heading = "Which part of a game conserves ½‖ξ‖²?"
    section = BILINEAR
    order = 110
    source = "Balduzzi et al. 2018"

    def checks(self) -> Iterator[Check]:
        s_1, s_2, b, c = np.random.default_rng(0).normal(size=4)
        before, after, _ = _energies(0.0, 0.0, b, -b)
        yield Check("Hamiltonian game: H at time 5 over H at the start", 1.0, after / before, "exact")
        before, after, fallen = _energies(s_1, s_2, b, c)
        yield Check("general game: change of H less the integral of −ξᵀSξ", 0.0, after - before - fallen, "exact")
        yield Check("general game: how much H changes at all", 0.1, abs(after - before), relation="≥")


def _energies(s_1: float, s_2: float, b: float, c: float) -> tuple[float, float, float]:
    """H at the start and at the end, and ∫ −ξᵀSξ dt."""

    def losses(x: Any, y: Any) -> tuple[Any, Any]:
        return s_1 * x * x / 2 + b * x * y, s_2 * y * y / 2 + c * x * y

    system = duel(losses, ds.rules.gradient(rate=1.0), (0.6, 0.8))
    xi, eta = f"({s_1}*x + {b}*y)", f"({s_2}*y + {c}*x)"
    system.state("fallen", init=0, flow=f"-({s_1}*{xi}**2 + {s_2}*{eta}**2 + {b + c}*{xi}*{eta})")
    system.clock(time=TIME, dt=DT, method="rk4")
    run = ds.simulate(system, every=TIME)
    start, end = run.states.iloc[0], final(run).iloc[0]
    energy = [((s_1 * z.x + b * z.y) ** 2 + (s_2 * z.y + c * z.x) ** 2) / 2 for z in (start, end)]
    return energy[0], energy[1], float(end.fallen)
