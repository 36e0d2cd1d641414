"""Checks in words, for the terminal, the page and the documentation alike."""

from __future__ import annotations

from math import ceil, floor, isfinite, log10

from .base import Check

MOST = 10  # significant digits; all that numbers without noise are held to


def verdict(reproduced: bool) -> str:
    return "reproduced" if reproduced else "not reproduced"


def expected(check: Check) -> str:
    """Bound or number, with its standard error, and where it comes from."""
    sign = "" if check.relation == "=" else f"{check.relation} "
    return f"{sign}{_number(check.expected, check)}{_error(check.expected_error)}"


def measured(check: Check) -> str:
    return f"{_number(check.measured, check)}{_error(check.error)}"


def tolerance(check: Check) -> str:
    return f"{check.allowed:.1e}" if check.allowed < 1e-3 else f"{check.allowed:.2g}"


def seconds(value: float) -> str:
    return f"{value:.1f} s" if value < 60 else f"{value / 60:.1f} min"


def _error(error: float) -> str:
    return f" ± {error:.2g}" if error else ""


def _number(value: float, check: Check) -> str:
    """To a tenth of the tolerance, without zeros at the end."""
    size = max(abs(value), abs(check.expected))
    if not isfinite(size) or not size or check.allowed <= 0:
        return f"{value:.{MOST}g}"
    digits = floor(log10(size)) + 2 + ceil(-log10(check.allowed))
    return f"{value:.{min(max(digits, 2), MOST)}g}"
