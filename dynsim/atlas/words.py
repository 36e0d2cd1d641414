"""Checks in words, for the terminal, the page and the documentation."""

from __future__ import annotations

from math import ceil, floor, isfinite, log10

from .rows.base import Check

MOST = 10  # significant digits: as many as a check of a number without noise compares


def verdict(reproduced: bool) -> str:
    return "reproduced" if reproduced else "not reproduced"


def expected(check: Check) -> str:
    """The expected number with its standard error, or the bound."""
    sign = "" if check.relation == "=" else f"{check.relation} "
    return sign + _number(check.expected, check.expected_error, check)


def measured(check: Check) -> str:
    return _number(check.measured, check.error, check)


def tolerance(check: Check) -> str:
    return f"{check.allowed:.1e}" if 0 < check.allowed < 1e-3 else f"{check.allowed:.2g}"


def seconds(value: float) -> str:
    return f"{value:.1f} s" if value < 60 else f"{value / 60:.1f} min"


def _number(value: float, error: float, check: Check) -> str:
    """A number to the second digit of its standard error; without one, to a tenth of the tolerance without final
    zeros."""
    if error and isfinite(value):
        decimals = max(1 - floor(log10(error)), 0)
        return f"{value:.{decimals}f} ± {error:.{decimals}f}"
    size = max(abs(value), abs(check.expected))
    if not isfinite(size) or not size or check.allowed <= 0:
        return f"{value:.{MOST}g}"
    digits = floor(log10(size)) + 2 + ceil(-log10(check.allowed))
    return f"{value:.{min(max(digits, 2), MOST)}g}"
