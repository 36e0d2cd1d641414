"""The gradient through the point where the flow comes to rest, by implicit differentiation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ...algebra.algorithms.linear import solve
from ...algebra.differentiate import gradient
from ...algebra.graph import Expr, fill
from ...system.flows import Flows

Masked = Callable[[Expr, Sequence[Expr]], list[Expr]]


def through_fixed_point(
    value: Expr, symbols: Sequence[Expr], flows: Flows, factors: Mapping[str, Expr], masked: Masked
) -> list[Expr]:
    """dE/dθ at the x(θ) that solves F(x, θ) = 0, of which the current state is taken to be an instance:

        ξ_θ = ∂E/∂θ + Σ_a λ_a ∂F_a/∂θ      with      (−∂F/∂x)ᵀ λ = (g_v ∂E/∂x_v)_v

    (the implicit function theorem; Bai et al. 2019, theorem 1; Lorraine et al. 2020). F: the joint flow of the
    components x of `flows`. g_v: the factor on the path through x_v. masked: a gradient with the factors on derived
    variables. The fixed point does not depend on where a flowing variable is now, so the derivative by one is 0.
    """
    if not symbols:
        return []
    x, rates = list(flows), list(flows.values())
    one, zero = value.graph.constant(1.0), value.graph.constant(0.0)
    # Solved for λ, one linear system serves all θ; for dx/dθ there would be one for each.
    jacobian = [gradient([rate], x, factors=factors) for rate in rates]
    transposed = [[-row[v] for row in jacobian] for v in range(len(x))]
    wanted = [factors.get(str(s.name), one) * slope for s, slope in zip(x, masked(value, x), strict=True)]
    through = gradient(rates, symbols, solve(transposed, wanted), factors)
    return [
        fill(zero, s.domain) if s in flows else direct + later
        for s, direct, later in zip(symbols, masked(value, symbols), through, strict=True)
    ]
