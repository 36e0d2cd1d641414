"""Systems of linear equations whose coefficients are expressions."""

from __future__ import annotations

from collections.abc import Sequence

from ..functions import where
from ..graph import Expr


def solve(matrix: Sequence[Sequence[Expr]], right: Sequence[Expr], *, pivoting: bool = True) -> list[Expr]:
    """x of A x = b by Gaussian elimination with partial pivoting (Golub & Van Loan 2013, algorithm 3.4.1).

    matrix: n rows of n expressions; right: n expressions. The best pivot is known only when the expressions have
    values, so with `pivoting` rows are exchanged entry by entry, where(|a_ik| > |a_kk|, …), for each of the n − k
    candidates of column k. Without it the equations keep their order, which is safe for diagonally dominant or
    symmetric positive definite matrices. Entries that are the constant 0 cost nothing. A singular A gives no finite x.
    """
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    n = len(rows)
    for k in range(n):
        if pivoting:
            _bring_up(rows, k)
        pivot = rows[k]
        for row in rows[k + 1 :]:
            if row[k].constant != 0.0:
                factor = row[k] / pivot[k]  # column k itself is not read again, so its zeros are not written
                row[k + 1 :] = [a - factor * b for a, b in zip(row[k + 1 :], pivot[k + 1 :], strict=True)]
    solution: list[Expr] = []
    for k in range(n - 1, -1, -1):
        known = rows[k][n]
        for a, x in zip(rows[k][k + 1 : n], solution, strict=True):
            known = known - a * x
        solution.insert(0, known / rows[k][k])
    return solution


def _bring_up(rows: list[list[Expr]], k: int) -> None:
    """Exchange rows so that row k has the largest entry of column k among the rows from k on."""
    for i in range(k + 1, len(rows)):
        top, low = rows[k], rows[i]
        if low[k].constant == 0.0:  # never the larger one
            continue
        if top[k].constant == 0.0:
            rows[k], rows[i] = low, top
            continue
        larger = abs(top[k]) < abs(low[k])
        for c in range(k, len(top)):
            top[c], low[c] = where(larger, low[c], top[c]), where(larger, top[c], low[c])
