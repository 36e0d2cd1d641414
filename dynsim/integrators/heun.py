"""Heun's method, the explicit trapezoidal rule (Heun 1900)."""

from .base import INTEGRATORS, Integrator

heun = INTEGRATORS.register(
    Integrator("heun", "Heun 1900", order=2, a=((), (1.0,)), b=(0.5, 0.5), c=(0.0, 1.0))
)
