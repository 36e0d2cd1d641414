"""NumPy's functions of symbols: np.exp(m) is the expression exp(m), and an array of numbers is a vector.

functions.py fills the table, where the expressions' own functions are defined; NumPy's guide to `__array_function__`
proposes this. Expressions and vectors can then answer NumPy without importing the functions, which are built on them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ..errors import DomainError

IMPLEMENTED: dict[Any, Callable[..., Any]] = {}
"""NumPy's function → what it gives for expressions, vectors, numbers and arrays of numbers."""


def ufunc_of(ufunc: np.ufunc, method: str, inputs: tuple[Any, ...], options: Mapping[str, Any]) -> Any:
    """What NumPy's `ufunc` gives for expressions, vectors, numbers and arrays of numbers.

    DomainError for a ufunc that expressions do not have, for its other methods (np.add.reduce) and for options.
    """
    if method != "__call__":
        raise _unknown(f"{ufunc.__name__}.{method}")
    return function_of(ufunc, inputs, options)


def function_of(function: Any, args: tuple[Any, ...], options: Mapping[str, Any]) -> Any:
    """What one of NumPy's functions gives for them; DomainError as for a ufunc."""
    if function not in IMPLEMENTED or options:
        raise _unknown(function.__name__)
    return IMPLEMENTED[function](*args)


def _unknown(name: str) -> DomainError:
    known = sorted(function.__name__ for function in IMPLEMENTED if function is not np.matmul)  # written as @
    return DomainError(f"np.{name}: expected a function that expressions have: np.{', np.'.join(known)}")
