"""The Dirac-GAN: the smallest generative adversarial network."""

from collections.abc import Iterator

import numpy as np

import dynsim as ds

from .base import BILINEAR, ROWS, Check, Row
from .playing.duels import duel
from .playing.outcomes import growth


@ROWS.register
class DiracGan(Row):
    """The generator puts all mass at θ, the data are at 0, the discriminator is D(x) = ψx. With f(t) = −log(1 + e^{−t})
    the discriminator ascends f(ψθ) + f(0), which the generator descends; f′(0) = ½, so near the only equilibrium
    (0, 0) the field turns with angular velocity ½.

    A simultaneous gradient step of size h has the modulus √(1 + h²/4) there, so it diverges for every step size. The
    penalty R₁ = ½γψ² on the discriminator's gradient at the data makes the eigenvalues of the flow −γ/2 ± √(γ² − 1)/2:
    both real parts are negative, and convergence is fastest at γ = 1 (critical damping). The eigenvalue is double there
    and can be computed only to the square root of the rounding error, so 10⁻⁷ is allowed.
    """

    name = "dirac_gan"
    heading = "Which penalty makes the smallest adversarial network converge?"
    section = BILINEAR
    order = 120
    source = "Mescheder, Geiger and Nowozin 2018, lemma 2.3, and the penalty R1"
    quick = True

    def checks(self) -> Iterator[Check]:
        for h in (0.1, 1.0):
            system = duel("dirac_gan", ds.rules.gradient(rate=h), (0.0, 0.0))
            yield Check(f"growth in one simultaneous step, h = {h:g}", np.sqrt(1 + h * h / 4), growth(system))
        for gamma in (0.5, 1.0, 2.0):
            root = np.emath.sqrt(gamma**2 - 1) / 2
            loose = 1e-7 if gamma == 1.0 else None
            rate, turning = _flow(gamma)
            yield Check(f"flow, γ = {gamma:g}: growth rate", np.real(-gamma / 2 + root), rate, tolerance=loose)
            yield Check(f"flow, γ = {gamma:g}: angular velocity", np.imag(root), turning, tolerance=loose)


def _flow(gamma: float) -> tuple[float, float]:
    """The growth rate and the angular velocity of small perturbations of the equilibrium."""
    system = duel("dirac_gan", ds.rules.gradient(rate=1.0), (0.0, 0.0), penalty=gamma)
    system.clock(time=1.0, dt=0.1)
    found = ds.simulate(system, compiled=False).metric("stability").set_index("quantity")["mean"]
    return float(found["growth"]), float(found["frequency"])
