"""Repeated risk minimisation."""

from collections.abc import Iterator

import numpy as np

import dynsim as ds

from .base import ROWS, WELFARE, Check, Row


@ROWS.register
class RepeatedRetraining(Row):
    """A model θ with the loss γθ²/2 − βzθ is trained to convergence on the world z = b + εθ that the previous model
    caused. The loss is γ-strongly convex, its gradient β-Lipschitz in z, and z ε-sensitive to θ; every retraining
    multiplies the distance from the stable point βb/(γ − εβ) by εβ/γ, so the bound of the theorem holds with equality.
    b = 1, from θ = 0.
    """

    name = "repeated_retraining"
    heading = "When does retraining on the world that the model made settle?"
    section = WELFARE
    order = 50
    source = "Perdomo, Zrnic, Mendler-Dünner and Hardt 2020, the theorem on repeated risk minimization"
    quick = True

    def checks(self) -> Iterator[Check]:
        for eps, beta, gamma in ((0.5, 1.0, 0.8), (0.9, 1.5, 1.5), (-0.6, 2.0, 1.6), (1.2, 1.0, 1.0), (-1.5, 0.8, 0.9)):
            system = ds.System("retraining")
            theta = system.state("theta", init=0)
            z = system.derived("z", 1 + eps * theta)
            rule = ds.rules.repeated_risk_minimization()
            system.agent("model", theta, gamma * theta**2 / 2 - beta * z * theta, rule, paths={z: 0})
            states = ds.simulate(system, steps=8, compiled=False).states
            away = np.abs(states.theta.to_numpy() - beta / (gamma - eps * beta))
            factor = (away[8] / away[0]) ** (1 / 8)
            what = f"factor per retraining, ε = {eps:g}, β = {beta:g}, γ = {gamma:g}"
            yield Check(what, abs(eps) * beta / gamma, float(factor))
