"""The explicit Euler method (Euler 1768)."""

from .base import INTEGRATORS, Integrator

euler = INTEGRATORS.register(
    Integrator("euler", "Euler 1768", order=1, a=((),), b=(1.0,), c=(0.0,))
)
