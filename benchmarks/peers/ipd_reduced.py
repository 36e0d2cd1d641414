"""LOLA on the exact iterated prisoner's dilemma with every derivative taken by hand, elementwise.

A row of P holds the products of (a, 1-a) and (b, 1-b), so that for v = (I - γP)⁻¹ r

    P_s v = g + a_s h₁ + b_s h₂ + a_s b_s h₃
    h = D v = (v_CD - v_DD, v_DC - v_DD, v_CC - v_CD - v_DC + v_DD),

and h solves the 3 x 3 system (I - γN) h = D r. The discounted occupancies u solve the transposed system.
First and mixed second derivatives are products of u, h and the resolvent S = (I - γN)⁻¹:

    ∂L_i/∂a_s       = -γ u_s α_s,    α_s = h₁ + b_s h₃        (γ u_start = 1)
    ∂L_i/∂b_t       = -γ u_t β_t,    β_t = h₂ + a_t h₃
    ∂²L_i/∂a_s∂b_t  = -γ (γ u_s A_s R_t β_t + γ u_t B_t R_s α_s + δ_st u_s h₃)

with A_s, B_s the derivatives of row s by a_s and b_s. A mixed derivative times a vector takes one product with S
and one with Sᵀ. Arrays are only added, multiplied and divided: NumPy's and JAX's (N,) arrays serve alike.
"""

from __future__ import annotations

from typing import Any

GAMMA = 0.96
TOTAL = 1 / (1 - GAMMA)
FIRST = (-1.0, 2.0)  # the first two of D r for player 1's payoffs CC -1, CD -3, DC 0, DD -2; the third is 0
SECOND = (2.0, -1.0)

Array = Any
Arrays = Any  # five or three of them in a row


def gradient_steps(a: Arrays, b: Arrays) -> tuple[list[Array], list[Array]]:
    """Both players' gradient steps per unit of rate, in their five logits; a, b: their probabilities."""
    _, w, (h1, h2) = _game(a, b)
    step_a = [a[s] * (1 - a[s]) * w[s] * (h1[0] + b[s] * h1[2]) for s in range(5)]
    step_b = [b[s] * (1 - b[s]) * w[s] * (h2[1] + a[s] * h2[2]) for s in range(5)]
    return step_a, step_b


def lola_steps(a: Arrays, b: Arrays, foresight: float) -> tuple[list[Array], list[Array]]:
    """Both players' LOLA steps, per unit of rate."""
    resolvent, w, (h1, h2) = _game(a, b)
    alpha = [[h[0] + q * h[2] for q in b] for h in (h1, h2)]
    beta = [[h[1] + p * h[2] for p in a] for h in (h1, h2)]
    shape_a = _shaping(resolvent, w, 0, a, b, alpha, beta, (h1[2], h2[2]))
    shape_b = _shaping(resolvent, w, 1, b, a, beta, alpha, (h1[2], h2[2]))
    step_a = [a[s] * (1 - a[s]) * (w[s] * alpha[0][s] + foresight * shape_a[s]) for s in range(5)]
    step_b = [b[s] * (1 - b[s]) * (w[s] * beta[1][s] + foresight * shape_b[s]) for s in range(5)]
    return step_a, step_b


def _game(a: Arrays, b: Arrays) -> tuple[list[Arrays], list[Array], tuple[list[Array], list[Array]]]:
    """The resolvent S, the weights γu (1 at the start) and both players' value differences h."""
    features = [(p, q, p * q) for p, q in zip(a, b, strict=True)]
    resolvent = _resolvent(features)
    source = [f + GAMMA * TOTAL * g for f, g in zip(features[0], features[4], strict=True)]
    x, y, z = (GAMMA * m for m in _transposed_times(resolvent, source))
    weights = [1.0, z, x - z, y - z, GAMMA * TOTAL - x - y + z]
    h1, h2 = ([row[0] * d[0] + row[1] * d[1] for row in resolvent] for d in (FIRST, SECOND))
    return resolvent, weights, (h1, h2)


def _resolvent(features: Arrays) -> list[Arrays]:
    """(I - γN)⁻¹ by cofactors."""
    _, cc, cd, dc, dd = features
    m00, m01, m02 = 1 - GAMMA * (cd[0] - dd[0]), GAMMA * (dd[1] - cd[1]), GAMMA * (dd[2] - cd[2])
    m10, m11, m12 = GAMMA * (dd[0] - dc[0]), 1 - GAMMA * (dc[1] - dd[1]), GAMMA * (dd[2] - dc[2])
    m20, m21, m22 = (GAMMA * (q + r - p - s) for p, q, r, s in zip(cc, cd, dc, dd, strict=True))
    m22 = 1 + m22
    c0, c1, c2 = m11 * m22 - m12 * m21, m12 * m20 - m10 * m22, m10 * m21 - m11 * m20
    k = 1 / (m00 * c0 + m01 * c1 + m02 * c2)
    return [
        (k * c0, k * (m02 * m21 - m01 * m22), k * (m01 * m12 - m02 * m11)),
        (k * c1, k * (m00 * m22 - m02 * m20), k * (m02 * m10 - m00 * m12)),
        (k * c2, k * (m01 * m20 - m00 * m21), k * (m00 * m11 - m01 * m10)),
    ]


def _shaping(
    resolvent: list[Arrays],
    w: Arrays,
    own: int,
    a: Arrays,
    b: Arrays,
    alpha: Arrays,
    beta: Arrays,
    product: Arrays,
) -> list[Array]:
    """∇_own ⟨∇_other L₁, ∇_other L₂⟩ in the own probabilities a; `own`: which component of h multiplies a."""
    k = [(q * (1 - q)) ** 2 * v for q, v in zip(b, w, strict=True)]
    c = [-2 * k[s] * beta[0][s] * beta[1][s] for s in range(1, 5)]
    differences = (c[1] - c[3], c[2] - c[3], c[0] - c[1] - c[2] + c[3])
    z_own, z_product = (sum(m * d for m, d in zip(resolvent[j], differences, strict=True)) for j in (own, 2))
    shape = [
        w[s]
        * (k[s] * (product[0] * beta[1][s] + product[1] * beta[0][s]) - GAMMA * (z_own + b[s] * z_product))
        for s in range(5)
    ]
    for i in range(2):
        q = [k[s] * w[s] * beta[1 - i][s] for s in range(5)]
        weighted = sum(q[s] * a[s] for s in range(5))
        x, y, z = (
            GAMMA * (sum(q) * m + weighted * n) for m, n in zip(resolvent[1 - own], resolvent[2], strict=True)
        )
        for s, pushed in enumerate((z, x - z, y - z, z - x - y), start=1):
            shape[s] = shape[s] + alpha[i][s] * pushed
    return shape


def _transposed_times(m: list[Arrays], v: Arrays) -> list[Array]:
    return [m[0][j] * v[0] + m[1][j] * v[1] + m[2][j] * v[2] for j in range(3)]
