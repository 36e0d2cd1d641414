"""The Euler–Maruyama method for Itô equations (Maruyama 1955): strong order 1/2, weak order 1."""

from .base import INTEGRATORS, Integrator

euler_maruyama = INTEGRATORS.register(
    Integrator(
        "euler_maruyama", "Maruyama 1955", order=1, a=((),), b=(1.0,), c=(0.0,), noise="ito", strong_order=0.5
    ),
)
