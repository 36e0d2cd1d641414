"""The stochastic Heun method for Stratonovich equations (Rümelin 1982).

Strong order 1 where every Wiener process drives its own variable with an amplitude that depends on that variable
alone (commutative noise), 1/2 otherwise; weak order 1.
"""

from .base import INTEGRATORS, Integrator

stochastic_heun = INTEGRATORS.register(
    Integrator(
        "stochastic_heun", "Rümelin 1982", order=2, a=((), (1.0,)), b=(0.5, 0.5), c=(0.0, 1.0),
        noise="stratonovich", strong_order=1.0,
    ),
)
