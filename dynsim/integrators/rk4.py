"""The classical fourth-order Runge–Kutta method (Kutta 1901)."""

from .base import INTEGRATORS, Integrator

rk4 = INTEGRATORS.register(
    Integrator(
        "rk4", "Kutta 1901", order=4,
        a=((), (0.5,), (0.0, 0.5), (0.0, 0.0, 1.0)),
        b=(1 / 6, 1 / 3, 1 / 3, 1 / 6),
        c=(0.0, 0.5, 0.5, 1.0),
    ),
)
