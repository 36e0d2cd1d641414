"""NumPy's functions of symbols: np.exp(m) is the expression exp(m), and an array of numbers is a vector."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ..errors import DomainError
from . import functions as f
from .operations import OPERATIONS
from .vector import as_vector, elementwise

_SAME: dict[np.ufunc, str] = {row.numpy: name for name, row in OPERATIONS.items() if isinstance(row.numpy, np.ufunc)}
_SAME |= {np.minimum: "min", np.maximum: "max"}
_OTHERS: dict[Any, Callable[..., Any]] = {
    np.where: f.where, np.clip: f.clip, np.sum: f.sum_, np.mean: f.mean, np.dot: f.dot, np.argmin: f.argmin,
    np.argmax: f.argmax,
}
_TURNED = {np.greater: "lt", np.greater_equal: "le"}


def called(ufunc: np.ufunc, method: str, inputs: tuple[Any, ...], options: Mapping[str, Any]) -> Any:
    """What NumPy's `ufunc` gives of expressions, vectors, numbers and arrays of numbers. DomainError for a function
    that expressions have not."""
    args = [as_vector(x) for x in inputs]
    if method == "__call__" and not options:
        if ufunc in _SAME:
            return elementwise(_SAME[ufunc], *args)
        if ufunc in _TURNED:
            return elementwise(_TURNED[ufunc], *reversed(args))
        if ufunc is np.matmul:
            return args[0] @ args[1]
    raise _unknown(ufunc.__name__ if method == "__call__" else f"{ufunc.__name__}.{method}")


def asked(function: Any, args: tuple[Any, ...], options: Mapping[str, Any]) -> Any:
    """The same of those functions of NumPy's that are no ufuncs."""
    if function not in _OTHERS or options:
        raise _unknown(function.__name__)
    return _OTHERS[function](*map(as_vector, args))


def _unknown(name: str) -> DomainError:
    functions: set[Any] = {*_SAME, *_TURNED, *_OTHERS}
    known = sorted(function.__name__ for function in functions)
    return DomainError(f"np.{name}: expected a function that expressions have: np.{', np.'.join(known)}")
