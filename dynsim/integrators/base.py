"""The contract of an integrator: a Butcher tableau.

An explicit Runge–Kutta method with s stages computes increments

    I_j = h f(t + c_j h, Y_j) + g(t + c_j h, Y_j) ΔW,      Y_j = y + Σ_{l<j} a_jl I_l,      y' = y + Σ_j b_j I_j

where ΔW = √h N(0, 1) is the same in all stages of a step, and g = 0 in an ordinary differential equation. One table
therefore serves both kinds of equation, and states whether its noise is Itô or Stratonovich.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..registry import Registry


@dataclass(frozen=True)
class Integrator:
    """A Butcher tableau.

    name: its name in scenarios. source: the publication. a, b, c: the coefficients of the formula above.
    order: of the deterministic part.
    noise, strong_order: the calculus in which the method converges in a stochastic equation, and its strong order if
    every variable has noise of its own.
    error: b − b̂ of the embedded method; adaptive methods have one.
    dense: for adaptive methods, the coefficients of θ, θ², … in b_j(θ), which give the state inside a step, at the
    share θ of it: y + Σ_j b_j(θ) I_j, with an error of order h^(dense_order + 1).
    """

    name: str
    source: str
    order: int
    a: tuple[tuple[float, ...], ...]
    b: tuple[float, ...]
    c: tuple[float, ...]
    noise: Literal["none", "ito", "stratonovich"] = "none"
    strong_order: float | None = None
    error: tuple[float, ...] | None = None
    dense: tuple[tuple[float, ...], ...] | None = None
    dense_order: int | None = None

    def __post_init__(self) -> None:
        if self.adaptive and (self.dense is None or self.dense_order is None):
            raise ValueError(f"the adaptive method {self.name!r} needs `dense` and `dense_order`")

    @property
    def adaptive(self) -> bool:
        return self.error is not None

    @property
    def stages(self) -> int:
        return len(self.b)


INTEGRATORS: Registry[Integrator] = Registry("integration method", "dynsim.integrators")
